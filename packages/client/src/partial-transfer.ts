// Transfers that several people sign: passed from hand to hand as bytes, signed in any order, put together, made whole. The
// bytes are those of a transaction whose witness shows its policies whole and holds the signatures there are; the id does
// not rest on the witness, so who signs at last, and which way of a policy is shown, is open until the end.
import { createNobleScheme } from "@witan/crypto";
import {
  type Chain,
  judgeForm,
  type KeySignature,
  type Policy,
  policyHash,
  type SealedTransaction,
  sealTransaction,
  type Transfer,
} from "@witan/ledger";
import {
  assert,
  type Hash,
  hexToBytes,
  isHex,
  LIMITS,
  ok,
  type PublicKey,
  present,
  type Refusal,
  type Result,
  refuse,
  sha256Hex,
  type TransactionId,
} from "@witan/primitives";
import { keysIn } from "./lock.ts";
import { policiesFault, signaturesFault } from "./partial-faults.ts";
import { type Means, showingOf } from "./show-policy.ts";
import type { PolicyUnsatisfied, TooEarly } from "./transfer-refusal.ts";
import { unsatisfied } from "./transfer-request.ts";
import type { Wallet } from "./wallet.ts";
import { comparing, witnessOf } from "./witness.ts";

/**
 * A transfer that is not whole yet. `body` is what one signs: look at its outputs, fee and what it destroys. What it spends
 * can be no more than that, since the ledger takes a transfer only if both sides are equal.
 */
export interface PartialTransfer {
  readonly chain: Chain;
  readonly body: Transfer;
  /** What is signed. */
  readonly id: TransactionId;
  /** What its coins pay to, whole, by their hashes. */
  readonly policies: readonly Policy[];
  /** So far, by key; each holds. */
  readonly signatures: readonly KeySignature[];
  /** In hex, ascending. */
  readonly preimages: readonly string[];
}

/** Who has signed, and who may. */
export interface PartialStatus {
  readonly signed: readonly PublicKey[];
  /** Named by the policies, and not signed; not all need to. */
  readonly open: readonly PublicKey[];
  /** Whether `completePartial` makes it whole at this time. */
  readonly isComplete: boolean;
}

/** Signs. Code `key-foreign`: no policy of the transfer names the wallet's key. Signing again changes nothing. */
export function signPartial(
  partial: PartialTransfer,
  wallet: Wallet,
): Result<PartialTransfer, "key-foreign"> {
  const { publicKey } = wallet;
  if (!namesKey(partial, publicKey))
    return refuse("key-foreign", `no policy of transfer ${partial.id} names the key ${publicKey}`);
  return ok(withSignatures(partial, [{ publicKey, signature: wallet.sign(partial.id) }]));
}

/** Adds the secret that a lock asks for. Codes `preimage-invalid` (not 32 bytes in hex), `preimage-foreign` (of no lock). */
export function revealPreimage(
  partial: PartialTransfer,
  preimage: string,
): Result<PartialTransfer, "preimage-invalid" | "preimage-foreign"> {
  if (!isHex(preimage, 32)) return refuse("preimage-invalid", "expected 32 bytes in lower-case hex");
  const digest = sha256Hex(hexToBytes(preimage));
  const isAsked = partial.policies.flat().some((node) => node.kind === "hash" && node.digest === digest);
  if (!isAsked) return refuse("preimage-foreign", `no policy of transfer ${partial.id} asks for it`);
  return ok(withPreimages(partial, [preimage]));
}

/**
 * Puts together what several have signed apart. Codes: `transfer-other` (they are not all of one transfer),
 * `policies-other` (they show other policies for it: one of them is not what the coins pay to), `signature-invalid` (one
 * does not hold: it would stand in the place of one that does).
 */
export function joinPartials(
  first: PartialTransfer,
  ...others: readonly PartialTransfer[]
): Result<PartialTransfer, "transfer-other" | "policies-other" | "signature-invalid"> {
  const scheme = createNobleScheme();
  const hashes = hashesOf(first);
  let joined = first;
  for (const other of others) {
    if (other.id !== first.id || other.chain.chainId !== first.chain.chainId)
      return refuse("transfer-other", `found transfer ${other.id} beside ${first.id}`);
    if (hashesOf(other) !== hashes)
      return refuse("policies-other", `found two lists of policies for transfer ${first.id}`);
    const fault = signaturesFault(other, scheme);
    if (fault) return fault;
    joined = withPreimages(withSignatures(joined, other.signatures), other.preimages);
  }
  return ok(joined);
}

/** Who has signed, and whether that is enough by this block time. */
export function partialStatus(partial: PartialTransfer, time = 0): PartialStatus {
  const signed = partial.signatures.map(({ publicKey }) => publicKey);
  const named = [...new Set(partial.policies.flatMap(keysIn))];
  return {
    signed,
    open: named.filter((key) => !signed.includes(key)),
    isComplete: completePartial(partial, time).ok,
  };
}

/** Why a partial transfer can't be made whole. */
export type CompletionRefusal =
  | PolicyUnsatisfied
  | TooEarly
  | Refusal<"policy-invalid" | "signature-invalid" | "keys-too-many" | "transfer-too-large">;

/**
 * Makes a transfer whole, having looked at every policy and signature once more: shows the cheapest way that the signatures, preimages and time allow, and leaves out what that
 * does not need.
 * @param time a block time that has come, in milliseconds: what opens by then is open
 */
export function completePartial(
  partial: PartialTransfer,
  time = 0,
): { readonly ok: true; readonly value: SealedTransaction } | CompletionRefusal {
  const { chain, body, policies } = partial;
  const signed = { id: chain.transactions.id(body), policies, signatures: partial.signatures };
  const fault = policiesFault(policies) ?? signaturesFault(signed, createNobleScheme());
  if (fault) return fault;
  const signatures = new Map(partial.signatures.map((one) => [one.publicKey, one.signature]));
  const preimages = new Map(partial.preimages.map((one) => [sha256Hex(hexToBytes(one)) as Hash, one]));
  const means: Means = {
    hasKey: (key) => signatures.has(key as PublicKey),
    hasPreimage: (digest) => preimages.has(digest as Hash),
    time,
  };
  const shown: Policy[] = [];
  for (const policy of policies) {
    const showing = showingOf(policy, means);
    const refused = unsatisfied(showing, present(policyHash(policy), "the hash of a policy"));
    if (refused !== undefined) return refused;
    shown.push(present(showing.shown, "a way to satisfy a policy"));
  }
  const witness = witnessOf(shown, {
    signatureOf: (key) => signatures.get(key),
    preimageOf: (digest) => preimages.get(digest),
  });
  assert(witness.ok, witness.ok ? "" : `a way to satisfy a policy lacks ${witness.detail}`);
  if (witness.value.signatures.length > LIMITS.signatures)
    return refuse("keys-too-many", `more than ${LIMITS.signatures} signatures`);
  const sealed = sealTransaction(chain.transactions, { body, witness: witness.value });
  if (!sealed.ok) return refuse("transfer-too-large", sealed.detail);
  const judged = judgeForm(sealed.value);
  assert(judged.ok, judged.ok ? "" : `a whole transfer breaks the rule ${judged.code}: ${judged.detail}`);
  return ok(sealed.value);
}

function namesKey({ policies }: PartialTransfer, publicKey: PublicKey): boolean {
  return policies.some((policy) => keysIn(policy).includes(publicKey));
}

/** What stands for its policies. */
function hashesOf({ policies }: PartialTransfer): string {
  return policies.map((policy) => policyHash(policy)).join(" ");
}

function withSignatures(partial: PartialTransfer, more: readonly KeySignature[]): PartialTransfer {
  const byKey = new Map([...partial.signatures, ...more].map((one) => [one.publicKey, one]));
  return { ...partial, signatures: [...byKey.values()].sort(comparing(({ publicKey }) => publicKey)) };
}

function withPreimages(partial: PartialTransfer, more: readonly string[]): PartialTransfer {
  const preimages = [...new Set([...partial.preimages, ...more])].sort(comparing((preimage) => preimage));
  return { ...partial, preimages };
}
