/** Which results are meant: of each field any of the values; a field without values lets all through. */
export interface ResultFilter {
  /** Names of drills, with `*` and `?`. */
  readonly drills: readonly string[];
  readonly matrices: readonly string[];
  /** As asked (a suite), as it was (`6.12.118`), or its beginning (`6.12`). */
  readonly kernels: readonly string[];
  readonly tools: readonly string[];
  /** Texts that are in the layout: `raid10`. */
  readonly layouts: readonly string[];
  readonly raidlabs: readonly string[];
  readonly runs: readonly string[];
  /** `only` those of twins, `no` ones, or both. */
  readonly twins: 'only' | 'no' | 'both';
}

/** Lets everything through. */
export const everyResult: ResultFilter = {
  drills: [],
  matrices: [],
  kernels: [],
  tools: [],
  layouts: [],
  raidlabs: [],
  runs: [],
  twins: 'both',
};

/** The fields by which one side of a comparison is chosen: how they are typed, and their names in a filter. */
export const sideFields = {
  matrix: 'matrices',
  kernel: 'kernels',
  tools: 'tools',
  layout: 'layouts',
  raidlab: 'raidlabs',
  run: 'runs',
} as const;

/** One of them, as typed. */
export type SideField = keyof typeof sideFields;

/** One side of a comparison: a field and what it must be. */
export interface Side {
  readonly field: SideField;
  readonly value: string;
}

/** Parses `kernel=6.12`; a bare word has no field. Undefined for a field that there is not, or without a value. */
export function parseSide(typed: string): { readonly field: SideField | undefined; readonly value: string } | undefined {
  const at = typed.indexOf('=');
  if (at === -1) return typed === '' ? undefined : { field: undefined, value: typed };
  const [field, value] = [typed.slice(0, at), typed.slice(at + 1)];
  return Object.hasOwn(sideFields, field) && value !== '' ? { field: field as SideField, value } : undefined;
}

/** Gives a filter that lets through what another one does, and one side of it. */
export function onlySide(filter: ResultFilter, { field, value }: Side): ResultFilter {
  return { ...filter, [sideFields[field]]: [value] };
}
