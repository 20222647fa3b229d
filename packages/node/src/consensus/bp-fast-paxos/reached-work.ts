// What there is to do, told to an engine of BP Fast Paxos only while a quorum of acceptors is connected. Without one nothing
// can be decided, and work that is known then does harm: a block made before anybody can be sent it is too old when they
// come, and acceptors' timers that run out against a proposer that is merely not connected yet replace it after each restart
// of a network. Must never keep work from a node that reaches a quorum: its timers are how who leads is replaced.
// (In PBFT the primary's own view timer ends long before its block is too old, whatever it does with the block; and members
// that have lost their quorum are to go on asking for views, as the tests of two away from four hold.)
import { type Membership, type PeerId, present, voters } from "@witan/primitives";
import type { Work } from "../../pool/work-watch.ts";

/** What work is held against. */
export interface ReachedWorkOptions {
  readonly network: { readonly self: PeerId; isConnected(id: PeerId): boolean };
  readonly membership: () => Membership;
  /** How many of so many who vote decide. */
  readonly quorum: (voters: number) => number;
  readonly onChange: (work: Work) => void;
}

const NONE: Work = { pending: false, overdue: false };

/** The work of a node, as far as it can be done. */
export class ReachedWork {
  readonly #options: ReachedWorkOptions;
  #work = NONE;
  #told = NONE;

  constructor(options: ReachedWorkOptions) {
    this.#options = options;
  }

  /** There is something to do, or nothing any more. */
  changed(work: Work): void {
    this.#work = work;
    this.look();
  }

  /** Looks again who is connected: to be called as time passes. */
  look(): void {
    const isWork = this.#work.pending || this.#work.overdue;
    const work = isWork && this.#reachesQuorum() ? this.#work : NONE;
    if (work.pending === this.#told.pending && work.overdue === this.#told.overdue) return;
    this.#told = work;
    this.#options.onChange(work);
  }

  /** Whether so many can be sent something that it can be decided, oneself among them if one votes. */
  #reachesQuorum(): boolean {
    const { network, membership, quorum } = this.#options;
    const { members } = membership();
    const deciding = voters(membership()).map((voter) => present(members[voter], "a voter").peerId);
    const reached = deciding.filter((id) => id === network.self || network.isConnected(id));
    return reached.length >= quorum(deciding.length);
  }
}
