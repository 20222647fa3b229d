// Thousands of generated requests to a running node: each answer fits the document, and memory stays bounded.
import { sendGenerated } from "./generated-load.ts";

describe("the service, asked at random", function () {
  this.timeout(120_000);

  it("answers 2,000 generated bodies as the document says", () => sendGenerated(2_000, 1));
});
