// Liars that play together: one of them as primary shows two blocks to two sides, and all of them vote for the one on one
// side and for the other on the other, in every round. With more than f of them both sides decide.
import { ballotMessage, type SignedMessage } from "@witan/consensus";
import type { BlockHash } from "@witan/primitives";
import { changingPlaces, type Places } from "../../engines/conducts/places.ts";
import type { ConductMaker, Liar, Outgoing } from "../conduct.ts";
import type { Conspiracy } from "../conspiracy.ts";
import { instead, isVote, type Vote } from "./saying.ts";

interface Split {
  readonly one: BlockHash;
  readonly other: BlockHash;
  readonly isOther: Places;
}

/** Of the latest heights. */
const REMEMBERED = 32;
const EVERY_US = 4_000_000;

/** Who is shown what: the same for all liars of a world. */
class DoubleGame {
  readonly #splits = new Map<string, Split>();

  of({ membership, view, height }: Vote): Split | undefined {
    return this.#splits.get(`${membership} ${view} ${height}`);
  }

  begin({ membership, view, height }: Vote, split: Split): Split {
    this.#splits.set(`${membership} ${view} ${height}`, split);
    for (const name of this.#splits.keys()) {
      if (this.#splits.size <= REMEMBERED) break;
      this.#splits.delete(name);
    }
    return split;
  }
}

const GAMES = new WeakMap<Conspiracy, DoubleGame>();

function gameOf(conspiracy: Conspiracy): DoubleGame {
  const known = GAMES.get(conspiracy);
  if (known !== undefined) return known;
  const made = new DoubleGame();
  GAMES.set(conspiracy, made);
  return made;
}

/** PREPARE and COMMIT of every liar for a ballot. @param primary has no PREPARE to give */
function support(liar: Liar, ballot: Vote, primary: number): readonly SignedMessage[] {
  const { conspiracy } = liar;
  const membership = conspiracy.membershipAt(ballot.membership);
  if (membership === undefined) return [];
  return conspiracy.liarsOf(membership).flatMap((member) =>
    (["prepare", "commit"] as const).flatMap((kind) => {
      if (kind === "prepare" && member === primary) return [];
      return conspiracy.sign(membership, member, ballotMessage(kind, ballot)) ?? [];
    }),
  );
}

/** All liars back both blocks of a primary of theirs, each side hears one story. */
export const doubleGame: ConductMaker = (random) => {
  const isOther = changingPlaces(random, [300, 500, 500, 700], EVERY_US);
  const proposes = (outgoing: Outgoing, message: Vote, liar: Liar): readonly Outgoing[] => {
    const game = gameOf(liar.conspiracy);
    const rival = liar.conspiracy.rivalOf(message.blockHash, liar.ground);
    const drawn = new Set(liar.others.filter((place) => isOther(place, liar)));
    const split =
      game.of(message) ??
      game.begin(message, {
        one: message.blockHash,
        other: rival.hash,
        isOther: (place) => drawn.has(place),
      });
    liar.keepBody(split.other);
    const ballot = { ...message, blockHash: split.isOther(outgoing.to, liar) ? split.other : split.one };
    const first = ballot.blockHash === message.blockHash ? outgoing : instead(outgoing, ballot, liar);
    const votes = support(liar, ballot, outgoing.signed.sender);
    return [first, ...votes.map((signed) => ({ ...outgoing, signed }))];
  };
  return {
    name: "double-game",
    sends: (outgoing, liar) => {
      const { message } = outgoing.signed;
      if (!isVote(message) || !liar.isOwn(outgoing.signed)) return [outgoing];
      if (message.kind === "prePrepare") return proposes(outgoing, message, liar);
      const split = gameOf(liar.conspiracy).of(message);
      if (split === undefined) return [outgoing];
      const blockHash = split.isOther(outgoing.to, liar) ? split.other : split.one;
      return [
        blockHash === message.blockHash ? outgoing : instead(outgoing, { ...message, blockHash }, liar),
      ];
    },
  };
};
