// Building a transfer: from coins, keys and payments to the signed bytes that a node takes, or to a draft that others still
// sign. Pure and deterministic: the same request makes the same bytes. What it hands out has passed the ledger's own rules
// for a transaction by itself.
import {
  EMPTY_WITNESS,
  judgeForm,
  type Output,
  outputsCodec,
  type SealedTransaction,
  sealTransaction,
  type Transfer,
  transactionCodec,
} from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  assert,
  LIMITS,
  type PolicyHash,
  present,
  refuse,
  SIGNATURE_WEIGHT,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";
import { type PartialTransfer, signPartial } from "./partial-transfer.ts";
import { type FeeOf, type Selection, selectCoins } from "./select-coins.ts";
import { type ShownSize, sizeOf, weightOf } from "./show-policy.ts";
import type { SpendableCoin } from "./spendable-coins.ts";
import type { TransferRefusal } from "./transfer-refusal.ts";
import { type Completion, type ReadRequest, readRequest, type TransferRequest } from "./transfer-request.ts";
import { comparing, witnessOf } from "./witness.ts";

/** What one more output adds to a transfer: an output has a fixed size, and lists of such have no offsets. */
const OUTPUT_BYTES = outputsCodec.encode([
  { asset: 0 as AssetId, amount: 1n as Amount, policyHash: ZERO_HASH as PolicyHash },
]).length;
/** What one more input adds: it has a fixed size too, an id and a position. */
const INPUT_BYTES = 34;
/** The offset of a policy in the list of policies. */
const OFFSET_BYTES = 4;

/** What is known of a transfer before anyone signs it. */
interface PlannedTransfer {
  readonly spent: readonly SpendableCoin[];
  /** The outputs that come back, behind those that are paid. */
  readonly change: readonly Output[];
  readonly fee: bigint;
}

/** A transfer that was built. */
export interface BuiltTransfer extends PlannedTransfer {
  readonly transaction: SealedTransaction;
}

/** A transfer that others still sign. */
export interface DraftedTransfer extends PlannedTransfer {
  readonly partial: PartialTransfer;
}

/** A built transfer, or why there is none. */
export type TransferResult = { readonly ok: true; readonly value: BuiltTransfer } | TransferRefusal;

/** A drafted transfer, or why there is none. */
export type DraftResult = { readonly ok: true; readonly value: DraftedTransfer } | TransferRefusal;

/** Builds and signs a transfer: keys, preimages and time given must be enough for every coin that is given. */
export function buildTransfer(request: TransferRequest): TransferResult {
  const planned = plan(request, "now");
  if (!planned.ok) return planned;
  const { read, selection, body, id } = planned.value;
  const shown = policiesOf(read, selection.coins).map((hash) =>
    present(read.needs.get(hash)?.shown, "a way to satisfy a policy"),
  );
  const signers = new Map(read.keys.map((wallet) => [wallet.publicKey, wallet]));
  const witness = witnessOf(shown, {
    signatureOf: (key) => signers.get(key)?.sign(id),
    preimageOf: (digest) => read.preimageOf.get(digest),
  });
  assert(witness.ok, witness.ok ? "" : `a way to satisfy a policy lacks ${witness.detail}`);
  const sealed = sealTransaction(read.chain.transactions, { body, witness: witness.value });
  assert(sealed.ok, sealed.ok ? "" : `a built transfer can't be encoded: ${sealed.detail}`);
  const judged = judgeForm(sealed.value);
  assert(judged.ok, judged.ok ? "" : `a built transfer breaks the rule ${judged.code}: ${judged.detail}`);
  return { ok: true, value: { transaction: sealed.value, ...planned.value.told } };
}

/**
 * Drafts a transfer from coins of locks that several people open: whoever the locks name may sign, in any order, before
 * `completePartial` makes it whole. The keys given have signed already. A fee by rate is enough for every way to open them.
 */
export function draftTransfer(request: TransferRequest): DraftResult {
  const planned = plan(request, "later");
  if (!planned.ok) return planned;
  const { read, selection, body, id } = planned.value;
  const policies = policiesOf(read, selection.coins).map(
    (hash) => present(read.needs.get(hash), "the policy of a coin").policy,
  );
  const preimages = [...read.preimageOf.values()].sort(comparing((preimage) => preimage));
  let partial: PartialTransfer = { chain: read.chain, body, id, policies, signatures: [], preimages };
  for (const wallet of read.keys) {
    const signed = signPartial(partial, wallet);
    if (signed.ok) partial = signed.value;
  }
  const { length } = transactionCodec.encode({ body, witness: partial });
  if (length > LIMITS.transactionBytes) return tooLarge(length);
  return { ok: true, value: { partial, ...planned.value.told } };
}

interface Plan {
  readonly read: ReadRequest;
  readonly selection: Selection;
  readonly body: Transfer;
  readonly id: SealedTransaction["id"];
  readonly told: PlannedTransfer;
}

/** Chooses coins and fee, and writes the body down. */
function plan(
  request: TransferRequest,
  completion: Completion,
): { readonly ok: true; readonly value: Plan } | TransferRefusal {
  const opened = readRequest(request, completion);
  if (!opened.ok) return opened;
  const read = opened.value;
  const feeOf = feeRule(read, completion);
  const selected = selectCoins(read.coins, wantedOf(read), { feeOf, spend: read.spend ?? "least" });
  if (!selected.ok) return selected;
  const selection = selected.value;
  const refused = limitsRefused(read, selection, completion);
  if (refused) return refused;
  const body = bodyOf(read, selection);
  const id = read.chain.transactions.id(body);
  const change = body.outputs.slice(read.outputs.length);
  const told = { spent: selection.coins, change, fee: selection.fee };
  return { ok: true, value: { read, selection, body, id, told } };
}

function limitsRefused(
  read: ReadRequest,
  selection: Selection,
  completion: Completion,
): TransferRefusal | undefined {
  const { coins, change } = selection;
  if (read.outputs.length + change.length > LIMITS.outputs)
    return refuse("outputs-too-many", `with change more than ${LIMITS.outputs}: pay in several transfers`);
  const size = witnessSize(read, coins, completion);
  if (size.keys > LIMITS.signatures)
    return refuse(
      "keys-too-many",
      `the coins are of more than ${LIMITS.signatures} keys: pay in several transfers, each from fewer`,
    );
  if (size.preimages > LIMITS.preimages)
    return refuse("preimages-too-many", `the coins ask for more than ${LIMITS.preimages} preimages`);
  const bytes = bodyBytes(read, selection) + size.bytes;
  return bytes > LIMITS.transactionBytes ? tooLarge(bytes) : undefined;
}

function tooLarge(bytes: number): TransferRefusal {
  const detail = `${bytes} bytes, a transaction has at most ${LIMITS.transactionBytes}: pay in several transfers`;
  return refuse("transfer-too-large", detail);
}

/** By asset, what must come out of the coins, the fee aside. */
function wantedOf({ outputs, made, gone }: ReadRequest): ReadonlyMap<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  const add = (asset: AssetId, amount: bigint) => sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  for (const { asset, amount } of [...outputs, ...gone]) add(asset, amount);
  for (const { asset, amount } of made) add(asset, -amount);
  return sums;
}

/** The policies that a transfer of these coins shows, in their order. */
function policiesOf({ issuers }: ReadRequest, coins: readonly SpendableCoin[]): readonly PolicyHash[] {
  return [...new Set([...issuers, ...coins.map((coin) => coin.policyHash)])].sort();
}

/** The least fee by weight: what is signed has the same size whatever its amounts and signatures say. */
function feeRule(read: ReadRequest, completion: Completion): FeeOf {
  const { fee } = read;
  if (fee.kind === "exact") return () => fee.amount;
  if (fee.rate === 0) return () => 0n;
  const bare = bodyBytes(read, { coins: [], change: [], fee: 0n });
  return (coins, changeCount) => {
    const { bytes, keys } = witnessSize(read, coins, completion);
    const body = bare + coins.length * INPUT_BYTES + changeCount * OUTPUT_BYTES;
    return (BigInt(fee.rate) * BigInt(body + bytes + SIGNATURE_WEIGHT * keys) + 999n) / 1_000n;
  };
}

/** The bytes of a transaction whose witness shows nothing. */
function bodyBytes(read: ReadRequest, selection: Selection): number {
  return transactionCodec.encode({ body: bodyOf(read, selection), witness: EMPTY_WITNESS }).length;
}

/** What the witness of a transfer of these coins adds: exactly what is shown now, or the most that may be shown later. */
function witnessSize(read: ReadRequest, coins: readonly SpendableCoin[], completion: Completion): ShownSize {
  const needs = policiesOf(read, coins).map((hash) => present(read.needs.get(hash), "the policy of a coin"));
  const sizes = needs.map(({ shown, most }) =>
    completion === "later" || shown === undefined ? most : sizeOf(shown),
  );
  const sumOf = (field: keyof ShownSize) => sizes.reduce((sum, size) => sum + size[field], 0);
  // A key signs once, and a preimage stands once, for however many policies.
  const shown = needs.flatMap((need) => (completion === "later" ? need.policy : (need.shown ?? [])));
  const keys = new Set(shown.flatMap((node) => (node.kind === "key" ? [node.publicKey] : [])));
  const digests = new Set(shown.flatMap((node) => (node.kind === "hash" ? [node.digest] : [])));
  const distinct = {
    keys: Math.min(keys.size, sumOf("keys")),
    preimages: Math.min(digests.size, sumOf("preimages")),
  };
  const policies = sumOf("bytes") + OFFSET_BYTES * sizes.length;
  const carried = weightOf({ bytes: policies, ...distinct }) - SIGNATURE_WEIGHT * distinct.keys;
  return { bytes: carried, ...distinct };
}

function bodyOf(read: ReadRequest, { coins, change, fee }: Selection): Transfer {
  const returned = change.map((one) => ({ ...one, policyHash: read.changePolicy }));
  return {
    kind: "transfer",
    inputs: coins.map(({ transaction, index }) => ({ transaction, index })),
    outputs: [...read.outputs, ...returned],
    fee: fee as Amount,
    issued: read.made,
    destroyed: read.gone,
    validUntil: read.validUntil as Timestamp,
    memo: read.memo,
  };
}
