// The faults of the other tests here, in full measure: a hundred rounds, view timers of 50 ms, thousands of blocks.
import { catchUp } from "./catching-up.ts";
import { crashAll } from "./crash-all.ts";
import { crashOne } from "./crash-one.ts";
import { ASLEEP, KILLED, STOPPED, twoAway } from "./two-away.ts";

describe("four validators, in full measure", function () {
  this.timeout(1_800_000);

  it("kill -9 of any one, a hundred times", () => crashOne(100));

  it("kill -9 of all, thirty times", () => crashAll(30));

  it("two away for a thousand view timers of 50 ms", () => twoAway(50, [STOPPED, KILLED], true));

  it("two asleep for a thousand view timers of 50 ms", () => twoAway(50, [ASLEEP, ASLEEP], true));

  it("one behind by 3,000 blocks", () => catchUp(3_000));
});
