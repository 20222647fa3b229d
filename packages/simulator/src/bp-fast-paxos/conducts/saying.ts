// What lying proposers say, in pieces: ACCEPTs of their own rounds, and promises that they were given.
import type { Accept, BpfpMessage, SealedPromise } from "@witan/consensus";
import { type BlockHash, fastQuorum, type Height, type MemberIndex, type View } from "@witan/primitives";
import type { Liar, Outgoing } from "../conduct.ts";

/** Whether this is an ACCEPT that the liar's engine sends in a round of its own. */
export function isAccept({ message }: Outgoing): boolean {
  return message.kind === "accept";
}

/** What an ACCEPT is about. */
export interface Said {
  readonly round: number;
  readonly height: number;
  readonly blockHash: BlockHash;
  readonly proof?: readonly SealedPromise[];
}

/** An ACCEPT of the liar among the members of now. */
export function acceptOf(liar: Liar, { round, height, blockHash, proof = [] }: Said): Accept {
  return liar.signed({
    ...{ kind: "accept", membership: liar.ground.membership.from, round: round as View },
    ...{ height: height as Height, blockHash, proof, signature: [] },
  });
}

/** The same letter with another ACCEPT, signed where the chain wants it. */
export function instead(outgoing: Outgoing, accept: Accept, liar: Liar): Outgoing {
  return { ...outgoing, message: liar.signed({ ...accept, signature: [] }) };
}

/** Sends to some places at once. */
export function postTo(liar: Liar, places: readonly number[], message: BpfpMessage): void {
  for (const to of places) liar.post({ to, message, afterUs: 0 });
}

/** How many acceptors are a quorum now. */
export function quorumOf(liar: Liar): number {
  return fastQuorum(Math.max(1, liar.acceptors.length));
}

/** The latest promises of each acceptor for a round, of those given to any liar: ascending by acceptor. */
export function promisesFor(liar: Liar, round: number): readonly SealedPromise[] {
  const found = new Map<MemberIndex, SealedPromise>();
  for (const promise of liar.conspiracy.promises(liar.ground.membership.from))
    if (promise.round === round) found.set(promise.acceptor, promise);
  return sorted([...found.values()]);
}

/** Promises for other rounds than one: the newest of each acceptor. */
export function promisesBeside(liar: Liar, round: number): readonly SealedPromise[] {
  const found = new Map<MemberIndex, SealedPromise>();
  for (const promise of liar.conspiracy.promises(liar.ground.membership.from))
    if (promise.round !== round) found.set(promise.acceptor, promise);
  return sorted([...found.values()]);
}

/** In the order that a proof must have. */
export function sorted(promises: readonly SealedPromise[]): readonly SealedPromise[] {
  return [...promises].sort((a, b) => a.acceptor - b.acceptor);
}

/** Another block than this one, valid at the same place. */
export function rivalHash(liar: Liar, hash: BlockHash): BlockHash {
  const { hash: rival } = liar.conspiracy.rivalOf(hash, liar.ground);
  liar.keepBody(rival);
  return rival;
}

/** A new valid block on what the liar holds to be the head. */
export function newHash(liar: Liar): BlockHash {
  const { hash } = liar.conspiracy.blocks.build(liar.ground, []);
  liar.keepBody(hash);
  return hash;
}
