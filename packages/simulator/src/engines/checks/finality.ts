// Nothing final is ever undone or lost: the chain of a correct process only grows, crash or no crash.
import type { BlockHash } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import { GENESIS } from "../blocks.ts";
import type { ChainCheckMaker, ChainProcess } from "./check.ts";

/** What was applied stays, and what is applied is the next block. */
export const finality: ChainCheckMaker = (world) => {
  const chains = new Map<ChainProcess, BlockHash[]>();
  const chainOf = (at: ChainProcess): BlockHash[] => {
    const known = chains.get(at) ?? [];
    chains.set(at, known);
    return known;
  };
  const lost = (at: ChainProcess, height: number) =>
    new Violation("finality", `p${at.place} had applied block ${height}, and has it no more`);

  return {
    name: "finality",
    applied: (at, { hash, height, parent }) => {
      if (at.lies) return;
      const chain = chainOf(at);
      if (height !== chain.length + 1 || parent !== (chain.at(-1) ?? GENESIS))
        throw new Violation(
          "finality",
          `p${at.place} applied ${hash.slice(0, 8)} at height ${height}, where ${chain.length + 1} comes next`,
        );
      chain.push(hash);
    },
    sampled: () => {
      for (const at of world.correct) {
        const height = chainOf(at).length;
        if (height > 0 && at.disk.chain[height - 1]?.hash !== chainOf(at).at(-1)) throw lost(at, height);
      }
    },
    ended: () => {
      for (const at of world.correct)
        for (const [below, hash] of chainOf(at).entries())
          if (at.disk.chain[below]?.hash !== hash) throw lost(at, below + 1);
    },
  };
};
