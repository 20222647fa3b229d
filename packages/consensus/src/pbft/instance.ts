// What is known about one height: the votes, the proposal that is looked at, and what they add up to.
import type { BlockHash, Height, MemberIndex, PbftCertificate, View } from "@witan/primitives";
import type { Verified } from "../engine.ts";
import type { Ballot, Commit, PrePrepare, Prepare, PreparedCertificate } from "./messages.ts";
import type { OwnProposal, PbftKept } from "./types.ts";
import { type Equivocation, VIEW_WINDOW, VoteCount, type VoteMessage } from "./votes.ts";

/** A proposal of the present view that is looked at. */
export interface Proposal {
  readonly vote: Verified<PrePrepare> | OwnProposal;
  readonly state: "judging" | "accepted" | "invalid";
}

/** One height. Decides nothing by itself. */
export class Instance {
  /** In the present view. */
  proposal: Proposal | undefined;
  /** The view in which a proposal was asked for. */
  building: View | undefined;
  /** Of the highest view. */
  prepared: PreparedCertificate | undefined;
  /** The decision, while it is being applied. */
  deciding: PbftCertificate | undefined;
  readonly #prePrepares = new VoteCount<PrePrepare>();
  readonly #prepares = new VoteCount<Prepare>();
  readonly #commits = new VoteCount<Commit>();

  /** Counts a vote; evidence if it contradicts an earlier one of its sender. */
  add(vote: Verified<VoteMessage>): Equivocation | undefined {
    switch (vote.message.kind) {
      case "prePrepare":
        return this.#prePrepares.add(vote as Verified<PrePrepare>);
      case "prepare":
        return this.#prepares.add(vote as Verified<Prepare>);
      case "commit":
        return this.#commits.add(vote as Verified<Commit>);
    }
  }

  /**
   * Whether there is something to decide: a proposal, or votes of more members than can lie. (By the votes of fewer, one
   * member could have an idle chain change views for ever.)
   */
  begun(faultyMax: number): boolean {
    if (this.proposal !== undefined) return true;
    const counts = [this.#prePrepares, this.#prepares, this.#commits];
    return new Set(counts.flatMap((count) => count.senders)).size > faultyMax;
  }

  /** How many votes of each kind are kept. */
  get kept(): Pick<PbftKept, "prePrepares" | "prepares" | "commits"> {
    return {
      prePrepares: this.#prePrepares.size,
      prepares: this.#prepares.size,
      commits: this.#commits.size,
    };
  }

  /** The primary's proposal in a view, as it arrived. */
  proposed(view: View, primary: MemberIndex): Verified<PrePrepare> | undefined {
    return this.#prePrepares.of(view, primary);
  }

  /** The prepared certificate of the accepted proposal, if the primary and q - 1 others voted for it. */
  certificateOfPrepared(primary: MemberIndex, quorum: number): PreparedCertificate | undefined {
    if (this.proposal?.state !== "accepted") return undefined;
    const { membership, view, height, blockHash } = this.proposal.vote.message;
    // The primary's own PRE-PREPARE counts when the host hands it back, signed.
    const first = this.#prePrepares.of(view, primary);
    if (first?.message.blockHash !== blockHash) return undefined;
    const others = this.#prepares.for(view, blockHash).filter(({ member }) => member !== primary);
    if (others.length < quorum - 1) return undefined;
    const prepares = others.slice(0, quorum - 1);
    return { membership, view, height, blockHash, primary: first.signature, prepares };
  }

  /** The commit certificate of a ballot, if a quorum voted for it in its view. */
  certificateOfCommit(ballot: Ballot, quorum: number): PbftCertificate | undefined {
    const { membership, view, height, blockHash } = ballot;
    const signatures = this.#commits.for(view, blockHash);
    if (signatures.length < quorum) return undefined;
    return { kind: "pbft", membership, view, height, blockHash, signatures };
  }

  /** Who voted for a block in a view, by PREPARE and by COMMIT. */
  voters(view: View, hash: BlockHash): readonly [readonly MemberIndex[], readonly MemberIndex[]] {
    const members = (votes: readonly { readonly member: MemberIndex }[]) => votes.map(({ member }) => member);
    return [members(this.#prepares.for(view, hash)), members(this.#commits.for(view, hash))];
  }

  /** A view begins. */
  enter(view: View): void {
    this.leave(view);
    this.building = undefined;
  }

  /** A view is asked for: what was about earlier ones goes, but COMMITs, which decide whatever their view. */
  leave(view: View): void {
    this.proposal = undefined;
    this.#prePrepares.forgetBelow(view);
    this.#prepares.forgetBelow(view);
    this.#commits.forgetBelow(view - VIEW_WINDOW);
  }
}

/** What the engine has decided last. */
export interface LastDecided {
  readonly height: Height;
  readonly hash: BlockHash;
  /** None for block 0. */
  readonly certificate: PbftCertificate | undefined;
}
