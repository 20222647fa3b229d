// What a network on libp2p does with peers that keep to no rule, with raw sockets, and with lines that fall silent.
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import type { Stream } from "@libp2p/interface";
import { frame, goodHello, RawPeer, SilentLine } from "./raw-peer.ts";
import { eventually, join, Libp2pWorld, numbered, type TestNode } from "./worlds.ts";

/** Greater than any secret's id, so that the raw peer greets first; found by trying. */
const RAW = "raw";

describe("p2p: a libp2p peer that misbehaves", () => {
  const world = new Libp2pWorld();
  let a: TestNode;
  let b: TestNode;
  let raw: RawPeer;

  async function begin(times: Parameters<typeof world.node>[1] = {}): Promise<void> {
    [a, b] = [await world.node("a", times), await world.node("b")];
    raw = await RawPeer.open(RAW);
    const asPeer = { id: raw.id, name: RAW, address: undefined };
    a.network.admit([b.asPeer, asPeer]);
    b.network.admit([a.asPeer]);
    await a.happened("connected b");
  }

  afterEach(async () => {
    await raw.close();
    await world.closeAll();
  });

  /** It is cut off and named, the others stay. */
  async function isCutFor(code: string): Promise<void> {
    await a.happened(`serious fault of somebody: ${code}`);
    await a.happened(`banned somebody: ${code}`);
    await eventually("it is cut off", () => raw.connections === 0);
    assert.ok(a.isConnected(b) && b.isConnected(a));
    assert.equal(a.events.filter((event) => /connected b$/.test(event)).length, 1);
    assert.deepEqual(a.received, []);
  }

  async function greet(): Promise<readonly Stream[]> {
    const streams = await raw.connect(a, ["control", "consensus", "transactions", "bulk"]);
    streams[0]?.send(goodHello());
    await a.happened("connected somebody");
    return streams;
  }

  it("sends a greeting that is none", async () => {
    await begin();
    const [control] = await raw.connect(a, ["control"]);
    control?.send(frame(1, new Uint8Array(100)));
    await isCutFor("bad-hello");
  });

  it("sends a greeting without end", async () => {
    await begin();
    const [control] = await raw.connect(a, ["control"]);
    control?.send(frame(1, new Uint8Array(0), 0xffff_ffff));
    await isCutFor("oversized-frame");
  });

  it("asks before it greets", async () => {
    await begin();
    const [control] = await raw.connect(a, ["control"]);
    control?.send(frame(5, new Uint8Array(8)));
    await isCutFor("unknown-frame");
  });

  it("sends messages before it greets", async () => {
    await begin();
    const [consensus] = await raw.connect(a, ["consensus"]);
    consensus?.send(frame(0, new Uint8Array(8)));
    await isCutFor("before-hello");
  });

  it("greets twice", async () => {
    await begin();
    const [control] = await greet();
    control?.send(goodHello());
    await isCutFor("unknown-frame");
  });

  for (const [lane, at, limit] of [
    ["consensus", 1, 16 * 1024 * 1024],
    ["transactions", 2, 256 * 1024],
    ["bulk", 3, 34 * 1024 * 1024],
  ] as const) {
    it(`announces more than may be on ${lane}`, async () => {
      await begin();
      (await greet())[at]?.send(frame(0, new Uint8Array(10), limit + 1));
      await isCutFor("oversized-frame");
    });
  }

  it("sends garbage instead of frames", async () => {
    await begin();
    (await greet())[1]?.send(new Uint8Array(1_000).fill(0xee));
    await isCutFor("unknown-frame");
  });

  it("answers what nobody asked", async () => {
    await begin();
    (await greet())[0]?.send(frame(6, new Uint8Array(8)));
    await isCutFor("unasked-answer");
  });

  it("asks in a frame that is too short", async () => {
    await begin();
    (await greet())[0]?.send(frame(5, new Uint8Array(3)));
    await isCutFor("short-frame");
  });

  it("asks without end, and doesn't read", async () => {
    await begin({ limits: { requestsAtOnce: 1 }, onRequest: () => new Promise(() => {}) });
    const [control] = await greet();
    assert.ok(control !== undefined);
    control.pause();
    let id = 0;
    const many = (): Uint8Array => {
      const frames = new Uint8Array(9 * 1_000);
      for (let at = 0; at < 1_000; at++) frames.set(frame(5, numbered(id++, 4)), at * 9);
      return frames;
    };
    await eventually("it is cut off", () => {
      if (control.status === "open" && !control.writableNeedsDrain) control.send(many());
      return a.count("banned somebody: request-flood") === 1;
    });
    await isCutFor("request-flood");
  });

  it("stays out while it is banned, and is told so", async () => {
    await begin();
    const [control] = await raw.connect(a, ["control"]);
    control?.send(frame(1, new Uint8Array(100)));
    await isCutFor("bad-hello");
    await raw.connect(a, ["control"]).catch(() => {});
    await a.happened("refused somebody: banned");
    await eventually("it is cut off", () => raw.connections === 0);
  });

  it("connects and says nothing", async () => {
    await begin({ times: { helloTimeoutMs: 50 } });
    await raw.connect(a, []);
    await eventually("it is cut off", () => raw.connections === 0);
    assert.equal(a.network.peers().find(({ id }) => id === raw.id)?.lastFailure, "hello-timeout");
    assert.ok(a.isConnected(b));
  });

  it("connects more often than anybody needs", async () => {
    await begin();
    await Promise.all([1, 2, 3, 4, 5, 6].map(() => raw.connect(a, ["control"]).catch(() => {})));
    await a.happened("refused somebody: too-many-connections");
    assert.ok(a.isConnected(b));
  });

  it("is a stranger, and keeps coming", async () => {
    await begin();
    a.network.admit([b.asPeer]);
    for (let round = 0; round < 20; round++) await raw.connect(a, ["control"]).catch(() => {});
    await a.happened("refused somebody: not-admitted", 20);
    await eventually("it is cut off", () => raw.connections === 0);
    assert.ok(a.isConnected(b));
    assert.equal(a.network.peers().filter(({ connected }) => !connected).length, 1);
  });
});

describe("p2p: sockets and lines", () => {
  const world = new Libp2pWorld();
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await world.closeAll();
  });

  function dial(to: TestNode): Socket {
    const [host, port] = (to.network.listening()[0] ?? "").split(":");
    const socket = connect(Number(port), host);
    socket.on("error", () => {});
    socket.resume();
    sockets.push(socket);
    return socket;
  }

  it("end a raw socket that sends garbage, and name it", async () => {
    const [a, b] = [await world.node("a"), await world.node("b")];
    await join(a, b);
    const socket = dial(a);
    socket.write(new Uint8Array(100_000).fill(0xaa));
    await eventually("the socket ends", () => socket.destroyed);
    // Whether it could be the beginning of something decides when it is ended, not whether.
    await a.until("it is named", () => a.events.some((event) => /^refused somebody: handshake-/.test(event)));
    assert.ok(a.isConnected(b));
  });

  it("bound sockets that say nothing, and let members in meanwhile", async () => {
    const [a, b] = [await world.node("a"), await world.node("b")];
    const silent = [...Array(40)].map(() => dial(a));
    await a.happened("refused somebody: too-many-connections", 8);
    assert.ok(silent.length === 40);
    // Inbound places of this address are taken: the member is reached from inside.
    await join(a, b);
    await eventually("the silent ones end", () => silent.every((socket) => socket.destroyed));
    await a.happened("refused somebody: handshake-timeout", 32);
    assert.ok(a.isConnected(b));
  });

  it("notice a line that fell silent, and find another", async () => {
    const times = { idleTimeoutMs: 300, redialMinMs: 5, redialMaxMs: 50 };
    const [a, b] = [await world.node("a", { times }), await world.node("b", { times })];
    const line = await SilentLine.open(b.asPeer.address ?? "");
    try {
      b.network.admit([{ ...a.asPeer, address: undefined }]);
      a.network.admit([{ ...b.asPeer, address: line.address }]);
      await a.happened("connected b");
      await b.happened("connected a");
      line.fallSilent();
      await a.happened("disconnected b: idle-timeout");
      await a.happened("connected b", 2);
      await b.happened("connected a", 2);
      assert.ok(a.network.send(b.id, "consensus", numbered(1)));
      await b.until("a message", () => b.received.length === 1);
    } finally {
      await line.close();
    }
  });

  it("keep a quiet line alive", async () => {
    const times = { idleTimeoutMs: 120 };
    const [a, b] = [await world.node("a", { times }), await world.node("b", { times })];
    // One dial only: what a second one says would count as a sign of life here.
    b.network.admit([{ ...a.asPeer, address: undefined }]);
    a.network.admit([b.asPeer]);
    await b.happened("connected a");
    const before = b.network.peers()[0]?.bytesReceived ?? 0;
    await eventually("heartbeats", () => (b.network.peers()[0]?.bytesReceived ?? 0) > before + 50);
    assert.deepEqual([a.events, b.events], [["connected b"], ["connected a"]]);
  });

  it("let a peer back whose old connection nobody missed yet", async () => {
    // Whoever chooses still holds the old connection when the other comes again: it asks there, and lets go.
    for (const [first, second] of [
      ["a", "b"],
      ["b", "a"],
    ] as const) {
      const times = { probeTimeoutMs: 50, redialMinMs: 5, redialMaxMs: 50 };
      const a = await world.node(first, { times });
      const b = await world.node(second, { times: { ...times, idleTimeoutMs: 200 } });
      const line = await SilentLine.open(a.asPeer.address ?? "");
      try {
        a.network.admit([{ ...b.asPeer, address: undefined }]);
        b.network.admit([{ ...a.asPeer, address: line.address }]);
        await a.happened(`connected ${second}`);
        await b.happened(`connected ${first}`);
        line.fallSilent();
        await b.happened(`disconnected ${first}: idle-timeout`);
        await a.happened(`connected ${second}`, 2);
        await b.happened(`connected ${first}`, 2);
      } finally {
        await line.close();
      }
      await world.closeAll();
    }
  });

  it("leave nothing behind", async () => {
    const count = (): number =>
      process.getActiveResourcesInfo().filter((kind) => /^(TCP|Immediate|GetAddrInfo)/.test(kind)).length;
    const before = count();
    const [a, b, c] = [await world.node("a"), await world.node("b"), await world.node("c")];
    await join(a, b, c);
    a.network.send(b.id, "bulk", new Uint8Array(20_000_000));
    const started = performance.now();
    await world.closeAll();
    assert.ok(performance.now() - started < 3_000);
    await eventually("sockets are gone", () => count() <= before);
  });
});
