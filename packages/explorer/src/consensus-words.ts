// What the page says of consensus in each mode: its steps, who votes in which, what ends a turn of whoever proposes.
import type { ResultOf } from "@witan/rpc";
import { chanceText, countText } from "./words.ts";

type Status = ResultOf<"consensus_status">;

/** What a node explains on a chain whose members vote. */
export type Explained = Exclude<ResultOf<"consensus_explain">, { readonly mode: "pow" }>;

/** Where consensus stands on a chain whose members vote. */
export type VoteStatus = Exclude<Status, { mode: "pow" }>;

/** Where proof of work stands. */
export type MiningStatus = Extract<Status, { mode: "pow" }>;

/** The words of a mode, about one moment. */
export interface ConsensusWords {
  /** A turn of whoever proposes. */
  readonly turn: "view" | "round";
  /** The steps of a turn in their order, by phase. */
  readonly phases: readonly (readonly [Explained["phase"], string])[];
  /** Columns of who has voted. */
  readonly votes: readonly (readonly [string, readonly string[]])[];
  /** Who asks for the next turn, and how that column is called. */
  readonly next: readonly [string, readonly string[]];
  /** Whether it is being left now. */
  readonly isChanging: boolean;
  /** What a member did whose evidence is kept. */
  readonly misdeed: string;
}

/** What to say of consensus as it stands. */
export function consensusWords(status: VoteStatus): ConsensusWords {
  return status.mode === "pbft" ? pbft(status) : fastPaxos(status);
}

const STEPS = [
  ["idle", "Nothing proposed"],
  ["proposed", "Proposed: members prepare"],
  ["prepared", "Prepared: members commit"],
  ["deciding", "Decided: being written"],
] as const;

function pbft({ phase, prepares, commits, viewChanges }: Extract<Status, { mode: "pbft" }>): ConsensusWords {
  const isChanging = phase === "changingView";
  return {
    turn: "view",
    phases: isChanging ? [...STEPS, ["changingView", "Changing views"]] : STEPS,
    votes: [
      ["Prepare", prepares],
      ["Commit", commits],
    ],
    next: ["Next view", viewChanges],
    isChanging: isChanging || viewChanges.length > 0,
    misdeed: "votes twice",
  };
}

const FAST_STEPS = [
  ["idle", "Nothing proposed"],
  ["proposed", "Proposed: acceptors vote"],
  ["voted", "Voted: votes are counted"],
  ["deciding", "Decided: being written"],
] as const;

function fastPaxos(status: Extract<Status, { mode: "bp-fast-paxos" }>): ConsensusWords {
  const { phase, learns, suspicions, promises } = status;
  const isChanging = phase === "changingTrust";
  return {
    turn: "round",
    phases: isChanging ? [...FAST_STEPS, ["changingTrust", "Turning to another proposer"]] : FAST_STEPS,
    votes: [["Voted", learns], ...(promises.length > 0 ? [["Promised", promises] as const] : [])],
    next: ["Suspects the proposer", suspicions],
    isChanging: isChanging || suspicions.length > 0,
    misdeed: "misbehaved",
  };
}

/** From how many confirmations on this node calls a transaction final, and why. */
export function finalText({ assumedAttackerShare, reversalRisk, finalConfirmations }: MiningStatus): string {
  const against = `against an attacker with ${chanceText(assumedAttackerShare)} of all hash power`;
  const risk = `the chance to be undone is at most ${chanceText(reversalRisk)}`;
  return finalConfirmations === null
    ? `never: ${against} no number of confirmations is enough that ${risk}`
    : `after ${countText(finalConfirmations, "confirmation")}: ${against} ${risk}`;
}
