// What only one of the adapters has: peer ids and addresses on libp2p, lines that are cut in memory.
import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { peerIdOfEd25519 } from "@witan/crypto";
import { eventually, join, Libp2pWorld, MemoryWorld, numbered, secretOf } from "./worlds.ts";

/** Of PKCS #8, before the 32 bytes of an Ed25519 secret key. */
const PKCS8 = "302e020100300506032b657004220420";

describe("p2p: libp2p's peer ids and addresses", () => {
  const world = new Libp2pWorld();
  afterEach(() => world.closeAll());

  it("gives the peer id that @witan/crypto gives", async () => {
    const { network } = await world.node("a");
    const key = createPrivateKey({
      key: Buffer.from(PKCS8 + secretOf("a"), "hex"),
      format: "der",
      type: "pkcs8",
    });
    const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
    assert.equal(network.self, peerIdOfEd25519(publicKey.toString("hex")));
  });

  it("listens on any address, and on a name", async () => {
    for (const listen of ["0.0.0.0:0", "127.0.0.1:0", "localhost:0"]) {
      const { network } = await world.node(listen, { listen });
      const [address = ""] = network.listening();
      const [host] = listen.split(":");
      assert.match(address, new RegExp(`^${host}:[1-9]\\d+$`));
    }
  });

  it("dials a name", async () => {
    const [a, b] = [await world.node("a"), await world.node("b")];
    b.network.admit([{ ...a.asPeer, address: undefined }]);
    a.network.admit([{ ...b.asPeer, address: b.asPeer.address?.replace("127.0.0.1", "localhost") }]);
    await b.happened("connected a");
  });

  it("makes no error for the end of a read", async () => {
    const [a, b] = [await world.node("a"), await world.node("b")];
    await join(a, b);
    const real = globalThis.RangeError;
    let made = 0;
    globalThis.RangeError = new Proxy(real, {
      apply: (target, self, args) => {
        made++;
        return Reflect.apply(target, self, args);
      },
    });
    try {
      for (let at = 0; at < 20; at++) {
        a.network.send(b.id, "consensus", numbered(at, 100));
        await b.until("it came", () => b.received.length > at);
      }
    } finally {
      globalThis.RangeError = real;
    }
    assert.equal(made, 0, "the decoder of Noise's frames is another: look at libp2p/short-reads.ts");
  });

  it("does not take another for the peer it dialled", async () => {
    const [a, b, c] = [await world.node("a"), await world.node("b"), await world.node("c")];
    // Without an address: it must not dial by itself, and be refused, before it is dialled.
    c.network.admit([{ ...a.asPeer, address: undefined }]);
    a.network.admit([{ ...b.asPeer, address: c.asPeer.address }]);
    await eventually("a failure", () => a.network.peers()[0]?.lastFailure !== undefined);
    assert.match(a.network.peers()[0]?.lastFailure ?? "", /^unreachable/);
    assert.deepEqual(a.events, []);
  });

  it("says what is wrong with an address", async () => {
    for (const [listen, code] of [
      ["nonsense", "address-not-available"],
      ["127.0.0.1:70000", "address-not-available"],
      ["192.0.2.1:9600", "address-not-available"],
      ["no-such-host.invalid:9600", "address-not-available"],
    ] as const) {
      await assert.rejects(
        world.node("x", { listen }),
        (error: Error & { code?: string; address?: string }) => {
          assert.deepEqual([error.name, error.code, error.address], ["NetworkError", code, listen]);
          return true;
        },
      );
    }
  });
});

describe("p2p: lines in memory", () => {
  const world = new MemoryWorld();
  afterEach(() => world.closeAll());

  it("are cut and healed, one at a time", async () => {
    const times = { redialMinMs: 5, redialMaxMs: 20 };
    const nodes = [
      await world.node("a", { times }),
      await world.node("b", { times }),
      await world.node("c", { times }),
    ];
    const [a, b, c] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]];
    await join(a, b, c);
    world.hub.cut(a.id, b.id);
    assert.deepEqual(
      [a.isConnected(b), b.isConnected(a), a.isConnected(c), b.isConnected(c)],
      [false, false, true, true],
    );
    assert.equal(a.network.send(b.id, "consensus", numbered(1)), false);
    await eventually("a failure", () => a.network.peers()[0]?.lastFailure === "unreachable: the line is cut");
    world.hub.heal(b.id, a.id);
    await a.happened("connected b", 2);
    await b.happened("connected a", 2);
    assert.ok(a.network.send(b.id, "consensus", numbered(2)));
    await b.until("a message", () => b.received.length === 1);
    assert.equal(c.events.length, 2);
  });
});
