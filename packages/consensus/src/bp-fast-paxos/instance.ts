// What is known about one height: the votes, the proposal that is looked at or was made, and the decision.
import type { BlockHash, BpFastPaxosCertificate, Height, View } from "@witan/primitives";
import { LearnCount } from "./learn-count.ts";
import type { RoundBallot } from "./messages.ts";
import type { KeptVote } from "./types.ts";

/** A proposal of the present round that an acceptor looks at. */
export interface Proposal extends RoundBallot {
  readonly signature: KeptVote["signature"];
  readonly state: "judging" | "accepted" | "untimely";
}

/** What a proposer has proposed. */
export interface Proposed {
  readonly round: View;
  readonly blockHash: BlockHash;
  /** Whether acceptors have not seen the proof of the round yet. */
  readonly withProof: boolean;
}

/** What was decided, while it is being applied. */
export interface Decision {
  readonly height: Height;
  readonly hash: BlockHash;
  readonly certificate: BpFastPaxosCertificate | undefined;
}

/** One height. Decides nothing by itself. */
export class Instance {
  /** Of an acceptor: in the present round. */
  proposal: Proposal | undefined;
  /** Of an acceptor: its vote of the highest round. */
  vote: KeptVote | undefined;
  /** Of a proposer: in its last round. */
  proposed: Proposed | undefined;
  /** Of a proposer: up to this round it may have proposed, and no longer knows what. */
  forgotten: View | undefined;
  /** The round in which a block was asked for. */
  building: View | undefined;
  deciding: Decision | undefined;
  readonly learns = new LearnCount();

  /** Whether there is something to decide: acceptors don't lie, so one vote is enough. */
  get begun(): boolean {
    return this.vote !== undefined || this.proposal !== undefined || this.learns.size > 0;
  }

  /** A round begins, or is asked for: what was proposed in lower ones goes, but not who voted. */
  enter(round: View): void {
    this.proposal = undefined;
    this.building = undefined;
    this.learns.leaveBehind(round);
  }
}
