// Every specimen of registers is found and made small.
import { holdSpecimen, MUST } from "./specimen.ts";

describe("simulator: all specimens of registers", () => {
  for (const name of Object.keys(MUST))
    it(`${name}: is found and made small`, async () => await holdSpecimen(name));
});
