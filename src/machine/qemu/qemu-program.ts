import { RaidlabError } from '../../core/failure/failure.ts';
import type { Accelerator } from '../../core/host/accelerator.ts';
import { isAtLeast } from '../../core/host/version.ts';
import { UnknownOutput } from '../../core/parsing/unknown-output.ts';
import type { Context } from '../context.ts';
import { runHostCommand } from '../process/host-process.ts';

/** The QEMU on this host. */
export interface QemuProgram {
  readonly program: string;
  /** `10.0.2`. */
  readonly version: string;
  /** Its own version text, with the revision of its package: `QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)`. */
  readonly build: string;
  /** Whether it was built with its seccomp sandbox. */
  readonly hasSandbox: boolean;
}

const program = 'qemu-system-x86_64';
const purpose = 'run the machine';

/**
 * The first QEMU whose software emulation is trusted. 7.2 corrupted kernel 6.12.107 in about a third of the boots,
 * 10.0.2 in none of 25 (field notes, "Host").
 */
const oldestTrustedTcg = '10.0';

/** Parses the version from `qemu-system-x86_64 --version` or `-help`; throws UnknownOutput when there is none. */
export function parseQemuVersion(text: string): string {
  const [line = ''] = text.split('\n');
  const version = /^QEMU emulator version (\d+\.\d+(?:\.\d+)*)(?: |$)/.exec(line)?.[1];
  if (version === undefined) throw new UnknownOutput(`${program} --version`, 'QEMU emulator version N.N', line, line === '' ? 0 : 1);
  return version;
}

/**
 * The first QEMU that can fork machines as raidlab does: `rom=off` and migration to a file came with 8.2, surviving a failed load with
 * 9.1. Source: QEMU, qapi/qom.json and qapi/migration.json.
 */
export const oldestForkingVersion = '9.1';

/** Tells whether this version of QEMU may emulate a kernel under test. */
export function isTrustedUnderTcg(version: string): boolean {
  return isAtLeast(version, oldestTrustedTcg);
}

/** Tells whether this version of QEMU can fork a saved machine. */
export function canFork(version: string): boolean {
  return isAtLeast(version, oldestForkingVersion);
}

/** Examines this host's QEMU. Rejects with `host/program-missing` when there is none. */
export async function findQemu(ctx: Context): Promise<QemuProgram> {
  // Its help begins like --version.
  const { stdout } = await runHostCommand(ctx, [program, '-help'], { purpose });
  const [build = ''] = stdout.split('\n');
  return { program, version: parseQemuVersion(stdout), build, hasSandbox: /^-sandbox on/m.test(stdout) };
}

/** Rejects with `host/qemu-too-old` a QEMU whose emulation is not reliable for a kernel under test. */
export function requireTrusted(qemu: QemuProgram, accelerator: Accelerator): void {
  if (accelerator === 'kvm' || isTrustedUnderTcg(qemu.version)) return;
  throw new RaidlabError({ area: 'host', reason: 'qemu-too-old', found: qemu.version, needed: oldestTrustedTcg });
}
