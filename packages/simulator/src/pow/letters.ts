// What nodes of a world of proof of work say to each other.
import type { ChainHeader } from "@witan/consensus";
import type { BlockHash } from "@witan/primitives";
import type { PowBlock } from "./blocks.ts";

/** A message. */
export type PowLetter =
  | { readonly kind: "headers"; readonly headers: readonly ChainHeader[] }
  | { readonly kind: "headersAsked"; readonly locator: readonly BlockHash[] }
  | { readonly kind: "blockAsked"; readonly hash: BlockHash }
  | { readonly kind: "block"; readonly block: PowBlock };

/** So many bytes a header has on the wire. */
const HEADER_BYTES = 128;

/** Its size on the wire. @param blockBytes of a body */
export function bytesOf(letter: PowLetter, blockBytes: number): number {
  switch (letter.kind) {
    case "headers":
      return HEADER_BYTES * Math.max(1, letter.headers.length);
    case "headersAsked":
      return 32 * letter.locator.length;
    case "blockAsked":
      return 32;
    case "block":
      return HEADER_BYTES + blockBytes;
  }
}

/** As traces and diagrams have it. */
export function wordsOf(letter: PowLetter): string {
  switch (letter.kind) {
    case "headers": {
      const last = letter.headers.at(-1);
      return last === undefined ? "HEADERS none" : `HEADERS ${letter.headers.length} to ${namedOf(last)}`;
    }
    case "headersAsked":
      return `GET-HEADERS after ${(letter.locator[0] ?? "").slice(0, 8)}`;
    case "blockAsked":
      return `GET-BLOCK ${letter.hash.slice(0, 8)}`;
    case "block":
      return `BLOCK ${namedOf(letter.block.header)}`;
  }
}

/** `h12 0a1b2c3d`. */
export function namedOf({ height, hash }: Pick<ChainHeader, "height" | "hash">): string {
  return `h${height} ${hash.slice(0, 8)}`;
}
