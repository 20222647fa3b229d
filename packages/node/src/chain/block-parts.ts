// Parts of an encoded block, cut out of its bytes where its offsets say (docs/formats.md, section 9), without reading what
// is in them: for blocks that were judged before they were kept. Never for bytes that somebody sent.
import { HEADER_BYTES } from "./chain-records.ts";

/** The header, and the offset of the list of transactions; the list goes up to the end. */
const LIST_AT = HEADER_BYTES + 4;
/** The list begins with an offset for each transaction, from the beginning of the list. */
const OFFSET_BYTES = 4;

/** The bytes of one transaction; undefined if there is none at this position. */
export function transactionIn(block: Uint8Array, position: number): Uint8Array | undefined {
  const offsets = offsetsOf(block);
  if (offsets === undefined || position < 0 || position >= offsets.count) return undefined;
  return cut(block, offsets, position);
}

/** The bytes of each transaction, in order. */
export function transactionsIn(block: Uint8Array): readonly Uint8Array[] {
  const offsets = offsetsOf(block);
  if (offsets === undefined) return [];
  return Array.from({ length: offsets.count }, (_, position) => cut(block, offsets, position));
}

/** How many transactions there are. */
export function transactionCount(block: Uint8Array): number {
  return offsetsOf(block)?.count ?? 0;
}

interface Offsets {
  readonly view: DataView;
  readonly count: number;
}

/** Undefined: there are no transactions. */
function offsetsOf(block: Uint8Array): Offsets | undefined {
  if (block.length < LIST_AT + OFFSET_BYTES) return undefined;
  const view = new DataView(block.buffer, block.byteOffset + LIST_AT, block.length - LIST_AT);
  return { view, count: view.getUint32(0, true) / OFFSET_BYTES };
}

function cut(block: Uint8Array, { view, count }: Offsets, position: number): Uint8Array {
  const begin = view.getUint32(OFFSET_BYTES * position, true);
  const end =
    position + 1 < count ? view.getUint32(OFFSET_BYTES * (position + 1), true) : block.length - LIST_AT;
  return block.subarray(LIST_AT + begin, LIST_AT + end);
}
