// Methods about what waits for a block.
import type { PendingTransaction } from "@witan/mempool";
import { type ResultOf, RpcError } from "@witan/rpc";
import type { Calls, ServiceContext } from "./context.ts";

type Pending = ResultOf<"mempool_transactions">["transactions"][number];

/** Weight that fee rates are told for. */
const RATE_WEIGHT = 1_000n;

/** Where a page begins: behind a place in the order of arrival, among those that are pending or those that wait. */
interface Place {
  readonly waiting: boolean;
  readonly position: number;
}

/** The methods named `mempool_…`. */
export function mempoolCalls({ mempool, ports }: ServiceContext): Calls<"mempool"> {
  return {
    mempool_status: async () => {
      const { transactions, bytes, waiting, limits, oldest } = mempool.status();
      return {
        transactions,
        bytes,
        waiting,
        limits: { transactions: limits.transactions, bytes: limits.bytes },
        oldestMs: oldest === undefined ? null : Math.max(0, ports.clock.now() - oldest),
      };
    },
    mempool_transactions: async ({ after, limit }) => {
      const start = after === undefined ? undefined : placeOf(after);
      const transactions: Pending[] = [];
      if (start?.waiting !== true) {
        const page = mempool.page(limit, start?.position);
        for (const one of page.transactions) transactions.push(pendingOf(one, false));
        if (page.next !== undefined)
          return { transactions, next: cursorOf({ waiting: false, position: page.next }) };
      }
      const behind = start?.waiting === true ? start.position : 0;
      const waiting = mempool.waiting().filter(({ position }) => position > behind);
      const room = limit - transactions.length;
      const taken = waiting.slice(0, room);
      for (const one of taken) transactions.push(pendingOf(one, true));
      if (taken.length === waiting.length) return { transactions, next: null };
      const position = taken.at(-1)?.position ?? behind;
      return { transactions, next: cursorOf({ waiting: true, position }) };
    },
  };
}

function pendingOf(
  { transaction: { id, body, bytes, weight }, since }: PendingTransaction,
  waiting: boolean,
): Pending {
  const fee = body.kind === "transfer" ? body.fee : 0n;
  return {
    transaction: id,
    bytes: bytes.length,
    fee: fee.toString(),
    feeRate: feeRateOf(fee, weight),
    admittedAt: since,
    validUntil: body.kind === "reward" ? 0 : body.validUntil,
    spends: body.kind === "transfer" ? body.inputs.length : 0,
    waiting,
  };
}

/** The fee for 1,000 of weight, rounded down. */
export function feeRateOf(fee: bigint, weight: number): string {
  return ((fee * RATE_WEIGHT) / BigInt(weight)).toString();
}

function cursorOf({ waiting, position }: Place): string {
  return `${waiting ? "waiting" : "pending"}.${position}`;
}

function placeOf(cursor: string): Place {
  const [, kind, position] = /^(pending|waiting)\.(-?(?:0|[1-9][0-9]{0,15}))$/.exec(cursor) ?? [];
  const place = { waiting: kind === "waiting", position: Number(position) };
  if (Number.isSafeInteger(place.position)) return place;
  throw new RpcError("cursor-invalid");
}
