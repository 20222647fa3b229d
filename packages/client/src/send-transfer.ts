// Paying, start to end: asks a node for the chain, its rules and the coins, builds the transfer, submits it and waits. Builds
// one transaction and no second one in its place: two could both become final. Where what the payment needs comes back from
// pending transactions, it waits for those: a node tells of outputs in final blocks only.
import type { Chain } from "@witan/ledger";
import { assert, type Refusal, refuse, type TransactionId } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { type BuiltTransfer, buildTransfer, type FeeChoice, type Payment } from "./build-transfer.ts";
import { fetchChain } from "./fetch-chain.ts";
import { OUTCOME_MS, type WaitOptions } from "./outcome-loop.ts";
import { PLATFORM_CLOCK, pause } from "./platform-clock.ts";
import type { CallOptions, RpcCaller } from "./rpc-client.ts";
import { type PendingCoin, type SpendableCoin, spendableCoins } from "./spendable-coins.ts";
import { type SubmitOptions, submitTransaction } from "./submit-transaction.ts";
import type { FundsPending, TransferRefusal } from "./transfer-refusal.ts";
import { waitForTransaction } from "./wait-for-transaction.ts";
import type { Wallet } from "./wallet.ts";

/**
 * Who pays whom, and which node is asked for what it takes. `timeoutMs` is how long to wait at most for pending
 * transactions that spend what the payment needs.
 */
export interface PaymentRequest extends WaitOptions {
  readonly rpc: RpcCaller;
  readonly from: Wallet;
  readonly payments: readonly Payment[];
  /** In base units; without it the least that the chain asks for, as the node says. */
  readonly fee?: bigint;
  /** The most that may be paid as a fee: a node that lies about the least must not cost more. */
  readonly feeMax?: bigint;
  /** At most 256 bytes in hex. */
  readonly memo?: string;
  /** For how long it may enter a block; by default ten minutes, or half of what the chain allows. */
  readonly validForMs?: number;
  /** The chain, if it is known already: then the node is not asked for it. */
  readonly chain?: Chain;
  /** The chain id that is meant. With neither of the two it is whichever chain the node serves. */
  readonly chainId?: string;
  /** Hears of each wait: which pending transactions spend what the payment needs. */
  readonly onPending?: (pending: readonly TransactionId[]) => void;
}

/** A payment, and how it is submitted. `timeoutMs` is for all of it. */
export interface SendRequest extends PaymentRequest, SubmitOptions {}

/** A transfer that is signed, and that nobody has seen yet. */
export interface PreparedTransfer extends BuiltTransfer {
  readonly chain: Chain;
}

/** What was signed, or why nothing was. */
export type PrepareResult =
  | { readonly ok: true; readonly value: PreparedTransfer }
  | TransferRefusal
  | FundsPending
  | Refusal<"chain-other" | "fee-too-high">;

/** What was sent, and what became of it. */
export interface SentTransfer extends PreparedTransfer {
  readonly outcome: TransactionOutcome;
}

/** What was sent, or why nothing was. */
export type SendResult =
  | { readonly ok: true; readonly value: SentTransfer }
  | Exclude<PrepareResult, { readonly ok: true }>;

const VALID_FOR_MS = 600_000;

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
  const outcome = await submitTransaction(request.rpc, prepared.value.transaction, left);
  return { ok: true, value: { ...prepared.value, outcome } };
}

/**
 * Builds and signs a transfer with what a node says of chain, rules and coins, and sends nothing.
 * @throws as `RpcClient.call`
 */
export async function prepareTransfer(request: PaymentRequest): Promise<PrepareResult> {
  const { rpc, feeMax, clock = PLATFORM_CLOCK, timeoutMs = OUTCOME_MS, signal } = request;
  const end = clock.monotonicMs() + timeoutMs;
  const opened = request.chain
    ? ({ ok: true, value: request.chain } as const)
    : await fetchChain(rpc, { ...cancelledBy(request), ...given("chainId", request.chainId) });
  if (!opened.ok) return opened;
  const chain = opened.value;
  for (;;) {
    const tried = await tryTransfer(request, chain);
    if (tried.ok) {
      const { fee } = tried.value;
      if (feeMax === undefined || fee <= feeMax) return { ok: true, value: { ...tried.value, chain } };
      return refuse("fee-too-high", `the fee would be ${fee}, at most ${feeMax} was allowed`);
    }
    const leftMs = end - clock.monotonicMs();
    if (tried.code !== "funds-pending" || leftMs <= 0 || signal?.aborted === true) return tried;
    request.onPending?.(tried.pending);
    const wait = { ...cancelledBy(request), clock, timeoutMs: leftMs };
    const { status } = await waitForTransaction(rpc, tried.pending[0], wait);
    // What a node has just dropped may stand in its list of outputs for a moment.
    if (status !== "final") await pause(clock, PAUSE_MS, signal);
  }
}

/** Builds the transfer by what the node says at this moment. */
async function tryTransfer(
  request: PaymentRequest,
  chain: Chain,
): Promise<{ readonly ok: true; readonly value: BuiltTransfer } | TransferRefusal | FundsPending> {
  const { rpc, from, payments, clock = PLATFORM_CLOCK } = request;
  const [governance, head] = await Promise.all([
    rpc.call("governance_state", {}, cancelledBy(request)),
    rpc.call("chain_head", {}, cancelledBy(request)),
  ]);
  const { feeRateMin, validUntilAheadMsMax } = governance.parameters;
  const fee: FeeChoice =
    request.fee === undefined ? { kind: "rate", rate: feeRateMin } : { kind: "exact", amount: request.fee };
  const address = from.address(chain.genesis.addressPrefix);
  const found = await coinsFor(payments, fee, { rpc, address, options: cancelledBy(request) });
  const built = buildTransfer({
    chain,
    keys: [from],
    coins: found.coins,
    payments,
    fee,
    changeTo: address,
    // The later of the two clocks: on an idle chain the last block is old, on some machines the clock is.
    validUntil:
      Math.max(clock.now(), head.timestamp) +
      (request.validForMs ?? Math.min(VALID_FOR_MS, Math.floor(validUntilAheadMsMax / 2))),
    ...given("memo", request.memo),
  });
  return built.ok ? built : explained(built, found);
}

interface CoinSearch {
  readonly rpc: RpcCaller;
  readonly address: string;
  readonly options: CallOptions;
}

interface FoundCoins {
  readonly coins: readonly SpendableCoin[];
  readonly pending: readonly PendingCoin[];
  readonly complete: boolean;
}

/** The coins of each asset that is needed. */
async function coinsFor(
  payments: readonly Payment[],
  fee: FeeChoice,
  { rpc, address, options }: CoinSearch,
): Promise<FoundCoins> {
  const isFree = fee.kind === "exact" ? fee.amount === 0n : fee.rate === 0;
  const assets = new Set([...payments.map(({ asset = 0 }) => asset), ...(isFree ? [] : [0])]);
  const coins: SpendableCoin[] = [];
  const pending: PendingCoin[] = [];
  let complete = true;
  for (const asset of assets) {
    const page = await spendableCoins(rpc, address, { asset, ...options });
    assert(page.ok, "the address of a wallet is none");
    coins.push(...page.value.coins);
    pending.push(...page.value.pending);
    complete &&= page.value.complete;
  }
  return { coins, pending, complete };
}

/** A refusal for lack of money, with why there seems to be so little. */
function explained(refusal: TransferRefusal, found: FoundCoins): TransferRefusal | FundsPending {
  if (refusal.code !== "insufficient-funds") return refusal;
  const { asset, available, wanted, fee } = refusal;
  const spending = found.pending.filter((coin) => coin.asset === asset);
  const [first, ...others] = new Set(spending.map(({ spentBy }) => spentBy));
  // The most that can come back of a coin is the coin.
  if (first !== undefined && available + sumOf(spending) >= wanted + fee) {
    const detail =
      `${refusal.detail}; ${spending.length} more coins are being spent by pending transactions, ${first} for one: ` +
      "pay again when those are final";
    return { ...refusal, code: "funds-pending", detail, pending: [first, ...others] };
  }
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
