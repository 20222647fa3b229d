// Two of four validators are away for a thousand view timers, and come back. With timers of 10 ms, so that it is over
// soon; faults.long.ts has those of the issue.
import { ASLEEP, STOPPED, twoAway } from "./two-away.ts";

describe("two of four validators, away for a thousand view timers", function () {
  this.timeout(180_000);

  it("no block without a quorum, and decisions again soon after one is started again and the other wakes up", () =>
    twoAway(10, [STOPPED, ASLEEP]));
});
