// What a transfer is asked to be, and the reading of it: every value checked, or the refusal that names it. Chooses no coins
// and signs nothing.
import { parseAddress } from "@witan/crypto";
import type { AssetAmount, Chain, Output, Policy } from "@witan/ledger";
import {
  AMOUNT_MAX,
  type Amount,
  type AssetId,
  type Hash,
  hexToBytes,
  INTEGER_MAX,
  isHex,
  LIMITS,
  type PolicyHash,
  refuse,
  sha256Hex,
} from "@witan/primitives";
import type { Spender } from "./lock.ts";
import type { SpendChoice } from "./select-coins.ts";
import { ANY_MEANS, type Means, type Showing, showingOf } from "./show-policy.ts";
import type { SpendableCoin } from "./spendable-coins.ts";
import type { PolicyUnsatisfied, TooEarly, TransferRefusal } from "./transfer-refusal.ts";
import type { Wallet } from "./wallet.ts";

/** What someone gets. */
export interface Payment {
  /** An address of the chain. */
  readonly to: string;
  /** In base units, 1 to 2^64 - 1. */
  readonly amount: bigint;
  /** The native asset, 0, by default. */
  readonly asset?: number;
}

/** So much of an asset, in base units. */
export interface AmountOf {
  readonly asset: number;
  readonly amount: bigint;
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
  /** They sign for the coins that are theirs, and for the locks that name them. */
  readonly keys: readonly Wallet[];
  /** What coins pay to beside the keys' own addresses, and what issues assets. */
  readonly locks?: readonly Spender[];
  /** 32 bytes each in hex: secrets of locks that ask for them. All may become public with the transfer. */
  readonly preimages?: readonly string[];
  /** A block time that has come, in milliseconds: what opens by then is open. None by default. */
  readonly time?: number;
  /** What may be spent. */
  readonly coins: readonly SpendableCoin[];
  /** As few coins as can be (`least`, the default), or every one given (`all`): to empty a lock, or to merge coins. */
  readonly spend?: SpendChoice;
  readonly payments: readonly Payment[];
  /** New amounts of assets; what the payments leave of them goes where the change goes. */
  readonly issued?: readonly AmountOf[];
  /** Taken from the coins, and gone. */
  readonly destroyed?: readonly AmountOf[];
  /** The registered assets in their order (`governance_state`, `chain_assets`): needed to issue. */
  readonly assets?: readonly { readonly issuancePolicyHash: string }[];
  readonly fee: FeeChoice;
  /** The address that what is left goes to: one output for each asset. */
  readonly changeTo: string;
  /** The last block time at which it may enter a block, in milliseconds. */
  readonly validUntil: number;
  /** At most 256 bytes in hex, for everyone to read. */
  readonly memo?: string;
}

/** A policy that a transfer has to show. */
export interface Need extends Showing {
  readonly policy: Policy;
}

/** A request whose values have been read. */
export interface ReadRequest extends TransferRequest {
  readonly memo: string;
  readonly outputs: readonly Output[];
  readonly changePolicy: PolicyHash;
  readonly made: readonly AssetAmount[];
  readonly gone: readonly AssetAmount[];
  /** By what they hash to: the policies of all coins given, and of what is issued. */
  readonly needs: ReadonlyMap<PolicyHash, Need>;
  /** Policies that are shown whichever coins are spent. */
  readonly issuers: readonly PolicyHash[];
  readonly preimageOf: ReadonlyMap<Hash, string>;
}

/** Something that was read, or why it could not be. */
export type Read<T> = { readonly ok: true; readonly value: T } | TransferRefusal;

/** Who has to satisfy the policies: the keys given, here and now; or anyone they name, later. */
export type Completion = "now" | "later";

/** Reads a request. */
export function readRequest(request: TransferRequest, completion: Completion): Read<ReadRequest> {
  const { chain, payments, memo = "" } = request;
  const { addressPrefix } = chain.genesis;
  const wrong = valuesRefused(request, memo) ?? coinsRefused(request) ?? assetsRefused(request);
  if (wrong) return wrong;
  const outputs = outputsOf(payments, addressPrefix);
  if (!outputs.ok) return outputs;
  const isNothing = payments.length === 0 && gathered(request).length === 0 && request.spend !== "all";
  if (isNothing) return refuse("outputs-empty", "nothing is paid to anyone");
  const changeTo = parseAddress(request.changeTo, addressPrefix);
  if (!changeTo.ok) return refuse("address-invalid", `for the change: ${changeTo.detail}`);
  const preimageOf = new Map<Hash, string>();
  for (const preimage of request.preimages ?? []) {
    if (!isHex(preimage, 32)) return refuse("preimage-invalid", "expected 32 bytes in lower-case hex");
    preimageOf.set(sha256Hex(hexToBytes(preimage)) as Hash, preimage);
  }
  const issuers = issuersOf(request);
  const means = completion === "later" ? ANY_MEANS : meansOf(request, preimageOf);
  const needs = needsOf(request, issuers, means);
  if (!needs.ok) return needs;
  const [made, gone] = [merged(request.issued), merged(request.destroyed)];
  const tooMuch = [...made, ...gone].find(({ amount }) => amount > AMOUNT_MAX);
  if (tooMuch) return refuse("amount-invalid", `more than 2^64 - 1 of asset ${tooMuch.asset}`);
  return {
    ok: true,
    value: {
      ...{ ...request, memo, outputs: outputs.value, changePolicy: changeTo.value },
      ...{ made, gone, needs: needs.value, issuers, preimageOf },
    },
  };
}

function gathered({ issued = [], destroyed = [] }: TransferRequest): readonly AmountOf[] {
  return [...issued, ...destroyed];
}

function valuesRefused(request: TransferRequest, memo: string): TransferRefusal | undefined {
  const { fee, validUntil, time = 0 } = request;
  if (fee.kind === "exact" && fee.amount !== 0n && !isAmount(fee.amount))
    return refuse("fee-invalid", `found ${shown(fee.amount)}, expected 0 to 2^64 - 1 base units`);
  if (fee.kind === "rate" && !isNumber(fee.rate))
    return refuse("fee-invalid", `found a rate of ${fee.rate}, expected an integer from 0`);
  if (!isHex(memo) || memo.length > 2 * LIMITS.memoBytes)
    return refuse("memo-invalid", `expected at most ${LIMITS.memoBytes} bytes in lower-case hex`);
  if (!isNumber(validUntil))
    return refuse("valid-until-invalid", `found ${validUntil}, expected milliseconds since 1970`);
  if (!isNumber(time)) return refuse("time-invalid", `found ${time}, expected milliseconds since 1970`);
  return undefined;
}

function isNumber(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= INTEGER_MAX;
}

function coinsRefused({ coins, keys, locks = [] }: TransferRequest): TransferRefusal | undefined {
  const own = new Set([...keys, ...locks].map((spender) => spender.policyHash));
  for (const { transaction, index, asset, amount, policyHash } of coins) {
    const isCoin =
      isHex(transaction, 32) && inRange(index, 0xffff) && inRange(asset, 0xffff_ffff) && isAmount(amount);
    if (!isCoin) return refuse("coin-invalid", `output ${index} of ${transaction}`);
    if (!own.has(policyHash))
      return refuse(
        "key-missing",
        `output ${index} of ${transaction} is of none of the keys and locks given`,
      );
  }
  return undefined;
}

function inRange(value: number, max: number): boolean {
  return isNumber(value) && value <= max;
}

/** Without types a number comes as easily: 5 for 5n. */
function isAmount(value: unknown): boolean {
  return typeof value === "bigint" && value >= 1n && value <= AMOUNT_MAX;
}

function shown(amount: unknown): string {
  return typeof amount === "bigint" ? `${amount}` : `${String(amount)}, which is no bigint`;
}

function assetsRefused(request: TransferRequest): TransferRefusal | undefined {
  const { issued = [], destroyed = [], payments, assets } = request;
  for (const { asset, amount } of gathered(request)) {
    if (!inRange(asset, 0xffff_ffff))
      return refuse("asset-invalid", `found ${asset}, expected an asset's number`);
    if (!isAmount(amount))
      return refuse("amount-invalid", `found ${shown(amount)}, expected 1 to 2^64 - 1 base units`);
  }
  if (issued.some(({ asset }) => asset === 0)) return refuse("issued-native", "asset 0 is never issued");
  if ([issued, destroyed].some((list) => merged(list).length > LIMITS.assetChanges))
    return refuse(
      "assets-too-many",
      `one transfer issues, and destroys, at most ${LIMITS.assetChanges} assets`,
    );
  if (assets === undefined)
    return issued.length === 0
      ? undefined
      : refuse("issuer-unknown", "to issue an asset give the registered ones: chain_assets tells them");
  const unknown = [...issued, ...destroyed, ...payments].find(({ asset = 0 }) => asset >= assets.length);
  return unknown && refuse("asset-unknown", `asset ${unknown.asset}, there are ${assets.length}`);
}

/** Of each asset once, in their order. */
function merged(list: readonly AmountOf[] = []): readonly AssetAmount[] {
  const sums = new Map<number, bigint>();
  for (const { asset, amount } of list) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([asset, amount]) => ({ asset: asset as AssetId, amount: amount as Amount }));
}

function outputsOf(payments: readonly Payment[], addressPrefix: string): Read<readonly Output[]> {
  if (payments.length > LIMITS.outputs)
    return refuse(
      "outputs-too-many",
      `${payments.length} payments, a transfer has at most ${LIMITS.outputs}`,
    );
  const outputs: Output[] = [];
  for (const { to, amount, asset = 0 } of payments) {
    const address = parseAddress(to, addressPrefix);
    if (!address.ok) return refuse("address-invalid", address.detail);
    if (!isAmount(amount))
      return refuse("amount-invalid", `found ${shown(amount)}, expected 1 to 2^64 - 1 base units`);
    if (!inRange(asset, 0xffff_ffff))
      return refuse("asset-invalid", `found ${asset}, expected an asset's number`);
    outputs.push({ asset: asset as AssetId, amount: amount as Amount, policyHash: address.value });
  }
  return { ok: true, value: outputs };
}

function issuersOf({ issued = [], assets = [] }: TransferRequest): readonly PolicyHash[] {
  return [...new Set(issued.map(({ asset }) => assets[asset]?.issuancePolicyHash as PolicyHash))];
}

/** What keys, preimages and time given can satisfy. */
export function meansOf(
  { keys, time = 0 }: Pick<TransferRequest, "keys" | "time">,
  preimageOf: ReadonlyMap<Hash, string>,
): Means {
  const own = new Set<string>(keys.map((wallet) => wallet.publicKey));
  return {
    hasKey: (key) => own.has(key),
    hasPreimage: (digest) => preimageOf.has(digest as Hash),
    time,
  };
}

/** The policies that the coins and issued assets ask for, each once, and how each is satisfied. */
function needsOf(
  request: TransferRequest,
  issuers: readonly PolicyHash[],
  means: Means,
): Read<ReadonlyMap<PolicyHash, Need>> {
  const spenders = new Map(
    [...request.keys, ...(request.locks ?? [])].map((spender) => [spender.policyHash, spender]),
  );
  const needs = new Map<PolicyHash, Need>();
  let early: TransferRefusal | undefined;
  for (const hash of new Set([...issuers, ...request.coins.map((coin) => coin.policyHash)])) {
    const spender = spenders.get(hash);
    if (spender === undefined)
      return refuse("issuer-unknown", `no key or lock given is the issuer's, policy ${hash}`);
    const { policy } = spender;
    const need = { policy, ...showingOf(policy, means) };
    const refused = unsatisfied(need, hash);
    // What only has to be waited for is told if nothing is hopeless.
    if (refused?.code === "policy-unsatisfied") return refused;
    early ??= refused;
    needs.set(hash, need);
  }
  return early ?? { ok: true, value: needs };
}

/** Why a policy can't be satisfied, if it can't. */
export function unsatisfied(
  { shown, from }: Showing,
  policyHash: PolicyHash,
): PolicyUnsatisfied | TooEarly | undefined {
  if (shown !== undefined) return undefined;
  if (!Number.isFinite(from)) {
    const detail = `keys and preimages are too few for what is paid to policy ${policyHash}, whatever the time`;
    return { ok: false, code: "policy-unsatisfied", detail, policyHash };
  }
  const detail = `what is paid to policy ${policyHash} can be spent by these keys and preimages from block time ${from} on`;
  return { ok: false, code: "too-early", detail, policyHash, from };
}
