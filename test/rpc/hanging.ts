// A service whose calls hang until the test lets them go, so that tests need no time to pass.
import type { CancelSignal } from "@witan/primitives";
import type { RpcService } from "@witan/rpc";
import { SAMPLES } from "./samples.ts";

const HASH = "ab".repeat(32);

/** A promise that is kept when it is opened. */
export interface Gate {
  readonly promise: Promise<void>;
  readonly open: () => void;
}

/** Makes a gate, closed. */
export function gate(): Gate {
  let open: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

/** Calls that hang until they are let go, or nobody waits for them. */
export class Hanging {
  readonly #release = gate();
  #arrived: (() => void)[] = [];
  begun = 0;
  aborted = 0;
  running = 0;

  readonly service: Partial<RpcService> = {
    transaction_wait: (_params, { signal }) =>
      this.#hang(signal, { transaction: HASH, status: "pending" as const }),
    transaction_submit: (_params, { signal }) =>
      this.#hang(signal, { transaction: HASH, status: "pending" as const }),
    chain_assets: (_params, { signal }) => this.#hang(signal, SAMPLES.chain_assets.result),
  };

  release(): void {
    this.#release.open();
  }

  /** Ends when the condition holds. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#arrived.push(resolve));
  }

  async #hang<T>(signal: CancelSignal, result: T): Promise<T> {
    this.begun++;
    this.running++;
    this.#tell();
    const aborted = gate();
    if (signal.aborted) aborted.open();
    signal.addEventListener("abort", aborted.open, { once: true });
    await Promise.race([this.#release.promise, aborted.promise]);
    signal.removeEventListener("abort", aborted.open);
    if (signal.aborted) this.aborted++;
    this.running--;
    this.#tell();
    return result;
  }

  #tell(): void {
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const each of arrived) each();
  }
}
