// That chains switch to more work, rightly, and always.
import type { BlockHash } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import type { PowCheck } from "../check.ts";
import { namedOf } from "../letters.ts";
import type { PowProcess } from "../process.ts";
import type { PowWorld } from "../world.ts";

/** Each switch leads from where the chain stands to more work, over blocks that are at hand; one at a time. */
export function switches({ blocks }: PowWorld): PowCheck {
  return {
    switching: (at, { undo, apply }, isSecond) => {
      const wrong = (what: string) => new Violation("switches", `p${at.place} is to switch, and ${what}`);
      if (isSecond) throw wrong("has not answered the switch before");
      const { chain, bodies } = at.disk;
      const kept = chain.slice(0, chain.length - undo.length);
      const gone = chain.slice(kept.length).map(({ header }) => header.hash);
      if (undo.join() !== gone.reverse().join()) throw wrong("undoes what is not the end of its chain");
      let parent = kept.at(-1)?.header.hash;
      for (const hash of apply) {
        if (blocks.get(hash).header.parent !== parent) throw wrong(`${hash.slice(0, 8)} is on another block`);
        if (!bodies.has(hash)) throw wrong(`has no body of ${hash.slice(0, 8)}`);
        parent = hash;
      }
      const end = apply.at(-1) ?? at.tip.header.hash;
      if (blocks.workOf(end) <= blocks.workOf(at.tip.header.hash)) throw wrong("has no more work there");
    },
    forgets: (at, hashes) => {
      const onChain = at.disk.chain.find(({ header }) => hashes.includes(header.hash));
      if (onChain)
        throw new Violation("switches", `p${at.place} is to forget ${namedOf(onChain.header)} of its chain`);
    },
  };
}

/** So long after it was found out, what broke a rule is on the disk, however slow that is. */
const WRITTEN_US = 20_000_000;

/** What its host found to break a rule is on no branch that it is asked to follow. */
export function neverAgain({ queue }: PowWorld): PowCheck {
  const found = new Map<PowProcess, Map<BlockHash, { readonly atUs: number; readonly life: number }>>();
  return {
    judged: (at, invalid) => {
      const known = found.get(at) ?? new Map();
      found.set(at, known.set(invalid, { atUs: queue.nowUs, life: at.life }));
    },
    switching: (at, { apply }) => {
      for (const hash of apply) {
        const before = found.get(at)?.get(hash);
        if (before === undefined) continue;
        // A crash soon after may have come before it was written.
        const { atUs, life } = before;
        if (life === at.life || at.endOf(life) - atUs > WRITTEN_US)
          throw new Violation(
            "never-again",
            `p${at.place} is to apply ${hash.slice(0, 8)}, which broke a rule before`,
          );
      }
    },
  };
}

/** Where nothing is under way, no branch that is at hand and holds has more work than the chain. */
export function mostWork({ blocks, correct, plan }: PowWorld): PowCheck {
  const look = (at: PowProcess): void => {
    const { header } = at.tip;
    const work = blocks.workOf(header.hash);
    /** Whether a block is at hand with all that it is built on, and right. */
    const offered = new Map<BlockHash, boolean>(at.disk.chain.map((block) => [block.header.hash, true]));
    const isRight = (hash: BlockHash): boolean => {
      const { timestamp } = blocks.get(hash).header;
      const isTime = timestamp <= at.engineMs + plan.maxFutureDriftMs;
      return (
        isTime && at.told.has(hash) && blocks.faultOf(hash) === undefined && blocks.flawOf(hash) === undefined
      );
    };
    for (const hash of at.told) {
      const path: BlockHash[] = [];
      let known = hash;
      for (; !offered.has(known); known = blocks.get(known).header.parent) path.push(known);
      let isOffered = offered.get(known) === true;
      for (const each of path.reverse()) {
        isOffered &&= isRight(each);
        offered.set(each, isOffered);
      }
      if (isOffered && blocks.workOf(hash) > work)
        throw new Violation(
          "most-work",
          `p${at.place} stands at ${namedOf(header)}, and has ${namedOf(blocks.get(hash).header)} with more work`,
        );
    }
  };
  return {
    sampled: () => {
      for (const at of correct) if (at.isQuiet && at.status.phase !== "switching") look(at);
    },
  };
}
