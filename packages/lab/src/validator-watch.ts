// Watches the nodes of a devnet while it runs: which of those that ended were started again by somebody else, and
// whether as many take part as a decision takes. Asks their RPC; starts and ends nothing, and believes no process number.
import { RpcClient } from "@witan/client";
import type { NodeRole } from "./network-shape.ts";

const LOOK_MS = 500;
/** A validator of this machine that does not answer for so long is held, or not there. */
const ANSWER_MS = 1_000;

/** A validator as its chain and its place name it. */
export interface WatchedValidator {
  readonly name: string;
  readonly rpc: string;
}

/** How many members that vote take part, and how many must. */
export interface Turnout {
  readonly running: number;
  readonly quorum: number;
  /** How many proposers take part, where others vote: one must. Undefined: who votes proposes. */
  readonly proposers?: number;
}

/** Whether enough take part to decide anything. */
export function isEnough({ running, quorum, proposers = 1 }: Turnout): boolean {
  return running >= quorum && proposers > 0;
}

/** What is watched, and who hears of it. */
export interface ValidatorWatchOptions {
  readonly chainId: string;
  readonly validators: readonly WatchedValidator[];
  /** The places of those that the devnet started and that run. */
  readonly ours: () => readonly number[];
  /** One that ended answers again: somebody else has started it. */
  readonly onBack: (validator: number) => void;
  /** One that somebody else had started answers no more. */
  readonly onGone: (validator: number) => void;
  /** Too few take part to decide anything, or (`isReached`) enough again. */
  readonly onQuorum: (isReached: boolean, turnout: Turnout) => void;
}

/** What one validator says of itself and the others. */
interface Answer {
  readonly place: number;
  readonly mode: string;
  readonly height: number;
  /** The names of those that it is connected to, and its own. */
  readonly names: readonly string[];
}

/** Watches from `start` to `stop`. */
export class ValidatorWatch {
  readonly #options: ValidatorWatchOptions;
  readonly #clients: readonly RpcClient[];
  /** Those that somebody else has started, by their places. */
  readonly #byHand = new Set<number>();
  #isReached = true;
  /** As it was when somebody last answered. */
  #quorum = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: ValidatorWatchOptions) {
    this.#options = options;
    this.#clients = options.validators.map(({ rpc }) => new RpcClient({ url: rpc, timeoutMs: ANSWER_MS }));
  }

  /** Begins to look, twice a second. @param quorum as it is now: it may change, as members do */
  start(quorum: number): void {
    this.#quorum = quorum;
    this.#again();
  }

  /** Looks no more, and tells nothing any more. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** The validators that somebody else has started, as far as is known now. */
  get byHand(): readonly number[] {
    return [...this.#byHand].sort((a, b) => a - b);
  }

  #again(): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#look().then(() => this.#again()), LOOK_MS);
  }

  async #look(): Promise<void> {
    // Who answers, and ends before the others have answered, was not started by somebody else.
    const asking = this.#options.ours();
    const asked = await Promise.all(this.#clients.map((client, place) => this.#ask(client, place)));
    if (this.#isOver) return;
    const answers = asked.filter((answer) => answer !== undefined);
    this.#tellComings(answers, new Set([...asking, ...this.#options.ours()]));
    const turnout = await this.#turnout(answers);
    if (this.#isOver || turnout === undefined) return;
    const isReached = isEnough(turnout);
    if (isReached === this.#isReached) return;
    this.#isReached = isReached;
    this.#options.onQuorum(isReached, turnout);
  }

  /** Undefined: it does not answer, or another chain's node is in its place. */
  async #ask(client: RpcClient, place: number): Promise<Answer | undefined> {
    const { chainId, validators } = this.#options;
    try {
      const { chainId: found, height, mode } = await client.call("node_status", {});
      if (found !== chainId) return undefined;
      const { peers } = await client.call("node_peers", {});
      const others = peers.filter(({ connected }) => connected).map(({ name }) => name);
      return { place, height, mode, names: [validators[place]?.name ?? "", ...others] };
    } catch {
      // Whatever the reason: it takes no part.
      return undefined;
    }
  }

  #tellComings(answers: readonly Answer[], own: ReadonlySet<number>): void {
    const { validators, onBack, onGone } = this.#options;
    const answering = new Set(answers.map(({ place }) => place));
    for (const place of validators.keys()) {
      const isByHand = answering.has(place) && !own.has(place);
      if (isByHand === this.#byHand.has(place)) continue;
      if (isByHand) {
        this.#byHand.add(place);
        onBack(place);
      } else {
        this.#byHand.delete(place);
        onGone(place);
      }
    }
  }

  /**
   * Members of now that answer, or are connected to one that does: governance may have added some that no home of the
   * devnet has. Undefined: nobody answers in time though some run, so nothing is known.
   */
  async #turnout(answers: readonly Answer[]): Promise<Turnout | undefined> {
    const best = answers.toSorted((a, b) => b.height - a.height)[0];
    if (best === undefined) {
      if (this.#options.ours().length > 0) return undefined;
      return { running: 0, quorum: this.#quorum };
    }
    // No members: whoever answers mines on.
    if (best.mode === "pow") return { running: answers.length, quorum: 1 };
    try {
      const call = this.#clients[best.place]?.call("consensus_membership", {});
      const { quorum, members } = (await call) ?? { quorum: this.#quorum, members: [] };
      this.#quorum = quorum;
      const reached = new Set(answers.flatMap(({ names }) => names));
      const here = (role: NodeRole) =>
        members.filter((member) => member.role === role && reached.has(member.name)).length;
      if (members.every(({ role }) => role === "validator")) return { running: here("validator"), quorum };
      return { running: here("acceptor"), quorum, proposers: here("proposer") };
    } catch {
      return undefined;
    }
  }
}
