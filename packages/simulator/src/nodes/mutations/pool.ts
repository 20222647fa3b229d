// Rules of the mempool, and of the way into it.
import { CALM, lied, type NodeMutation } from "./mutation.ts";

const MEMPOOL = "mempool/src";
const POOL_OF_NODE = "node/src/pool";

/** By name. */
export const POOL: Readonly<Record<string, NodeMutation>> = {
  "verified-by-id": {
    says: "takes the signatures of a transaction for checked when another copy of it is pending",
    file: `${MEMPOOL}/mempool.ts`,
    replace: [
      "return this.has(transaction.id, transaction.witnessHash) || this.#pool.waiting.has(transaction);",
      "return this.get(transaction.id) !== undefined || this.#pool.waiting.has(transaction);",
    ],
    checks: ["validity"],
    ...lied("bad-witness"),
    ...{ from: 2, seeds: 20 },
  },
  "included-stays": {
    says: "keeps what a block includes",
    file: `${MEMPOOL}/block-applied.ts`,
    replace: ["  pool.graph.remove(included);\n", ""],
    checks: ["failures"],
    ...CALM,
    ...{ from: 1, seeds: 20 },
  },
  "contradicted-stays": {
    says: "keeps what a block contradicts",
    file: `${MEMPOOL}/block-applied.ts`,
    replace: ["if (spender) pool.drop(spender, refusal, turn);", ""],
    checks: ["failures"],
    ...CALM,
    ...{ from: 17, seeds: 20 },
  },
  "expired-stays": {
    says: "keeps what no block can hold any more",
    file: `${MEMPOOL}/block-applied.ts`,
    replace: ["  dropExpired(pool, turn);\n", ""],
    checks: ["failures", "liveness", "bounds"],
    ...CALM,
    // No quorum for a while, in which everything expires that was handed in.
    plan: {
      ...CALM.plan,
      faults: [1, 2].map((process) => ({ kind: "pause", process, atUs: 500_000, untilUs: 3_800_000 })),
      dealings: Array.from({ length: 20 }, (_, at) => ({
        ...{ atUs: 600_000 + 50_000 * at, client: at, kind: "brief" },
      })),
    },
    ...{ from: 5, seeds: 20 },
  },
  "pool-without-end": {
    says: "takes in as many transactions as come",
    file: `${MEMPOOL}/pool.ts`,
    replace: [
      'if (newcomer.body.kind !== "transfer") return false;\n    return graph.transfers >= limits.transactions || graph.bytes',
      "return graph.bytes",
    ],
    checks: ["bounds"],
    ...{ from: 3, seeds: 20 },
  },
  "signatures-unasked": {
    says: "admits transactions whatever the verifier answers",
    file: `${POOL_OF_NODE}/intake.ts`,
    replace: ["answer.value.slice(at, at + checks.length).every(Boolean)", "answer.value.length >= at"],
    checks: ["validity", "replay", "liveness", "blame", "failures"],
    ...CALM,
    ...{ from: 5, seeds: 20 },
  },
  "nothing-overdue": {
    says: "never says that a transaction is passed over",
    file: `${POOL_OF_NODE}/work-watch.ts`,
    replace: [
      "overdue: this.#first !== undefined && atMs - this.#first.sinceMs >= overdueMs,",
      "overdue: atMs < 0,",
    ],
    checks: ["liveness"],
    ...lied("censorship"),
    // Others go on, so that blocks are made all the time.
    plan: {
      ...lied("censorship").plan,
      ...{ kindAtUs: 1_000_000, boundUs: 15_000_000 },
      dealings: Array.from({ length: 100 }, (_, at) => ({
        ...{ atUs: 200_000 * (at + 1), client: at < 5 ? 0 : 1 + (at % 3), kind: "pay" },
      })),
    },
    ...{ from: 1, seeds: 20 },
  },
};
