// What travels on a line between two nodes, in few words: for traces and diagrams.
import { decodeBlock } from "@witan/ledger";
import { bulkMessageCodec, rangeCodec, requestCodec, transactionsMessageCodec } from "@witan/node";
import { sha256Hex } from "@witan/primitives";
import type { NodeCast } from "./cast.ts";
import type { Frame } from "./line.ts";

/** What a message of consensus says; undefined: it is none. */
export type ConsensusWords = (bytes: Uint8Array) => string | undefined;

/** Says what a frame is. What no node would read is told as noise, with the beginning of its hash. */
export function wordsOfFrame(frame: Frame, chain: NodeCast["chain"], words: ConsensusWords): string {
  return readable(frame, chain, words) ?? `noise on ${frame.lane} ${sha256Hex(frame.bytes).slice(0, 8)}`;
}

function readable(frame: Frame, chain: NodeCast["chain"], words: ConsensusWords): string | undefined {
  const { bytes, id } = frame;
  switch (frame.lane) {
    case "consensus":
      return words(bytes);
    case "transactions":
      return transactionsWords(bytes);
    case "bulk":
      return bulkWords(bytes, chain);
    case "request":
      return requestWords(bytes, id);
    case "answer":
      return answerWords(frame, chain);
    case "end":
      return "end";
  }
}

function transactionsWords(bytes: Uint8Array): string | undefined {
  const decoded = transactionsMessageCodec.decode(bytes);
  if (!decoded.ok) return undefined;
  const message = decoded.value;
  if (message.kind === "push") return `transactions, ${message.transactions.length}`;
  return message.kind === "announce" ? `ids, ${message.ids.length}` : `transactions?, ${message.ids.length}`;
}

function bulkWords(bytes: Uint8Array, chain: NodeCast["chain"]): string | undefined {
  const decoded = bulkMessageCodec.decode(bytes);
  if (!decoded.ok) return undefined;
  const message = decoded.value;
  if (message.kind === "tip") return `tip h${message.height}`;
  const block = blockWords(message.block, chain);
  return message.kind === "proposal" ? `body ${block}` : `decided ${block}`;
}

function requestWords(bytes: Uint8Array, id: number): string | undefined {
  const decoded = requestCodec.decode(bytes);
  if (!decoded.ok) return undefined;
  const request = decoded.value;
  if (request.kind === "body") return `body? ${request.hash.slice(0, 8)} (${id})`;
  if (request.kind === "certificates")
    return `certificates? ${request.of.map(({ height }) => height).join(", ")} (${id})`;
  if (request.kind === "bodies")
    return `bodies? ${request.of.map(({ hash }) => hash.slice(0, 8)).join(", ")} (${id})`;
  if (request.kind === "registers") return `registers? (${id})`;
  return `blocks? from ${request.from}, ${request.count} (${id})`;
}

function answerWords({ bytes, id, fault }: Frame, chain: NodeCast["chain"]): string {
  if (fault !== undefined) return `answer ${fault} (${id})`;
  const range = rangeCodec.decode(bytes);
  if (range.ok) return `blocks, ${range.value.length} (${id})`;
  return `answer ${blockWords(bytes, chain)} (${id})`;
}

function blockWords(bytes: Uint8Array, chain: NodeCast["chain"]): string {
  const decoded = decodeBlock(chain, bytes);
  if (!decoded.ok) return `unreadable ${sha256Hex(bytes).slice(0, 8)}`;
  return `h${decoded.value.header.height} ${decoded.value.hash.slice(0, 8)}`;
}
