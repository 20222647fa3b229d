// `witan transaction get --watch`: everything that happens to a transaction, each thing once, until its end; also where the
// node is started again in between.
import assert from "node:assert/strict";
import type { TransactionOutcome } from "@witan/rpc";
import { main } from "../../packages/cli/src/main.ts";
import { until } from "../network/conditions.ts";
import { SAMPLES } from "../rpc/samples.ts";
import { FakeNode } from "./fake-node.ts";
import { lastJson, witan } from "./run.ts";

const ID = "ab".repeat(32);
const HASH = "cd".repeat(32);
const FINAL = { height: 7, hash: HASH, index: 3 };

type Line = Readonly<Record<string, unknown>>;

let node: FakeNode;
let known: TransactionOutcome;
beforeEach(async () => {
  node = await FakeNode.start();
  known = { transaction: ID, status: "unknown" };
  node.instead.transaction_wait = async () => known;
});
afterEach(() => FakeNode.stopAll());

/** A watch that runs: what it has printed so far, and how it ends. */
function watching(...more: readonly string[]) {
  let [out, err] = ["", ""];
  const streams = {
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
  };
  const ended = main(["transaction", "get", ID, "--watch", "--rpc", node.url, ...more], streams);
  const lines = (): readonly Line[] =>
    out === ""
      ? []
      : out
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line));
  return { ended, lines, err: () => err, out: () => out };
}

/** What happened, by name. */
function told(lines: readonly Line[]): readonly unknown[] {
  return lines.map(({ event, status }) => event ?? status);
}

async function listens(count = 1): Promise<void> {
  await until(`it has subscribed ${count} times`, () => node.feed.opened.length === count);
}

describe("witan transaction get --watch", () => {
  it("tells each thing that happens, and ends with the end", async () => {
    const watch = watching("--json");
    await listens();
    assert.deepEqual(node.feed.opened[0], { to: "transactions", transactions: [ID] });
    node.feed.tell({ type: "admitted", transaction: ID });
    const refusal = { code: "mempool-full", message: "full", possibleUntil: 9 };
    node.feed.tell({ type: "evicted", transaction: ID, ...refusal }, { type: "admitted", transaction: ID });
    await until("it was told", () => watch.lines().length === 4);
    node.feed.tell({ type: "final", transaction: ID, ...FINAL });
    assert.equal(await watch.ended, 0);
    assert.deepEqual(told(watch.lines()), ["unknown", "pending", "evicted", "pending", "final"]);
    const { timestamp } = SAMPLES.chain_block.result.header;
    assert.deepEqual(watch.lines().at(-1), { transaction: ID, status: "final", ...FINAL, timestamp });
    assert.deepEqual(watch.lines()[2], { event: "evicted", transaction: ID, ...refusal });
  });

  it("tells people the same on standard error, and the end on standard output", async () => {
    const watch = watching();
    await listens();
    node.feed.tell({ type: "admitted", transaction: ID });
    node.feed.tell({ type: "final", transaction: ID, ...FINAL });
    assert.equal(await watch.ended, 0);
    assert.match(watch.err(), /^20\S+Z {2}unknown: this node has not.*\n20\S+Z {2}pending: admitted/);
    assert.match(watch.out(), /^transaction +(?:ab){32}\nstatus +final: in block 7\nblock +(?:cd){32} of /);
  });

  it("goes on where the node is started again, and asks what happened meanwhile", async () => {
    known = { transaction: ID, status: "pending" };
    const watch = watching("--json");
    await listens();
    await node.restart(async () => {
      await until("the loss is told", () => told(watch.lines()).includes("disconnected"));
      known = { transaction: ID, status: "final", ...FINAL };
    });
    assert.equal(await watch.ended, 0);
    const events = told(watch.lines());
    assert.deepEqual([events[0], events.at(-1)], ["pending", "final"]);
    assert.equal(events.filter((event) => event === "disconnected").length, 1);
    assert.equal(events.filter((event) => event === "final").length, 1);
  });

  it("asks what happened where the node says that it has forgotten some of it", async () => {
    known = { transaction: ID, status: "pending" };
    const watch = watching("--json");
    await listens();
    known = { transaction: ID, status: "expired", height: 9 };
    node.feed.tell({ type: "gap", fromHeight: 3, lost: ["expired"] });
    assert.equal(await watch.ended, 1);
    assert.deepEqual(told(watch.lines()), ["pending", "expired"]);
  });

  const ends: readonly (readonly [TransactionOutcome, number])[] = [
    [{ transaction: ID, status: "final", ...FINAL }, 0],
    [{ transaction: ID, status: "rejected", code: "input-missing", message: "spent" }, 1],
    [{ transaction: ID, status: "expired", height: 9 }, 1],
  ];
  for (const [outcome, code] of ends)
    it(`ends at once where it is ${outcome.status} already: exit code ${code}`, async () => {
      known = outcome;
      const watch = watching("--json");
      assert.equal(await watch.ended, code);
      assert.deepEqual(told(watch.lines()), [outcome.status]);
      assert.equal(node.feed.opened.length, 0);
    });

  it("ends with what is contradicted by a final block: nothing can come of it", async () => {
    const watch = watching("--json");
    await listens();
    node.feed.tell({
      ...{ type: "evicted", transaction: ID, code: "conflict", message: "spent", possibleUntil: null },
    });
    assert.equal(await watch.ended, 1);
    assert.deepEqual(told(watch.lines()), ["unknown", "rejected"]);
    assert.equal(watch.lines().at(-1)?.["code"], "conflict");
  });

  it("ends when the time is up, with what is known: exit code 1", async () => {
    known = { transaction: ID, status: "pending" };
    const watch = watching("--json", "--timeout", "1");
    assert.equal(await watch.ended, 1);
    assert.deepEqual(told(watch.lines()), ["pending", "pending"]);
  });

  it("ends at Ctrl-C, with what is known: exit code 1", async () => {
    known = { transaction: ID, status: "pending" };
    const watch = watching("--json");
    await listens();
    process.emit("SIGINT");
    assert.equal(await watch.ended, 1);
    assert.equal(watch.lines().at(-1)?.["status"], "pending");
  });

  it("fails where there is no node from the first, and is no --wait", async () => {
    await FakeNode.stopAll();
    assert.equal(await watching().ended, 3);
    const both = await witan("transaction", "get", ID, "--watch", "--wait", "--json");
    const { reason } = lastJson(both)["error"] as { reason: string };
    assert.deepEqual([both.code, reason], [2, "conflicting-options"]);
  });
});
