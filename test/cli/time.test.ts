// Times: RFC 3339 only, the same on every machine; and shown whatever they are.
import assert from "node:assert/strict";
import { timeOf, timeText } from "../../packages/cli/src/time.ts";
import { witanProcess } from "./run.ts";

const START = Date.UTC(2026, 0, 1);

describe("times on the command line", () => {
  for (const [text, time] of [
    ["2026-01-01T00:00:00Z", START],
    ["2026-01-01T00:00:00.5Z", START + 500],
    ["2026-01-01T00:00:00.123Z", START + 123],
    ["2026-01-01T01:30:00+01:30", START],
    ["2025-12-31T19:00:00-05:00", START],
    ["2024-02-29T00:00:00Z", Date.UTC(2024, 1, 29)],
    ["1970-01-01T00:00:00Z", 0],
  ] as const)
    it(`are read: ${text}`, () => assert.equal(timeOf("--time", text), time));

  for (const text of [
    ...["", "yesterday", "2026", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "Jan 1 2026"],
    ...["2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z"],
    ...["2026-01-01T00:00:60Z", "2026-01-01T00:00:00.1234Z", "2026-01-01T00:00:00+0100", "1767225600000"],
    ...["2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00z", "1969-12-31T23:59:59Z", "2026-01-01T00:00Z"],
  ])
    it(`are refused: ${JSON.stringify(text)}`, () =>
      assert.throws(() => timeOf("--time", text), { reason: "time", exitCode: 2 }));

  it("do not depend on the machine's time zone", async () => {
    const argv = ["genesis", "create", "--name", "x", "--consensus", "pow", "--time", "2026-01-01T00:00:00"];
    const ran = await witanProcess(argv, { env: { TZ: "America/New_York" } });
    assert.equal(ran.code, 2);
  });
});

describe("times for people", () => {
  it("are shown also where no calendar has them", () => {
    assert.equal(timeText(START), `2026-01-01T00:00:00.000Z (${START})`);
    assert.equal(timeText(Number.MAX_SAFE_INTEGER), "9007199254740991");
  });
});
