/**
 * The part of the QEMU guest agent's protocol that raidlab speaks; names and shapes are those of qga/qapi-schema.json.
 */

/** What `guest-exec-status` says. Data is base64. */
export interface GuestExecStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly signal?: number;
  readonly 'out-data'?: string;
  readonly 'err-data'?: string;
  readonly 'out-truncated'?: boolean;
  readonly 'err-truncated'?: boolean;
}

/** Every agent command that raidlab gives, with its arguments and what it returns. */
export interface AgentCommands {
  readonly 'guest-ping': { readonly args: undefined; readonly result: object };
  readonly 'guest-exec': {
    readonly args: {
      readonly path: string;
      readonly arg: readonly string[];
      /** The whole environment, `NAME=value` each. */
      readonly env: readonly string[];
      /** Standard input, base64; /dev/null unless given. */
      readonly 'input-data'?: string;
      readonly 'capture-output': boolean;
    };
    readonly result: { readonly pid: number };
  };
  readonly 'guest-exec-status': { readonly args: { readonly pid: number }; readonly result: GuestExecStatus };
  readonly 'guest-shutdown': { readonly args: { readonly mode: 'powerdown' }; readonly result: never };
}
