// A node that fell behind catches up while the chain grows. Hundreds of blocks; catching-up.long.ts has thousands.
import { catchUp } from "./catching-up.ts";

describe("a validator that fell behind", function () {
  this.timeout(300_000);

  it("by hundreds of blocks catches up while the chain grows, and votes again", () => catchUp(250));
});
