// The small world of a specimen that was found, as one that can be traced and drawn.
import type { Found } from "../specimens/specimen.ts";
import type { Recorder } from "../world/recorder.ts";
import { circumstancesOf } from "./circumstances.ts";
import { withNames } from "./names.ts";
import type { ReadyWorld } from "./outcome.ts";

/** The world to which a failure was shrunk. */
export function worldOfSpecimen({ seed, actors, shrunk, replay }: Found): ReadyWorld {
  return withNames({
    actors,
    circumstances: circumstancesOf(shrunk.plan),
    run(recorder) {
      const heights = new Set<string>();
      const counting: Recorder = {
        happened(atUs, happening) {
          if (happening.kind === "do" && happening.mark === "decide")
            heights.add(happening.what.split(" ").at(-1) ?? "");
          recorder?.happened(atUs, happening);
        },
      };
      const violation = replay(counting);
      return {
        ...{ seed, level: "engines", faults: {}, also: {} },
        ...{ virtualUs: shrunk.after.virtualUs, events: shrunk.after.steps, decisions: heights.size },
        broken: violation && { check: violation.check, message: violation.message },
      };
    },
  });
}
