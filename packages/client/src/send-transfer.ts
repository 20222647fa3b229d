// Paying, start to end: asks a node for the chain, its rules and the coins, builds the transfer, submits it and waits. Builds
// one transaction and no second one in its place: two could both become final.
import type { Chain } from "@witan/ledger";
import { assert, type CancelSignal, type Refusal, refuse } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { type BuiltTransfer, buildTransfer, type FeeChoice, type Payment } from "./build-transfer.ts";
import { fetchChain } from "./fetch-chain.ts";
import { type ClientClock, PLATFORM_CLOCK } from "./platform-clock.ts";
import type { RpcCaller } from "./rpc-client.ts";
import { type SpendableCoin, spendableCoins } from "./spendable-coins.ts";
import { type SubmitOptions, submitTransaction } from "./submit-transaction.ts";
import type { TransferRefusal } from "./transfer-refusal.ts";
import type { Wallet } from "./wallet.ts";

/** Who pays whom, and which node is asked for what it takes. */
export interface PaymentRequest {
  readonly rpc: RpcCaller;
  readonly from: Wallet;
  readonly payments: readonly Payment[];
  /** In base units; without it the least that the chain asks for now, as the node says. */
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
  readonly signal?: CancelSignal;
  readonly clock?: ClientClock;
}

/** A payment, and how it is submitted. */
export interface SendRequest extends PaymentRequest, SubmitOptions {}

/** A transfer that is signed, and that nobody has seen yet. */
export interface PreparedTransfer extends BuiltTransfer {
  readonly chain: Chain;
}

/** What was signed, or why nothing was. */
export type PrepareResult =
  | { readonly ok: true; readonly value: PreparedTransfer }
  | TransferRefusal
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

/**
 * Sends a transfer and waits for what becomes of it. A refusal means that nothing was sent.
 * @throws {SubmitError} it was sent, and there is no outcome: names the transaction
 * @throws as `RpcClient.call`, before anything was sent
 */
export async function sendTransfer(request: SendRequest): Promise<SendResult> {
  const prepared = await prepareTransfer(request);
  if (!prepared.ok) return prepared;
  const outcome = await submitTransaction(request.rpc, prepared.value.transaction, request);
  return { ok: true, value: { ...prepared.value, outcome } };
}

/**
 * Builds and signs a transfer with what a node says of chain, rules and coins, and sends nothing.
 * @throws as `RpcClient.call`
 */
export async function prepareTransfer(request: PaymentRequest): Promise<PrepareResult> {
  const { rpc, from, payments, memo, feeMax, clock = PLATFORM_CLOCK, signal } = request;
  const opened = request.chain
    ? ({ ok: true, value: request.chain } as const)
    : await fetchChain(rpc, { ...cancelledBy(signal), ...given("chainId", request.chainId) });
  if (!opened.ok) return opened;
  const chain = opened.value;
  const [governance, head] = await Promise.all([
    rpc.call("governance_state", {}, cancelledBy(signal)),
    rpc.call("chain_head", {}, cancelledBy(signal)),
  ]);
  const { feeRateMin, validUntilAheadMsMax } = governance.parameters;
  const fee: FeeChoice =
    request.fee === undefined ? { kind: "rate", rate: feeRateMin } : { kind: "exact", amount: request.fee };
  const address = from.address(chain.genesis.addressPrefix);
  const found = await coinsFor(payments, fee, { rpc, address, ...cancelledBy(signal) });
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
    ...given("memo", memo),
  });
  if (!built.ok) return explained(built, found);
  if (feeMax !== undefined && built.value.fee > feeMax)
    return refuse("fee-too-high", `the fee would be ${built.value.fee}, at most ${feeMax} was allowed`);
  return { ok: true, value: { ...built.value, chain } };
}

interface CoinSearch {
  readonly rpc: RpcCaller;
  readonly address: string;
  readonly signal?: CancelSignal;
}

interface FoundCoins {
  readonly coins: readonly SpendableCoin[];
  readonly pendingCount: number;
  readonly complete: boolean;
}

/** The coins of each asset that is needed. */
async function coinsFor(
  payments: readonly Payment[],
  fee: FeeChoice,
  { rpc, address, signal }: CoinSearch,
): Promise<FoundCoins> {
  const isFree = fee.kind === "exact" ? fee.amount === 0n : fee.rate === 0;
  const assets = new Set([...payments.map(({ asset = 0 }) => asset), ...(isFree ? [] : [0])]);
  const coins: SpendableCoin[] = [];
  let pendingCount = 0;
  let complete = true;
  for (const asset of assets) {
    const page = await spendableCoins(rpc, address, { asset, ...cancelledBy(signal) });
    assert(page.ok, "the address of a wallet is none");
    coins.push(...page.value.coins);
    pendingCount += page.value.pendingCount;
    complete &&= page.value.complete;
  }
  return { coins, pendingCount, complete };
}

/** A refusal for lack of money, with why there seems to be so little. */
function explained(refusal: TransferRefusal, { pendingCount, complete }: FoundCoins): TransferRefusal {
  if (refusal.code !== "insufficient-funds") return refusal;
  const pending =
    pendingCount === 0
      ? ""
      : `; ${pendingCount} more coins are being spent by pending transactions: wait until those are final`;
  const partial = complete ? "" : "; not all coins were looked at, there are too many: merge some first";
  return { ...refusal, detail: refusal.detail + pending + partial };
}

function cancelledBy(signal: CancelSignal | undefined): { readonly signal?: CancelSignal } {
  return signal === undefined ? {} : { signal };
}

/** An option, left out where it is not given. */
function given<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]?: T });
}
