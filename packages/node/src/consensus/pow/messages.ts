// What nodes of a chain of proof of work say to each other on the channel `consensus`: headers, and questions for them.
// Bytes and bounds only.
import { HEADERS_MAX } from "@witan/consensus";
import { type Header, headerCodec } from "@witan/ledger";
import { type BlockHash, type Codec, container, hexVector, list, union } from "@witan/primitives";

/** Hashes in a question: ten, and one for each doubling of the height, and block 0. */
export const LOCATOR_MAX = 64;

/** A message. */
export type PowMessage =
  /** Ascending: an announcement of one, or an answer, which may be empty. */
  | { readonly kind: "headers"; readonly headers: readonly Header[] }
  /** What follows the first of these that is on the receiver's chain? */
  | { readonly kind: "headersAsked"; readonly locator: readonly { readonly hash: BlockHash }[] };

/** SSZ of a message. */
export const powMessageCodec: Codec<PowMessage> = union<PowMessage>({
  headers: container<Omit<Extract<PowMessage, { kind: "headers" }>, "kind">>({
    headers: list(headerCodec, HEADERS_MAX),
  }),
  headersAsked: container<Omit<Extract<PowMessage, { kind: "headersAsked" }>, "kind">>({
    locator: list(container<{ readonly hash: BlockHash }>({ hash: hexVector(32) }), LOCATOR_MAX),
  }),
});
