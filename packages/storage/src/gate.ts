// Whether a store may still be used. Once shut, by closing it or by a failed write, it never opens again: after a failed
// write nobody knows what is on the disk, and the only way to know is to open it anew.
import { StoreError, saidBy } from "./store-error.ts";

type GateState =
  | { readonly kind: "open" }
  | { readonly kind: "poisoned"; readonly cause: StoreError }
  | { readonly kind: "closed" };

/** Lets calls through, or says why not. Shared by all that belongs to one store. */
export class Gate {
  readonly #outer: Gate | undefined;
  #state: GateState = { kind: "open" };

  /** @param outer a gate that must be passed first */
  constructor(outer?: Gate) {
    this.#outer = outer;
  }

  /** @throws {StoreError} `poisoned` or `closed` */
  pass(): void {
    const refusal = this.refusal();
    if (refusal !== undefined) throw refusal;
  }

  /** Why nothing gets through, if nothing does. */
  refusal(): StoreError | undefined {
    const outer = this.#outer?.refusal();
    if (outer !== undefined) return outer;
    const state = this.#state;
    if (state.kind === "open") return undefined;
    if (state.kind === "closed") return new StoreError("closed", "the store is closed");
    return new StoreError("poisoned", `the store refuses everything: ${state.cause.message}`, {
      cause: state.cause,
    });
  }

  /** Shuts the gate for the first cause; later ones change nothing. */
  poison(error: unknown): StoreError {
    const failure = new StoreError(
      "write-failed",
      `a write failed (${saidBy(error)}); stop the node, mend the disk (space, permissions, hardware), start again`,
      { cause: error },
    );
    if (this.#state.kind === "open") this.#state = { kind: "poisoned", cause: failure };
    return failure;
  }

  /** Shuts the gate for good. A poisoned one stays poisoned: that says more. @returns false if it was closed before */
  close(): boolean {
    if (this.#state.kind === "closed") return false;
    if (this.#state.kind === "open") this.#state = { kind: "closed" };
    return true;
  }
}
