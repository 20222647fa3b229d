// Rules of the ledger: what makes a block or transaction valid.
import { CALM, lied, type NodeMutation } from "./mutation.ts";

const LEDGER_SRC = "ledger/src";

/** By name. */
export const LEDGER: Readonly<Record<string, NodeMutation>> = {
  "spent-stays": {
    says: "leaves an output that is spent where it is, within a block and behind it",
    file: `${LEDGER_SRC}/block-rules.ts`,
    replace: ["    coins.take(key, coin);\n", ""],
    checks: ["validity", "replay", "supply", "failures", "liveness"],
    ...CALM,
    ...{ from: 2, seeds: 20 },
  },
  "parent-ignored": {
    says: "takes blocks on any parent",
    file: `${LEDGER_SRC}/block-rules.ts`,
    replace: [
      "differs(block.header.parent, state.parent.hash)",
      "differs(state.parent.hash, state.parent.hash)",
    ],
    checks: ["validity", "failures"],
    ...lied("bad-parent"),
    ...{ from: 1, seeds: 20 },
  },
  "governance-root-ignored": {
    says: "takes blocks whose governanceRoot is another",
    file: `${LEDGER_SRC}/block-rules.ts`,
    replace: ["if (root !== undefined) return {", "if (root === null) return {"],
    checks: ["validity"],
    ...lied("bad-root"),
    ...{ from: 2, seeds: 20 },
  },
  "transactions-root-ignored": {
    says: "takes blocks whose transactionsRoot is another",
    file: `${LEDGER_SRC}/block-rules.ts`,
    replace: [
      "differs(block.header.transactionsRoot, transactionsRoot(block.transactions))",
      "differs(transactionsRoot(block.transactions), transactionsRoot(block.transactions))",
    ],
    checks: ["validity"],
    ...lied("bad-root"),
    ...{ from: 5, seeds: 20 },
  },
  "reward-to-another": {
    says: "takes blocks that pay the reward to somebody else",
    file: `${LEDGER_SRC}/reward.ts`,
    replace: ["    output.policyHash === due.policyHash &&\n", ""],
    checks: ["validity"],
    ...lied("bad-reward"),
    ...{ from: 4, seeds: 20 },
  },
  "reward-of-the-first-member": {
    says: "pays every reward to the first member",
    file: `${LEDGER_SRC}/reward.ts`,
    replace: [
      "governance.state.members[proposer]?.rewardPolicy",
      "governance.state.members[0]?.rewardPolicy",
    ],
    checks: ["replay"],
    ...{ from: 1, seeds: 20 },
  },
  "reward-not-due-taken": {
    says: "takes a reward where none is due",
    file: `${LEDGER_SRC}/reward.ts`,
    replace: ["return reward && { ok: false", "return reward === null && { ok: false"],
    checks: ["validity"],
    ...lied("bad-reward"),
    ...{ from: 7, seeds: 20 },
  },
  "two-changes-taken": {
    says: "takes a change of the members that stands before others",
    file: `${LEDGER_SRC}/block-rules.ts`,
    replace: [
      'body.kind === "governance" && at < block.transactions.length - 1',
      'body.kind === "governance" && at < 0',
    ],
    checks: ["validity"],
    ...lied("bad-governance"),
    plan: {
      ...lied("bad-governance").plan,
      changes: [1, 2, 3].map((node) => ({ atUs: 500_000 * node, kind: "replace-key", node })),
    },
    ...{ from: 17, seeds: 20 },
  },
  "approvals-uncounted": {
    says: "takes a change that one operator approved",
    file: `${LEDGER_SRC}/governance-rules.ts`,
    replace: ["return count < quorum ?", "return count < 1 ?"],
    checks: ["validity"],
    ...lied("bad-governance"),
    ...{ from: 1, seeds: 20 },
  },
  "sums-ignored": {
    says: "takes transfers that pay more than they spend",
    file: `${LEDGER_SRC}/transfer-rules.ts`,
    replace: ['{ code: "unbalanced", broken: (t) => imbalance(t) },', ""],
    checks: ["validity", "replay", "supply"],
    ...CALM,
    ...{ from: 1, seeds: 20 },
  },
  "size-ignored": {
    says: "takes blocks of any number of transactions",
    file: `${LEDGER_SRC}/block-rules.ts`,
    replace: ["above(block.transactions.length, state", "above(0, state"],
    checks: ["validity"],
    ...lied("bad-size"),
    plan: { ...lied("bad-size").plan, limits: "tight" },
    ...{ from: 1, seeds: 20 },
  },
};
