// What consensus waits for, by its protocol: the step that it is in, whose part in it is missing, and how the protocol
// calls things. Facts for `outlook.ts`; knows nothing of connections but how many there are.
import { castOf, primaryOf, proposerOf } from "@witan/consensus";
import { type MemberIndex, type Membership, voters } from "@witan/primitives";
import type { WAITING_FOR } from "@witan/rpc";
import type { BpfpHostStatus } from "../consensus/bp-fast-paxos/guarded-engine.ts";
import type { VoteStatus } from "../consensus/consensus-host.ts";
import type { VotingStatus } from "../consensus/pbft/voting-engine.ts";

/** What consensus may wait for. */
export type WaitingFor = (typeof WAITING_FOR)[number];

/** How a protocol calls things. */
export interface Words {
  readonly turn: "view" | "round";
  readonly leader: "primary" | "proposer";
  /** What a node does with a turn in which nothing is decided in time. */
  readonly givesUp: string;
}

/** Where a protocol stands. */
export interface Course {
  readonly words: Words;
  /** The view or the round. */
  readonly number: number;
  readonly leader: MemberIndex | undefined;
  readonly nextLeader: MemberIndex | undefined;
  readonly isChanging: boolean;
  readonly proposalSeen: boolean;
  /** Members whose agreement decides. */
  readonly voters: readonly MemberIndex[];
  /** Whether this node is one of them, or leads: it needs a quorum to get anywhere. */
  readonly takesPart: boolean;
  /** The step, if enough members can be reached and no block is missing here. @param isWanted there is work */
  readonly step: (isWanted: boolean) => WaitingFor;
  /** Who has done its part in a step. */
  readonly done: (step: WaitingFor) => readonly MemberIndex[];
  /** Who is to do its part in a step, so far as it is members; none: nobody is waited for. */
  readonly expected: (step: WaitingFor) => readonly MemberIndex[];
}

/** The course of a status. */
export function courseOf(status: VoteStatus, membership: Membership): Course {
  return status.mode === "pbft" ? pbftCourse(status, membership) : fastPaxosCourse(status, membership);
}

function pbftCourse(status: VotingStatus, membership: Membership): Course {
  const { view, primary, phase, me, quorum, timeoutTicks, prepares, commits, viewChanges } = status;
  const everybody = voters(membership);
  const done = (step: WaitingFor): readonly MemberIndex[] => {
    // The proposal stands for its primary's PREPARE.
    if (step === "prepares") return [...new Set([primary, ...prepares])];
    if (step === "commits" || step === "block") return commits;
    return step === "view-changes" || step === "new-view" ? viewChanges : [];
  };
  return {
    words: { turn: "view", leader: "primary", givesUp: "gives up" },
    number: view,
    leader: primary,
    nextLeader: primaryOf(view + 1, membership.members.length),
    isChanging: phase === "changingView",
    proposalSeen: phase === "proposed" || phase === "prepared" || phase === "deciding",
    voters: everybody,
    takesPart: me !== undefined,
    step: (isWanted) => {
      switch (phase) {
        case "deciding":
          return "block";
        case "prepared":
          return "commits";
        case "proposed":
          return "prepares";
        case "changingView":
          return viewChanges.length < quorum ? "view-changes" : "new-view";
        case "idle":
          return isWanted || timeoutTicks !== undefined ? "proposal" : "transactions";
      }
    },
    done,
    expected: (step) => {
      if (step === "proposal" || step === "new-view") return [primary];
      return done(step).length > 0 || step === "view-changes" ? everybody : [];
    },
  };
}

function fastPaxosCourse(status: BpfpHostStatus, membership: Membership): Course {
  const { round, proposer, phase, part, me, quorum, timeoutTicks, learns, promises } = status;
  const acceptors = voters(membership);
  const done = (step: WaitingFor): readonly MemberIndex[] => {
    if (step === "learns" || step === "block") return learns;
    return step === "promises" ? promises : [];
  };
  return {
    words: { turn: "round", leader: "proposer", givesUp: "suspects the proposer of" },
    number: round,
    leader: proposer,
    nextLeader: proposerOf(round + 1, castOf(membership)),
    isChanging: phase === "changingTrust",
    proposalSeen: phase === "proposed" || phase === "voted" || phase === "deciding",
    voters: acceptors,
    takesPart: me !== undefined,
    step: (isWanted) => {
      switch (phase) {
        case "deciding":
          return "block";
        case "proposed":
        case "voted":
          // Only acceptors hear each other's votes; to a proposer they become known by the block.
          return "learns";
        case "changingTrust":
          return part === "proposer" && me === proposer && promises.length < quorum
            ? "promises"
            : "new-round";
        case "idle":
          return isWanted || timeoutTicks !== undefined ? "proposal" : "transactions";
      }
    },
    done,
    expected: (step) => {
      if (step === "proposal" || step === "new-round") return proposer === undefined ? [] : [proposer];
      if (step === "promises") return acceptors;
      return step === "learns" && part === "acceptor" ? acceptors : [];
    },
  };
}
