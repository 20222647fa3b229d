// Watches consensus for those who subscribe to it: views that begin, phases, who has voted. Looks only while somebody
// listens, and where there are many members writes down how votes gather, not vote by vote: a hundred members have two
// hundred votes for each block.
import type { PbftStatus } from "@witan/consensus";
import type { Clock, Height, MemberIndex } from "@witan/primitives";
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
  #view = -1;
  #phase: PbftStatus["phase"] = "idle";
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
  look(status: PbftStatus): void {
    const { height, view, phase } = status;
    const now = this.#options.clock.monotonicMs();
    // The timer runs from when something is to be decided: the wait for a proposal that never comes counts.
    const isAtWork = phase !== "idle" || status.timeoutTicks !== undefined;
    if (height !== this.#height) {
      this.#sinceMs = undefined;
      this.#isLate = isAtWork && height !== this.#height + 1;
    }
    if (isAtWork && !this.#isLate) this.#sinceMs ??= now;
    const isNewView = height !== this.#height || view !== this.#view;
    const votes = status.prepares.length + status.commits.length + status.viewChanges.length;
    const isNewPhase = isNewView || phase !== this.#phase;
    if (!isNewPhase && (votes === this.#votes || now - this.#writtenMs < this.#pauseMs)) return;
    this.#height = height;
    this.#view = view;
    this.#phase = phase;
    this.#votes = votes;
    this.#writtenMs = now;
    this.#write(status, isNewView);
  }

  #write({ height, view, phase, primary, ...voters }: PbftStatus, isNewView: boolean): void {
    const { memberships, log } = this.#options;
    const members = memberships(height)?.members ?? [];
    this.#pauseMs = members.length <= FEW_MEMBERS ? 0 : VOTES_MS;
    const nameOf = (member: MemberIndex): string => members[member]?.name ?? `${member}`;
    if (isNewView)
      log.add({ kind: "consensus", event: { type: "view", height, view, proposer: nameOf(primary) } });
    const prepares = voters.prepares.map(nameOf);
    const commits = voters.commits.map(nameOf);
    const viewChanges = voters.viewChanges.map(nameOf);
    log.add({
      kind: "consensus",
      event: { type: "phase", height, view, phase, prepares, commits, viewChanges },
    });
  }
}
