// A hundred thousand generated requests to a running node, from a seed of the day or WITAN_SEED.
import { sendGenerated } from "./generated-load.ts";

describe("the service, asked at random for long", () => {
  const seed = Number(process.env["WITAN_SEED"] ?? Math.floor(Date.now() / 86_400_000));

  it(`answers 100,000 generated bodies as the document says (WITAN_SEED=${seed})`, () =>
    sendGenerated(100_000, seed));
});
