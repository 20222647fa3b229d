// Outcomes under fire, in full measure: ten thousand transactions.
import { outcomeRound } from "./outcomes/round.ts";

describe("outcomes of ten thousand transactions of all kinds", function () {
  this.timeout(3_600_000);

  it("are known to clients, one for each, though validators are killed and connections cut", () =>
    outcomeRound({ count: 10_000, lanes: 96, pace: 400 }));
});
