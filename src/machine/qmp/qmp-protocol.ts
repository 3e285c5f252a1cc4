/**
 * The part of QEMU's machine protocol that raidlab speaks; names and shapes are those of docs/interop/qemu-qmp-ref.
 */

/** A value of JSON. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A node of the block graph, or a device: a JSON object that names its driver. */
export type DriverOptions = { readonly driver: string } & Readonly<Record<string, Json>>;

/** An object of QEMU without a device: a group of throttled nodes. */
export type ObjectOptions = { readonly 'qom-type': string; readonly id: string } & Readonly<Record<string, Json>>;

/** An entry of `query-named-block-nodes`, as far as raidlab reads it. */
interface BlockNode {
  readonly 'node-name': string;
  readonly image: { readonly 'virtual-size': number };
}

/** The result of `query-status`. Only the run states that raidlab judges are named. */
interface RunStatus {
  readonly running: boolean;
  /** `running`, `paused`, `prelaunch`, `internal-error`, `io-error`, `guest-panicked`, `shutdown`, … */
  readonly status: string;
}

/** The result of `query-migrate`. `status` is absent before the first migration. */
interface MigrationInfo {
  readonly status?: string;
  readonly 'error-desc'?: string;
}

/** All QMP commands that raidlab uses, with their arguments and results. */
export interface QmpCommands {
  readonly qmp_capabilities: { readonly args: undefined; readonly result: object };
  readonly 'query-status': { readonly args: undefined; readonly result: RunStatus };
  readonly cont: { readonly args: undefined; readonly result: object };
  readonly stop: { readonly args: undefined; readonly result: object };
  readonly quit: { readonly args: undefined; readonly result: object };
  readonly 'migrate-set-capabilities': {
    readonly args: { readonly capabilities: readonly { readonly capability: string; readonly state: boolean }[] };
    readonly result: object;
  };
  readonly 'migrate-set-parameters': { readonly args: { readonly 'max-bandwidth': number }; readonly result: object };
  readonly migrate: { readonly args: { readonly uri: string }; readonly result: object };
  readonly migrate_cancel: { readonly args: undefined; readonly result: object };
  readonly 'migrate-incoming': { readonly args: { readonly uri: string; readonly 'exit-on-error': boolean }; readonly result: object };
  readonly 'query-migrate': { readonly args: undefined; readonly result: MigrationInfo };
  readonly 'blockdev-add': { readonly args: DriverOptions; readonly result: object };
  readonly 'blockdev-del': { readonly args: { readonly 'node-name': string }; readonly result: object };
  readonly 'blockdev-set-active': { readonly args: { readonly active: boolean }; readonly result: object };
  readonly 'query-named-block-nodes': { readonly args: { readonly flat: boolean }; readonly result: readonly BlockNode[] };
  readonly 'object-add': { readonly args: ObjectOptions; readonly result: object };
  readonly 'object-del': { readonly args: { readonly id: string }; readonly result: object };
  readonly 'qom-set': {
    readonly args: { readonly path: string; readonly property: string; readonly value: string };
    readonly result: object;
  };
  readonly 'nbd-server-start': {
    readonly args: { readonly addr: { readonly type: 'unix'; readonly data: { readonly path: string } } };
    readonly result: object;
  };
  readonly 'nbd-server-stop': { readonly args: undefined; readonly result: object };
  readonly 'block-export-add': {
    readonly args: { readonly type: 'nbd'; readonly id: string; readonly 'node-name': string; readonly writable: boolean };
    readonly result: object;
  };
  readonly device_add: { readonly args: DriverOptions; readonly result: object };
  readonly device_del: { readonly args: { readonly id: string }; readonly result: object };
}

/** The QMP events that raidlab acts upon, with their data. */
export interface QmpEvents {
  readonly DEVICE_DELETED: { readonly device?: string; readonly path: string };
  /** The guest's kernel told the pvpanic device that it panicked. */
  readonly GUEST_PANICKED: { readonly action: string };
  /** Reading or writing an image failed, as strerror(3) says in `reason`. */
  readonly BLOCK_IO_ERROR: {
    readonly 'node-name'?: string;
    readonly nospace?: boolean;
    readonly operation: string;
    readonly reason: string;
  };
  /** Saving or loading a machine progressed: `setup`, `active`, `completed`, `failed`, … Only with the capability `events`. */
  readonly MIGRATION: { readonly status: string };
  /** The processor was stopped; `query-status` says why. */
  readonly STOP: object;
}

/** An event from QEMU; those that raidlab does not act upon are only in the transcript. */
export type QmpEvent = { [Name in keyof QmpEvents]: { readonly name: Name; readonly data: QmpEvents[Name] } }[keyof QmpEvents];
