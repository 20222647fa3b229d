// Forgeries beside those in VIEW-CHANGEs: votes in another's name, certificates of blocks that are sent to who is behind.
import type { Signature } from "@witan/primitives";
import type { ConductMaker, Liar, Outgoing } from "../conduct.ts";
import { forgedCommit } from "./forgeries.ts";
import { inventedHash, isVote } from "./saying.ts";

/** Votes in the name of others: with its own signature, one that the other gave for something else, or an invented one. */
export const forgedSenders: ConductMaker = (random) => {
  const signatureFor = (member: number, outgoing: Outgoing, { conspiracy }: Liar): Signature => {
    const given = conspiracy.heard("status").findLast(({ sender }) => sender === member);
    const all = [
      outgoing.signed.signature,
      given?.signature,
      `${inventedHash(random)}${inventedHash(random)}` as Signature,
    ];
    return random.pick(all) ?? outgoing.signed.signature;
  };
  return {
    name: "forged-senders",
    sends: (outgoing, liar) => {
      const { signed } = outgoing;
      if (!isVote(signed.message) || !liar.isOwn(signed) || !random.chance(300)) return [outgoing];
      const members = liar.conspiracy.membershipAt(signed.message.membership)?.members.length ?? 1;
      // One past the last is nobody.
      const member = (signed.sender + random.between(1, members)) % (members + 1);
      const forged = liar.conspiracy.forge(member, signatureFor(member, outgoing, liar), signed.message);
      return [outgoing, { ...outgoing, signed: forged }];
    },
  };
};

/** Blocks that are asked for, with a certificate that does not hold or is of another block. */
export const forgedSync: ConductMaker = (random) => ({
  name: "forged-sync",
  answersSync: (blocks, _to, liar) => {
    if (blocks.length === 0 || random.chance(200)) return blocks;
    const at = random.below(blocks.length);
    return blocks.map((block, place) => {
      if (place !== at) return block;
      if (random.chance(200))
        return { ...block, hash: liar.conspiracy.rivalOf(block.hash, liar.ground).hash };
      const certificate = forgedCommit(block.certificate, random);
      liar.conspiracy.share(certificate);
      return { hash: certificate.blockHash, certificate };
    });
  },
});
