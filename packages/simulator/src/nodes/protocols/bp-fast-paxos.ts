// BP Fast Paxos, to worlds of whole nodes. The channel alone says whose a message is: whatever leaves a process is its own.
import { type BpfpMessage, bpfpKeptMax, bpfpMessageCodec } from "@witan/consensus";
import { BPFP_BUFFERED_MAX } from "@witan/node";
import type { BlockHash } from "@witan/primitives";
import { wordsOf } from "../../bp-fast-paxos/words.ts";
import { BPFP_TAPS } from "../taps/bpfp-taps.ts";
import type { NodesProtocol } from "./protocol.ts";

/** What worlds must know of it. */
export const BPFP_NODES: NodesProtocol = {
  words: (bytes) => {
    const decoded = bpfpMessageCodec.decode(bytes);
    return decoded.ok ? wordsOf(decoded.value) : undefined;
  },
  sayingOf: (bytes, { node }) => {
    const decoded = bpfpMessageCodec.decode(bytes);
    if (!decoded.ok) return undefined;
    const message = decoded.value;
    const { kind } = message;
    const bound = boundBy(message);
    return {
      kind,
      bpfp: message,
      block: bound?.block,
      content: bound?.content ?? "",
      slot: bound && `${node} ${bound.slot}`,
    };
  },
  taps: BPFP_TAPS,
  settings: ({ consensus }) =>
    consensus.kind === "bp-fast-paxos" ? { minimumSharePermille: consensus.minimumSharePermille } : {},
  keptMax: (members) => ({ ...bpfpKeptMax(members, BPFP_BUFFERED_MAX) }),
  certifiesLater: true,
};

interface Bound {
  readonly slot: string;
  readonly content: string;
  readonly block: BlockHash | undefined;
}

/** What a message binds its sender to; undefined: to nothing. */
function boundBy(message: BpfpMessage): Bound | undefined {
  switch (message.kind) {
    case "accept":
    case "learn": {
      const { kind, membership, height, round, blockHash } = message;
      const slot = `${kind} of round ${round} at height ${height}, members of ${membership}`;
      return { slot, content: blockHash, block: blockHash };
    }
    case "promise": {
      const { membership, round, decidedHeight, decidedHash, vote } = message;
      const slot = `promise of round ${round} after ${decidedHeight}, members of ${membership}`;
      return { slot, content: JSON.stringify([decidedHash, vote]), block: vote[0]?.blockHash };
    }
    case "decided": {
      const { height, blockHash } = message;
      return { slot: `decided ${height}`, content: blockHash, block: blockHash };
    }
    default:
      return undefined;
  }
}
