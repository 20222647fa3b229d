// Blocks that break a rule of the ledger, one rule each; and blocks without one client's transactions, which break none.
import type { BlockHash } from "@witan/primitives";
import type { Random } from "../../random.ts";
import type { Blocks, Flaw, Ground, ModelBlock } from "../blocks.ts";
import { inventedHash } from "./made-up.ts";

/** What a liar must know to build. */
interface Liar {
  readonly conspiracy: { readonly blocks: Blocks };
  readonly chain: readonly { readonly hash: BlockHash }[];
  clientOf(transaction: number): number;
}

/** A conduct of who builds blocks, whatever the protocol. */
interface Builder {
  readonly name: string;
  builds(on: Ground, pending: readonly number[], liar: Liar): ModelBlock | undefined;
}

type ConductMaker = (random: Random) => Builder;

type Build = (on: Ground, pending: readonly number[], liar: Liar, flaw: Flaw) => ModelBlock;

const plainly: Build = (on, pending, { conspiracy }, flaw) => conspiracy.blocks.build(on, pending, flaw);

function badBlocks(flaw: Flaw, build: Build = plainly): ConductMaker {
  return (random) => {
    // Always wrong it would be a primary that is down: now and then its blocks are good.
    const permille = random.pick([200, 500, 1_000]);
    const on = (ground: Ground): Ground =>
      flaw === "parent" ? { ...ground, head: inventedHash(random) } : ground;
    return {
      name: `bad-${flaw}`,
      builds: (ground, pending, liar) =>
        random.chance(permille) ? build(on(ground), pending, liar, flaw) : undefined,
    };
  };
}

/** A transaction in the block has a wrong signature. */
export const badSignature = badBlocks("signature");

/** Spends again what an earlier block has spent. */
export const badDoubleSpend = badBlocks("double-spend", (on, pending, { chain, conspiracy }, flaw) => {
  const spent = conspiracy.blocks.find(chain.at(-1)?.hash ?? on.head)?.holds ?? [];
  return conspiracy.blocks.build(on, [...spent.slice(0, 1), ...pending], flaw);
});

/** The header's root is not that of the transactions. */
export const badRoot = badBlocks("root");

/** Stands on a block that nobody decided. */
export const badParent = badBlocks("parent");

/** Larger than a block may be. */
export const badSize = badBlocks("size");

/** Leaves out the transactions of client 0. */
export const censorship: ConductMaker = () => ({
  name: "censorship",
  builds: (on, pending, liar) => {
    const passed = pending.filter((id) => liar.clientOf(id) !== 0);
    return passed.length < pending.length ? liar.conspiracy.blocks.build(on, passed) : undefined;
  },
});
