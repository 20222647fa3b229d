// New primaries that lie about why their view begins as it does, or do not do what it forces.
import { type NewView, type SignedViewChange, viewStart } from "@witan/consensus";
import type { Random } from "../../random.ts";
import type { ConductMaker, Liar } from "../conduct.ts";
import { changingPlaces, remembered } from "./places.ts";
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
  /** Views that begin freer than they should. */
  const freed = new Set<string>();
  return {
    name: "chosen-new-views",
    sends: (outgoing, liar) => {
      const { message } = outgoing.signed;
      if (!liar.isOwn(outgoing.signed)) return [outgoing];
      if (
        message.kind === "prePrepare" &&
        freed.has(`${message.membership} ${message.view} ${message.height}`)
      ) {
        const rival = liar.conspiracy.rivalOf(message.blockHash, liar.ground);
        liar.keepBody(rival.hash);
        return [instead(outgoing, { ...message, blockHash: rival.hash }, liar)];
      }
      if (message.kind !== "newView") return [outgoing];
      const viewChanges = chosenOf(`${message.membership} ${message.view}`, () => {
        const asking = askingFor(liar, message.membership, message.view);
        const least = [...asking].sort((a, b) => tells(a.content) - tells(b.content));
        return quorumOf(least, message.viewChanges.length) ?? message.viewChanges;
      });
      const before = startOf(message.viewChanges);
      const after = startOf(viewChanges);
      if (before.forced !== undefined && before.base === after.base && before.forced !== after.forced)
        freed.add(`${message.membership} ${message.view} ${after.base + 1}`);
      const isSame = viewChanges.every(
        ({ signature }, at) => signature === message.viewChanges[at]?.signature,
      );
      return [isSame ? outgoing : instead(outgoing, { ...message, viewChanges }, liar)];
    },
  };
};

/** NEW-VIEWs that must be refused: too few VIEW-CHANGEs, repeated or changed ones, of another view, not the primary's. */
export const malformedNewViews: ConductMaker = (random) => {
  const permille = random.pick([300, 700, 1_000]);
  return {
    name: "malformed-new-views",
    sends: (outgoing, liar) => {
      const { message } = outgoing.signed;
      if (!liar.isOwn(outgoing.signed) || !random.chance(permille)) return [outgoing];
      if (message.kind === "newView") return [instead(outgoing, malformed(message, random), liar)];
      if (message.kind !== "viewChange") return [outgoing];
      const { membership, view } = message;
      const viewChanges = askingFor(liar, membership, view).slice(0, random.between(1, 4));
      return [outgoing, instead(outgoing, { kind: "newView", membership, view, viewChanges }, liar)];
    },
  };
};

function malformed(message: NewView, random: Random): NewView {
  const { viewChanges } = message;
  const [first] = viewChanges;
  if (first === undefined) return message;
  switch (random.below(5)) {
    case 0:
      return { ...message, viewChanges: viewChanges.slice(1) };
    case 1:
      return { ...message, viewChanges: viewChanges.map(() => first) };
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
