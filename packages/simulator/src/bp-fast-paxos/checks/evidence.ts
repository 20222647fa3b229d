// Evidence accuses nobody who keeps the rules.
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import { evidenceWords } from "../words.ts";

/** Who is accused by a correct process lies. */
export const evidence: CheckMaker = (world) => ({
  name: "evidence",
  accused: (at, told, members) => {
    if (at.lies) return;
    const index = "proposer" in told ? told.proposer : told.acceptor;
    const [place] = world.placesOf(members, index);
    if (place !== undefined && world.processes[place]?.lies) return;
    const words = evidenceWords(told, (member) => world.nameOf(members, member));
    throw new Violation("evidence", `p${at.place} has evidence of ${words}, which keeps the rules`);
  },
});
