/**
 * The part of QEMU's machine protocol that raidlab speaks; names and shapes are those of docs/interop/qemu-qmp-ref.
 */

/** A value of JSON. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A node of the block graph, or a device: a JSON object that names its driver. */
export type DriverOptions = { readonly driver: string } & Readonly<Record<string, Json>>;

/** What `query-status` says. Of the run states only those are named that raidlab judges. */
interface RunStatus {
  readonly running: boolean;
  /** `running`, `paused`, `prelaunch`, `internal-error`, `io-error`, `guest-panicked`, `shutdown`, … */
  readonly status: string;
}

/** Every QMP command that raidlab gives, with its arguments and what it returns. */
export interface QmpCommands {
  readonly qmp_capabilities: { readonly args: undefined; readonly result: object };
  readonly 'query-status': { readonly args: undefined; readonly result: RunStatus };
  readonly cont: { readonly args: undefined; readonly result: object };
  readonly 'blockdev-add': { readonly args: DriverOptions; readonly result: object };
  readonly 'blockdev-del': { readonly args: { readonly 'node-name': string }; readonly result: object };
  readonly device_add: { readonly args: DriverOptions; readonly result: object };
  readonly device_del: { readonly args: { readonly id: string }; readonly result: object };
}

/** The QMP events that raidlab acts upon, with their data. */
export interface QmpEvents {
  /** A program in the guest opened or closed a virtio-serial port. */
  readonly VSERPORT_CHANGE: { readonly id: string; readonly open: boolean };
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
  /** The processor was stopped; `query-status` says why. */
  readonly STOP: object;
}

/** An event as QEMU sent it; one that raidlab does not act upon is in the transcript only. */
export type QmpEvent = { [Name in keyof QmpEvents]: { readonly name: Name; readonly data: QmpEvents[Name] } }[keyof QmpEvents];
