// `kill -9` of any one validator at random moments under load: the others go on, it catches up, nothing final is lost,
// and it never votes against itself.
import { crashOne } from "./crash-one.ts";

describe("kill -9 of one of four validators", function () {
  this.timeout(300_000);

  it("costs nothing that is final, ten times", () => crashOne(10));
});
