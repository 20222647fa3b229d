// Every decided block is valid on the chain of whoever applies it.
import { Violation } from "../../world/violation.ts";
import type { ChainCheckMaker } from "./check.ts";

/** No correct process takes into its chain what breaks a rule, or what belongs on another block. */
export const validity: ChainCheckMaker = (world) => ({
  name: "validity",
  decided: (at, _certificate, block) => {
    if (at.lies) return;
    const { height, head } = at;
    if (world.blocks.isValid(block.hash, { height, head })) return;
    const why = block.flaw === undefined ? "it belongs on another block" : `its ${block.flaw} is wrong`;
    throw new Violation(
      "validity",
      `p${at.place} at height ${height} decided ${block.hash.slice(0, 8)}: ${why}`,
    );
  },
});
