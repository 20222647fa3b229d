// Building a transfer: from coins, keys and payments to the signed bytes that a node takes. Pure and deterministic: the same
// request makes the same bytes. What it hands out has passed the ledger's own rules for a transaction by itself.
import { parseAddress } from "@witan/crypto";
import {
  type Chain,
  judgeForm,
  type Output,
  outputsCodec,
  type SealedTransaction,
  sealTransaction,
  type Transfer,
  transactionCodec,
  type Witness,
} from "@witan/ledger";
import {
  AMOUNT_MAX,
  type Amount,
  type AssetId,
  assert,
  INTEGER_MAX,
  isHex,
  LIMITS,
  type PolicyHash,
  present,
  refuse,
  SIGNATURE_WEIGHT,
  type Signature,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";
import { type FeeOf, type Selection, selectCoins } from "./select-coins.ts";
import type { SpendableCoin } from "./spendable-coins.ts";
import type { TransferRefusal } from "./transfer-refusal.ts";
import type { Wallet } from "./wallet.ts";

const NO_SIGNATURE = "00".repeat(64) as Signature;
/** What one more output adds to a transfer: an output has a fixed size, and lists of such have no offsets. */
const OUTPUT_BYTES = outputsCodec.encode([
  { asset: 0 as AssetId, amount: 1n as Amount, policyHash: ZERO_HASH as PolicyHash },
]).length;

/** What someone gets. */
export interface Payment {
  /** An address of the chain. */
  readonly to: string;
  /** In base units, 1 to 2^64 - 1. */
  readonly amount: bigint;
  /** The native asset, 0, by default. */
  readonly asset?: number;
}

/**
 * What is paid for being in a block, in base units of asset 0. `exact`: so much. `rate`: the least that suffices at so many
 * base units for 1,000 of weight (`feeRateMin` of the chain's parameters, or more to be taken earlier).
 */
export type FeeChoice =
  | { readonly kind: "exact"; readonly amount: bigint }
  | { readonly kind: "rate"; readonly rate: number };

/** All that a transfer is made of. */
export interface TransferRequest {
  readonly chain: Chain;
  /** They sign for the coins that are theirs. */
  readonly keys: readonly Wallet[];
  /** What may be spent; as few as possible are. */
  readonly coins: readonly SpendableCoin[];
  readonly payments: readonly Payment[];
  readonly fee: FeeChoice;
  /** The address that what is left goes to: one output for each asset. */
  readonly changeTo: string;
  /** The last block time at which it may enter a block, in milliseconds. */
  readonly validUntil: number;
  /** At most 256 bytes in hex, for everyone to read. */
  readonly memo?: string;
}

/** A transfer that was built. */
export interface BuiltTransfer {
  readonly transaction: SealedTransaction;
  readonly spent: readonly SpendableCoin[];
  /** The outputs that come back, behind those that are paid. */
  readonly change: readonly Output[];
  readonly fee: bigint;
}

/** A built transfer, or why there is none. */
export type TransferResult = { readonly ok: true; readonly value: BuiltTransfer } | TransferRefusal;

/** Builds and signs a transfer. */
export function buildTransfer(request: TransferRequest): TransferResult {
  const { chain, payments, fee, memo = "", validUntil } = request;
  const wrong = valuesRefused(fee, memo, validUntil) ?? coinsRefused(request);
  if (wrong) return wrong;
  const outputs = outputsOf(chain, payments);
  if (!outputs.ok) return outputs;
  const changeTo = parseAddress(request.changeTo, chain.genesis.addressPrefix);
  if (!changeTo.ok) return refuse("address-invalid", `for the change: ${changeTo.detail}`);

  const draft: Draft = { ...request, memo, outputs: outputs.value, changeTo: changeTo.value };
  const selected = selectCoins(request.coins, sumsOf(outputs.value), feeOf(draft));
  if (!selected.ok) return selected;
  const { coins, change } = selected.value;
  if (draft.outputs.length + change.length > LIMITS.outputs)
    return refuse("outputs-too-many", `with change more than ${LIMITS.outputs}: pay in several transfers`);
  if (signersOf(draft, coins).length > LIMITS.signatures)
    return refuse(
      "keys-too-many",
      `the coins are of more than ${LIMITS.signatures} keys: pay in several transfers, each from fewer`,
    );
  return { ok: true, value: seal(draft, selected.value) };
}

/** A request whose values have been read. */
interface Draft extends TransferRequest {
  readonly memo: string;
  readonly outputs: readonly Output[];
  readonly changeTo: PolicyHash;
}

function valuesRefused(fee: FeeChoice, memo: string, validUntil: number): TransferRefusal | undefined {
  if (fee.kind === "exact" && (fee.amount < 0n || fee.amount > AMOUNT_MAX))
    return refuse("fee-invalid", `found ${fee.amount}, expected 0 to 2^64 - 1 base units`);
  if (fee.kind === "rate" && !isNumber(fee.rate))
    return refuse("fee-invalid", `found a rate of ${fee.rate}, expected an integer from 0`);
  if (!isHex(memo) || memo.length > 2 * LIMITS.memoBytes)
    return refuse("memo-invalid", `expected at most ${LIMITS.memoBytes} bytes in lower-case hex`);
  if (!isNumber(validUntil))
    return refuse("valid-until-invalid", `found ${validUntil}, expected milliseconds since 1970`);
  return undefined;
}

function isNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= INTEGER_MAX;
}

function coinsRefused({ coins, keys }: TransferRequest): TransferRefusal | undefined {
  const own = new Set(keys.map((wallet) => wallet.policyHash));
  for (const { transaction, index, asset, amount, policyHash } of coins) {
    const isCoin =
      isHex(transaction, 32) && inRange(index, 0xffff) && inRange(asset, 0xffff_ffff) && isAmount(amount);
    if (!isCoin) return refuse("coin-invalid", `output ${index} of ${transaction}`);
    if (!own.has(policyHash))
      return refuse("key-missing", `output ${index} of ${transaction} is of none of the keys given`);
  }
  return undefined;
}

function inRange(value: number, max: number): boolean {
  return isNumber(value) && value <= max;
}

function isAmount(value: bigint): boolean {
  return value >= 1n && value <= AMOUNT_MAX;
}

function outputsOf(
  chain: Chain,
  payments: readonly Payment[],
): { readonly ok: true; readonly value: readonly Output[] } | TransferRefusal {
  if (payments.length === 0) return refuse("outputs-empty", "nothing is paid to anyone");
  if (payments.length > LIMITS.outputs)
    return refuse(
      "outputs-too-many",
      `${payments.length} payments, a transfer has at most ${LIMITS.outputs}`,
    );
  const outputs: Output[] = [];
  for (const { to, amount, asset = 0 } of payments) {
    const address = parseAddress(to, chain.genesis.addressPrefix);
    if (!address.ok) return refuse("address-invalid", address.detail);
    if (!isAmount(amount))
      return refuse("amount-invalid", `found ${amount}, expected 1 to 2^64 - 1 base units`);
    if (!inRange(asset, 0xffff_ffff))
      return refuse("asset-invalid", `found ${asset}, expected an asset's number`);
    outputs.push({ asset: asset as AssetId, amount: amount as Amount, policyHash: address.value });
  }
  return { ok: true, value: outputs };
}

function sumsOf(outputs: readonly Output[]): ReadonlyMap<AssetId, bigint> {
  const sums = new Map<AssetId, bigint>();
  for (const { asset, amount } of outputs) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  return sums;
}

/** The wallets that a transfer of these coins needs, each once. */
function signersOf({ keys }: Draft, coins: readonly SpendableCoin[]): readonly Wallet[] {
  const byPolicy = new Map(keys.map((wallet) => [wallet.policyHash, wallet]));
  const needed = new Set(coins.map((coin) => coin.policyHash));
  return [...needed].map((hash) => present(byPolicy.get(hash), "the key of a coin"));
}

/** The least fee by weight: what is signed has the same size whatever its amounts and signatures say. */
function feeOf(draft: Draft): FeeOf {
  const { fee } = draft;
  if (fee.kind === "exact") return () => fee.amount;
  if (fee.rate === 0) return () => 0n;
  return (coins, changeCount) => {
    const body = bodyOf(draft, { coins, change: [], fee: 0n });
    const witness = witnessOf(signersOf(draft, coins), () => NO_SIGNATURE);
    const size = transactionCodec.encode({ body, witness }).length + changeCount * OUTPUT_BYTES;
    const weight = size + SIGNATURE_WEIGHT * witness.signatures.length;
    return (BigInt(fee.rate) * BigInt(weight) + 999n) / 1_000n;
  };
}

function bodyOf(draft: Draft, { coins, change, fee }: Selection): Transfer {
  const returned = change.map((one) => ({ ...one, policyHash: draft.changeTo }));
  return {
    kind: "transfer",
    inputs: coins.map(({ transaction, index }) => ({ transaction, index })),
    outputs: [...draft.outputs, ...returned],
    fee: fee as Amount,
    issued: [],
    destroyed: [],
    validUntil: draft.validUntil as Timestamp,
    memo: draft.memo,
  };
}

function witnessOf(signers: readonly Wallet[], signatureOf: (wallet: Wallet) => Signature): Witness {
  const byPolicy = [...signers].sort((a, b) => (a.policyHash < b.policyHash ? -1 : 1));
  const byKey = [...signers].sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  return {
    policies: byPolicy.map((wallet) => wallet.policy),
    signatures: byKey.map((wallet) => ({ publicKey: wallet.publicKey, signature: signatureOf(wallet) })),
    preimages: [],
  };
}

function seal(draft: Draft, selection: Selection): BuiltTransfer {
  const { transactions } = draft.chain;
  const body = bodyOf(draft, selection);
  const id = transactions.id(body);
  const witness = witnessOf(signersOf(draft, selection.coins), (wallet) => wallet.sign(id));
  const sealed = sealTransaction(transactions, { body, witness });
  assert(sealed.ok, sealed.ok ? "" : `a built transfer can't be encoded: ${sealed.detail}`);
  const judged = judgeForm(sealed.value);
  assert(judged.ok, judged.ok ? "" : `a built transfer breaks the rule ${judged.code}: ${judged.detail}`);
  const change = body.outputs.slice(draft.outputs.length);
  return { transaction: sealed.value, spent: selection.coins, change, fee: selection.fee };
}
