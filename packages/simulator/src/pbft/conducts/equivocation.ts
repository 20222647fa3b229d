// Two different messages for one slot: some hear the one, the others the other. Each is signed properly.
import type { PbftMessage, ViewChange } from "@witan/consensus";
import { changingPlaces } from "../../engines/conducts/places.ts";
import type { Random } from "../../random.ts";
import type { ConductMaker, Liar, Manner } from "../conduct.ts";
import { instead, inventedHash, moved, viewChangeOf } from "./saying.ts";

const SHARES = [200, 500, 500, 800];
const EVERY_US = [400_000, 3_000_000];

/** What else to say; undefined: this time there is nothing. */
type Otherwise<Message> = (message: Message, liar: Liar, random: Random) => PbftMessage | undefined;

function twoFaced<Kind extends PbftMessage["kind"]>(
  name: string,
  kind: Kind,
  otherwise: Otherwise<Extract<PbftMessage, { kind: Kind }>>,
): ConductMaker {
  return (random) => {
    const isDeceived = changingPlaces(random, SHARES, random.pick(EVERY_US));
    const sends: Manner["sends"] = (outgoing, liar) => {
      const { signed, to } = outgoing;
      if (signed.message.kind !== kind || !liar.isOwn(signed) || !isDeceived(to, liar)) return [outgoing];
      const message = otherwise(signed.message as Extract<PbftMessage, { kind: Kind }>, liar, random);
      return [message ? instead(outgoing, message, liar) : outgoing];
    };
    return { name, sends };
  };
}

/** As a primary: two blocks for one height, in whatever view. */
export const twoProposals = twoFaced("two-proposals", "prePrepare", (message, liar) => {
  const rival = liar.conspiracy.rivalOf(message.blockHash, liar.ground);
  liar.keepBody(rival.hash);
  return { ...message, blockHash: rival.hash };
});

/** PREPAREs for two blocks. */
export const twoPrepares = twoFaced("two-prepares", "prepare", (message, liar) => ({
  ...message,
  blockHash: liar.conspiracy.rivalOf(message.blockHash, liar.ground).hash,
}));

/** COMMITs for two blocks. */
export const twoCommits = twoFaced("two-commits", "commit", (message, liar) => ({
  ...message,
  blockHash: liar.conspiracy.rivalOf(message.blockHash, liar.ground).hash,
}));

/** VIEW-CHANGEs that differ: less prepared, less decided, or another view. */
export const twoViewChanges = twoFaced("two-view-changes", "viewChange", (message, liar, random) =>
  otherViewChange(message, liar, random),
);

function otherViewChange(message: ViewChange, liar: Liar, random: Random): ViewChange {
  const { membership, decidedHeight } = message;
  if (message.prepared.length > 0 && random.chance(500)) return { ...message, prepared: [] };
  if (decidedHeight >= membership && random.chance(500))
    return { ...viewChangeOf(liar, message.view, decidedHeight - 1), membership };
  return { ...message, view: moved(message.view, 1) };
}

/** CHECKPOINTs of two states. */
export const twoCheckpoints = twoFaced("two-checkpoints", "checkpoint", (message, _liar, random) => ({
  ...message,
  digest: inventedHash(random),
}));

/** STATUSes that differ: another block, a height lower or higher, another view. */
export const twoStatuses = twoFaced("two-statuses", "status", (message, _liar, random) => {
  switch (random.below(3)) {
    case 0:
      return { ...message, blockHash: inventedHash(random) };
    case 1:
      return {
        ...message,
        height: moved(message.height, random.pick([-1, 1, 5])),
      };
    default:
      return { ...message, view: moved(message.view, random.pick([-1, 1])) };
  }
});
