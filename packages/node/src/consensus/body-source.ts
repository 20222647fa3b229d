// Gets the body of a block that was proposed or decided, and has it judged: from what was sent, from the store, or by
// asking those who voted for it, one after another, until somebody has it or nobody wants it any more.
import type { BlockHash, Clock, Network, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import { requestCodec } from "../wire.ts";
import { type Bodies, headerOf } from "./bodies.ts";
import type { Judgement, Proposals } from "./proposals.ts";

/** A proposer sends the body beside its proposal: so long it is waited for before others are asked. */
const PATIENCE_MS = 100;
/** After everybody was asked in vain. */
const PAUSE_MS = 250;
/** After a body could not be judged for now. */
const RETRY_MS = 20;
const REQUEST_TIMEOUT_MS = 5_000;

/** What bodies are fetched with. */
export interface BodySourceOptions {
  readonly chain: ChainKeeper;
  readonly bodies: Bodies;
  readonly proposals: Proposals;
  readonly network: Network;
  readonly clock: Clock;
}

/** One body that is looked for. */
interface Search {
  readonly hash: BlockHash;
  /** Who may have it; asked anew before each round. */
  holders: () => readonly PeerId[];
  readonly ended: AbortController;
  readonly judgement: Promise<Judgement>;
}

/** Fetches and judges bodies, one at a time. */
export class BodySource {
  readonly #options: BodySourceOptions;
  #search: Search | undefined;
  #stopped = false;

  constructor(options: BodySourceOptions) {
    this.#options = options;
  }

  /**
   * The judgement of the body with this hash; `stale` if another was asked for meanwhile. Asked again while it is looked
   * for, it goes on: a large block must not be begun anew with each view.
   */
  judged(hash: BlockHash, holders: () => readonly PeerId[]): Promise<Judgement> {
    if (this.#stopped) return Promise.resolve({ kind: "stale" });
    if (this.#search?.hash === hash) {
      this.#search.holders = holders;
      return this.#search.judgement;
    }
    this.#search?.ended.abort();
    const ended = new AbortController();
    const judgement = this.#find(hash, () => search.holders(), ended.signal).finally(() => {
      if (this.#search === search) this.#search = undefined;
    });
    const search: Search = { hash, holders, ended, judgement };
    this.#search = search;
    return judgement;
  }

  /** Looks for nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#search?.ended.abort();
  }

  async #find(hash: BlockHash, holders: () => readonly PeerId[], signal: AbortSignal): Promise<Judgement> {
    const { bodies, chain } = this.#options;
    const stored = chain.proposal(hash);
    const own = stored && (await this.#judge(hash, { bytes: stored, from: undefined }, signal));
    if (own) return own;
    while (!signal.aborted) {
      const sent = await this.#sent(hash, signal);
      const judgement = sent && (await this.#judge(hash, sent, signal));
      if (judgement) return judgement;
      for (const from of holders()) {
        if (signal.aborted || bodies.get(hash) !== undefined) break;
        const bytes = await this.#ask(from, hash, signal);
        const asked = bytes && (await this.#judge(hash, { bytes, from }, signal));
        if (asked) return asked;
      }
      if (bodies.get(hash) === undefined) await pause(this.#options.clock, PAUSE_MS, signal);
    }
    return { kind: "stale" };
  }

  /** Undefined: these bytes were not the body. */
  async #judge(
    hash: BlockHash,
    { bytes, from }: { readonly bytes: Uint8Array; readonly from: PeerId | undefined },
    signal: AbortSignal,
  ): Promise<Judgement | undefined> {
    const { proposals, bodies, network, clock } = this.#options;
    let judgement = await proposals.judge(bytes, signal);
    // Nobody could tell now, as when all workers are busy.
    while (judgement.kind === "stale" && !signal.aborted) {
      await pause(clock, RETRY_MS, signal);
      judgement = await proposals.judge(bytes, signal);
    }
    if (judgement.kind !== "notTheBody") return judgement;
    bodies.drop(hash);
    if (from !== undefined) network.reportFault(from, "serious", `body-${judgement.code}`);
    return undefined;
  }

  /** What was sent, or is within a moment. */
  async #sent(hash: BlockHash, signal: AbortSignal) {
    const { bodies, clock } = this.#options;
    const known = bodies.get(hash);
    if (known !== undefined) return known;
    const enough = new AbortController();
    const cancel = clock.after(PATIENCE_MS, () => enough.abort());
    const sent = await bodies.wait(hash, AbortSignal.any([signal, enough.signal]));
    cancel();
    return sent;
  }

  async #ask(holder: PeerId, hash: BlockHash, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const { network, chain } = this.#options;
    const bytes = requestCodec.encode({ kind: "body", hash });
    const answer = await network.request(holder, bytes, { timeoutMs: REQUEST_TIMEOUT_MS, signal });
    if (!answer.ok) return undefined;
    if (headerOf(answer.value, (header) => chain.chain.blockHash(header))?.hash === hash) return answer.value;
    network.reportFault(holder, "serious", "body-of-another-block");
    return undefined;
  }
}

/** Resolves after so long, or as soon as nobody waits any more. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = (): void => {
      cancel();
      signal.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    signal.addEventListener("abort", done, { once: true });
  });
}
