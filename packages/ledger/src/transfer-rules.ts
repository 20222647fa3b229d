// The rules for transfers, in their order (docs/formats.md, section 7): by itself, in its block, its inputs.
// Signatures stand between the last two, and are checked elsewhere (signatures.ts).
import { publicKeyShape, signatureShape } from "@witan/crypto";
import {
  type AssetId,
  assert,
  type Hash,
  type Height,
  hexToBytes,
  LIMITS,
  type PolicyHash,
  type PublicKey,
  sha256Hex,
  type Timestamp,
} from "@witan/primitives";
import type { Chain } from "./chain.ts";
import { strictlyAscending } from "./change.ts";
import { type Broken, firstBroken, type Rule } from "./codes.ts";
import type { Coin, OutpointKey } from "./coin.ts";
import type { GovernanceView } from "./governance.ts";
import {
  POLICY_RULES,
  type PolicyFault,
  type PolicyNeed,
  policyFaults,
  type ShownPolicy,
  shownPolicy,
} from "./policy.ts";
import { Sealed } from "./sealed.ts";
import type { SealedTransaction, Transfer, Witness } from "./transaction.ts";

/** A transfer and its policies. */
interface PolicedTransfer {
  readonly sealed: SealedTransaction;
  readonly body: Transfer;
  readonly witness: Witness;
  /** The keys of its inputs, in their order. */
  readonly inputs: readonly OutpointKey[];
  readonly policies: readonly PolicyNeed[];
}

/** A transfer, and what its policies show if they are well shown. */
export interface ShownTransfer extends PolicedTransfer {
  readonly policies: readonly ShownPolicy[];
  /** Of the `key` nodes of all policies. */
  readonly keysShown: readonly PublicKey[];
  readonly keysSigned: readonly PublicKey[];
  /** Of the `hash` nodes of all policies. */
  readonly digestsShown: readonly Hash[];
  /** Of the preimages. */
  readonly digestsHeld: readonly Hash[];
  /** Every rule of section 4 that a policy breaks; `policies` holds those that break none. */
  readonly faults: readonly PolicyFault[];
}

/** Where a transaction is judged: the state after the parent, and the block it stands in. */
export interface BlockContext {
  readonly chain: Chain;
  readonly governance: GovernanceView;
  readonly height: Height;
  readonly timestamp: Timestamp;
}

/** Walks the policies of a transfer once, for all rules. */
export function showTransfer(sealed: SealedTransaction): ShownTransfer {
  const { body, witness } = sealed;
  assert(body.kind === "transfer", "a transfer's rules for something else");
  const faults: PolicyFault[] = [];
  for (const policy of witness.policies) faults.push(...policyFaults(policy));
  const { policies: given } = witness;
  const sound = faults.length === 0 ? given : given.filter((policy) => policyFaults(policy).length === 0);
  const policies = sound.map(shownPolicy);
  return {
    sealed,
    body,
    witness,
    inputs: Sealed.inputs(sealed),
    policies,
    keysShown: joined(policies, (policy) => policy.keys),
    keysSigned: witness.signatures.map((one) => one.publicKey),
    digestsShown: joined(policies, (policy) => policy.digests),
    digestsHeld: witness.preimages.map((preimage) => sha256Hex(hexToBytes(preimage)) as Hash),
    faults,
  };
}

function joined<From, T>(list: readonly From[], each: (one: From) => readonly T[]): readonly T[] {
  const [first] = list;
  return list.length === 1 && first !== undefined ? each(first) : list.flatMap(each);
}

/** So few are scanned: a set costs more to make than they cost to compare. */
const SCANNED_MAX = 8;

function firstRepeated(texts: readonly string[]): string | undefined {
  if (texts.length <= SCANNED_MAX) return texts.find((text, at) => texts.indexOf(text) < at);
  const seen = new Set<string>();
  return texts.find((text) => seen.size === seen.add(text).size);
}

/** The first that is wanted and not held. */
function missing<T>(wanted: readonly (T | undefined)[], held: readonly T[]): T | undefined {
  const among = held.length > SCANNED_MAX ? new Set(held) : undefined;
  for (const one of wanted)
    if (one !== undefined && !(among ? among.has(one) : held.includes(one))) return one;
  return undefined;
}

function ascendingAssets(list: readonly { readonly asset: AssetId }[]): string | undefined {
  const wrong = list.find((one, at) => at > 0 && (list[at - 1]?.asset ?? 0) >= one.asset);
  return wrong && `asset ${wrong.asset}`;
}

function isNothing({ amount }: { readonly amount: bigint }): boolean {
  return amount === 0n;
}

/** The rules for signatures' order and shape, shared with governance transactions. */
export const SIGNATURE_RULES: readonly Rule<{ readonly witness: Witness }>[] = [
  {
    code: "signatures-order",
    broken: ({ witness }) =>
      strictlyAscending(witness.signatures.map((one) => one.publicKey)) ? undefined : "",
  },
  {
    code: "signature-shape",
    broken: ({ witness }) =>
      witness.signatures.find((one) => !publicKeyShape(one.publicKey) || !signatureShape(one.signature))
        ?.publicKey,
  },
];

/** A transfer by itself. */
export const TRANSFER_RULES: readonly Rule<ShownTransfer>[] = [
  { code: "inputs-empty", broken: (t) => (t.body.inputs.length === 0 ? "" : undefined) },
  { code: "inputs-repeated", broken: (t) => firstRepeated(t.inputs) },
  {
    code: "amount-zero",
    broken: ({ body }) =>
      body.outputs.some(isNothing) || body.issued.some(isNothing) || body.destroyed.some(isNothing)
        ? ""
        : undefined,
  },
  { code: "issued-native", broken: (t) => (t.body.issued.some((one) => one.asset === 0) ? "" : undefined) },
  { code: "issued-order", broken: (t) => ascendingAssets(t.body.issued) },
  { code: "destroyed-order", broken: (t) => ascendingAssets(t.body.destroyed) },
  ...POLICY_RULES.map((code) => ({
    code,
    broken: (t: ShownTransfer) => t.faults.find((fault) => fault.code === code)?.detail,
  })),
  {
    code: "policies-order",
    broken: (t) => (strictlyAscending(t.policies.map((policy) => policy.hash)) ? undefined : ""),
  },
  {
    code: "transfer-signatures",
    broken: ({ witness }) =>
      witness.signatures.length > LIMITS.signatures ? `${witness.signatures.length} signatures` : undefined,
  },
  ...SIGNATURE_RULES,
  {
    code: "preimages-order",
    broken: (t) => (strictlyAscending(t.witness.preimages) ? undefined : ""),
  },
  { code: "signature-missing", broken: (t) => missing(t.keysShown, t.keysSigned) },
  { code: "signature-unused", broken: (t) => unused(t, missing(t.keysSigned, t.keysShown)) },
  { code: "preimage-missing", broken: (t) => missing(t.digestsShown, t.digestsHeld) },
  { code: "preimage-unused", broken: (t) => unused(t, missing(t.digestsHeld, t.digestsShown)) },
];

/** While a policy can't be read, nobody can say that something is of no use to it. */
function unused(t: ShownTransfer, found: string | undefined): string | undefined {
  return t.faults.length === 0 ? found : undefined;
}

/** What every transaction that ends has, and where it is judged. */
export interface Placed {
  readonly body: { readonly validUntil: Timestamp };
  readonly context: BlockContext;
}

/** The rules for time, shared with governance transactions. */
export const TIME_RULES: readonly Rule<Placed>[] = [
  {
    code: "expired",
    broken: ({ body, context }) =>
      body.validUntil < context.timestamp
        ? `valid until ${body.validUntil}, it is ${context.timestamp}`
        : undefined,
  },
  {
    code: "valid-until-too-far",
    broken: ({ body, context }) => {
      const latest = context.timestamp + context.governance.state.parameters.validUntilAheadMsMax;
      return body.validUntil > latest ? `valid until ${body.validUntil}, at most ${latest}` : undefined;
    },
  },
];

/** A transfer and where it is judged. */
export interface PlacedTransfer extends PolicedTransfer {
  readonly context: BlockContext;
}

/** A transfer in its block. */
export const TRANSFER_CONTEXT_RULES: readonly Rule<PlacedTransfer>[] = [
  ...TIME_RULES,
  {
    code: "fee-too-low",
    broken: ({ body, sealed, context }) => {
      const { feeRateMin } = context.governance.state.parameters;
      if (feeRateMin === 0) return undefined;
      const least = BigInt(feeRateMin) * BigInt(sealed.weight);
      return body.fee * 1000n < least ? `${body.fee}, at least ${(least + 999n) / 1000n}` : undefined;
    },
  },
  {
    code: "asset-unknown",
    broken: ({ body, context }) => {
      const count = context.governance.state.assets.length;
      const isUnknown = ({ asset }: { readonly asset: AssetId }) => asset >= count;
      const unknown =
        body.outputs.find(isUnknown) ?? body.issued.find(isUnknown) ?? body.destroyed.find(isUnknown);
      return unknown && `asset ${unknown.asset}`;
    },
  },
  {
    code: "client-missing",
    broken: ({ witness, context }) =>
      permitted(context) && witness.signatures.length === 0 ? "" : undefined,
  },
  {
    code: "client-revoked",
    broken: ({ witness, context }) =>
      witness.signatures.find((one) => context.governance.client(one.publicKey)?.status === "revoked")
        ?.publicKey,
  },
  {
    code: "client-not-permitted",
    broken: ({ witness, context }) =>
      permitted(context)
        ? witness.signatures.find((one) => context.governance.client(one.publicKey) === undefined)?.publicKey
        : undefined,
  },
  {
    code: "premature",
    broken: ({ policies, context }) => {
      const wait = policies.find((policy) => policy.notBefore > context.timestamp);
      return wait && `holds from ${wait.notBefore} on, it is ${context.timestamp}`;
    },
  },
];

function permitted(context: BlockContext): boolean {
  return context.chain.genesis.clientsMode === "permitted";
}

/** A transfer where it is judged, and the coins its inputs name. */
interface SpendingTransfer {
  readonly body: Transfer;
  readonly context: BlockContext;
  /** In the order of the inputs; undefined where there is none. */
  readonly coins: readonly (Coin | undefined)[];
  /** The hashes of the policies that coins and issued assets ask for, and of those shown. */
  readonly asked: readonly (PolicyHash | undefined)[];
  readonly shown: readonly PolicyHash[];
}

function asked({ issued }: Transfer, coins: SpendingTransfer["coins"], context: BlockContext) {
  const hashes = coins.map((coin) => coin?.policyHash);
  for (const { asset } of issued) {
    const registered = context.governance.asset(asset);
    if (registered) hashes.push(registered.issuancePolicyHash);
  }
  return hashes;
}

const INPUT_RULES: readonly Rule<SpendingTransfer>[] = [
  {
    code: "input-missing",
    broken: ({ body, coins }) => {
      const at = coins.indexOf(undefined);
      const input = body.inputs[at];
      return input && `output ${input.index} of ${input.transaction}`;
    },
  },
  {
    code: "input-immature",
    broken: ({ coins, context }) => {
      const maturity = context.chain.proofOfWork?.coinbaseMaturity;
      if (maturity === undefined) return undefined;
      const young = coins.find(
        (coin) => coin?.reward && coin.height > 0 && context.height - coin.height < maturity,
      );
      return young && `made at height ${young.height}, can be spent from ${young.height + maturity} on`;
    },
  },
  { code: "policy-missing", broken: (t) => missing(t.asked, t.shown) },
  { code: "policy-unused", broken: (t) => missing(t.shown, t.asked) },
  { code: "unbalanced", broken: (t) => imbalance(t) },
];

/** For each asset: in + issued = out + destroyed (+ fee, for asset 0). Sums are bigints and can't overflow. */
function imbalance({ body, coins }: SpendingTransfer): string | undefined {
  const sums = new Sums(-body.fee);
  for (const coin of coins) if (coin) sums.add(coin.asset, coin.amount);
  for (const { asset, amount } of body.issued) sums.add(asset, amount);
  for (const { asset, amount } of body.outputs) sums.add(asset, -amount);
  for (const { asset, amount } of body.destroyed) sums.add(asset, -amount);
  if (sums.native !== 0n) return imbalanceOf(0 as AssetId, sums.native);
  for (const [asset, sum] of sums.others ?? []) if (sum !== 0n) return imbalanceOf(asset, sum);
  return undefined;
}

function imbalanceOf(asset: AssetId, sum: bigint): string {
  return `asset ${asset}: ${sum > 0n ? `${sum} too few go out` : `${-sum} too many go out`}`;
}

/** Sums by asset. Most transfers are of asset 0 alone, and need no map. */
class Sums {
  native: bigint;
  /** In the order in which they came. */
  others: Map<AssetId, bigint> | undefined;

  constructor(native: bigint) {
    this.native = native;
  }

  add(asset: AssetId, amount: bigint): void {
    if (asset === 0) this.native += amount;
    else {
      this.others ??= new Map();
      this.others.set(asset, (this.others.get(asset) ?? 0n) + amount);
    }
  }
}

/** Judges a transfer's inputs against the coins they name, in the order of the inputs. */
export function inputsBroken(
  body: Transfer,
  policies: readonly PolicyNeed[],
  coins: readonly (Coin | undefined)[],
  context: BlockContext,
): Broken | undefined {
  const shown = policies.map((policy) => policy.hash);
  return firstBroken(INPUT_RULES, { body, context, coins, asked: asked(body, coins, context), shown });
}
