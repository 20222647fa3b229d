import assert from "node:assert/strict";
import { freePorts } from "@witan/lab";

const RANGE = "WITAN_PORTS";

describe("lab: free ports", () => {
  const before = process.env[RANGE];
  afterEach(() => {
    if (before === undefined) delete process.env[RANGE];
    else process.env[RANGE] = before;
  });

  it("are looked for where WITAN_PORTS says", async () => {
    process.env[RANGE] = "29000-29040";
    const ports = await freePorts(5);
    assert.equal(new Set(ports).size, 5);
    assert.ok(
      ports.every((port) => port >= 29_000 && port < 29_040),
      ports.join(),
    );
  });

  it("are not looked for in what is no range", async () => {
    for (const told of ["x", "5-4", "0-9", "1-70000", "20000"]) {
      process.env[RANGE] = told;
      await assert.rejects(freePorts(1), {
        code: "ports-in-use",
        message: new RegExp(`WITAN_PORTS=${told} `),
      });
    }
  });
});
