// Liars that single specimens need: one of them an acceptor, which the protocol does not withstand.
import { type BpfpMessage, voteIn } from "@witan/consensus";
import type { BlockHash } from "@witan/primitives";
import type { ConductMaker } from "../bp-fast-paxos/conduct.ts";
import { instead, rivalHash } from "../bp-fast-paxos/conducts/saying.ts";
import { fixedPlaces } from "../engines/conducts/places.ts";

/** Where votes are counted together. */
interface Place {
  readonly membership: number;
  readonly round: number;
  readonly height: number;
}

/**
 * Says to each what it likes to hear: of two blocks that the proposer signed for one round it tells some that it voted for
 * one, and the rest, and in its promise, that it voted for the other (the paper's section VI).
 */
export const liesToEach: ConductMaker = (random) => {
  const hearsOther = fixedPlaces(random, [500]);
  /** By membership, round and height: what acceptors and proposers say that there is. */
  const known = new Map<string, Map<BlockHash, Extract<BpfpMessage, { kind: "learn" }>>>();
  const keyOf = (of: Place) => `${of.membership} ${of.round} ${of.height}`;
  const other = (of: Place, than: BlockHash) =>
    [...(known.get(keyOf(of))?.values() ?? [])].find(({ blockHash }) => blockHash !== than);
  return {
    name: "lies-to-each",
    hears: (message) => {
      if (message.kind !== "accept" && message.kind !== "learn") return true;
      const { membership, round, height, blockHash, signature } = message;
      const learns = known.get(keyOf(message)) ?? new Map();
      known.set(keyOf(message), learns);
      learns.set(blockHash, { kind: "learn", membership, round, height, blockHash, signature });
      return true;
    },
    sends: (outgoing, liar) => {
      const { message, to } = outgoing;
      const told = voteIn(message);
      if (told !== undefined) {
        const rival = other(told, told.blockHash);
        if (rival === undefined || !hearsOther(to, liar)) return [outgoing];
        return [
          {
            ...outgoing,
            message: message.kind === "status" ? { ...message, vote: [rival.blockHash] } : rival,
          },
        ];
      }
      if (message.kind !== "promise") return [outgoing];
      const { membership, decidedHeight, vote } = message;
      const [voted] = vote;
      const rival =
        voted && other({ membership, round: voted.round, height: decidedHeight + 1 }, voted.blockHash);
      if (voted === undefined || rival === undefined) return [outgoing];
      return [
        {
          ...outgoing,
          message: liar.resealed({ ...message, vote: [{ ...voted, blockHash: rival.blockHash }] }),
        },
      ];
    },
  };
};

/** Proposes one block in a round, and where it would say so again, another one. */
export const changesItsMind: ConductMaker = () => {
  /** By round and height: when it proposed first. */
  const first = new Map<string, number>();
  return {
    name: "changes-its-mind",
    sends: (outgoing, liar) => {
      const { message } = outgoing;
      if (message.kind !== "accept") return [outgoing];
      const key = `${message.membership} ${message.round} ${message.height}`;
      const atUs = first.get(key) ?? liar.nowUs;
      first.set(key, atUs);
      if (atUs === liar.nowUs) return [outgoing];
      return [instead(outgoing, { ...message, blockHash: rivalHash(liar, message.blockHash) }, liar)];
    },
  };
};
