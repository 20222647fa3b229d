// Rules of packages/node, but for its pool: proposals, durable records, sync, and the chain in memory.
import { CALM, HONEST, lied, type NodeMutation } from "./mutation.ts";

const NODE = "node/src";

/** One is down for a while, and fetches what it has missed from the others, of whom one answers falsely. */
const BEHIND = {
  ...lied("forged-sync"),
  plan: {
    ...lied("forged-sync").plan,
    ...{ kindAtUs: 6_000_000, emptyBlockIntervalMs: 1_000 },
    faults: [{ kind: "crash", process: 3, atUs: 500_000, untilUs: 4_000_000, effects: 0 }],
  },
} as const;

/** Each is stopped in good order, and started again. */
const STOPS = [0, 1, 2, 3].map((process) => {
  const atUs = 500_000 + process * 700_000;
  return { kind: "stop", process, atUs, untilUs: atUs + 300_000 } as const;
});

/** By name. */
export const HOST_OF_NODES: Readonly<Record<string, NodeMutation>> = {
  "time-ignored": {
    says: "votes for blocks of any time",
    file: `${NODE}/consensus/proposals.ts`,
    replace: ["if (withinClockDrift(header.timestamp, clock.now(), chain.governance)) return", "return"],
    checks: ["validity"],
    ...lied("bad-time"),
    ...{ from: 1, seeds: 20 },
  },
  "proposer-ignored": {
    says: "votes for blocks that another made than proposes them",
    file: `${NODE}/consensus/proposals.ts`,
    replace: ["if (header.proposer !== proposer) return", "if (header.proposer < 0) return"],
    checks: ["validity"],
    ...lied("bad-header"),
    ...{ from: 7, seeds: 20 },
  },
  "known-by-id": {
    says: "takes a transaction of a block for the pending one of its id, whatever its witness",
    file: `${NODE}/consensus/proposals.ts`,
    replace: ["return pending?.witnessHash === name.witnessHash ? pending : undefined;", "return pending;"],
    checks: ["blame", "liveness"],
    ...CALM,
    ...{ from: 1, seeds: 20 },
  },
  "sync-certificate-unchecked": {
    says: "takes the certificates of blocks that it fetches for good",
    file: `${NODE}/sync/block-sync.ts`,
    replace: [
      'asked.kind === "checks" ? await signatures.check(asked.checks) : "broken"',
      '"hold" as string',
    ],
    checks: ["validity", "failures", "replay", "agreement"],
    ...BEHIND,
    ...{ from: 1, seeds: 20 },
  },
  "votes-not-synced": {
    says: "signs a vote before its record is safe from a power cut",
    file: `${NODE}/consensus/pbft/pbft-host.ts`,
    replace: [
      "return this.#options.store.write(changes, { sync: true });",
      "return this.#options.store.write(changes, { sync: false });",
    ],
    checks: ["votes", "guard", "agreement", "liveness", "validity"],
    ...HONEST,
    ...{ from: 2, seeds: 20 },
  },
  "body-not-kept": {
    says: "does not keep the body of a block with its vote",
    file: `${NODE}/consensus/pbft/pbft-host.ts`,
    replace: ["changes.push(this.#options.chain.putProposal(hash, valid.block.bytes));", ""],
    checks: ["liveness", "failures"],
    ...HONEST,
    ...{ from: 21, seeds: 20 },
  },
  "replay-skips-a-block": {
    says: "does not apply the first block behind the last flush again when it starts",
    file: `${NODE}/chain/open-chain-keeper.ts`,
    replace: ["let at: number = sound.replayFrom;", "let at: number = sound.replayFrom + 1;"],
    checks: ["failures"],
    ...HONEST,
    ...{ from: 5, seeds: 20 },
  },
  "members-one-block-late": {
    says: "lets a change of the members hold one height late",
    file: `${NODE}/chain/chain-keeper.ts`,
    replace: [
      "    this.#governance.add(header.height, governance);\n    this.#memberships.add(governance);",
      "    this.#memberships.add(this.governance);\n    this.#governance.add(header.height, governance);",
    ],
    checks: ["replay", "failures", "liveness", "proofs", "blame"],
    wishes: { members: 4, liars: 0, network: "lan" },
    plan: { faults: [] },
    ...{ from: 1, seeds: 20 },
  },
  "rules-ignored": {
    says: "goes on though rules hold that it does not know",
    file: `${NODE}/node.ts`,
    replace: [
      "if (RULES_VERSIONS.includes(rulesVersion)) return undefined;",
      "if (rulesVersion > 0) return undefined;",
    ],
    checks: ["rules", "failures"],
    wishes: { members: 4, liars: 0, network: "lan" },
    plan: { ...CALM.plan, unknownRules: true },
    ...{ from: 1, seeds: 20 },
  },
  "stops-too-soon": {
    says: "does not wait, when it is stopped, for what the chain still has to write",
    file: `${NODE}/node.ts`,
    replace: ["    await this.#chain.close();\n", "    void this.#chain.close();\n"],
    checks: ["stops"],
    wishes: { members: 4, liars: 0, network: "lan" },
    plan: { ...CALM.plan, faults: STOPS },
    ...{ from: 1, seeds: 20 },
  },
  "certificate-not-kept": {
    says: "keeps no certificate with a block",
    file: `${NODE}/chain/chain-records.ts`,
    replace: ["if (certificate !== undefined) {", "if (certificate === null) {"],
    checks: ["replay", "failures", "answers", "proofs", "fates"],
    ...CALM,
    ...{ from: 1, seeds: 20 },
  },
  "silence-not-kept": {
    says: "votes though its data are older than its guard",
    file: `${NODE}/consensus/pbft/accounts.ts`,
    replace: ["if (height < next.height) return undefined;", "if (height >= 0) return undefined;"],
    checks: ["guard", "votes"],
    ...HONEST,
    ...{ from: 25, seeds: 20 },
  },
  "checkpoint-of-another-state": {
    says: "hashes the outputs as they are on the disk, flushed or not",
    file: `${NODE}/chain/chain-keeper.ts`,
    replace: [
      "this.#flusher.begin(height, () => hasher.add(block, this.#store.snapshot()));",
      "hasher.add(block, this.#store.snapshot());\n    this.#flusher.begin(height);",
    ],
    checks: ["checkpoints"],
    ...HONEST,
    ...{ from: 1, seeds: 20 },
  },
  "spent-output-in-the-index": {
    says: "leaves outputs in the index of their address when they are spent",
    file: `${NODE}/indexes/index-changes.ts`,
    replace: ["else if (!known.delete(outpoint)) known.set(outpoint, null);", "else known.delete(outpoint);"],
    checks: ["supply"],
    ...CALM,
    ...{ from: 1, seeds: 20 },
  },
};
