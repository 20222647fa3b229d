// PBFT, to worlds of whole nodes.
import {
  digestOf,
  keptMax,
  type PbftMessage,
  type SignedMessage,
  signedMessageCodec,
  slotOf,
} from "@witan/consensus";
import { BUFFERED_MAX } from "@witan/node";
import type { BlockHash, Height } from "@witan/primitives";
import { wordsOf } from "../../pbft/words.ts";
import { TAPS } from "../taps/taps.ts";
import type { NodesProtocol } from "./protocol.ts";

/** What worlds must know of it. */
export const PBFT_NODES: NodesProtocol = {
  words: (bytes) => {
    const decoded = signedMessageCodec.decode(bytes);
    return decoded.ok ? wordsOf(decoded.value) : undefined;
  },
  sayingOf: (bytes, at, { chain, scheme }) => {
    const decoded = signedMessageCodec.decode(bytes);
    if (!decoded.ok || decoded.value.message.kind === "status") return undefined;
    const { message, signature } = decoded.value;
    const digest = digestOf(chain.chainId, message);
    // What is passed on was signed by another.
    const key = at.keys.find((publicKey) => scheme.verify({ digest, publicKey, signature }));
    if (key === undefined) return undefined;
    return {
      ...{ kind: message.kind, content: digest, block: votedFor(message) },
      slot: `${key} ${slotWords(message)} of membership ${message.membership}`,
    };
  },
  taps: TAPS,
  settings: () => ({}),
  keptMax: (members) => ({ ...keptMax(members, BUFFERED_MAX) }),
  certifiesLater: false,
};

function slotWords(message: SignedMessage["message"]): string {
  const decided = message.kind === "viewChange" ? message.decidedHeight : 0;
  const slot = slotOf(message, decided as Height);
  return slot ? `${slot.lane} ${slot.height} ${slot.view} ${slot.step}` : message.kind;
}

/** The block that a message speaks for. */
function votedFor(message: PbftMessage): BlockHash | undefined {
  switch (message.kind) {
    case "prePrepare":
    case "prepare":
    case "commit":
      return message.blockHash;
    case "viewChange":
      return message.prepared[0]?.blockHash;
    default:
      return undefined;
  }
}
