// Outcomes under fire: whatever is done to validators and connections, a client comes to know one end of each transaction,
// and it is what the chain says. In full measure: outcomes.long.ts.
import { outcomeRound } from "./outcomes/round.ts";

describe("outcomes of transactions of all kinds", function () {
  this.timeout(300_000);

  it("are known to clients, one for each, though validators are killed and connections cut", () =>
    outcomeRound({ count: 200, lanes: 24, pace: 30 }));
});
