// What the pool keeps, it keeps alone: a view would hold the whole block or batch that it came in.
import type { SealedTransaction } from "@witan/ledger";

/** The same transaction with bytes of its own: itself, unless its bytes are a part of something larger. */
export function owned(sealed: SealedTransaction): SealedTransaction {
  if (sealed.bytes.buffer.byteLength === sealed.bytes.length) return sealed;
  return { ...sealed, bytes: sealed.bytes.slice() };
}
