// Rules by which a network goes on by itself: after a restart, after idleness, in small networks, with one that is behind.
import type { Mutation } from "./mutation.ts";

const PBFT = "consensus/src/pbft";
const WORLD = "simulator/src/pbft";
const ENGINES = "simulator/src/engines";

/** By name. */
export const GOING_ON: Readonly<Record<string, Mutation>> = {
  "idle-time-counts": {
    says: "takes the time in which there was nothing to do from that of the view",
    file: `${PBFT}/pbft.ts`,
    replace: ["} else state.timer.rewind();", "} else state.timer.tick();"],
    checks: ["pace"],
    scenario: "idle-for-long",
    ...{ from: 1, seeds: 6 },
  },
  "waits-for-another": {
    says: "waits for the vote of another, even where there is no other",
    file: `${PBFT}/instance.ts`,
    replace: ["if (others.length < quorum - 1)", "if (others.length < Math.max(1, quorum - 1))"],
    checks: ["liveness"],
    scenario: "alone",
    ...{ from: 1, seeds: 6 },
  },
  "nothing-handed-in-again": {
    says: "knows after a crash of no transaction that it knew before, until another comes",
    file: `${ENGINES}/pools.ts`,
    replace: [
      "for (let id = 0; id < this.#sent; id++) if (!process.disk.held.has(id)) this.#admitLater(process, id);",
      "",
    ],
    checks: ["liveness"],
    scenario: "restarted-primary",
    ...{ from: 1, seeds: 6 },
  },
  "time-for-each-status": {
    says: "gives a view its whole time again when another says where it stands",
    file: `${PBFT}/meeting.ts`,
    replace: [
      "  meetHeight(state, sender, message.height, undefined);\n",
      "  meetHeight(state, sender, message.height, undefined);\n  state.timer.rewind();\n",
    ],
    checks: ["liveness", "pace"],
    scenario: "restarts-at-one-height",
    ...{ from: 1, seeds: 6 },
  },
  "first-members-at-a-start": {
    says: "begins with the members of the genesis when it starts again",
    file: `${WORLD}/process.ts`,
    replace: [
      "    this.members = this.ground.membership;\n    return this.#world.options.begin(",
      "    this.members = this.disk.memberships[0] as Membership;\n    return this.#world.options.begin(",
    ],
    checks: ["double-votes", "memberships", "faults", "certificates", "liveness", "engine"],
    scenario: "all-start-after-a-change",
    ...{ from: 1, seeds: 6 },
  },
};
