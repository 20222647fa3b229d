// How engines behave beside what they choose: what they mine on, whom they blame, how much they keep.
import { Violation } from "../../world/violation.ts";
import type { PowCheck } from "../check.ts";
import type { PowWorld } from "../world.ts";

/** Work is for the tip, under the target and after the time that the rules prescribe. */
export function mining({ correct }: PowWorld): PowCheck {
  return {
    mines: (at, { parent, target, laterThan, height }) => {
      if (at.isLiar) return;
      const { hash } = at.tip.header;
      const job = at.mining.jobOn(hash);
      const isRight = parent === hash && target === job.target && laterThan === job.laterThan;
      if (isRight && height === at.tip.header.height + 1) return;
      throw new Violation(
        "mining",
        `p${at.place} is to mine on ${parent.slice(0, 8)}, and stands on ${hash.slice(0, 8)}`,
      );
    },
    // Who may mine does, unless it is switching.
    sampled: () => {
      for (const at of correct) {
        const { phase, searching } = at.status;
        if (at.isQuiet && phase !== "switching" && at.mines && !searching)
          throw new Violation("mining", `p${at.place} has power, and does not mine`);
      }
    },
  };
}

/** Who keeps the rules is blamed for nothing but bodies of others' blocks that break a rule. */
export function blame({ blocks, processes }: PowWorld): PowCheck {
  return {
    blamed: (at, peer, { code, hash }) => {
      if (at.isLiar || processes[peer]?.isLiar) return;
      if (code === "invalid-block" && blocks.flawOf(hash) !== undefined) return;
      throw new Violation(
        "blame",
        `p${at.place} blames p${peer} for ${code} of ${hash.slice(0, 8)}, wrongly`,
      );
    },
  };
}

/** Of each kind no more is kept than the configuration says. */
export function memory({ plan, correct, processes }: PowWorld): PowCheck {
  const { waitingMax, sideHeadersMax, invalidMax, sideBodiesMax } = plan.limits;
  return {
    stepped: (at) => {
      if (!correct.includes(at)) return;
      const kept = at.kept;
      const bounds: readonly (readonly [string, number, number])[] = [
        ["orphans", kept.orphans, waitingMax],
        ["early blocks", kept.early, waitingMax],
        ["headers off the chain", kept.sideHeaders, sideHeadersMax],
        ["invalid blocks", kept.invalid, invalidMax],
        ["peers", kept.peers, processes.length],
        // What is on the way to more work may be as much as headers allow.
        ["bodies off the chain", kept.sideBodies, sideHeadersMax + 2 * sideBodiesMax],
        ["blocks asked for", kept.asked, sideHeadersMax],
      ];
      for (const [name, count, bound] of bounds)
        if (count > bound)
          throw new Violation("memory", `p${at.place} keeps ${count} ${name}, the bound is ${bound}`);
    },
  };
}
