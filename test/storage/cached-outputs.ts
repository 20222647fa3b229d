// Outputs for tests of their cache: names, values, and what a store holds of them.
import {
  type CheckedStore,
  OUTPUT_VALUE_BYTES,
  OutputCache,
  outpointOf,
  rangeOf,
  readMeta,
} from "@witan/storage";
import { bytes, hashOf, text } from "./records.ts";

/** The name of an output. */
export function nameOf(number: number): string {
  return `${hashOf(number)}${(number % 3).toString(16).padStart(4, "0")}`;
}

/** The outputs that a store holds, by name. */
export async function onDisk(store: CheckedStore): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { key, value } of store.range(rangeOf("output")))
    found.set(outpointOf(key), text(value) ?? "");
  return found;
}

/** A cache on what a store holds. */
export function cacheOn(store: CheckedStore, limits = {}): OutputCache {
  return new OutputCache({ store, flushed: readMeta(store, "flushed"), limits });
}

/** An output that begins with a text. */
export function outputOf(text: string | number): string {
  return `${text}`.padEnd(OUTPUT_VALUE_BYTES, "v");
}

/** An output like others. */
export const VALUE = new Uint8Array(OUTPUT_VALUE_BYTES);

/** What a block does: puts outputs, and takes out those that are null. */
export function apply(
  cache: OutputCache,
  changes: readonly (readonly [string, string | Uint8Array | null])[],
): void {
  for (const [name, value] of changes)
    if (value === null) cache.spend(name);
    else cache.put(name, typeof value === "string" ? bytes(outputOf(value)) : value);
}
