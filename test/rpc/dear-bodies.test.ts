// Bodies that would be dear to parse: they are refused before that, by their form, whatever they look like. Counted in what
// is looked at and by the parser's own answers, as time says little on a busy machine.
import assert from "node:assert/strict";
import { DEPTH_MAX, readBody, SIGNS_MAX } from "../../packages/rpc/src/server/body.ts";
import { DEAR_BODIES } from "./dear-bodies.ts";
import { ask, call, closeAll, open, reasonOf } from "./server.ts";
import { TestSocket } from "./socket.ts";

/** What comes of a body: the reason it is refused with, or its content. */
function outcomeOf(body: string | Uint8Array): unknown {
  const read = readBody(body);
  return read.ok ? read.content : read.error.reason;
}

describe("RPC server: dear bodies", () => {
  afterEach(closeAll);

  it("are parsed only if they are nested little and have few signs outside of texts", () => {
    const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
    assert.notEqual(outcomeOf(nested(DEPTH_MAX)), "invalid-request");
    assert.equal(outcomeOf(nested(DEPTH_MAX + 1)), "invalid-request");
    assert.equal(outcomeOf("[".repeat(DEPTH_MAX + 1)), "invalid-request");
    assert.equal(outcomeOf('{"a":'.repeat(DEPTH_MAX + 1)), "invalid-request");
    // A list of n zeros has 2 n + 1 signs.
    const zeros = (count: number): string => `[${new Array(count).fill("0").join(" ,\n")}]`;
    assert.equal((outcomeOf(zeros(SIGNS_MAX / 2 - 1)) as unknown[]).length, SIGNS_MAX / 2 - 1);
    assert.equal(outcomeOf(zeros(SIGNS_MAX / 2)), "body-too-large");
  });

  it("find texts to their ends, whatever is escaped in them", () => {
    const many = "[".repeat(SIGNS_MAX);
    for (const text of [
      many,
      `\\"${many}`,
      `${many}\\`,
      `"${many}`,
      `\\\\"${many}`,
      `${many}\\"`,
      "\\",
      '"',
      "",
    ])
      assert.deepEqual(outcomeOf(JSON.stringify([text, 1])), [text, 1]);
    assert.equal(outcomeOf(`["\\\\",${many}]`), "invalid-request");
    for (const open of ['"', '"\\', '"\\"', '["a\\\\\\"']) assert.equal(outcomeOf(open), "parse-error");
    assert.equal(outcomeOf(Uint8Array.of(0x22, 0xc3, 0x28, 0x22)), "parse-error");
    assert.equal(outcomeOf(new TextEncoder().encode('"é€😀"')), "é€😀");
  });

  it("leave room for every request that the contract allows", () => {
    const subscribe = call("subscribe", {
      to: "transactions",
      transactions: new Array(1_000).fill("ab".repeat(32)),
      addresses: new Array(1_000).fill("wt1q".padEnd(63, "q")),
    });
    const calls = new Array(1_000).fill(call("chain_block", { height: 123_456_789, transactions: "full" }));
    const submits = new Array(1_000).fill(
      call("transaction_submit", { transaction: "ab".repeat(2_000), waitFor: "final", timeoutMs: 100_000 }),
    );
    for (const body of [new Array(30).fill(subscribe), calls, submits])
      assert.ok(readBody(JSON.stringify(body)).ok);
  });

  for (const { name, body, reason } of DEAR_BODIES)
    it(`are answered with ${reason}, by HTTP and by WebSocket: ${name}`, async () => {
      const server = await open();
      const text = body();
      const overHttp = await ask(server, text);
      assert.equal(reasonOf(overHttp), reason);
      const socket = await TestSocket.connect(server);
      assert.deepEqual(await socket.ask(text), overHttp);
      assert.deepEqual(server.bugs, []);
    });
});
