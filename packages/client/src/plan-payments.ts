// Many payments in one or few transfers: as many in each as fit, built one after another, a later one spending what comes
// back of an earlier one where other coins do not suffice. All or nothing: either every payment is in one, or none is made.
import type { Output } from "@witan/ledger";
import { type Height, LIMITS, MEMPOOL_LIMITS, refuse } from "@witan/primitives";
import { type BuiltTransfer, buildTransfer } from "./build-transfer.ts";
import type { SpendableCoin } from "./spendable-coins.ts";
import type { TransferRefusal } from "./transfer-refusal.ts";
import type { TransferRequest } from "./transfer-request.ts";
import type { Wallet } from "./wallet.ts";

/** Payments of any number. What comes back goes to the wallet, which pays the next transfers with it. */
export interface PaymentsRequest
  extends Omit<TransferRequest, "keys" | "changeTo" | "issued" | "destroyed" | "spend"> {
  readonly from: Wallet;
}

/** Transfers in the order in which they are to be submitted, or why there are none. */
export type PaymentsResult =
  | { readonly ok: true; readonly value: readonly BuiltTransfer[] }
  | TransferRefusal;

/** Where a coin comes from, by the places of planned transfers: none if it is in a block already. */
type Ancestry = ReadonlyMap<SpendableCoin, ReadonlySet<number>>;

/**
 * Builds transfers that make all payments in their order, 255 or fewer in each. Code `chain-too-long`: more transfers would
 * wait for each other than nodes hold (26): make the first payments, wait until they are final, make the rest.
 */
export function planPayments(request: PaymentsRequest): PaymentsResult {
  const { from, payments, coins, chain } = request;
  const whole = { ...request, keys: [from], changeTo: from.address(chain.genesis.addressPrefix) };
  const built: BuiltTransfer[] = [];
  const ancestors = new Map<SpendableCoin, ReadonlySet<number>>();
  /** Of each planned transfer, how many wait for it. */
  const descendants: number[] = [];
  let left: readonly SpendableCoin[] = coins;
  let made = 0;
  do {
    const rest = payments.slice(made, made + LIMITS.outputs);
    const next = buildMost(whole, rest, left, ancestors);
    if (!next.ok) return next;
    const { transfer, count } = next.value;
    const before = new Set(transfer.spent.flatMap((coin) => [...(ancestors.get(coin) ?? [])]));
    for (const at of before) descendants[at] = (descendants[at] ?? 0) + 1;
    if (before.size > MEMPOOL_LIMITS.ancestors || Math.max(0, ...descendants) > MEMPOOL_LIMITS.descendants)
      return refuse("chain-too-long", `payment ${made} would wait for too many transfers of this plan`);
    descendants.push(0);
    const spent = new Set(transfer.spent);
    const change = changeCoins(transfer, from);
    for (const coin of change) ancestors.set(coin, new Set([...before, built.length]));
    left = [...left.filter((coin) => !spent.has(coin)), ...change];
    built.push(transfer);
    made += count;
  } while (made < payments.length);
  return { ok: true, value: built };
}

interface Step {
  readonly transfer: BuiltTransfer;
  /** How many payments it makes. */
  readonly count: number;
}

/** Makes as many of the payments as fit: from coins in blocks if they are enough, else with what is to come back. */
function buildMost(
  request: TransferRequest,
  payments: TransferRequest["payments"],
  coins: readonly SpendableCoin[],
  ancestors: Ancestry,
): { readonly ok: true; readonly value: Step } | TransferRefusal {
  const settled = coins.filter((coin) => !ancestors.has(coin));
  let count = payments.length;
  for (;;) {
    const some = { ...request, payments: payments.slice(0, count) };
    const first = buildTransfer({ ...some, coins: settled });
    const tried = first.ok || settled.length === coins.length ? first : buildTransfer({ ...some, coins });
    if (tried.ok) return { ok: true, value: { transfer: tried.value, count } };
    // Fewer payments take fewer coins and outputs; nothing else becomes possible by it.
    const isTooMuch = ["outputs-too-many", "coins-too-many", "transfer-too-large"].includes(tried.code);
    if (!isTooMuch || count === 1) return tried;
    count = tried.code === "outputs-too-many" ? count - 1 : Math.ceil(count / 2);
  }
}

/** What comes back of a transfer, as coins that the next one can spend. */
function changeCoins(
  { transaction, change }: BuiltTransfer,
  { policyHash }: Wallet,
): readonly SpendableCoin[] {
  const { body } = transaction;
  const outputs: readonly Output[] = body.kind === "transfer" ? body.outputs : [];
  const first = outputs.length - change.length;
  return change.map(({ asset, amount }, at) => ({
    ...{ transaction: transaction.id, index: first + at, asset, amount, policyHash },
    ...{ height: 0 as Height, reward: false },
  }));
}
