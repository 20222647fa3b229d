// Proofs that do not prove: of promises that were made up, given for something else, too few, or chosen. Seals that liars
// were never given they can't make.
import { roundStart, type SealedPromise } from "@witan/consensus";
import type { BlockHash, Height, MemberIndex, View } from "@witan/primitives";
import type { Random } from "../../random.ts";
import type { Conduct, ConductMaker, Liar } from "../conduct.ts";
import { acceptOf, newHash, postTo, promisesBeside, promisesFor, quorumOf, rivalHash } from "./saying.ts";

/** Of a thousand ticks so many. */
const OFTEN = 60;

type Proof = readonly SealedPromise[];

/** In a round of its own, as if it began now: an ACCEPT with a proof that is made like this. Undefined: there is none. */
function proving(
  name: string,
  random: Random,
  make: (
    liar: Liar,
    round: number,
    to: number,
  ) => { readonly proof: Proof; readonly hash: BlockHash } | undefined,
): Conduct {
  const tell = (liar: Liar, round: number): void => {
    for (const to of liar.acceptors) {
      const made = make(liar, round, to);
      if (made === undefined) continue;
      const { proof, hash: blockHash } = made;
      postTo(liar, [to], acceptOf(liar, { round, height: liar.ground.height + 1, blockHash, proof }));
    }
  };
  let told = 0;
  return {
    name,
    // As soon as there is a promise for the round: before the engine has its quorum of them.
    hears: (message, _from, liar) => {
      if (message.kind === "promise" && message.round > told && random.chance(400)) {
        told = message.round;
        tell(liar, told);
      }
      return true;
    },
    ticks: (liar) => {
      if (!random.chance(OFTEN)) return;
      const [round] = liar.ownRounds(Math.max(1, liar.round), 1);
      if (round !== undefined) tell(liar, round);
    },
  };
}

/** A proof that lets anything be proposed, if it is believed: nobody in it has voted. */
function hidingVotes(promises: Proof, quorum: number, round: number): Proof | undefined {
  if (promises.length < quorum) return undefined;
  return promises.slice(0, quorum).map((one) => ({ ...one, round: round as View, vote: [] }));
}

/** Promises for the round with their votes left out, or one promise in the name of all. */
export const forgedProofs: ConductMaker = (random) => {
  const isCopied = random.chance(300);
  return proving("forged-proofs", random, (liar, round, to) => {
    const given = promisesFor(liar, round);
    const [first] = given;
    if (first === undefined) return undefined;
    const quorum = quorumOf(liar);
    // Without the acceptor that it is for: it knows best what it has promised itself.
    const others = liar.acceptors.filter((place) => place !== to).map((place) => memberAt(liar, place));
    const known = new Map(given.map((one) => [one.acceptor, one]));
    const proof = [...others]
      .sort((a, b) => a - b)
      .slice(0, quorum)
      .map((acceptor): SealedPromise => {
        const own = known.get(acceptor) ?? first;
        return { ...(isCopied ? first : own), acceptor, round: round as View, vote: [] };
      });
    return proof.length < quorum ? undefined : { proof, hash: newestRival(liar) };
  });
};

/** Promises as they were given, for an earlier round. */
export const staleProofs: ConductMaker = (random) =>
  proving("stale-proofs", random, (liar, round) => {
    const proof = promisesBeside(liar, round).slice(0, quorumOf(liar));
    return proof.length < quorumOf(liar) ? undefined : { proof, hash: newestRival(liar) };
  });

/** Promises that were given for another round or height, said to be for this one. */
export const replayedProofs: ConductMaker = (random) =>
  proving("replayed-proofs", random, (liar, round) => {
    const { height, head } = liar.ground;
    // The oldest of each acceptor: it had voted for nothing yet, as a rule.
    const oldest = new Map<MemberIndex, SealedPromise>();
    for (const one of liar.conspiracy.promises(liar.ground.membership.from))
      if (one.vote.length === 0 && !oldest.has(one.acceptor)) oldest.set(one.acceptor, one);
    const proof = [...oldest.values()]
      .sort((a, b) => a.acceptor - b.acceptor)
      .slice(0, quorumOf(liar))
      .map((one) => ({
        ...one,
        ...{ round: round as View, decidedHeight: height as Height, decidedHash: head },
      }));
    return proof.length < quorumOf(liar) ? undefined : { proof, hash: newestRival(liar) };
  });

/** Fewer promises than a quorum, or one of them several times. */
export const partialProofs: ConductMaker = (random) => {
  const isPadded = random.chance(500);
  return proving("partial-proofs", random, (liar, round) => {
    const given = promisesFor(liar, round).slice(0, quorumOf(liar) - 1);
    // One that has voted for nothing lets most be proposed.
    const again = given.find(({ vote }) => vote.length === 0) ?? given[0];
    if (again === undefined) return undefined;
    const proof = isPadded ? Array<SealedPromise>(quorumOf(liar)).fill(again) : given;
    return { proof, hash: newestRival(liar) };
  });
};

/** Proofs that hold, of whichever quorum lets the block be proposed: another one for each acceptor, where that goes. */
export const chosenProofs: ConductMaker = (random) =>
  proving("chosen-proofs", random, (liar, round) => {
    const given = promisesFor(liar, round);
    const quorum = quorumOf(liar);
    if (given.length < quorum) return undefined;
    const proof = random
      .shuffled(given)
      .slice(0, quorum)
      .sort((a, b) => a.acceptor - b.acceptor);
    const { base, allowed } = roundStart(proof, liar.acceptors.length);
    if (base !== liar.ground.height) return undefined;
    return { proof, hash: allowed.length > 0 ? random.pick(allowed) : newestRival(liar) };
  });

/** Promises with their votes left out, and the seals that were made with them. */
export const hiddenVotes: ConductMaker = (random) =>
  proving("hidden-votes", random, (liar, round) => {
    const proof = hidingVotes(promisesFor(liar, round), quorumOf(liar), round);
    return proof && { proof, hash: newestRival(liar) };
  });

function memberAt(liar: Liar, place: number): MemberIndex {
  const { members } = liar.ground.membership;
  return members.findIndex(({ name }) => Number(name.slice(1)) === place) as MemberIndex;
}

/** A block against the newest that acceptors have voted for; a new one where none is known. */
function newestRival(liar: Liar): BlockHash {
  const { membership, height } = liar.ground;
  const voted = liar.conspiracy
    .promises(membership.from)
    .findLast((one) => one.decidedHeight === height && one.vote.length > 0)?.vote[0]?.blockHash;
  return voted === undefined || liar.conspiracy.blocks.find(voted) === undefined
    ? newHash(liar)
    : rivalHash(liar, voted);
}
