import { UnknownOutput } from '../parsing/unknown-output.ts';

/** A package as `apt-cache show` describes it. */
export interface ShownPackage {
  readonly package: string;
  readonly version: string;
  /** Package names without versions, in order; all names of an alternative. */
  readonly depends: readonly string[];
}

/** Parses the output of `apt-cache show`: stanzas of deb-control(5), each followed by an empty line. Throws {@link UnknownOutput}. */
export function parseShow(text: string): readonly ShownPackage[] {
  if (text === '') return [];
  const stanzas = text.split('\n\n');
  const rest = stanzas.pop() ?? '';
  if (rest.trim() !== '')
    throw new UnknownOutput('apt-cache show', 'an empty line at the end', rest.split('\n').at(-1) ?? '', text.split('\n').length);
  let lineNumber = 1;
  return stanzas.map((stanza) => {
    const lines = stanza.split('\n');
    const at = lineNumber;
    lineNumber += lines.length + 1;
    const fields = new Map<string, string>();
    for (const [index, line] of lines.entries()) {
      const match = /^([A-Za-z][\w-]*):(?: (.*))?$/u.exec(line);
      if (match?.[1] !== undefined) fields.set(match[1], match[2] ?? '');
      else if (!/^[ \t]/u.test(line)) throw new UnknownOutput('apt-cache show', 'FIELD: VALUE', line, at + index);
    }
    const [name, version] = [fields.get('Package'), fields.get('Version')];
    if (name === undefined || version === undefined) throw new UnknownOutput('apt-cache show', 'Package and Version', lines[0] ?? '', at);
    return { package: name, version, depends: dependsOf(fields.get('Depends') ?? '') };
  });
}

function dependsOf(field: string): readonly string[] {
  return field
    .split(/[,|]/u)
    .map((one) => one.trim().split(/[ :(]/u)[0] ?? '')
    .filter((name) => name !== '');
}
