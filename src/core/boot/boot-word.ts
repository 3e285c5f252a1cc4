import { parseTimeSpan } from './time-span.ts';

/** How far a boot is: the kernel alone, the initramfs, or the installed system. */
export type BootStage = 'kernel' | 'initramfs' | 'system';

/** How a unit came out, where it did not start. */
export type UnitTrouble = 'failed' | 'timed-out' | 'dependency-failed';

/** Where a boot ends, for somebody at its console: at a login, or, because it gets no further, at a shell of its own, or before one that lets nobody in. */
export type BootEnd = 'login' | 'emergency' | 'initramfs-shell' | 'locked';

/** What a piece of a console says about the boot. */
export type BootWord =
  | { readonly kind: 'stage'; readonly stage: BootStage }
  /** systemd's word on a unit; `unit` is null where it left the name out or cut it to fit the line. */
  | { readonly kind: 'unit'; readonly trouble: UnitTrouble; readonly unit: string | null; readonly said: string }
  /** systemd waits for a job; `limitSeconds` is null when it will wait for ever. */
  | { readonly kind: 'wait'; readonly waitingFor: string; readonly elapsedSeconds: number; readonly limitSeconds: number | null }
  /** A passphrase is asked for. */
  | { readonly kind: 'passphrase'; readonly said: string }
  | { readonly kind: 'end'; readonly end: BootEnd; readonly said: string };

/** systemd's words for a job that did not come out well. Source: systemd, src/core/job.c, job_print_done_status_messages. */
const troubles: Readonly<Record<string, UnitTrouble>> = { FAILED: 'failed', ' TIME ': 'timed-out', DEPEND: 'dependency-failed' };

const unitName =
  /(?:^|\s)((?:[\w:.@-]|\\x[0-9a-f]{2})+\.(?:service|socket|target|device|mount|automount|swap|timer|path|slice))(?= - |\.$|$)/u;

/** Says what a piece that has ended means for the boot, without controls; null when nothing. A console has lines from everybody. */
export function readBootPiece(piece: string, stage: BootStage): BootWord | null {
  const text = piece.trim();
  const [, status = '', said = ''] = /^\[( TIME |FAILED|DEPEND)\] (.+)$/u.exec(text) ?? [];
  const trouble = troubles[status];
  if (trouble !== undefined) return { kind: 'unit', trouble, unit: unitName.exec(said)?.[1] ?? null, said };
  return readWait(text) ?? readStage(text) ?? readEnd(text, stage);
}

/** A shell of root: dash, and bash without a file of its own. Sources: dash(1), bash(1), PS1. */
const rootPrompt = /^(?:sh-\d+\.\d+)?# $/u;

/** Says what the last line of a console asks for, where it waits for an answer; null when it asks nothing. */
export function readBootPrompt(rest: string, stage: BootStage): BootWord | null {
  if (/^[\w.-]+ login: $/u.test(rest)) return { kind: 'end', end: 'login', said: rest.trim() };
  // Source: initramfs-tools, scripts/functions, panic(), and its busybox.
  if (rest === '(initramfs) ') return { kind: 'end', end: 'initramfs-shell', said: rest.trim() };
  // dracut lets nobody into its shell but through sulogin, which a locked root does not pass, and which then starts dash or bash. Source: util-linux, login-utils/sulogin.c, doprompt.
  // In the installed system it is that of emergency mode.
  const shell: BootEnd = stage === 'initramfs' ? 'initramfs-shell' : 'emergency';
  if (rest === '(or press Control-D to continue): ') return { kind: 'end', end: shell, said: rest.trim() };
  if (stage === 'initramfs' && rootPrompt.test(rest)) return { kind: 'end', end: 'initramfs-shell', said: rest.trim() };
  // Sources: cryptsetup-initramfs, functions, crypttab_key; systemd, src/cryptsetup/cryptsetup.c, get_password.
  return readPassphrasePrompt(rest);
}

// cryptsetup itself: src/utils_password.c, tools_get_key.
const asking = /(?:Please (?:unlock disk .+?|enter (?:passphrase|LUKS2 token PIN|recovery key).*?)|Enter passphrase for .+?):(?= )/u;

/** Says what asks for a passphrase on a line, without what stands behind it; null when nothing does. */
export function readPassphrasePrompt(text: string): Extract<BootWord, { readonly kind: 'passphrase' }> | null {
  const asked = asking.exec(text)?.[0];
  return asked === undefined ? null : { kind: 'passphrase', said: asked };
}

// Source: systemd, src/core/manager.c, manager_print_jobs_in_progress. Debian 12 names units, and what is too long for the line loses its middle.
const waiting = /(?:A [a-z-]+ job is running for |Job )(.+?)(?:(?<=\S)\/[a-z-]+ running|(?<=…)\S* running)? \((.+) \/ (.+)\)$/u;

function readWait(text: string): BootWord | null {
  const [, waitingFor = '', elapsed = '', limit = ''] = waiting.exec(text) ?? [];
  const elapsedSeconds = parseTimeSpan(elapsed);
  const limitSeconds = limit === 'no limit' ? null : parseTimeSpan(limit);
  if (waitingFor === '' || elapsedSeconds === null || (limitSeconds === null && limit !== 'no limit')) return null;
  return { kind: 'wait', waitingFor, elapsedSeconds, limitSeconds };
}

function readStage(text: string): BootWord | null {
  // Source: initramfs-tools, init.
  if (text === 'Loading, please wait...') return { kind: 'stage', stage: 'initramfs' };
  // Source: systemd, src/core/main.c, status_welcome. systemd 257 says it so in an initramfs.
  if (/^Booting initrd of .+\.$/u.test(text)) return { kind: 'stage', stage: 'initramfs' };
  if (!/^Welcome to .+!$/u.test(text)) return null;
  return { kind: 'stage', stage: /\((?:dracut|Initramfs|initramfs)\b[^)]*\)!$/u.test(text) ? 'initramfs' : 'system' };
}

function readEnd(text: string, stage: BootStage): BootWord | null {
  // The kernel may have said something behind the prompt.
  const login = /^[\w.-]+ login:(?= )/u.exec(text)?.[0];
  if (login !== undefined) return { kind: 'end', end: 'login', said: login };
  const [shell] = /^.+?(?= \[ *\d+\.\d{6}\] )/u.exec(text) ?? [''];
  if (shell === '(initramfs)' || (stage === 'initramfs' && rootPrompt.test(`${shell} `)))
    return { kind: 'end', end: 'initramfs-shell', said: shell };
  // Source: util-linux, login-utils/sulogin.c. In an initramfs by Debian 13's dracut root is locked, whatever its password is later.
  if (text === 'Cannot open access to console, the root account is locked.') return { kind: 'end', end: 'locked', said: text };
  // Source: systemd, src/sulogin-shell/sulogin-shell.c.
  return text.startsWith('You are in emergency mode.') ? { kind: 'end', end: 'emergency', said: text } : null;
}
