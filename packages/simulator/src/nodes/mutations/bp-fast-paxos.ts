// Rules of packages/node that only hosts of BP Fast Paxos have: what is durable before it is said, who says it, what a node may
// say that has lost its data, and certificates that come after their blocks.
import type { BpfpNodesWishes } from "../make-bpfp-nodes-plan.ts";
import type { NodeFault } from "../plan.ts";
import type { NodeMutation } from "./mutation.ts";

/** A mutation of whole nodes of BP Fast Paxos. */
export type BpfpNodeMutation = NodeMutation<BpfpNodesWishes>;

const HOST = "node/src/consensus/bp-fast-paxos";
const MEMBERS: BpfpNodesWishes = { proposers: 2, acceptors: 4, gone: 0, network: "lan" };
const QUIET = { faults: [], changes: [], kindAtUs: 4_000_000, emptyBlockIntervalMs: 1_000 } as const;

/** The proposer that is trusted first lies; nothing else befalls anybody. */
function lied(...taps: readonly string[]): Pick<BpfpNodeMutation, "wishes" | "plan"> {
  return {
    wishes: { ...MEMBERS, liars: 1, taps, twins: false },
    plan: { ...QUIET, liars: [{ node: 0, conducts: taps, twin: false }] },
  };
}

/** All keep the rules, and this befalls them. */
function befallen(...faults: readonly NodeFault[]): Pick<BpfpNodeMutation, "wishes" | "plan"> {
  return { wishes: { ...MEMBERS, liars: 0 }, plan: { ...QUIET, faults } };
}

/** Power cuts, again and again, each at another moment. */
const CUTS = Array.from({ length: 6 }, (_, at): NodeFault => {
  const atUs = 300_000 + at * 600_000;
  return { kind: "power-cut", atUs, untilUs: atUs + 200_000, effects: 7 * at + 3 };
});

/** An acceptor loses its data, again and again, while blocks are decided. */
const LOST = Array.from({ length: 6 }, (_, at): NodeFault => {
  const atUs = 311_000 + at * 600_000;
  return { kind: "lost-data", process: 3, atUs, untilUs: atUs + 20_000 };
});

/** By name. */
export const HOST_OF_BPFP_NODES: Readonly<Record<string, BpfpNodeMutation>> = {
  "any-block-fits": {
    says: "votes for blocks of any time, and of any proposer",
    file: `${HOST}/bpfp-host.ts`,
    replace: [
      "if (valid !== undefined && !forced && proposer !== undefined)",
      "if (valid !== undefined && !forced && proposer === undefined)",
    ],
    checks: ["validity"],
    ...lied("bad-time", "bad-header"),
    ...{ from: 1, seeds: 20 },
  },
  "vote-without-body": {
    says: "keeps a vote without the body that it is for",
    file: `${HOST}/bpfp-host.ts`,
    replace: ["if (valid !== undefined) changes.push(chain.putProposal(blockHash, valid.block.bytes));", ""],
    checks: ["failures", "liveness", "validity"],
    ...befallen(...CUTS),
    ...{ from: 1, seeds: 5 },
  },
  "votes-not-synced": {
    says: "says a vote before its record is safe from a power cut",
    file: `${HOST}/bpfp-host.ts`,
    replace: ["ports.store.write(changes, { sync: true }),", "ports.store.write(changes, { sync: false }),"],
    checks: ["votes", "guard", "promises", "certificates", "liveness"],
    ...befallen(...CUTS),
    ...{ from: 5, seeds: 15 },
  },
  "lost-words-unnoticed": {
    says: "speaks on with data that are older than the guard",
    file: `${HOST}/accounts.ts`,
    replace: ["if (height < next.height) return undefined;", "if (height >= 0) return undefined;"],
    checks: ["votes", "guard", "promises"],
    ...befallen(...LOST),
    ...{ from: 1, seeds: 20 },
  },
  "proposals-forgotten": {
    says: "proposes in a round in which it may have proposed before",
    file: `${HOST}/accounts.ts`,
    replace: ["if (!next.isProposer || height !== next.height", "if (height >= 0 || height !== next.height"],
    checks: ["guard"],
    ...befallen(...CUTS),
    ...{ from: 1, seeds: 20 },
  },
  "certificates-dropped": {
    says: "keeps no certificate that comes after its block",
    file: `${HOST}/certificate-gaps.ts`,
    replace: ["if (!this.#missing.delete(height)) return;", "if (height >= 0) return;"],
    checks: ["certificates"],
    ...befallen(),
    ...{ from: 1, seeds: 5 },
  },
  "decisions-forgotten": {
    says: "does not sign after a restart what it decided before",
    file: `${HOST}/bpfp-host.ts`,
    replace: [
      "for (const one of this.#uncertified()) this.#decisions.sign(one, this.#engine.votingKeys);",
      "",
    ],
    checks: ["certificates"],
    ...befallen(...CUTS),
    ...{ from: 1, seeds: 20 },
  },
  "kept-signatures-unheard": {
    says: "does not count after a restart what it has signed before",
    file: `${HOST}/decision-signer.ts`,
    replace: ["      this.#say({ statement, signature: kept, me });\n", ""],
    checks: ["certificates"],
    wishes: { ...MEMBERS, gone: 1, liars: 0 },
    plan: { ...QUIET, faults: CUTS, gone: [{ node: 4, atUs: 200_000 }] },
    ...{ from: 1, seeds: 20 },
  },
  "channel-ignored": {
    says: "takes whoever sends a message for the first member",
    file: `${HOST}/inbox.ts`,
    replace: [
      "const sender = membership.members.findIndex(({ peerId }) => peerId === from) as MemberIndex;",
      "const sender = 0 as MemberIndex;",
    ],
    checks: ["blame", "liveness", "evidence"],
    ...befallen(),
    ...{ from: 1, seeds: 5 },
  },
  "speaks-under-another-name": {
    says: "goes on speaking as a member whose peer key is another",
    file: `${HOST}/own-word.ts`,
    replace: ["return me === undefined || me.peerId === network.self;", "return true;"],
    checks: ["blame"],
    wishes: { ...MEMBERS, liars: 0 },
    plan: { ...QUIET, faults: [], changes: [{ atUs: 1_000_000, kind: "replace-peer-key", node: 3 }] },
    ...{ from: 1, seeds: 5 },
  },
  "blame-by-clock": {
    says: "takes a block that is untimely by its own clock for one that breaks the rules",
    file: `${HOST}/bpfp-host.ts`,
    replace: [
      'refused.for === "all" ? "invalid" : "untimely"',
      'refused.for === "all" ? "invalid" : "invalid"',
    ],
    checks: ["evidence", "liveness"],
    ...befallen({ kind: "clock-jump", process: 3, atUs: 300_000, untilUs: 3_500_000, byMs: -60_000 }),
    ...{ from: 1, seeds: 20 },
  },
};
