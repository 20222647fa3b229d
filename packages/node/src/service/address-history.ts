// What transactions did to an address, for lists: sums by asset with their sign, and the time of each block.
import type { AssetId, Height, PolicyHash } from "@witan/primitives";
import { present } from "@witan/primitives";
import { type ParamsOf, type ResultOf, RpcError } from "@witan/rpc";
import type { PlacedEvent } from "../indexes/address-records.ts";
import type { EventPlace } from "../indexes/index-changes.ts";
import type { ServiceContext } from "./context.ts";

/** Events that are looked through for one page: with `asset` most may be about others. */
const LOOKED_AT_MAX = 5_000;
/** Events that are read at a time. */
const READ_AT_ONCE = 1_000;

type Entry = ResultOf<"chain_history">["entries"][number];
type Query = Omit<ParamsOf<"chain_history">, "address">;

/** The method `chain_history`. @throws {RpcError} `address-index-off`, `cursor-invalid` */
export async function addressHistory(
  { chain }: Pick<ServiceContext, "chain">,
  policyHash: PolicyHash,
  { asset, after, limit, order }: Query,
): Promise<ResultOf<"chain_history">> {
  const entries: Entry[] = [];
  let place = after === undefined ? undefined : placeOf(after);
  let looked = 0;
  for (;;) {
    const count = Math.min(asset === undefined ? limit - entries.length : READ_AT_ONCE, READ_AT_ONCE);
    const found = await chain.history(policyHash, {
      ...{ order, limit: count },
      ...(place === undefined ? {} : { after: place }),
    });
    if (!found.ok) throw new RpcError("address-index-off");
    const page = found.value;
    // What is final stays as it is, so an answer of several reads is as of the last.
    const { height } = page;
    for (const event of page.events) {
      place = event;
      looked++;
      const changes = changesOf(event, asset as AssetId | undefined);
      if (changes === undefined) continue;
      entries.push(entryOf(chain, event, changes));
      if (entries.length >= limit) break;
    }
    const isLast = place === undefined || (page.next === undefined && place === page.events.at(-1));
    if (isLast || page.events.length === 0) return { height, entries, next: null };
    if (entries.length >= limit || looked >= LOOKED_AT_MAX)
      return { height, entries, next: present(place && cursorOf(place), "the place of the last event") };
  }
}

function entryOf(chain: ServiceContext["chain"], event: PlacedEvent, changes: Entry["changes"]): Entry {
  const { height, position: index, transaction } = event;
  const { timestamp } = present(chain.header(height), `the header of block ${height}`);
  return { height, timestamp, index, transaction, changes };
}

/** What an address gained and lost, by asset; undefined: nothing of the asset that is asked for. */
function changesOf(
  { received, spent }: PlacedEvent,
  wanted: AssetId | undefined,
): Readonly<Record<string, string>> | undefined {
  const sums = new Map<AssetId, bigint>();
  for (const { asset, amount } of received) sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  for (const { asset, amount } of spent) sums.set(asset, (sums.get(asset) ?? 0n) - amount);
  if (wanted !== undefined && !sums.has(wanted)) return undefined;
  const entries = [...sums].sort(([a], [b]) => a - b);
  return Object.fromEntries(entries.map(([asset, sum]) => [`${asset}`, sum.toString()]));
}

/** A cursor: height and position. */
function cursorOf({ height, position }: EventPlace): string {
  return `${height}.${position}`;
}

function placeOf(cursor: string): EventPlace {
  const [, height, position] = /^(0|[1-9][0-9]{0,15})\.(0|[1-9][0-9]{0,4})$/.exec(cursor) ?? [];
  const place = { height: Number(height) as Height, position: Number(position) };
  if (Number.isSafeInteger(place.height) && place.position <= 0xffff) return place;
  throw new RpcError("cursor-invalid");
}
