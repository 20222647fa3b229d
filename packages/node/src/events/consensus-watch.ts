// Watches consensus for those who subscribe to it: views or rounds that begin, phases, who has voted. Looks only while somebody
// listens, and where there are many members writes down how votes gather, not vote by vote: a hundred members have two
// hundred votes for each block.
import type { Clock, Height, MemberIndex } from "@witan/primitives";
import type { SubscriptionEvent } from "@witan/rpc";
import type { ConsensusStatus, VoteStatus } from "../consensus/consensus-host.ts";
import { turnOf } from "../consensus/turn.ts";
import type { EventLog } from "./event-log.ts";

/** Of few members each vote is written down; of more, in so many milliseconds once what votes there are. */
const FEW_MEMBERS = 16;
const VOTES_MS = 40;

/** What a watch is made with. */
export interface ConsensusWatchOptions {
  readonly memberships: (
    height: Height,
  ) => { readonly members: readonly { readonly name: string }[] } | undefined;
  readonly log: EventLog;
  readonly clock: Clock;
}

/** Watches consensus. */
export class ConsensusWatch {
  readonly #options: ConsensusWatchOptions;
  #height = -1;
  /** The view, or the round. */
  #number = -1;
  #phase: VoteStatus["phase"] = "idle";
  #votes = 0;
  #writtenMs = 0;
  #pauseMs = 0;
  /** When there was first something to decide at this height; undefined: not yet, or that was not seen. */
  #sinceMs: number | undefined;
  /** Whether this height was at work already when it was first looked at: nobody knows since when. */
  #isLate = false;

  constructor(options: ConsensusWatchOptions) {
    this.#options = options;
  }

  /**
   * Milliseconds since this node first had something to decide at the height, and so with what views cost that were given
   * up; null: it has not seen when that was.
   */
  tookMs(height: number): number | null {
    if (this.#height !== height || this.#sinceMs === undefined) return null;
    return Math.round(this.#options.clock.monotonicMs() - this.#sinceMs);
  }

  /** Looks where consensus stands. */
  look(status: ConsensusStatus): void {
    // Blocks are all that there is to tell of.
    if (status.mode === "pow") return;
    const { height, number, phase, votes } = turnOf(status);
    const now = this.#options.clock.monotonicMs();
    // The timer runs from when something is to be decided: the wait for a proposal that never comes counts.
    const isAtWork = phase !== "idle" || status.timeoutTicks !== undefined;
    if (height !== this.#height) {
      this.#sinceMs = undefined;
      this.#isLate = isAtWork && height !== this.#height + 1;
    }
    if (isAtWork && !this.#isLate) this.#sinceMs ??= now;
    const isNewTurn = height !== this.#height || number !== this.#number;
    const isNewPhase = isNewTurn || phase !== this.#phase;
    if (!isNewPhase && (votes === this.#votes || now - this.#writtenMs < this.#pauseMs)) return;
    this.#height = height;
    this.#number = number;
    this.#phase = phase;
    this.#votes = votes;
    this.#writtenMs = now;
    this.#write(status, isNewTurn);
  }

  #write(status: VoteStatus, isNewTurn: boolean): void {
    const { memberships, log } = this.#options;
    const members = memberships(status.height)?.members ?? [];
    this.#pauseMs = members.length <= FEW_MEMBERS ? 0 : VOTES_MS;
    const { turn, phase } = eventsOf(status, (member) => members[member ?? -1]?.name ?? `${member}`);
    if (isNewTurn) log.add({ kind: "consensus", event: turn });
    log.add({ kind: "consensus", event: phase });
  }
}

type EventOf<T extends SubscriptionEvent["type"]> = Extract<SubscriptionEvent, { type: T }>;

/** What is told of where consensus stands: the turn, if it is new, and how far it has come. */
function eventsOf(
  status: VoteStatus,
  nameOf: (member: MemberIndex | undefined) => string,
): { readonly turn: EventOf<"view" | "round">; readonly phase: EventOf<"phase" | "round-phase"> } {
  if (status.mode === "pbft") {
    const { height, view, phase, primary } = status;
    const prepares = status.prepares.map(nameOf);
    const commits = status.commits.map(nameOf);
    const viewChanges = status.viewChanges.map(nameOf);
    return {
      turn: { type: "view", height, view, proposer: nameOf(primary) },
      phase: { type: "phase", height, view, phase, prepares, commits, viewChanges },
    };
  }
  const { height, round, phase, proposer } = status;
  const learns = status.learns.map(nameOf);
  const suspicions = status.suspicions.map(nameOf);
  const promises = status.promises.map(nameOf);
  return {
    turn: { type: "round", height, round, proposer: nameOf(proposer) },
    phase: { type: "round-phase", height, round, phase, learns, suspicions, promises },
  };
}
