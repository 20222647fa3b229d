// New primaries that lie about why their view begins as it does, or do not do what it forces.
import {
  ballotMessage,
  type NewView,
  type PbftMessage,
  type SignedViewChange,
  viewStart,
} from "@witan/consensus";
import type { Height } from "@witan/primitives";
import { GENESIS } from "../../engines/blocks.ts";
import { changingPlaces, remembered } from "../../engines/conducts/places.ts";
import type { Random } from "../../random.ts";
import type { ConductMaker, Liar, Outgoing } from "../conduct.ts";
import { askingFor, instead, moved, quorumOf, tells } from "./saying.ts";

const EVERY_US = 5_000_000;
const REMEMBERED = 8;

function startOf(viewChanges: readonly SignedViewChange[]): ReturnType<typeof viewStart> {
  return viewStart(viewChanges.map(({ content }) => content));
}

/** Two NEW-VIEWs of one view: the second rests on other VIEW-CHANGEs. */
export const twoNewViews: ConductMaker = (random) => {
  const isDeceived = changingPlaces(random, [300, 500, 700], EVERY_US);
  const otherOf = remembered<NewView>(REMEMBERED);
  return {
    name: "two-new-views",
    sends: (outgoing, liar) => {
      const { message } = outgoing.signed;
      if (message.kind !== "newView" || !liar.isOwn(outgoing.signed) || !isDeceived(outgoing.to, liar))
        return [outgoing];
      const other = otherOf(`${message.membership} ${message.view}`, () =>
        otherQuorum(message, liar, random),
      );
      return [other === message ? outgoing : instead(outgoing, other, liar)];
    },
  };
};

function otherQuorum(message: NewView, liar: Liar, random: Random): NewView {
  const taken = new Set(message.viewChanges.map(({ signature }) => signature));
  const asking = random.shuffled(askingFor(liar, message.membership, message.view));
  const others = asking.filter(({ signature }) => !taken.has(signature));
  const viewChanges = quorumOf([...others, ...message.viewChanges], message.viewChanges.length);
  return viewChanges ? { ...message, viewChanges } : message;
}

/** Rests its view on the VIEW-CHANGEs that tell least, and proposes a block of its own where they hide what is prepared. */
export const chosenNewViews: ConductMaker = () => {
  const chosenOf = remembered<readonly SignedViewChange[]>(REMEMBERED);
  /** The height at which its latest view begins freer than it should. */
  let freed = "";
  return {
    name: "chosen-new-views",
    sends: (outgoing, liar) => {
      const { message } = outgoing.signed;
      if (!liar.isOwn(outgoing.signed)) return [outgoing];
      if (message.kind === "prePrepare") return [onFreed(outgoing, message, freed, liar)];
      if (message.kind !== "newView") return [outgoing];
      const viewChanges = chosenOf(`${message.membership} ${message.view}`, () => {
        const asking = askingFor(liar, message.membership, message.view);
        const least = [...asking].sort((a, b) => tells(a.content) - tells(b.content));
        return quorumOf(least, message.viewChanges.length) ?? message.viewChanges;
      });
      const before = startOf(message.viewChanges);
      const after = startOf(viewChanges);
      if (before.forced !== undefined && before.base === after.base && before.forced !== after.forced)
        freed = heightIn(message.membership, message.view, after.base + 1);
      const isSame = viewChanges.every(
        ({ signature }, at) => signature === message.viewChanges[at]?.signature,
      );
      return [isSame ? outgoing : instead(outgoing, { ...message, viewChanges }, liar)];
    },
  };
};

/**
 * NEW-VIEWs that must be refused: too few VIEW-CHANGEs, repeated or changed ones, of another view, not the primary's. Where
 * they would free a view of what is forced, it proposes a block of its own there.
 */
export const malformedNewViews: ConductMaker = (random) => {
  const permille = random.pick([300, 1_000, 1_000]);
  const wayOf = remembered<number>(REMEMBERED);
  /** The latest height at the beginning of a view of its own that would be free. */
  let freed = "";
  return {
    name: "malformed-new-views",
    sends: (outgoing, liar) => {
      const { message } = outgoing.signed;
      if (!liar.isOwn(outgoing.signed)) return [outgoing];
      if (message.kind === "prePrepare") return [onFreed(outgoing, message, freed, liar)];
      if (!random.chance(permille)) return [outgoing];
      if (message.kind === "newView") {
        const way = wayOf(`${message.membership} ${message.view}`, () => random.below(WAYS));
        const lied = malformed(message, liar, way);
        const before = startOf(message.viewChanges);
        const after = startOf(lied.viewChanges);
        if (before.base === after.base && before.forced !== after.forced)
          freed = heightIn(message.membership, message.view, after.base + 1);
        return [instead(outgoing, lied, liar)];
      }
      if (message.kind !== "viewChange") return [outgoing];
      const { membership, view } = message;
      const viewChanges = askingFor(liar, membership, view).slice(0, random.between(1, 4));
      return [outgoing, instead(outgoing, { kind: "newView", membership, view, viewChanges }, liar)];
    },
  };
};

function heightIn(membership: number, view: number, height: number): string {
  return `${membership} ${view} ${height}`;
}

/** Another block than the one that is forced, if this is where. */
function onFreed(
  outgoing: Outgoing,
  message: Extract<PbftMessage, { kind: "prePrepare" }>,
  freed: string,
  liar: Liar,
): Outgoing {
  if (heightIn(message.membership, message.view, message.height) !== freed) return outgoing;
  const rival = liar.conspiracy.rivalOf(message.blockHash, liar.ground);
  liar.keepBody(rival.hash);
  return instead(outgoing, { ...message, blockHash: rival.hash }, liar);
}

/** One for all who hear of a view: two who believe it are a quorum with the liar. */
const WAYS = 5;

function malformed(message: NewView, liar: Liar, way: number): NewView {
  const { viewChanges } = message;
  // What the liar can say itself of what it has done: nothing, at the height where it is.
  const least = askingFor(liar, message.membership, message.view)
    .filter(({ content }) => content.decidedHeight === startOf(viewChanges).base)
    .sort((a, b) => tells(a.content) - tells(b.content))[0];
  if (least === undefined) return { ...message, viewChanges: viewChanges.slice(1) };
  switch (way) {
    case 0:
      return { ...message, viewChanges: [least] };
    case 1:
      return { ...message, viewChanges: viewChanges.map(() => least) };
    case 2:
      return { ...message, view: moved(message.view, 1) };
    case 3:
      return { ...message, viewChanges: viewChanges.toReversed() };
    default: {
      const changed = viewChanges.map((one) => ({ ...one, content: { ...one.content, prepared: [] } }));
      const isChanged = viewChanges.some(({ content }) => content.prepared.length > 0);
      return { ...message, viewChanges: isChanged ? changed : viewChanges.slice(1) };
    }
  }
}

/** Begins its view properly, and then proposes something else than what is forced. */
export const ignoredForce: ConductMaker = () => {
  /** What this liar's latest view must begin with. */
  let forced: string | undefined;
  return {
    name: "ignored-force",
    sends: (outgoing, liar) => {
      const { message } = outgoing.signed;
      if (!liar.isOwn(outgoing.signed)) return [outgoing];
      if (message.kind === "newView") forced = startOf(message.viewChanges).forced;
      if (message.kind !== "prePrepare" || message.view === 0 || message.blockHash !== forced)
        return [outgoing];
      const rival = liar.conspiracy.rivalOf(message.blockHash, liar.ground);
      liar.keepBody(rival.hash);
      return [instead(outgoing, { ...message, blockHash: rival.hash }, liar)];
    },
  };
};

/** Begins its view at the height that it has decided, hides that block, and proposes another one there to who is behind. */
export const belowBase: ConductMaker = () => ({
  name: "below-base",
  sends: (outgoing, liar) => {
    const { message } = outgoing.signed;
    if (!liar.isOwn(outgoing.signed)) return [outgoing];
    if (message.kind === "viewChange") return [];
    if (message.kind !== "newView") return [outgoing];
    const base = Math.max(...message.viewChanges.map(({ content }) => content.decidedHeight)) as Height;
    const decided = liar.chain[base - 1];
    if (decided === undefined || base < message.membership) return [outgoing];
    const { membership } = liar.ground;
    const on = { height: base - 1, head: liar.chain[base - 2]?.hash ?? GENESIS, membership };
    const { hash: blockHash } = liar.conspiracy.rivalOf(decided.hash, on);
    liar.keepBody(blockHash);
    const ballot = { membership: message.membership, view: message.view, height: base, blockHash };
    return [
      outgoing,
      instead(outgoing, ballotMessage("prePrepare", ballot), liar),
      instead(outgoing, ballotMessage("commit", ballot), liar),
    ];
  },
  answersSync: (blocks) => (blocks.length > 0 ? [] : blocks),
});
