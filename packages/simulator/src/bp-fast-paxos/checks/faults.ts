// What a correct process sends is never wrong to another.
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import { wordsOf } from "../words.ts";

/** No correct process judges a message of a correct process a fault: it would accuse or cut off one that keeps the rules. */
export const faults: CheckMaker = (world) => ({
  name: "faults",
  faulted: (at, message, from, fault) => {
    if (at.lies || world.processes[from]?.lies) return;
    throw new Violation(
      "faults",
      `p${at.place} holds for wrong what p${from} sent: ${wordsOf(message)}: ${fault}`,
    );
  },
});
