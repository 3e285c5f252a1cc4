import { UnknownOutput } from '../parsing/unknown-output.ts';
import type { Xattr } from './entry.ts';

/** Gives the command that prints the `user.` attributes of everything below a directory of the guest, for {@link parseGetfattr}. */
export function getfattrCommand(guestPath: string): readonly string[] {
  return ['getfattr', '-R', '-h', '-d', '-m', String.raw`^user\.`, '-e', 'hex', '--absolute-names', guestPath];
}

const tool = 'getfattr';

/**
 * Parses the output of {@link getfattrCommand}: attributes by path relative to `guestPath`, `.` for itself, sorted by name. Files without
 * attributes are not listed, so the output may be empty. Throws UnknownOutput on any other line and on truncated output.
 */
export function parseGetfattr(guestPath: string, stdout: string): ReadonlyMap<string, readonly Xattr[]> {
  const files = new Map<string, readonly Xattr[]>();
  if (stdout === '') return files;
  const blocks = stdout.split('\n\n');
  if (blocks.pop() !== '') throw new UnknownOutput(tool, 'an empty line at the end', stdout.slice(-200), stdout.split('\n').length);
  let lineNumber = 1;
  for (const block of blocks) {
    const [head = '', ...lines] = block.split('\n');
    const path = relativePath(guestPath, head, lineNumber);
    if (files.has(path) || lines.length === 0) throw new UnknownOutput(tool, 'attributes, and each file once', head, lineNumber);
    files.set(
      path,
      lines.map((line, index) => parseAttribute(line, lineNumber + 1 + index)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    lineNumber += lines.length + 2;
  }
  return files;
}

function relativePath(guestPath: string, line: string, lineNumber: number): string {
  const [, quoted] = /^# file: (.+)$/u.exec(line) ?? [];
  const path = quoted === undefined ? undefined : unquote(quoted);
  if (path === guestPath) return '.';
  if (path?.startsWith(`${guestPath}/`) !== true) throw new UnknownOutput(tool, `# file: ${guestPath}/…`, line, lineNumber);
  return path.slice(guestPath.length + 1);
}

function parseAttribute(line: string, lineNumber: number): Xattr {
  const [, name, valueHex] = /^(user\.[^=]+)=0x((?:[0-9a-f]{2})*)$/u.exec(line) ?? [];
  const plain = name === undefined ? undefined : unquote(name);
  if (plain === undefined || valueHex === undefined) throw new UnknownOutput(tool, 'user.NAME=0xHEX', line, lineNumber);
  return { name: plain, valueHex };
}

/** getfattr writes `\ooo` for a backslash, a line feed and in names an equals sign: quote() in libmisc/quote.c. Undefined for any other escape. */
function unquote(quoted: string): string | undefined {
  const plain = quoted.replace(/\\(0\d{2}|1[0-7]\d)/gu, (_, digits: string) =>
    digits === '134' ? '\0' : String.fromCharCode(Number.parseInt(digits, 8)),
  );
  return plain.includes('\\') ? undefined : plain.replaceAll('\0', '\\');
}
