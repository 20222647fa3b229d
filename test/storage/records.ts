// Keys, values and failures as the tests of the store make and expect them.
import assert from "node:assert/strict";
import type { StoreChange, StoreEntry, StoreFailureCode } from "@witan/primitives";
import { keyOf, StoreError } from "@witan/storage";

/** 32 bytes in hex that end in a number. */
export function hashOf(number: number): string {
  return number.toString(16).padStart(64, "0");
}

/** Bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function put(key: Uint8Array, value: string | Uint8Array): StoreChange {
  return { kind: "put", key, value: typeof value === "string" ? bytes(value) : value };
}

export function remove(key: Uint8Array): StoreChange {
  return { kind: "delete", key };
}

/** The key of a block. */
export function block(height: number): Uint8Array {
  return keyOf("block", height);
}

/** A value as text. */
export function text(value: Uint8Array | undefined): string | undefined {
  return value && new TextDecoder().decode(value);
}

export async function all(entries: AsyncIterable<StoreEntry>): Promise<(readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for await (const { key, value } of entries)
    found.push([Buffer.from(key).toString("hex"), text(value) ?? ""]);
  return found;
}

export function isFailure(code: StoreFailureCode, says?: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof StoreError, `a StoreError, not ${error}`);
    assert.equal(error.code, code, error.message);
    if (says !== undefined) assert.match(error.message, says);
    return true;
  };
}
