// What a node checks of its database before it starts on it: whose chain it is, that the blocks it must replay are
// there, that the set of outputs is whole. It reads and changes nothing, and says what is wrong and what mends it.
import { bytesToHex, type ChainId, type Height, type StoreReader, sameBytes } from "@witan/primitives";
import type { CheckedStore } from "./checked-store.ts";
import { type Damage, damageOf, damageOfTable } from "./damage.ts";
import { keyFromHex, keyOf, rangeOf } from "./layout.ts";
import { type Flushed, type Meta, metaKey, readMeta, type Tip } from "./meta.ts";
import { StoreError, saidBy } from "./store-error.ts";

/** What a database is found to be. */
export type StartReport =
  /** Nothing was ever stored in it. */
  | { readonly kind: "new" }
  /** Blocks from `replayFrom` to the tip are to be applied to the outputs; none if it is behind the tip. */
  | {
      readonly kind: "sound";
      readonly tip: Tip;
      readonly flushed: Flushed;
      readonly prunedTo: Height;
      readonly replayFrom: Height;
    }
  | {
      readonly kind: "other-chain";
      readonly found: ChainId;
      readonly expected: ChainId;
      readonly advice: string;
    }
  | { readonly kind: "damaged"; readonly damages: readonly Damage[] };

/** What is checked, and how it is told. */
export interface StartCheckOptions {
  readonly chainId: ChainId;
  /** Called each 10,000 outputs, and at the end, with the number counted so far. */
  readonly onProgress?: (outputs: number) => void;
}

const PROGRESS_RECORDS = 10_000;
/** Reported at most: what follows is more of the same. */
const DAMAGES_MAX = 100;

/**
 * Checks a database. Takes 3 s for each million outputs, since it counts them, seals and all.
 * @throws {StoreError} if reading fails otherwise than by damage
 */
export async function checkStart(store: CheckedStore, options: StartCheckOptions): Promise<StartReport> {
  const damages: Damage[] = [];
  const meta = readAll(store, damages);
  if (damages.length > 0) return { kind: "damaged", damages };
  const { chainId, tip, flushed, prunedTo = 0 as Height } = meta;
  if (chainId === undefined) {
    damages.push(...(await whatIsThere(store)));
    return damages.length === 0 ? { kind: "new" } : { kind: "damaged", damages };
  }
  if (chainId !== options.chainId) {
    const advice = "give the node the home of this chain, or the genesis of the other";
    return { kind: "other-chain", found: chainId, expected: options.chainId, advice };
  }
  if (tip === undefined || flushed === undefined) {
    const lacking = tip === undefined ? "tip" : "flushed";
    return {
      kind: "damaged",
      damages: [damageOf("missing", metaKey(lacking), "there is a chain id without it")],
    };
  }
  damages.push(...contradictions(tip, flushed, prunedTo));
  if (damages.length === 0) {
    damages.push(...checkBlocks(store, tip, flushed));
    damages.push(...(await checkOutputs(store, flushed, options)));
  }
  if (damages.length > 0) return { kind: "damaged", damages };
  return { kind: "sound", tip, flushed, prunedTo, replayFrom: (flushed.height + 1) as Height };
}

type Found = { -readonly [Name in keyof Meta]?: Meta[Name] };

function readAll(store: StoreReader, damages: Damage[]): Found {
  const found: Found = {};
  const take = <Name extends keyof Meta>(name: Name) => {
    const value = attempt(() => readMeta(store, name), damages);
    if (value !== undefined) found[name] = value as Found[Name];
  };
  for (const name of ["chainId", "tip", "flushed", "prunedTo"] as const) take(name);
  return found;
}

/** What `read` gives; undefined, and a damage noted, if what it reads is damaged. */
function attempt<T>(read: () => T, damages: Damage[]): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "damaged" || error.key === undefined) throw error;
    damages.push(damageOf("damaged", keyFromHex(error.key), saidBy(error)));
    return undefined;
  }
}

/** Records of a database that has no chain id: there must be none but the layout's version. */
async function whatIsThere(store: CheckedStore): Promise<readonly Damage[]> {
  const version = keyOf("meta", "layout-version");
  for await (const { key } of store.walk({})) {
    if (sameBytes(key, version)) continue;
    const detail = `there is none, but other records are there, the first ${bytesToHex(key)}`;
    return [damageOf("missing", metaKey("chainId"), detail)];
  }
  return [];
}

function contradictions(tip: Tip, flushed: Flushed, prunedTo: Height): readonly Damage[] {
  const damages: Damage[] = [];
  if (flushed.height > tip.height)
    damages.push(
      damageOf(
        "contradiction",
        metaKey("flushed"),
        `outputs of height ${flushed.height}, but the tip is at ${tip.height}`,
      ),
    );
  if (prunedTo > flushed.height)
    damages.push(
      damageOf(
        "contradiction",
        metaKey("prunedTo"),
        `pruned to ${prunedTo}, but the outputs are of height ${flushed.height}`,
      ),
    );
  return damages;
}

/** The blocks to replay, and the tip, are there and whole; the tip's hash leads to its height. */
function checkBlocks(store: StoreReader, tip: Tip, flushed: Flushed): readonly Damage[] {
  const damages: Damage[] = [];
  const first = Math.min(flushed.height + 1, tip.height);
  for (let height = first; height <= tip.height && damages.length < DAMAGES_MAX; height++) {
    const key = keyOf("block", height);
    const before = damages.length;
    const block = attempt(() => store.get(key), damages);
    if (block === undefined && damages.length === before)
      damages.push(damageOf("missing", key, `no block, but the tip is at ${tip.height}`));
    attempt(() => store.get(keyOf("certificate", height)), damages);
  }
  const key = keyOf("heightOfBlock", tip.hash);
  const before = damages.length;
  const value = attempt(() => store.get(key), damages);
  if (value === undefined && damages.length === before)
    damages.push(damageOf("missing", key, "the tip's hash leads nowhere"));
  return damages;
}

async function checkOutputs(
  store: CheckedStore,
  flushed: Flushed,
  { onProgress }: StartCheckOptions,
): Promise<readonly Damage[]> {
  const damages: Damage[] = [];
  const range = rangeOf("output");
  let last = range.from;
  let count = 0;
  try {
    for await (const { key, value } of store.walk(range)) {
      last = key;
      if (value !== undefined) count++;
      else if (damages.length < DAMAGES_MAX)
        damages.push(damageOf("damaged", key, "the value does not fit its seal"));
      if (count % PROGRESS_RECORDS === 0) onProgress?.(count);
    }
    onProgress?.(count);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "damaged") throw error;
    damages.push(damageOf("unreadable", last, saidBy(error)));
  }
  if (count !== flushed.outputs)
    damages.push(
      damageOfTable("contradiction", "output", `${count} sound outputs, expected ${flushed.outputs}`),
    );
  return damages;
}
