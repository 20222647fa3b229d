// What a chain holds, whoever found its blocks: looked at block by block, apart from what hosts and engines found out.
import type { BlockHash } from "@witan/primitives";
import { Violation } from "../../world/violation.ts";
import { type PowBlock, SUBSIDY } from "../blocks.ts";
import type { PowCheck } from "../check.ts";
import { namedOf } from "../letters.ts";
import type { PowProcess } from "../process.ts";
import type { PowWorld } from "../world.ts";

/** Looks at each new block of every correct chain. @param fault of a block, with those before it; each once */
function ofBlocks(
  name: string,
  fault: (block: PowBlock, before: readonly PowBlock[]) => string | undefined,
): PowCheck {
  const good = new Set<BlockHash>();
  return {
    moved: (at: PowProcess) => {
      if (at.isLiar) return;
      const { chain } = at.disk;
      let from = chain.length;
      while (from > 1 && !good.has((chain[from - 1] as PowBlock).header.hash)) from--;
      for (let height = Math.max(1, from); height < chain.length; height++) {
        const block = chain[height] as PowBlock;
        const found = fault(block, chain.slice(0, height));
        if (found !== undefined)
          throw new Violation(name, `p${at.place} at ${namedOf(block.header)}: ${found}`);
        good.add(block.header.hash);
      }
    },
  };
}

/** No coin is spent twice. */
export function doubleSpends({ plan }: PowWorld): PowCheck {
  const coinOf = (payment: number) => plan.payments[payment]?.coin ?? payment;
  return ofBlocks("double-spends", ({ holds }, before) => {
    const spent = new Set(before.flatMap((block) => block.holds.map(coinOf)));
    for (const coin of holds.map(coinOf)) {
      if (spent.has(coin)) return `coin ${coin} was spent before`;
      spent.add(coin);
    }
    return undefined;
  });
}

/** No money comes from nowhere. */
export function supply(): PowCheck {
  return ofBlocks("supply", ({ reward, holds }) =>
    reward <= SUBSIDY + holds.length ? undefined : `its miner takes ${reward} for ${holds.length} payments`,
  );
}

/** Headers keep their rules. */
export function headers({ blocks }: PowWorld): PowCheck {
  return ofBlocks("headers", ({ header }, before) => {
    if (header.parent !== before.at(-1)?.header.hash) return "it does not connect";
    const fault = blocks.faultOf(header.hash);
    return fault && `its ${fault} is wrong`;
  });
}
