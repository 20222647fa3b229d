// Paying, start to end: asks a node for the chain, its rules and the coins, builds the transfer, submits it and waits. Builds
// one transaction and no second one in its place: two could both become final. Where what the payment needs comes back from
// pending transactions, it waits for those: a node tells of outputs in final blocks only.
import type { Chain } from "@witan/ledger";
import {
  type AssetId,
  assert,
  LIMITS,
  present,
  type Refusal,
  refuse,
  type TransactionId,
} from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { type BuiltTransfer, buildTransfer, type DraftedTransfer, draftTransfer } from "./build-transfer.ts";
import { fetchChain } from "./fetch-chain.ts";
import { largestOf } from "./largest-coins.ts";
import type { Spender } from "./lock.ts";
import { doubtingClock, rateDoubted } from "./node-doubts.ts";
import { OUTCOME_MS, type WaitOptions } from "./outcome-loop.ts";
import { planPayments } from "./plan-payments.ts";
import { PLATFORM_CLOCK, pause } from "./platform-clock.ts";
import type { CallOptions, RpcCaller } from "./rpc-client.ts";
import { type PendingCoin, type SpendableCoin, spendableCoins } from "./spendable-coins.ts";
import { type SubmitOptions, submitTransaction } from "./submit-transaction.ts";
import type { FundsPending, TransferRefusal } from "./transfer-refusal.ts";
import type { FeeChoice, Payment, TransferRequest } from "./transfer-request.ts";
import { waitForTransaction } from "./wait-for-transaction.ts";
import { Wallet } from "./wallet.ts";

/**
 * Who pays whom, and which node is asked for what it takes. `timeoutMs` is how long to wait at most for pending
 * transactions that spend what the payment needs.
 */
export interface PaymentRequest extends WaitOptions, Pick<TransferRequest, TransferExtras> {
  readonly rpc: RpcCaller;
  /** Whose coins are spent: a wallet, a lock, or several of them. A wallet signs for itself. */
  readonly from: Spender | readonly Spender[];
  /** More wallets that sign: those that a lock names. */
  readonly keys?: readonly Wallet[];
  readonly payments: readonly Payment[];
  /** In base units; without it the least that the chain asks for, as the node says. */
  readonly fee?: bigint;
  /**
   * The most that may be paid as a fee: a node that lies about the least must not cost more. Without it, and without `fee`,
   * a node is believed a rate of at most ten times that of the genesis, or 10,000 base units for 1,000 of weight.
   */
  readonly feeMax?: bigint;
  /** Where what is left goes: the first address that is spent from, by default. */
  readonly changeTo?: string;
  /** For how long it may enter a block; by default ten minutes, or half of what the chain allows. */
  readonly validForMs?: number;
  /** The chain, if it is known already: then the node is not asked for it. */
  readonly chain?: Chain;
  /** The chain id that is meant. With neither of the two it is whichever chain the node serves. */
  readonly chainId?: string;
  /** Hears of each wait: which pending transactions spend what the payment needs. */
  readonly onPending?: (pending: readonly TransactionId[]) => void;
}

/** What of a transfer's request is handed on as it is. `locks`: issuers of assets, beside those that are spent from. */
type TransferExtras = "issued" | "destroyed" | "preimages" | "locks" | "memo" | "spend";

/** A payment, and how it is submitted. `timeoutMs` is for all of it. */
export interface SendRequest extends PaymentRequest, SubmitOptions {
  /** Told what was signed, before anybody else sees it. */
  readonly onPrepared?: (transaction: PreparedTransfer["transaction"], chain: Chain) => void;
}

/** A transfer that is signed, and that nobody has seen yet. */
export interface PreparedTransfer extends BuiltTransfer {
  readonly chain: Chain;
}

/** Why nothing was signed. `fee-too-high`: above `feeMax`, or without that above what a node is believed. */
export type PrepareRefusal = TransferRefusal | FundsPending | Refusal<"chain-other" | "fee-too-high">;

/** What was signed, or why nothing was. */
export type PrepareResult = { readonly ok: true; readonly value: PreparedTransfer } | PrepareRefusal;

/** What was drafted, or why nothing was. */
export type PrepareDraftResult =
  | { readonly ok: true; readonly value: DraftedTransfer & { readonly chain: Chain } }
  | PrepareRefusal;

/** Transfers in the order in which they are to be submitted, the sum of their fees, or why there are none. */
export type PreparePaymentsResult =
  | {
      readonly ok: true;
      readonly value: {
        readonly transfers: readonly BuiltTransfer[];
        readonly fee: bigint;
        readonly chain: Chain;
      };
    }
  | PrepareRefusal;

/** What was sent, and what became of it. */
export interface SentTransfer extends PreparedTransfer {
  readonly outcome: TransactionOutcome;
}

/** What was sent, or why nothing was. */
export type SendResult = { readonly ok: true; readonly value: SentTransfer } | PrepareRefusal;

const VALID_FOR_MS = 600_000;

const NATIVE = 0 as AssetId;

/** Before the node is asked anew, where what was waited for did not become final. */
const PAUSE_MS = 100;

/**
 * Sends a transfer and waits for what becomes of it. A refusal means that nothing was sent.
 * @throws {SubmitError} it was sent, and there is no outcome: names the transaction
 * @throws as `RpcClient.call`, before anything was sent
 */
export async function sendTransfer(request: SendRequest): Promise<SendResult> {
  const { clock = PLATFORM_CLOCK, timeoutMs = OUTCOME_MS } = request;
  const end = clock.monotonicMs() + timeoutMs;
  const prepared = await prepareTransfer(request);
  if (!prepared.ok) return prepared;
  const left = { ...request, timeoutMs: Math.max(0, end - clock.monotonicMs()) };
  const { transaction, chain } = prepared.value;
  request.onPrepared?.(transaction, chain);
  const outcome = doubtingClock(await submitTransaction(request.rpc, transaction, left), clock);
  return { ok: true, value: { ...prepared.value, outcome } };
}

/**
 * Builds and signs a transfer with what a node says of chain, rules and coins, and sends nothing.
 * @throws as `RpcClient.call`
 */
export function prepareTransfer(request: PaymentRequest): Promise<PrepareResult> {
  return prepare(request, buildTransfer);
}

/**
 * Drafts a transfer that others still sign, with what a node says of chain, rules and coins (`draftTransfer`).
 * @throws as `RpcClient.call`
 */
export function prepareDraft(request: PaymentRequest): Promise<PrepareDraftResult> {
  return prepare(request, draftTransfer);
}

/**
 * Builds as many transfers as many payments take (`planPayments`), with what a node says, and sends nothing: submit them in
 * their order.
 * @throws as `RpcClient.call`
 */
export async function preparePayments(
  request: Omit<PaymentRequest, "from" | "issued" | "destroyed" | "spend" | "changeTo" | "locks"> & {
    readonly from: Wallet;
  },
): Promise<PreparePaymentsResult> {
  const { from } = request;
  return prepare(request, (transfer) => {
    const planned = planPayments({ ...transfer, from });
    if (!planned.ok) return planned;
    const fee = planned.value.reduce((sum, one) => sum + one.fee, 0n);
    return { ok: true, value: { transfers: planned.value, fee } };
  });
}

type Make<T> = (request: TransferRequest) => { readonly ok: true; readonly value: T } | TransferRefusal;

async function prepare<T extends { readonly fee: bigint }>(
  request: PaymentRequest,
  make: Make<T>,
): Promise<{ readonly ok: true; readonly value: T & { readonly chain: Chain } } | PrepareRefusal> {
  const { rpc, feeMax, clock = PLATFORM_CLOCK, timeoutMs = OUTCOME_MS, signal } = request;
  const end = clock.monotonicMs() + timeoutMs;
  const opened = request.chain
    ? ({ ok: true, value: request.chain } as const)
    : await fetchChain(rpc, { ...cancelledBy(request), ...given("chainId", request.chainId) });
  if (!opened.ok) return opened;
  const chain = opened.value;
  for (;;) {
    const { transfer, found } = await gather(request, chain);
    const dear = feeMax === undefined ? rateDoubted(transfer) : undefined;
    if (dear !== undefined) return dear;
    const made = make(transfer);
    if (made.ok) {
      const { fee } = made.value;
      if (feeMax === undefined || fee <= feeMax) return { ok: true, value: { ...made.value, chain } };
      return refuse("fee-too-high", `the fee would be ${fee}, at most ${feeMax} was allowed`);
    }
    const refused = explained(made, found);
    const leftMs = end - clock.monotonicMs();
    if (refused.code !== "funds-pending" || leftMs <= 0 || signal?.aborted === true) return refused;
    request.onPending?.(refused.pending);
    const wait = { ...cancelledBy(request), clock, timeoutMs: leftMs };
    const { status } = await waitForTransaction(rpc, refused.pending[0], wait);
    // What a node has just dropped may stand in its list of outputs for a moment.
    if (status !== "final") await pause(clock, PAUSE_MS, signal);
  }
}

/** What the node says at this moment, as a request for a transfer. */
async function gather(
  request: PaymentRequest,
  chain: Chain,
): Promise<{ readonly transfer: TransferRequest; readonly found: FoundCoins }> {
  const { rpc, payments, clock = PLATFORM_CLOCK, from, keys = [], locks = [] } = request;
  const [governance, head] = await Promise.all([
    rpc.call("governance_state", {}, cancelledBy(request)),
    rpc.call("chain_head", {}, cancelledBy(request)),
  ]);
  const { feeRateMin, validUntilAheadMsMax } = governance.parameters;
  const fee: FeeChoice =
    request.fee === undefined ? { kind: "rate", rate: feeRateMin } : { kind: "exact", amount: request.fee };
  const spenders = "policyHash" in from ? [from] : from;
  const addresses = spenders.map((spender) => spender.address(chain.genesis.addressPrefix));
  const found = await coinsFor(request, fee, addresses);
  // The later of the two clocks: on an idle chain the last block is old, on some machines the clock is.
  const time = Math.max(clock.now(), head.timestamp);
  const transfer: TransferRequest = {
    chain,
    keys: [...spenders.filter((spender) => spender instanceof Wallet), ...keys],
    locks: [...spenders, ...locks],
    coins: found.coins,
    ...{ payments, fee, time },
    assets: governance.assets,
    changeTo: request.changeTo ?? present(addresses[0], "someone who pays"),
    validUntil: time + (request.validForMs ?? Math.min(VALID_FOR_MS, Math.floor(validUntilAheadMsMax / 2))),
    ...given("issued", request.issued),
    ...given("destroyed", request.destroyed),
    ...given("preimages", request.preimages),
    ...given("spend", request.spend),
    ...given("memo", request.memo),
  };
  return { transfer, found };
}

interface FoundCoins {
  readonly coins: readonly SpendableCoin[];
  readonly pending: readonly PendingCoin[];
  readonly complete: boolean;
}

/** The coins of the assets that are needed, or all where all are to be spent. */
async function coinsFor(
  request: PaymentRequest,
  fee: FeeChoice,
  addresses: readonly string[],
): Promise<FoundCoins> {
  const coins: SpendableCoin[] = [];
  const pending: PendingCoin[] = [];
  let complete = true;
  for (const address of addresses)
    for (const asset of assetsFor(request, fee)) {
      const options = { ...given("asset", asset), ...cancelledBy(request) };
      const page = await spendableCoins(request.rpc, address, options);
      assert(page.ok, "the address of a wallet or lock is none");
      coins.push(...page.value.coins);
      pending.push(...page.value.pending);
      complete &&= page.value.complete;
    }
  // What one transfer can't bring together is left for the next.
  return { coins: request.spend === "all" ? largestOf(coins, LIMITS.inputs) : coins, pending, complete };
}

/** The assets whose coins are looked at; undefined stands for all. */
function assetsFor(request: PaymentRequest, fee: FeeChoice): readonly (number | undefined)[] {
  const { payments, destroyed = [], spend } = request;
  const isFree = fee.kind === "exact" ? fee.amount === 0n : fee.rate === 0;
  const wanted = [...payments, ...destroyed].map(({ asset = 0 }) => asset);
  const isIssued = (asset: number) => request.issued?.some((one) => one.asset === asset) ?? false;
  const assets = new Set([...wanted, ...(isFree ? [] : [0])]);
  // What is issued needs a coin too, whichever, where nothing else is spent.
  return spend === "all" || [...assets].every(isIssued) ? [undefined] : [...assets];
}

/** A refusal for lack of money, with why there seems to be so little. */
function explained(refusal: TransferRefusal, found: FoundCoins): TransferRefusal | FundsPending {
  // Without a single coin nothing is wanted of any asset but a coin to spend.
  const lacking =
    refusal.code === "coin-missing"
      ? { asset: found.pending[0]?.asset ?? NATIVE, available: 0n, wanted: 0n, fee: 0n }
      : refusal;
  if (!("available" in lacking)) return refusal;
  const { asset, available, wanted, fee } = lacking;
  const spending = found.pending.filter((coin) => coin.asset === asset);
  const [first, ...others] = new Set(spending.map(({ spentBy }) => spentBy));
  // The most that can come back of a coin is the coin.
  if (first !== undefined && available + sumOf(spending) >= wanted + fee) {
    const detail =
      `${refusal.detail}; ${spending.length} more coins are being spent by pending transactions, ${first} for one: ` +
      "pay again when those are final";
    return { ...lacking, ok: false, code: "funds-pending", detail, pending: [first, ...others] };
  }
  if (refusal.code !== "insufficient-funds") return refusal;
  const partial = found.complete
    ? ""
    : "; not all coins were looked at, there are too many: merge some first";
  return { ...refusal, detail: refusal.detail + partial };
}

function sumOf(coins: readonly SpendableCoin[]): bigint {
  return coins.reduce((sum, { amount }) => sum + amount, 0n);
}

function cancelledBy({ signal }: WaitOptions): CallOptions {
  return given("signal", signal);
}

/** An option, left out where it is not given. */
function given<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]?: T });
}
