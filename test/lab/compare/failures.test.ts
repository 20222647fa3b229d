// What fails while modes are compared is shown as failed, with what is known of it, and the rest goes on.
import assert from "node:assert/strict";
import { LabFailure } from "@witan/lab";
import type { Context } from "../../../packages/lab/src/compare/context.ts";
import { simulatedParts } from "../../../packages/lab/src/compare/experiments/simulated-parts.ts";
import { eachMode, failed, told } from "../../../packages/lab/src/compare/mode-failure.ts";
import { simulate } from "../../../packages/lab/src/compare/simulated-run.ts";

const CONTEXT: Context = {
  ...{ seed: 1, quick: true, machine: "a machine", signal: new AbortController().signal, onStep: () => {} },
  command: { program: "", arguments: [] },
  shapes: [{ consensus: "pbft", validators: 4 }],
};

describe("what fails in a comparison", () => {
  it("is one mode, and the others go on", async () => {
    const done: string[] = [];
    const failures = await eachMode(CONTEXT, ["pbft", "bp-fast-paxos", "pow"], async (mode) => {
      if (mode === "pbft") throw new LabFailure("node-failed", "v1 ended", { log: ["last words"] });
      if (mode === "bp-fast-paxos") throw new RangeError("out of range");
      done.push(mode);
    });
    assert.deepEqual(done, ["pow"]);
    assert.deepEqual(
      failures.map(({ mode, message }) => [mode, message]),
      [
        ["pbft", "v1 ended"],
        [
          "bp-fast-paxos",
          "this is a bug of witan: RangeError: out of range. Please report it, with what you ran",
        ],
      ],
    );
    assert.deepEqual(failures[0]?.log, ["last words"]);
    assert.match(failures[1]?.log[1] ?? "", /failures\.test/, "where it was");
  });

  it("is not what was aborted", async () => {
    const stopped = new AbortController();
    const reason = new Error("no more");
    const all = eachMode({ signal: stopped.signal }, ["pbft", "pow"], async () => {
      stopped.abort(reason);
      throw new Error("in the middle");
    });
    await assert.rejects(all, reason);
  });

  it("is said in each section that it was to be in, without a figure of nothing", async () => {
    const parts = simulatedParts(["pbft"], true);
    const onStep = () => {
      throw new RangeError("at the first step");
    };
    for (const part of Object.values(parts).map((of) => of())) {
      const { result, drawings } = await part.run({ ...CONTEXT, onStep });
      assert.deepEqual(
        result.failures.map(({ mode, message }) => `${mode}: ${message}`),
        ["pbft: this is a bug of witan: RangeError: at the first step. Please report it, with what you ran"],
        part.name,
      );
      assert.deepEqual([result.figures, drawings, result.findings], [[], [], []], part.name);
    }
  });

  it("is only what a thread had not found when it ended", async () => {
    const found = failed("simulated-finality", told("pbft", new LabFailure("node-failed", "as it was")), "t");
    const inside =
      "import { parentPort } from 'node:worker_threads';" +
      `parentPort.postMessage({ kind: "found", name: "finality", found: ${JSON.stringify(found)} });` +
      "setImmediate(() => { throw new RangeError('no memory left'); });";
    const file = new URL(`data:text/javascript,${encodeURIComponent(inside)}`);
    const all = await simulate(["finality", "margins"], CONTEXT, file);
    assert.deepEqual(all.get("finality"), found);
    const lost = all.get("margins")?.result;
    assert.deepEqual([lost?.name, lost?.title], ["margins", "Safety margins"]);
    assert.match(
      lost?.failures[0]?.message ?? "",
      /the thread that simulates ended in the middle: RangeError: no memory left/,
    );
  });
});
