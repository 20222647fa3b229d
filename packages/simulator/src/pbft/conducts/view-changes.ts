// VIEW-CHANGEs that lie about what their sender has prepared or decided. Some are well-formed, and nobody can tell; the
// others must be refused.
import { sameBallot, type ViewChange } from "@witan/consensus";
import type { BlockHash, PbftCertificate, Signature, View } from "@witan/primitives";
import type { Random } from "../../random.ts";
import type { ConductMaker, Liar } from "../conduct.ts";
import { forgedCommit, forgedPrepared } from "./forgeries.ts";
import {
  assembledCertificate,
  instead,
  inventedHash,
  moved,
  paddedCertificate,
  postAll,
  type Vote,
  viewChangeOf,
} from "./saying.ts";

/** The lie in place of a VIEW-CHANGE; undefined: nothing to lie about. */
type Lie = (message: ViewChange, liar: Liar, random: Random) => ViewChange | undefined;

/** Of a thousand ticks: asks for the next view by itself, to have something to lie in. */
const UNASKED = 4;

/** @param unasked of a thousand ticks */
function lying(name: string, lie: Lie, unasked = UNASKED): ConductMaker {
  return (random) => {
    let begun = 0;
    return {
      name,
      hears: ({ message }) => {
        if (message.kind === "newView") begun = message.view;
        return true;
      },
      sends: (outgoing, liar) => {
        const { message } = outgoing.signed;
        if (message.kind !== "viewChange" || !liar.isOwn(outgoing.signed)) return [outgoing];
        const lied = lie(message, liar, random);
        return [lied ? instead(outgoing, lied, liar) : outgoing];
      },
      ticks: (liar) => {
        if (!random.chance(unasked)) return;
        // Only the latest counts: a view that is not begun yet is the one to lie about.
        const next = liar.view > begun ? liar.view : liar.view + 1;
        const lied = lie(viewChangeOf(liar, next), liar, random);
        if (lied) postAll(liar, liar.sign(lied));
      },
    };
  };
}

/** Says nothing of what it has prepared. */
export const hiddenPrepared: ConductMaker = () => ({
  name: "hidden-prepared",
  sends: (outgoing, liar) => {
    const { message } = outgoing.signed;
    if (message.kind !== "viewChange" || message.prepared.length === 0 || !liar.isOwn(outgoing.signed))
      return [outgoing];
    return [instead(outgoing, { ...message, prepared: [] }, liar)];
  },
});

/** A prepared certificate that holds, but is of an earlier view than the newest: put together with other liars' votes. */
export const stalePrepared = lying("stale-prepared", (message, liar, random) => {
  const known = message.prepared[0]?.view ?? message.view;
  const height = message.decidedHeight + 1;
  const older = liar.conspiracy
    .heard("prePrepare")
    .map((heard) => heard.message as Vote)
    .filter((vote) => vote.height === height && vote.membership === message.membership && vote.view < known);
  for (const ballot of random.shuffled(older)) {
    const certificate = assembledCertificate(liar.conspiracy, ballot);
    if (certificate) return { ...message, prepared: [certificate] };
  }
  return undefined;
});

/** An earlier decided height, with its certificate, and what was prepared on it. */
export const staleDecided = lying("stale-decided", (message, liar, random) => {
  const least = Math.max(0, message.membership - 1);
  if (message.decidedHeight <= least) return undefined;
  const height = random.between(Math.max(least, message.decidedHeight - 3), message.decidedHeight - 1);
  const lied = { ...viewChangeOf(liar, message.view, height), membership: message.membership };
  const next = liar.chain[height]?.certificate;
  if (next === undefined || next.view >= message.view) return lied;
  const certificate = assembledCertificate(liar.conspiracy, next);
  return certificate && random.chance(500) ? { ...lied, prepared: [certificate] } : lied;
});

/** Often, so that it is there before a view is asked for: whoever begins the view would wait for that height. */
const OFTEN = 100;

/** A decided height that it has no certificate for. */
export const claimedHeight = lying(
  "claimed-height",
  (message, _liar, random) => {
    const decidedHeight = moved(message.decidedHeight, random.pick([1, 1, 2, 1_000]));
    return { ...message, decidedHeight, decided: random.chance(500) ? [] : message.decided };
  },
  OFTEN,
);

/** A decided certificate that is forged, by itself or by another liar. */
export const forgedDecided = lying("forged-decided", (message, liar, random) => {
  const { conspiracy } = liar;
  const [own] = message.decided;
  const pooled = conspiracy.forgeries.filter(({ height }) => height >= message.membership - 1);
  if (pooled.length > 0 && random.chance(300)) {
    const forgery = random.pick(pooled);
    return { ...message, decidedHeight: forgery.height, decided: [forgery], prepared: [] };
  }
  const { membership, view } = message;
  const height = moved(message.decidedHeight, 1);
  const blockHash = inventedHash<BlockHash>(random);
  const invented: PbftCertificate = { kind: "pbft", membership, view, height, blockHash, signatures: [] };
  const foreign = { ...invented, ...otherVotes(liar, message) };
  const isForeign = foreign.signatures.length > 0 && random.chance(400);
  const forgery = isForeign ? foreign : forgedCommit(own ?? invented, random);
  conspiracy.share(forgery);
  const isSame = forgery.height === message.decidedHeight;
  return {
    ...message,
    decidedHeight: forgery.height,
    decided: [forgery],
    prepared: isSame ? message.prepared : [],
  };
});

/** PREPAREs for one block of the height in progress, to be taken for COMMITs. */
function otherVotes(
  { conspiracy }: Liar,
  { membership, decidedHeight }: ViewChange,
): Partial<PbftCertificate> & Pick<PbftCertificate, "signatures"> {
  const prepares = conspiracy.heard("prepare").filter(({ message }) => {
    const vote = message as Vote;
    return vote.membership === membership && vote.height === decidedHeight + 1;
  });
  const newest = prepares.at(-1)?.message as Vote | undefined;
  if (newest === undefined) return { signatures: [] };
  const signatures = prepares
    .filter(({ message }) => sameBallot(message as Vote, newest))
    .map(({ sender: member, signature }) => ({ member, signature }))
    .sort((a, b) => a.member - b.member);
  return { view: newest.view, blockHash: newest.blockHash, signatures };
}

/** A forged prepared certificate: of one that holds, or from nothing, for a block of the liars. */
export const forgedPreparedCertificate = lying("forged-prepared", (message, liar, random) => {
  if (message.view === 0) return undefined;
  const [own] = message.prepared;
  if (own) return { ...message, prepared: [forgedPrepared(own, random)] };
  const { conspiracy, ground } = liar;
  const blockHash = conspiracy.rivalOf(liar.chain.at(-1)?.hash ?? ground.head, ground).hash;
  const invented = {
    membership: message.membership,
    view: random.below(Math.min(message.view, 1_000)) as View,
    height: moved(message.decidedHeight, 1),
    blockHash,
    primary: `${inventedHash(random)}${inventedHash(random)}` as Signature,
    // By the votes that there are, if there are any: of the decided block before.
    prepares: liar.chain.at(-1)?.certificate.signatures.slice(1) ?? [],
  };
  return { ...message, prepared: [forgedPrepared(invented, random)] };
});

/** A prepared certificate of a block that too few voted for: some of the votes are in it several times. */
export const paddedPrepared = lying("padded-prepared", (message, liar, random) => {
  const { membership, view } = message;
  const ballots = liar.conspiracy
    .heard("prepare")
    .map((heard) => heard.message as Vote)
    .filter((vote) => vote.membership === membership && vote.view < view)
    .filter((vote) => vote.height === message.decidedHeight + 1);
  for (const ballot of random.shuffled(ballots)) {
    const certificate = paddedCertificate(liar.conspiracy, ballot);
    if (certificate) return { ...message, prepared: [certificate] };
  }
  return undefined;
});
