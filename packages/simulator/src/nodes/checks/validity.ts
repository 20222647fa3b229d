// Blocks that liars made to break a rule: no correct validator votes for one, none becomes final, and no store keeps
// anything of it. What clients are told is held against this in clients.ts.
import type { BlockHash } from "@witan/primitives";
import { keyOf } from "@witan/storage";
import type { NodeCheckMaker } from "../check.ts";

/** Blocks looked for in every store in the end. */
const LOOKED_FOR = 200;

/** No vote of a correct validator for what breaks a rule, and nothing kept of it. */
export const validity: NodeCheckMaker = (world) => {
  const { bad } = world.liars.conspiracy;
  return {
    name: "validity",
    said: (at, { kind, block }) => {
      const flaw = block && bad.get(block);
      if (flaw === undefined || world.isLiar(at)) return;
      world.violate("validity", `p${at.place} votes for a block that is ${flaw} (${kind})`);
    },
    decided: (at, { height, hash }) => {
      const flaw = bad.get(hash as BlockHash);
      if (flaw !== undefined && !world.isLiar(at))
        world.violate("validity", `a block that is ${flaw} is final at p${at.place}, height ${height}`);
    },
    ended: async () => {
      for (const process of world.correct) {
        const store = await process.disk.openForOperator();
        for (const [hash, flaw] of [...bad].slice(-LOOKED_FOR))
          if (store.get(keyOf("heightOfBlock", hash)) ?? store.get(keyOf("proposal", hash)))
            world.violate("validity", `p${process.place} keeps a block that is ${flaw}`);
      }
    },
  };
};
