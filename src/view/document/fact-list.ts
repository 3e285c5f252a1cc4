import { element } from '../parts/element.ts';
import type { Content } from '../parts/element.ts';

/** Gives facts by name; what is not known is not there. */
export function factList(facts: readonly (readonly [name: string, value: string | null])[]): Content {
  return element(
    'dl',
    { class: 'facts' },
    facts.flatMap(([name, value]) =>
      value === null || value === '' ? [] : [element('div', null, element('dt', null, name), element('dd', null, value))],
    ),
  );
}
