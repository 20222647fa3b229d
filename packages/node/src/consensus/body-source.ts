// Gets the body of a block that was proposed or decided, and has it judged: from the store, from what is sent unasked, or
// by asking those who voted for it, until somebody has it or nobody wants it any more. Waits long for nobody: who is slow
// is asked beside others.
import type { BlockHash, Clock, Height, Network, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "../chain/chain-keeper.ts";
import { requestCodec } from "../wire.ts";
import { type Bodies, type Body, headerOf } from "./bodies.ts";
import { firstAnswer } from "./first-answer.ts";
import type { Judgement, Proposals } from "./proposals.ts";

/** Why a search ended, for nobody: without a reason an error is made of it, with a stack trace, at every block. */
const OVER = "over";

/** A proposer sends the body beside its proposal: so long it is waited for before others are asked. */
const PATIENCE_MS = 100;
/** A holder that has not answered within this is not waited for alone: a body of 2 MiB takes this long at 80 Mbit/s. */
const HOLDER_PATIENCE_MS = 200;
/** Holders that are asked at a time: each may send a body of the largest size. */
const ASKED_MAX = 4;
/** After everybody was asked in vain. */
const PAUSE_MS = 250;
/** After nobody could judge a body, as when all workers were busy. */
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
  /** Found, or given up: whatever still goes on is for nothing. */
  readonly signal: AbortSignal;
  /** The last judgement that was begun: one after another, since each may take all workers. */
  judging: Promise<unknown>;
  /** Bodies that are being judged, or wait for that. */
  inHand: number;
}

/** Bytes that may be the body. */
interface Found {
  readonly bytes: Uint8Array;
  /** Who is to blame if they are not; undefined: it was made or judged here. */
  readonly from: PeerId | undefined;
}

/** Fetches and judges bodies, one at a time. */
export class BodySource {
  readonly #options: BodySourceOptions;
  #search: { readonly search: Search; readonly judgement: Promise<Judgement> } | undefined;
  /** The last height of which a body was judged ahead. */
  #foreseen = 0 as Height;
  #stopped = false;

  constructor(options: BodySourceOptions) {
    this.#options = options;
  }

  /**
   * Judges a body that was sent ahead of its proposal, while the proposer writes that down. Once for a height, and only
   * while nothing else is looked for, so that a proposer that sends many gains nothing.
   */
  async foresee({ hash, height }: Body, from: PeerId): Promise<void> {
    if (this.#search !== undefined || height <= this.#foreseen) return;
    this.#foreseen = height;
    await this.judged(hash, () => [from]);
  }

  /**
   * The judgement of the body with this hash; `stale` if another was asked for meanwhile. Asked again while it is looked
   * for, it goes on: a large block must not be begun anew with each view.
   */
  judged(hash: BlockHash, holders: () => readonly PeerId[]): Promise<Judgement> {
    if (this.#stopped) return Promise.resolve({ kind: "stale" });
    if (this.#search?.search.hash === hash) {
      this.#search.search.holders = holders;
      return this.#search.judgement;
    }
    this.#search?.search.ended.abort(OVER);
    const ended = new AbortController();
    const { signal } = ended;
    const search: Search = { hash, holders, ended, signal, judging: Promise.resolve(), inHand: 0 };
    const judgement = this.#find(search).finally(() => {
      ended.abort(OVER);
      if (this.#search?.search === search) this.#search = undefined;
    });
    this.#search = { search, judgement };
    return judgement;
  }

  /** Looks for nothing any more. */
  stop(): void {
    this.#stopped = true;
    this.#search?.search.ended.abort(OVER);
  }

  async #find(search: Search): Promise<Judgement> {
    const bytes = this.#options.chain.proposal(search.hash);
    const own = bytes && (await this.#judge(search, { bytes, from: undefined }));
    return own ?? Promise.race([this.#heard(search), this.#asked(search)]);
  }

  /** What is sent unasked, now or later. */
  async #heard(search: Search): Promise<Judgement> {
    const { hash, signal } = search;
    while (!signal.aborted) {
      const sent = await this.#options.bodies.wait(hash, signal);
      const judgement = sent && (await this.#judge(search, sent));
      if (judgement) return judgement;
    }
    return { kind: "stale" };
  }

  /** What holders answer, as soon as nothing was sent for a moment. */
  async #asked(search: Search): Promise<Judgement> {
    const { bodies, clock } = this.#options;
    const { hash, signal } = search;
    const isWanted = (): boolean => search.inHand === 0 && bodies.get(hash) === undefined;
    await pause(clock, PATIENCE_MS, signal);
    while (!signal.aborted) {
      const judgement = await firstAnswer(
        search.holders(),
        async (from, both): Promise<Judgement | undefined> => {
          const bytes = await this.#ask(from, hash, both);
          return bytes && this.#judge(search, { bytes, from });
        },
        { clock, patienceMs: HOLDER_PATIENCE_MS, atOnceMax: ASKED_MAX, isWanted, signal },
      );
      if (judgement) return judgement;
      await pause(clock, PAUSE_MS, signal);
    }
    return { kind: "stale" };
  }

  /** Undefined: these bytes were not the body. */
  async #judge(search: Search, { bytes, from }: Found): Promise<Judgement | undefined> {
    search.inHand++;
    const judging = search.judging.then(() => this.#judgeNow(bytes, search.signal));
    search.judging = judging.catch(() => {});
    const judgement = await judging.finally(() => search.inHand--);
    if (judgement.kind !== "notTheBody") return judgement;
    const { bodies, network } = this.#options;
    // Another, which is the body, may have come meanwhile.
    if (bodies.get(search.hash)?.bytes === bytes) bodies.drop(search.hash);
    if (from !== undefined) network.reportFault(from, "serious", `body-${judgement.code}`);
    return undefined;
  }

  async #judgeNow(bytes: Uint8Array, signal: AbortSignal): Promise<Judgement> {
    const { proposals, clock } = this.#options;
    let judgement: Judgement = { kind: "stale" };
    // Nobody could tell now, as when all workers are busy.
    while (judgement.kind === "stale" && !signal.aborted) {
      judgement = await proposals.judge(bytes, signal);
      if (judgement.kind === "stale") await pause(clock, RETRY_MS, signal);
    }
    return judgement;
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
