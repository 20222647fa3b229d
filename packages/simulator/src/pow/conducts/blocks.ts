// Liars that say what is not so about blocks that they found.
import { type PowBlock, SUBSIDY } from "../blocks.ts";
import type { PowConduct, PowLiar } from "../conduct.ts";
import { namedOf } from "../letters.ts";

/** Builds on blocks that break a rule of the ledger. */
export function invalidBlocks(liar: PowLiar): PowConduct {
  let branch: PowBlock[] = [];
  let length = liar.random.between(1, 4);
  let last: readonly PowBlock[] = [];
  const send = (blocks: readonly PowBlock[]): void => {
    for (const to of liar.others) for (const block of blocks) liar.send(to, { kind: "block", block });
  };
  return {
    sometimes: () => {
      if (last.length === 0 || !liar.random.chance(100)) return;
      liar.lies(() => `sends ${last.length} blocks again, which break a rule`);
      send(last);
    },
    parent: () => branch.at(-1)?.header.hash,
    shape: (draft) => {
      // One that holds, built on one that does not, is as bad.
      if (branch.length > 0 && liar.random.chance(500)) return draft;
      const [spent] = liar.random.shuffled(liar.blocks.line(draft.parent).flatMap(({ holds }) => holds));
      if (spent === undefined || liar.random.chance(500)) return { ...draft, reward: draft.reward + 1 };
      const holds = [...draft.holds, spent];
      return { ...draft, holds, reward: SUBSIDY + holds.length };
    },
    found: (block) => {
      branch.push(block);
      if (branch.length >= length) {
        const [first] = branch as [PowBlock];
        liar.lies(
          () => `publishes ${branch.length} blocks from ${namedOf(first.header)} on, which break a rule`,
        );
        send(liar.random.chance(700) ? branch : liar.random.shuffled(branch));
        last = branch;
        branch = [];
        length = liar.random.between(1, 4);
      }
      liar.mineAgain();
      return true;
    },
  };
}

/** Its own chain has its blocks, others only hear of them. */
export function withheldBodies(liar: PowLiar): PowConduct {
  return {
    found: (block) => {
      liar.lies(() => `announces ${namedOf(block.header)}, and keeps the body`);
      liar.adopt(block);
      return true;
    },
    keepsBack: (hash) => liar.blocks.get(hash).by === liar.place,
  };
}

/** The others hear of it from those. */
export function toSomeOnly(liar: PowLiar): PowConduct {
  const withheld = new Set<number>();
  return {
    found: (block) => {
      const some = liar.random.some(liar.others, 400);
      withheld.clear();
      for (const other of liar.others) if (!some.includes(other)) withheld.add(other);
      liar.lies(() => `sends ${namedOf(block.header)} to ${some.length} of ${liar.others.length}`);
      for (const to of some) liar.send(to, { kind: "block", block });
      liar.adopt(block);
      return true;
    },
    keepsBack: (_, to) => withheld.has(to),
  };
}

/** Seconds to come: others keep it until then, and it counts then. */
export function fromTheFuture(liar: PowLiar): PowConduct {
  return {
    shape: (draft) => ({ ...draft, timestamp: draft.timestamp + liar.random.between(1_000, 15_000) }),
    found: (block) => {
      liar.lies(() => `publishes ${namedOf(block.header)}, ${block.header.timestamp - liar.nowMs} ms ahead`);
      liar.publish([block]);
      return true;
    },
  };
}

/** Whoever asks it for headers learns nothing. */
export function emptyAnswers(liar: PowLiar): PowConduct {
  return {
    answers: (headers) => {
      if (headers.length === 0) return headers;
      liar.lies(() => "answers without headers");
      return [];
    },
  };
}
