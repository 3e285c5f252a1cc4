import type { Context } from '../../machine/context.ts';

/** A script that asks, as a person sees it. */
export interface AskingScript {
  /** `prove-full-array: replace.sh`. */
  readonly name: string;
  /** Types keys on its terminal. */
  readonly type: (keys: Uint8Array) => void;
  /** Has nobody answer any more: from now on it finds the end of its input where it asks. */
  readonly leave: () => void;
}

/** A person who can answer what a script asks. */
export interface Person {
  /** Their terminal; the script's is made like it. */
  readonly terminal: { readonly term: string; readonly rows: number; readonly columns: number };
  /** Gives a script their terminal, until it is disposed of or they leave. Of several scripts, one after the other; rejects when the context ends. */
  readonly takeOver: (ctx: Context, script: AskingScript) => Promise<ShownScript>;
}

/** A script that has a person's terminal. Disposing it gives the terminal back. */
export interface ShownScript extends Disposable {
  readonly show: (bytes: Buffer) => void;
}
