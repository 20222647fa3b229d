// Reads that are dear, and answers that nobody fetches: how little others notice. Counted in calls, turns of the loop and
// bytes, as time says little on a busy machine.
import assert from "node:assert/strict";
import { openRpcDocument, type RpcService } from "@witan/rpc";
import { RPC_LIMITS } from "@witan/rpc/server";
import { Connection, Load } from "../../packages/rpc/src/server/load.ts";
import { Sources } from "../../packages/rpc/src/server/sources.ts";
import { gate } from "./hanging.ts";
import { SAMPLES } from "./samples.ts";
import { type Answer, ask, call, closeAll, open, reasonOf, wire, written } from "./server.ts";
import { TestSocket } from "./socket.ts";

const HASH = "ab".repeat(32);
/** What each call of a dear method takes; a turn of reads is over after it. */
const DEAR_MS = 3;
const MIB = 1024 * 1024;

function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** A service whose reads are dear, and what it saw. */
class Dear {
  readonly service: Partial<RpcService>;
  calls = 0;
  /** Most of them in one turn of the loop. */
  mostInTurn = 0;
  #inTurn = 0;

  constructor() {
    const dear = (method: keyof RpcService) => [method, async () => this.#answer(SAMPLES[method].result)];
    this.service = Object.fromEntries(
      (
        ["chain_proof", "chain_transaction", "chain_block", "rpc.discover", "transaction_submit"] as const
      ).map(dear),
    );
  }

  #answer<T>(result: T): T {
    if (this.#inTurn === 0)
      setImmediate(() => {
        this.#inTurn = 0;
      });
    this.calls++;
    this.#inTurn++;
    this.mostInTurn = Math.max(this.mostInTurn, this.#inTurn);
    work(DEAR_MS);
    return result;
  }
}

const DEAR: readonly Record<string, unknown>[] = [
  call("chain_proof", { transaction: HASH }),
  call("chain_transaction", { transaction: HASH }),
  call("chain_block", { height: 1, transactions: "full" }),
  call("rpc.discover"),
];

describe("RPC server: dear reads", () => {
  afterEach(closeAll);

  for (const dear of DEAR)
    it(`a full batch of ${dear["method"]} keeps nobody waiting, and a turn of the loop for one of them`, async () => {
      const seen = new Dear();
      const server = await open(seen.service);
      const greedy = await Promise.all(Array.from({ length: 4 }, () => wire(server)));
      const other = await TestSocket.connect(server);
      const body = JSON.stringify(new Array(1_000).fill(dear));
      for (const { socket } of greedy) socket.write(written(server, body));
      while (seen.calls < 4) await new Promise((resolve) => setImmediate(resolve));
      for (let round = 0; round < 5; round++) {
        const before = seen.calls;
        assert.equal((await other.call("chain_head")).error, undefined);
        // One that is under way, and one that begins while the question or the answer is on its way.
        assert.ok(seen.calls - before <= 8, `${seen.calls - before} calls before chain_head`);
      }
      assert.ok(seen.mostInTurn <= 2, `${seen.mostInTurn} calls in one turn`);
      for (const { socket } of greedy) socket.destroy();
    });

  it("stop when nobody waits for them any more", async () => {
    const seen = new Dear();
    const server = await open(seen.service);
    const { socket } = await wire(server);
    socket.write(written(server, JSON.stringify(new Array(1_000).fill(DEAR[0]))));
    while (seen.calls < 2) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    // The server hears of it in a later turn of the loop.
    const other = await TestSocket.connect(server);
    for (let round = 0; round < 10; round++) await other.call("chain_head");
    const { calls } = seen;
    for (let round = 0; round < 10; round++) await other.call("chain_head");
    assert.equal(seen.calls, calls);
    assert.ok(calls < 1_000);
  });

  it("what is wrong takes its turn, too", async () => {
    const server = await open();
    const other = await TestSocket.connect(server);
    const wrong = new Array(1_000).fill(call("chain_block", { x: 1, height: "y" }));
    const answered = ask(server, wrong).then((answers) => answers.length);
    let isOver = false;
    void answered.then(() => {
      isOver = true;
    });
    let heads = 0;
    while (!isOver) {
      await other.call("chain_head");
      heads++;
    }
    assert.equal(await answered, 1_000);
    assert.ok(heads > 5, `${heads} answers beside it`);
  });

  it("bring in transactions at once, whatever else there is to read", async () => {
    const seen = new Dear();
    const held = gate();
    let begun = 0;
    const server = await open({
      ...seen.service,
      async transaction_submit() {
        begun++;
        if (begun === 100) held.open();
        await held.promise;
        return { transaction: HASH, status: "pending" as const };
      },
    });
    const submit = call("transaction_submit", { transaction: "00" });
    const batch = [...new Array(100).fill(DEAR[0]), ...new Array(100).fill(submit)];
    const answers = ask(server, batch);
    await held.promise;
    assert.ok(seen.calls <= 1, `${seen.calls} reads before the last of them`);
    assert.equal((await answers).length, 200);
  });

  it("leave turns of the loop to others where very much is brought in", async () => {
    const seen = new Dear();
    const server = await open(seen.service);
    const answers = await ask(server, new Array(60).fill(call("transaction_submit", { transaction: "00" })));
    assert.equal(answers.length, 60);
    // 20 ms, and the one that is under way then.
    assert.ok(seen.mostInTurn <= 20 / DEAR_MS + 1, `${seen.mostInTurn} calls in one turn`);
  });

  it("make the text of rpc.discover once", async () => {
    let made = 0;
    const document = {
      ...openRpcDocument(),
      toJSON() {
        made++;
        return openRpcDocument();
      },
    };
    const server = await open({ "rpc.discover": async () => document });
    const answers = await ask(server, [call("rpc.discover"), call("rpc.discover"), call("rpc.discover")]);
    const { servers: _, ...same } = openRpcDocument();
    const told = answers[2]?.result as ReturnType<typeof openRpcDocument> | undefined;
    assert.deepEqual({ ...told, servers: [] }, { ...same, servers: [] });
    assert.equal(made, 1);
  });
});

/** A service whose answer to chain_genesis has so many bytes, and some around. */
function largeService(bytes: number): { readonly service: Partial<RpcService>; calls: number } {
  const seen = {
    calls: 0,
    service: {
      async chain_genesis() {
        seen.calls++;
        return { chainId: HASH, genesis: { name: "x".repeat(bytes) } };
      },
    } satisfies Partial<RpcService>,
  };
  return seen;
}

describe("RPC server: answers that nobody fetches", () => {
  afterEach(closeAll);

  it("are at most 16 MiB of a batch, whatever one call takes", async () => {
    const large = largeService(5 * MIB);
    const server = await open(large.service);
    const answers = await ask(server, new Array(10).fill(call("chain_genesis")));
    assert.equal(large.calls, 4);
    assert.equal(reasonOf(answers.at(-1)), "answer-too-large");
    assert.match(answers.at(-1)?.error?.message ?? "", /send it by itself/);
  });

  it("are not added to: who has as much to fetch is read nothing more for, until it was fetched", async () => {
    const large = largeService(5 * MIB);
    const server = await open(large.service, { limits: { batchAnswerBytes: 8 * MIB } });
    const socket = await TestSocket.connect(server);
    socket.ws.pause();
    const batch = JSON.stringify([call("chain_genesis"), call("chain_genesis")]);
    for (let at = 0; at < 5; at++) socket.ws.send(batch);
    // Others are answered, which shows that the first was, too.
    for (let at = 0; at < 50; at++) assert.equal((await ask(server, call("chain_head"))).error, undefined);
    assert.ok(large.calls <= 4, `${large.calls} calls for who reads none of the answers`);
    socket.ws.resume();
    await socket.until(() => socket.answers.length === 5);
    assert.equal(large.calls, 10);
  });

  it("cut off who leaves most of them, and hinder nobody else", async () => {
    // More than the system takes of one answer before it is read.
    const large = largeService(16 * MIB);
    const limits = { batchAnswerBytes: 20 * MIB, unreadBytes: 60 * MIB };
    const server = await open(large.service, { limits });
    const connections = await Promise.all(Array.from({ length: 3 }, () => wire(server)));
    for (const { socket } of connections) socket.pause();
    const greatest = connections[1] as (typeof connections)[number];
    const batch = JSON.stringify([call("chain_genesis"), call("chain_genesis")]);
    for (const one of connections) {
      const body = one === greatest ? batch : JSON.stringify(call("chain_genesis"));
      const before = large.calls;
      one.socket.write(written(server, body));
      while (large.calls < before + (one === greatest ? 2 : 1))
        await new Promise((resolve) => setImmediate(resolve));
      assert.equal((await ask(server, call("chain_head"))).error, undefined);
    }
    greatest.socket.resume();
    await greatest.closed;
    assert.ok(greatest.received().length < 32 * MIB, "cut off before it had everything");
    const answers: readonly Answer[] = await ask(server, [call("chain_head"), call("chain_genesis")]);
    assert.deepEqual(
      answers.map(({ error }) => error),
      [undefined, undefined],
    );
    for (const { socket } of connections) socket.destroy();
  });

  it("are counted by source, and let go with their connection", () => {
    const load = new Load({ ...RPC_LIMITS, unreadBytes: 100 });
    const sources = new Sources(RPC_LIMITS);
    const cut: string[] = [];
    const connect = (name: string, address: string): Connection =>
      new Connection(sources.of(address), () => cut.push(name));
    const [a1, a2] = [connect("a1", "10.0.0.1"), connect("a2", "10.0.0.1")];
    const b = connect("b", "10.0.0.2");
    load.hold(b, 40);
    load.hold(a1, 25);
    load.hold(a2, 30);
    assert.deepEqual([load.heldBytes, cut], [95, []]);
    load.hold(a1, 10);
    // Of b is more than of each, but not than of both.
    assert.deepEqual([load.heldBytes, cut], [70, ["a1"]]);
    assert.ok(a1.isClosed);
    load.release(a1, 35);
    load.hold(a1, 1_000);
    assert.equal(load.heldBytes, 70);
    load.hold(a2, 200);
    assert.deepEqual([load.heldBytes, cut], [40, ["a1", "a2"]]);
    load.release(b, 40);
    assert.equal(load.heldBytes, 0);
    load.hold(b, 101);
    assert.deepEqual([load.heldBytes, cut], [0, ["a1", "a2", "b"]]);
    load.closed(b);
    assert.equal(load.heldBytes, 0);
  });

  it("hold up what is read next for their connection alone, until they are fetched or it ends", async () => {
    const load = new Load({ ...RPC_LIMITS, batchAnswerBytes: 100 });
    const sources = new Sources(RPC_LIMITS);
    const order: string[] = [];
    for (const end of ["fetched", "closed"]) {
      const connection = new Connection(sources.of("10.0.0.1"), assert.fail);
      load.hold(connection, 150);
      const room = load.room(connection).then(() => order.push(`room when ${end}`));
      load.release(connection, 50);
      await load.room(new Connection(sources.of("10.0.0.1"), assert.fail));
      order.push("another");
      if (end === "fetched") load.release(connection, 1);
      else load.closed(connection);
      await room;
    }
    assert.deepEqual(order, ["another", "room when fetched", "another", "room when closed"]);
  });
});
