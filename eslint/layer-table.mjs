/**
 * Which folder of src/ may import which: the table in ARCHITECTURE.md, and the only place that decides.
 * A folder may always import itself. `'types'` allows `import type` only.
 * A file that stands in src/ itself (src/index.ts) belongs to no layer: it may import all, and no layer may import it.
 * `node` says whether the folder may import Node's modules and npm packages; where it may not, `packages` are those that are as pure as it is.
 *
 * @type {Readonly<Record<string, { readonly node: boolean, readonly packages?: readonly string[], readonly imports: Readonly<Record<string, 'all' | 'types'>> }>>}
 */
export const layerTable = {
  core: { node: false, packages: ['valibot'], imports: {} },
  machine: { node: true, imports: { core: 'all' } },
  storage: { node: true, imports: { core: 'all', machine: 'all' } },
  drills: { node: true, imports: { core: 'all', machine: 'all', storage: 'all' } },
  lab: { node: true, imports: { core: 'all', machine: 'all', storage: 'all', drills: 'all' } },
  report: { node: false, imports: { core: 'all' } },
  archive: { node: true, imports: { core: 'all' } },
  engine: { node: true, imports: { core: 'all', machine: 'all', archive: 'all' } },
  view: { node: false, packages: ['preact', '@preact/signals', 'preact-render-to-string'], imports: { core: 'all', report: 'all' } },
  web: { node: true, imports: { core: 'all', report: 'all', view: 'all', lab: 'all', drills: 'all' } },
  cli: {
    node: true,
    imports: {
      core: 'all',
      machine: 'all',
      storage: 'all',
      drills: 'all',
      lab: 'all',
      report: 'all',
      view: 'all',
      web: 'all',
      archive: 'all',
      engine: 'all',
    },
  },
};
