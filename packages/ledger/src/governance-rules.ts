// The rules for governance transactions, in their order (docs/formats.md, sections 7 and 8).
import { quorumOf } from "@witan/primitives";
import { CHANGE_RULES } from "./change.ts";
import type { Rule } from "./codes.ts";
import type { Governance, Witness } from "./transaction.ts";
import { type BlockContext, SIGNATURE_RULES, TIME_RULES } from "./transfer-rules.ts";

/** A governance transaction. */
export interface WitnessedGovernance {
  readonly body: Governance;
  readonly witness: Witness;
}

/** A governance transaction and where it is judged. */
export interface PlacedGovernance extends WitnessedGovernance {
  readonly context: BlockContext;
}

/** A governance transaction by itself. */
export const GOVERNANCE_RULES: readonly Rule<WitnessedGovernance>[] = [
  {
    code: "governance-witness",
    broken: ({ witness }) => (witness.policies.length + witness.preimages.length > 0 ? "" : undefined),
  },
  ...SIGNATURE_RULES,
  ...CHANGE_RULES.map((rule) => ({
    code: rule.code,
    broken: ({ body }: WitnessedGovernance) => rule.broken(body.change),
  })),
];

/** A governance transaction in its block. What the change does to the state comes after these (applyChange). */
export const GOVERNANCE_CONTEXT_RULES: readonly Rule<PlacedGovernance>[] = [
  {
    code: "governance-unavailable",
    broken: ({ context }) => (context.chain.mode === "pow" ? "" : undefined),
  },
  ...TIME_RULES,
  {
    code: "governance-sequence",
    broken: ({ body, context }) => {
      const next = context.governance.state.sequence;
      return body.sequence === next ? undefined : `sequence ${body.sequence}, the chain's next is ${next}`;
    },
  },
  {
    code: "approval-stranger",
    broken: ({ witness, context }) =>
      witness.signatures.find((one) => !context.governance.operators.has(one.publicKey))?.publicKey,
  },
  {
    code: "approvals-too-few",
    broken: ({ witness, context }) => {
      const { mode } = context.chain;
      if (mode === "pow") return undefined;
      const quorum = quorumOf(mode, context.governance.operators.size);
      const count = witness.signatures.length;
      return count < quorum ? `${count} of the ${quorum} needed` : undefined;
    },
  },
];
