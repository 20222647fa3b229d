// Ways to forge a certificate. None of them holds: a liar has no signature of another that the other did not give.
import type { PreparedCertificate } from "@witan/consensus";
import type {
  Height,
  MemberIndex,
  MemberSignature,
  PbftCertificate,
  Signature,
  View,
} from "@witan/primitives";
import type { Random } from "../../random.ts";
import { inventedHash } from "./saying.ts";

function inventedSignature(random: Random): Signature {
  return `${inventedHash(random)}${inventedHash(random)}` as Signature;
}

/** Signatures that are too few, repeated, out of order, invented, or said to be another's. */
function spoiled(votes: readonly MemberSignature[], random: Random): readonly MemberSignature[] {
  const [first] = votes;
  if (first === undefined) return [{ member: 0 as MemberIndex, signature: inventedSignature(random) }];
  const last = votes.at(-1) ?? first;
  switch (random.below(6)) {
    case 0:
      return votes.slice(1);
    case 1:
      return votes.map(() => first);
    case 2:
      return votes.length > 1 ? votes.toReversed() : [];
    case 3:
      return votes.with(-1, { member: last.member, signature: inventedSignature(random) });
    case 4:
      return votes
        .map(({ member }) => ({ member, signature: first.signature }))
        .with(0, { ...first, signature: inventedSignature(random) });
    default:
      return votes.with(-1, { member: (last.member + 100) as MemberIndex, signature: last.signature });
  }
}

/** A commit certificate that does not hold, from one that does: other signatures, or the same ones for something else. */
export function forgedCommit(true_: PbftCertificate, random: Random): PbftCertificate {
  switch (random.below(6)) {
    case 0:
      return { ...true_, view: (true_.view + 1) as View };
    case 1:
      return { ...true_, height: (true_.height + 1) as Height };
    case 2:
      return { ...true_, membership: (true_.membership + 1) as Height };
    case 3:
      return { ...true_, blockHash: inventedHash(random) };
    default:
      return { ...true_, signatures: spoiled(true_.signatures, random) };
  }
}

/** A prepared certificate that does not hold. @param true_ one that does */
export function forgedPrepared(true_: PreparedCertificate, random: Random): PreparedCertificate {
  switch (random.below(6)) {
    case 0:
      return { ...true_, view: (true_.view + 1) as View };
    case 1:
      return { ...true_, height: (true_.height + 1) as Height };
    case 2:
      return { ...true_, blockHash: inventedHash(random) };
    case 3:
      return { ...true_, primary: true_.prepares[0]?.signature ?? inventedSignature(random) };
    default:
      return { ...true_, prepares: spoiled(true_.prepares, random) };
  }
}
