/*
 * The script of a report. The document is whole without it; this opens the traces that it carries:
 *
 *     a drill is unfolded ─► its trace is read ─► DrillState ─► lanes, chunk map, twin, steps look at it
 *     #drill/step         ─► the drill is unfolded, the step's trace opened and shown
 */
import { render } from 'preact';
import type { LaneItem } from '../model/lane-rows.ts';
import { component } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';
import { parseAddress, traceId } from './addresses.ts';
import { ChunkMapPanel } from './chunk-map-panel.ts';
import { DrillState } from './drill-state.ts';
import { DrillTrace } from './drill-trace.ts';
import { LanesPanel } from './lanes-panel.ts';
import { readQmp, readTrace } from './read-trace.ts';
import { enliven } from './table-tools.ts';

const states = new Map<string, Promise<DrillState>>();
const unfolded = new Map<HTMLElement, Promise<DrillState>>();

function stateOf(job: string): Promise<DrillState> {
  const known =
    states.get(job) ??
    Promise.all([readTrace(''), readTrace(job), readQmp(job)]).then(([ofRun, ofDrill, qmp]) => new DrillState(job, ofRun, ofDrill, qmp));
  states.set(job, known);
  return known;
}

/** Shows the trace of a drill in its place, once. */
function unfold(drill: HTMLElement): Promise<DrillState> {
  const known = unfolded.get(drill) ?? showTrace(drill);
  unfolded.set(drill, known);
  return known;
}

async function showTrace(drill: HTMLElement): Promise<DrillState> {
  const place = drill.querySelector<HTMLElement>('[data-trace]');
  const lanes = drill.querySelector<HTMLElement>('.lanes-room');
  try {
    const state = await stateOf(drill.dataset.job ?? '');
    const pair = await pairOf(state, drill);
    const go = (item: LaneItem): void => {
      showStep(state, item.step ?? '', item.run?.number ?? null);
    };
    if (lanes !== null && state.rows.length > 0) show(component(LanesPanel, { state, go }), lanes);
    const chunks = drill.querySelector<HTMLElement>('[data-chunks]');
    if (chunks !== null) show(component(ChunkMapPanel, { state }), chunks);
    if (place !== null) show(component(DrillTrace, { state, pair }), place);
    drill.dataset.ready = '';
    return state;
  } catch (error) {
    // A trace that cannot be opened takes nothing from the document, and says why.
    if (place !== null) place.textContent = `The trace cannot be shown: ${String(error)}`;
    throw error;
  }
}

async function pairOf(state: DrillState, drill: HTMLElement): Promise<readonly [DrillState, DrillState] | null> {
  const { other } = drill.dataset;
  if (other === undefined) return null;
  const beside = await stateOf(other);
  return drill.dataset.isTwin === undefined ? [state, beside] : [beside, state];
}

function show(content: Content, place: HTMLElement): void {
  place.replaceChildren();
  render(content, place);
}

/** Opens the trace of a step and brings it into view. */
function showStep(state: DrillState, step: string, run: number | null): void {
  state.open(step, run);
  requestAnimationFrame(() => {
    document.getElementById(traceId(state.job, step))?.scrollIntoView({ block: 'start' });
  });
}

/** Goes where the address says. */
async function followAddress(): Promise<void> {
  const address = parseAddress(location.hash);
  const drill = address === null ? null : document.getElementById(address.job);
  if (address === null || drill?.dataset.job === undefined) return;
  // A link may go to what is filtered out.
  drill.hidden = false;
  if (drill instanceof HTMLDetailsElement) drill.open = true;
  const state = await unfold(drill);
  const hasStep = state.sections.some(({ name }) => name === address.step);
  if (address.step === null || !hasStep) drill.scrollIntoView({ block: 'start' });
  else showStep(state, address.step, null);
}

function begin(): void {
  const table = document.querySelector<HTMLTableElement>('table.drills');
  const tools = document.querySelector<HTMLElement>('[data-tools="drills"]');
  if (table !== null && tools !== null) enliven(table, tools);
  for (const drill of document.querySelectorAll<HTMLElement>('.drill')) {
    if (!(drill instanceof HTMLDetailsElement)) void unfold(drill);
    else {
      drill.addEventListener('toggle', () => {
        if (drill.open) void unfold(drill);
      });
    }
  }
  addEventListener('hashchange', () => void followAddress());
  void followAddress();
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin);
else begin();
