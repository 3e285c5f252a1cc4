/** Gives each name a unique label: the name itself, then `name-2`, `name-3`, … */
export function labelJobs(names: readonly string[]): readonly string[] {
  // A given name keeps its label: `a`, `a`, `a-2` become `a`, `a-3`, `a-2`.
  const taken = new Set(names);
  const used = new Set<string>();
  return names.map((name) => {
    let label = name;
    for (let number = 2; used.has(label); number += 1) {
      const candidate = `${name}-${String(number)}`;
      if (!taken.has(candidate)) label = candidate;
    }
    used.add(label);
    taken.add(label);
    return label;
  });
}
