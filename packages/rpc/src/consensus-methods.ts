// Methods about consensus: who decides, where it stands, what it waits for.
import { LIMITS } from "@witan/primitives";
import * as z from "zod";
import { evidence, fastPaxosEvidence, members } from "./ledger-values.ts";
import { method } from "./method.ts";
import { count, hash, height, listOf, name, oneOf, probability, sentence, text, time } from "./values.ts";

/**
 * What consensus may wait for. `transactions`: for something to put into a block, so nothing is wrong. `proposal`: for
 * the primary's block. `prepares`, `commits`: for votes. `block`: it is decided, and this node gets or writes it.
 * `view-changes`: for members to ask for the next view. `new-view`: for the next primary to begin it. `sync`: this node
 * is behind, and fetches blocks. `peers`: fewer members than a quorum can be reached. And in BP Fast Paxos, where
 * `proposal` is the proposer's block, `learns`: for acceptors to vote. `promises`: for acceptors to promise a round to its
 * proposer. `new-round`: for that proposer to begin it.
 */
export const WAITING_FOR = [
  "transactions",
  "proposal",
  "prepares",
  "commits",
  "block",
  "view-changes",
  "new-view",
  "sync",
  "peers",
  "learns",
  "promises",
  "new-round",
] as const;

/**
 * How a member stands to what is waited for. `me`: this node. `voted`: it has done its part. `silent`: connected, and its
 * part is missing. `ready`: connected, and nothing is expected of it now. `behind`: it lacks blocks that this node has.
 * `disconnected`: no connection. `equivocating`: it has voted twice lately, and its votes count for nothing here; in BP Fast Paxos
 * it has misbehaved lately, as `consensus_evidence` says.
 */
export const MEMBER_STATES = [
  "voted",
  "silent",
  "ready",
  "behind",
  "disconnected",
  "equivocating",
  "me",
] as const;

const names = listOf(name, LIMITS.members);
const phase = oneOf(["idle", "proposed", "prepared", "deciding", "changingView"]);

/** Where a round of BP Fast Paxos stands. */
export const ROUND_PHASES = ["idle", "proposed", "voted", "deciding", "changingTrust"] as const;
const roundPhase = oneOf(ROUND_PHASES);

const decided = {
  membership: height.describe("from which on these members decide"),
  height: height.describe("that is being decided"),
};

const pbftStatus = z.strictObject({
  mode: z.literal("pbft"),
  ...decided,
  view: count,
  phase,
  primary: name,
  me: name.nullable(),
  quorum: count,
  timeoutMs: count.nullable().describe("until the view is given up; null: nothing is waited for"),
  prepares: names,
  commits: names,
  viewChanges: names,
});

const fastPaxosStatus = z.strictObject({
  mode: z.literal("bp-fast-paxos"),
  ...decided,
  round: count,
  phase: roundPhase,
  proposer: name,
  me: name.nullable(),
  part: oneOf(["proposer", "acceptor"]).nullable().describe("what this node is; null: it only learns"),
  quorum: count.describe("of the acceptors"),
  timeoutMs: count.nullable().describe("until the proposer is suspected; null: nothing is waited for"),
  learns: names.describe("acceptors whose votes of this round are here"),
  suspicions: names.describe("acceptors that ask for a later round"),
  promises: names.describe("acceptors that have promised this round, as its proposer knows"),
  uncertified: count.describe("blocks that are final, and whose certificates are not complete here"),
});

/** What a chain of proof of work does: nothing but mine, get blocks of a branch with more work, or move to it. */
export const POW_PHASES = ["settled", "fetching", "switching"] as const;

const work = text(100).describe("of all blocks of the chain together, in hashes, as a decimal string");

const powStatus = z.strictObject({
  mode: z.literal("pow"),
  height: height.describe("of the tip"),
  hash,
  me: z.null().describe("there are no members"),
  quorum: z.literal(0).describe("nobody votes"),
  work,
  phase: oneOf(POW_PHASES),
  best: z
    .strictObject({ height, hash, work })
    .describe("the header with the most work, whether its block is here or not"),
  target: hash.describe("what the hash of the next block must not be above, as a number"),
  branches: count.describe("beside the chain, that this node knows"),
  orphans: count.describe("blocks that wait for the one before"),
  mining: z.boolean().describe("whether this node is a miner"),
  hashRate: count.describe("hashes that this node tries in a second"),
  assumedAttackerShare: probability.describe("the share of all hash power that an attacker is taken to have"),
  reversalRisk: probability.describe(
    "a transaction is called final when it is undone with this probability at most",
  ),
  finalConfirmations: count.nullable().describe("so many confirmations make it final; null: no number does"),
});

const sentences = listOf(sentence, 20);

const voteExplanation = z.strictObject({
  mode: oneOf(["pbft", "bp-fast-paxos"]),
  sentences,
  height,
  view: count.describe("the view, or the round"),
  phase: z.union([phase, roundPhase]),
  waitingFor: oneOf(WAITING_FOR),
  proposer: name.describe("the primary of the view, or the proposer of the round"),
  proposalSeen: z.boolean(),
  votes: z.strictObject({ have: count, needed: count }).describe("in the step that is waited for"),
  members: listOf(
    z.strictObject({
      name,
      state: oneOf(MEMBER_STATES),
      lastHeard: time.nullable().describe("null: never since this node started, or it is this node"),
      height: height.nullable().describe("that it said it has"),
    }),
    LIMITS.members,
  ),
  nextTimeoutMs: count
    .nullable()
    .describe("until this node gives the view up, or suspects the proposer; null: its timer rests"),
  advice: sentences,
});

/**
 * What a chain of proof of work may wait for. `work`: for somebody to find the next block, so nothing is wrong. `blocks`:
 * for those of a branch with more work. `peers`: none is connected, though there are some.
 */
export const WORK_WAITING_FOR = ["work", "blocks", "peers"] as const;

const workExplanation = z.strictObject({
  mode: z.literal("pow"),
  sentences,
  height: height.describe("of the tip"),
  phase: oneOf(POW_PHASES),
  waitingFor: oneOf(WORK_WAITING_FOR),
  mining: z.boolean().describe("whether this node is a miner"),
  lastBlockMs: count.describe("since the tip was made, by its timestamp"),
  blockIntervalMs: count.describe("from block to block on average, as the genesis has it"),
  finalHeight: height.describe("of the last block that counts as final here"),
  peers: z.strictObject({ connected: count, known: count }),
  advice: sentences,
});

/** Methods named `consensus_…`. */
export const CONSENSUS_METHODS = {
  consensus_status: method({
    summary:
      "where consensus stands: height, view or round, phase, who has voted, and when who leads is given up; in proof of work branches, work and hash rate",
    params: z.strictObject({}),
    result: z.discriminatedUnion("mode", [pbftStatus, fastPaxosStatus, powStatus]),
    role: "read",
    errors: [],
  }),
  consensus_membership: method({
    summary: "the members that decide a height; without one, the next",
    params: z.strictObject({ height: height.optional() }),
    result: z.strictObject({
      from: height.describe("the first height that they decide"),
      quorum: count,
      members,
    }),
    role: "read",
    errors: ["height-unknown", "mode-unsupported"],
  }),
  consensus_evidence: method({
    summary:
      "votes of members that contradict each other, with their signatures; in BP Fast Paxos all misbehaviour that was seen",
    params: z.strictObject({}),
    result: z.strictObject({ evidence: listOf(z.union([evidence, fastPaxosEvidence]), 10_000) }),
    role: "read",
    errors: ["mode-unsupported"],
  }),
  consensus_explain: method({
    summary:
      "in words and in data: what consensus waits for, in whose hands it is, and what an operator can do",
    params: z.strictObject({}),
    result: z.discriminatedUnion("mode", [voteExplanation, workExplanation]),
    role: "read",
    errors: [],
  }),
} as const;
