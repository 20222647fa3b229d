// A hundred thousand generated requests to a validator's process, from a seed of the day or WITAN_SEED.
import { askProcess } from "./generated-requests.ts";

describe("a validator's process, asked at random for long", function () {
  this.timeout(7_200_000);
  const seed = Number(process.env["WITAN_SEED"] ?? Math.floor(Date.now() / 86_400_000));

  it(`answers 100,000 generated bodies as the document says, in bounded memory (WITAN_SEED=${seed})`, () =>
    askProcess(100_000, seed));
});
