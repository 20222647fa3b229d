// All four validators killed at once, under load: the chain goes on, and nothing that was told final is lost.
import { crashAll } from "./crash-all.ts";

describe("kill -9 of all four validators at once", function () {
  this.timeout(300_000);

  it("costs nothing that is final, ten times", () => crashAll(10));
});
