import { component } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { CopyPanel } from './copy-panel.ts';
import type { DrillState } from './drill-state.ts';
import { StepsPanel } from './steps-panel.ts';
import { TwinPanel } from './twin-panel.ts';

/** What is shown of an unfolded drill. */
export interface DrillTraceFacts {
  readonly state: DrillState;
  /** The drill and its twin, in this order, where the run has both. */
  readonly pair: readonly [drill: DrillState, twin: DrillState] | null;
}

/** Shows what the document has no room for: how to copy it, the twin beside it, the traces of the steps. */
export function DrillTrace({ state, pair }: DrillTraceFacts): Content {
  return [
    component(CopyPanel, { state }),
    pair === null ? null : component(TwinPanel, { left: pair[0], right: pair[1] }),
    component(StepsPanel, { state }),
  ];
}
