// The rules for one transaction, whatever its kind, in the stages in which a node judges it: by itself, in its block,
// its signatures, its inputs (docs/formats.md, section 7). Each stage relies on those before it.
import { assert, type SignatureCheck } from "@witan/primitives";
import { CHANGE_RULES } from "./change.ts";
import { allBroken, type Broken, firstBroken, type Rule } from "./codes.ts";
import type { Coin, CoinSource, OutpointKey } from "./coin.ts";
import { applyChange } from "./governance.ts";
import { GOVERNANCE_CONTEXT_RULES, GOVERNANCE_RULES } from "./governance-rules.ts";
import type { PolicyNeed } from "./policy.ts";
import { Sealed } from "./sealed.ts";
import type { Governance, Reward, SealedTransaction, Witness } from "./transaction.ts";
import {
  type BlockContext,
  inputsBroken,
  showTransfer,
  TRANSFER_CONTEXT_RULES,
  TRANSFER_RULES,
} from "./transfer-rules.ts";

interface WitnessedReward {
  readonly body: Reward;
  readonly witness: Witness;
}

const REWARD_RULES: readonly Rule<WitnessedReward>[] = [
  {
    code: "reward-witness",
    broken: ({ witness }) =>
      witness.policies.length + witness.signatures.length + witness.preimages.length > 0 ? "" : undefined,
  },
  {
    code: "amount-zero",
    broken: ({ body }) => (body.outputs.some((output) => output.amount === 0n) ? "" : undefined),
  },
];

declare const wellFormed: unique symbol;

/**
 * A transaction that holds by itself: only `judgeForm` makes one. Carries what its policies show, so that later
 * stages need not walk them again.
 */
export interface WellFormed {
  readonly [wellFormed]: true;
  readonly sealed: SealedTransaction;
  /** The keys of a transfer's inputs, in their order; empty for others. */
  readonly inputs: readonly OutpointKey[];
  /** What a transfer's policies ask of its block; empty for others. Kept as long as the transaction: small. */
  readonly policies: readonly PolicyNeed[];
}

const NO_NEEDS: readonly PolicyNeed[] = Object.freeze([]);

/** Judges a transaction by itself: needs no state, and holds or not for ever. */
export function judgeForm(
  sealed: SealedTransaction,
): { readonly ok: true; readonly value: WellFormed } | Broken {
  const before = Sealed.form(sealed);
  if (before) return { ok: true, value: before };
  const { body, witness } = sealed;
  let policies = NO_NEEDS;
  let broken: Broken | undefined;
  if (body.kind === "transfer") {
    const shown = showTransfer(sealed);
    policies = shown.policies.map(({ hash, notBefore }) => ({ hash, notBefore }));
    broken = firstBroken(TRANSFER_RULES, shown);
  } else if (body.kind === "reward") broken = firstBroken(REWARD_RULES, { body, witness });
  else broken = firstBroken(GOVERNANCE_RULES, { body, witness });
  if (broken) return broken;
  const formed = { sealed, inputs: Sealed.inputs(sealed), policies } as WellFormed;
  Sealed.keep(formed);
  return { ok: true, value: formed };
}

const REWARD_CONTEXT_RULES: readonly Rule<WitnessedReward & { readonly context: BlockContext }>[] = [
  {
    code: "reward-height",
    broken: ({ body, context }) =>
      body.height === context.height ? undefined : `height ${body.height} in block ${context.height}`,
  },
];

/** Judges a transaction in its block, signatures and inputs aside. */
export function contextBroken(formed: WellFormed, context: BlockContext): Broken | undefined {
  const { sealed, inputs, policies } = formed;
  const { body, witness } = sealed;
  if (body.kind === "transfer")
    return firstBroken(TRANSFER_CONTEXT_RULES, { sealed, body, witness, inputs, policies, context });
  if (body.kind === "reward") return firstBroken(REWARD_CONTEXT_RULES, { body, witness, context });
  assert(body.kind === "governance", "a fourth kind of transaction");
  return firstBroken(GOVERNANCE_CONTEXT_RULES, { body, witness, context }) ?? changeBroken(body, context);
}

function changeBroken(body: Governance, context: BlockContext): Broken | undefined {
  const applied = applyChange(context.governance, body.change, context.height);
  return applied.ok ? undefined : applied;
}

/** The questions to ask a signature scheme about a transaction: one for each signature. */
export function signatureChecks(sealed: SealedTransaction): readonly SignatureCheck[] {
  return sealed.witness.signatures.map(({ publicKey, signature }) => ({
    digest: sealed.id,
    publicKey,
    signature,
  }));
}

/** The verdict on a transaction one of whose signatures does not hold. */
export function signatureInvalid(detail?: string): Broken {
  return { ok: false, code: "signature-invalid", ...(detail === undefined ? {} : { detail }) };
}

/** Judges a transaction's inputs against the coins there are; of transfers only. */
export function spendingBroken(
  formed: WellFormed,
  context: BlockContext,
  source: CoinSource,
): Broken | undefined {
  return spendingOf(formed, context, coinsOf(formed, source));
}

/** The coins that a transaction's inputs name, in their order; undefined where there is none. */
export function coinsOf({ inputs }: WellFormed, source: CoinSource): readonly (Coin | undefined)[] {
  return inputs.map((key) => source.coin(key));
}

/** As `spendingBroken`, with the coins looked up. */
export function spendingOf(
  formed: WellFormed,
  context: BlockContext,
  coins: readonly (Coin | undefined)[],
): Broken | undefined {
  const { body } = formed.sealed;
  return body.kind === "transfer" ? inputsBroken(body, formed.policies, coins, context) : undefined;
}

/**
 * Every rule that a transaction breaks by itself and, if a context is given, in its block, in the documented order.
 * A rule that rests on one broken before is left out where it can't be told.
 */
export function everyBroken(sealed: SealedTransaction, context?: BlockContext): Broken[] {
  const { body, witness } = sealed;
  if (body.kind === "transfer") {
    const transfer = showTransfer(sealed);
    const own = allBroken(TRANSFER_RULES, transfer);
    return context ? [...own, ...allBroken(TRANSFER_CONTEXT_RULES, { ...transfer, context })] : own;
  }
  if (body.kind === "reward") {
    const own = allBroken(REWARD_RULES, { body, witness });
    return context ? [...own, ...allBroken(REWARD_CONTEXT_RULES, { body, witness, context })] : own;
  }
  const own = allBroken(GOVERNANCE_RULES, { body, witness });
  if (!context) return own;
  const placed = allBroken(GOVERNANCE_CONTEXT_RULES, { body, witness, context });
  // What is wrong by itself can't be tried on the state, nor can anything on a chain without governance.
  const untried = context.chain.mode === "pow" || allBroken(CHANGE_RULES, body.change).length > 0;
  const change = untried ? undefined : changeBroken(body, context);
  return [...own, ...placed, ...(change ? [change] : [])];
}
