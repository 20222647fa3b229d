// Peers that say they have blocks, and are slow, silent, or lie: as long as one honest peer has the blocks they come, and
// those that cost time cost less and less of it.
import assert from "node:assert/strict";
import type { Height, PeerId } from "@witan/primitives";
import { TestLedger, testGenesis } from "../ledger/build.ts";
import { decided, decidedFrom, honest, type Manners, PEERS, SyncWorld } from "./sync-world.ts";

const HEIGHT = 600;
const [A, B, C, D] = PEERS as [PeerId, PeerId, PeerId, PeerId];
const other = new TestLedger(testGenesis("pbft", { name: "another" })).chain;

/** Says it has a billion blocks. */
function liar(answer: Manners["answer"]): Manners {
  return { claims: 1e9, answer };
}

/** What a peer does, what it is blamed for (undefined: nothing), and how long three of it may hold up one honest one. */
const LIARS: readonly (readonly [string, () => Manners, string | undefined])[] = [
  ["nothing at all", () => liar(() => undefined), undefined],
  ["empty ranges", () => liar(() => ({ afterMs: 5, blocks: [] })), undefined],
  ["empty ranges after some seconds", () => liar(() => ({ afterMs: 5_000, blocks: [] })), undefined],
  [
    "one block after some seconds",
    () => liar((from) => ({ afterMs: 9_000, blocks: [decided(from)] })),
    undefined,
  ],
  [
    "half of what it was asked for, and then nothing",
    () => {
      let times = 0;
      return liar((from, count) =>
        times++ === 0 ? { afterMs: 5, blocks: decidedFrom(from, count / 2) } : undefined,
      );
    },
    undefined,
  ],
  [
    "blocks of other heights",
    () => liar((from, count) => ({ afterMs: 5, blocks: decidedFrom(from + 1, count) })),
    "sync-block",
  ],
  [
    "certificates of too few votes",
    () => liar((from, count) => ({ afterMs: 5, blocks: decidedFrom(from, count, { votesMissing: 1 }) })),
    "sync-certificate",
  ],
  [
    "certificates with forged votes",
    () => liar((from, count) => ({ afterMs: 5, blocks: decidedFrom(from, count, { forged: true }) })),
    "sync-certificate",
  ],
  [
    "blocks of another chain",
    () => liar((from, count) => ({ afterMs: 5, blocks: decidedFrom(from, count, { on: other }) })),
    "sync-block",
  ],
];

describe("block sync, of four peers that claim blocks", () => {
  for (const [what, manners, code] of LIARS)
    it(`gets them from the one that is honest when three answer ${what}`, async () => {
      const world = new SyncWorld(
        new Map([A, B, C, D].map((peer) => [peer, peer === D ? honest(HEIGHT) : manners()])),
      );
      await world.reach(HEIGHT, 2_500);
      assert.ok(world.faults.every((fault) => fault.peer !== D && fault.code === code));
      // Those whose blocks nobody came to look at are not found out.
      assert.equal(world.faults.length > 0, code !== undefined);
      world.sync.stop();
    });

  it("asks those that cost time less and less often, whatever they claim", async () => {
    const silent = liar(() => undefined);
    const world = new SyncWorld(
      new Map([
        [A, silent],
        [B, honest(10)],
      ]),
    );
    await world.pass(300_000);
    assert.equal(world.tip.height, 10);
    const times = world.asked.filter(({ peer }) => peer === A).map(({ atMs }) => atMs);
    const late = times.filter((atMs) => atMs > 150_000).length;
    // A request lasts ten seconds, and a rest a minute: but for nobody else claiming anything.
    assert.ok(times.length < 40, `${times.length} requests`);
    assert.ok(late >= 1, "it is not given up for ever");
    world.sync.stop();
  });

  it("asks another for what the chain waits for within a second, and lets the slow one go", async () => {
    const world = new SyncWorld(
      new Map([
        [A, liar(() => undefined)],
        [B, honest(64)],
      ]),
    );
    const tookMs = await world.reach(64, 5_000);
    assert.ok(tookMs < 1_500, `${tookMs} ms`);
    await world.pass(1_000);
    // Only of one that was let go anything else can be asked: it says it has more.
    assert.deepEqual(
      world.asked.map(({ peer, from }) => [peer, from]),
      [
        [A, 1],
        [B, 1],
        [A, 65],
      ],
    );
    assert.ok(world.isWaitingFor(A));
    world.sync.stop();
    assert.ok(!world.isWaitingFor(A));
  });

  it("asks another at once when the first has nothing", async () => {
    const world = new SyncWorld(
      new Map([
        [A, liar(() => ({ afterMs: 50, blocks: [] }))],
        [B, honest(64)],
      ]),
    );
    const tookMs = await world.reach(64, 5_000);
    assert.ok(tookMs < 300, `${tookMs} ms`);
    world.sync.stop();
  });

  it("goes on with the only one that has them, however slow", async () => {
    const world = new SyncWorld(
      new Map([
        [A, honest(300, { afterMs: 4_000, atOnce: 64 })],
        [B, honest(10)],
      ]),
    );
    await world.reach(300, 30_000);
    world.sync.stop();
  });

  it("does not ask the same peer again and again that claims more each time it has nothing", async () => {
    const world = new SyncWorld(new Map([[A, liar(() => ({ afterMs: 0, blocks: [] }))]]));
    for (let height = 10; height < 1_000; height++) {
      world.sync.claim((1e9 + height) as Height, [A]);
      await world.pass(10);
    }
    assert.ok(world.asked.length < 30, `${world.asked.length} requests in ten seconds`);
    world.sync.stop();
  });

  it("keeps a bounded number of bytes that nobody asked for", async () => {
    const world = new SyncWorld(new Map());
    const mib = 1024 * 1024;
    const kept = (height: number): boolean => {
      const before = world.sync.heldBytes;
      world.sync.offer(A, decided(height, { size: mib }));
      return world.sync.heldBytes > before;
    };
    for (let height = 2; height <= 200; height++) kept(height);
    assert.ok(world.sync.heldBytes <= 65 * mib, `${world.sync.heldBytes / mib} MiB`);
    assert.ok(world.sync.heldBytes >= 64 * mib);
    assert.ok(!kept(201), "full");
    assert.ok(kept(1), "what the chain waits for is always taken");
    await world.reach(2, 100);
    assert.ok(!kept(1_000), "far ahead");
    world.sync.forget(A);
    assert.equal(world.sync.heldBytes, 0);
    world.sync.stop();
  });
});
