// The miner on its threads: what it finds meets the target, what is not wanted any more is dropped at once, and a stated
// hash rate is kept.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { openMiner, type ThreadMiner } from "@witan/crypto/node";
import { HashPace } from "../../packages/crypto/src/node/hash-pace.ts";
import { HashTrial } from "../../packages/crypto/src/node/hash-trial.ts";

const NEVER = 0n;

function header(fill: number): Uint8Array {
  return new Uint8Array(128).fill(fill);
}

/** The double hash of a header with this nonce, as a little-endian number. */
function numberOf(of: Uint8Array, nonce: bigint): bigint {
  const bytes = Buffer.from(of);
  bytes.writeBigUInt64LE(nonce, 120);
  const once = createHash("sha256").update(bytes).digest();
  const digest = createHash("sha256").update(once).digest();
  return BigInt(`0x${digest.reverse().toString("hex")}`);
}

async function until(holds: () => boolean, deadlineMs = 10_000): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!holds()) {
    assert.ok(performance.now() < endMs, "waited in vain");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Nothing is tried for a hundred turns. */
async function untilQuiet(miner: ThreadMiner): Promise<void> {
  let [last, turns] = [-1, 0];
  await until(() => {
    turns = miner.hashes === last ? turns + 1 : 0;
    last = miner.hashes;
    return turns > 100;
  });
}

describe("trying nonces", () => {
  it("finds the first nonce that meets the target, and no other", () => {
    const target = 1n << 248n;
    const trial = new HashTrial(header(7), target, 0, 1);
    const found: bigint[] = [];
    let tried = 0;
    while (tried < 2_000) {
      const slice = trial.try(100);
      tried += slice.tried;
      if (slice.nonce === undefined) continue;
      found.push(slice.nonce);
      break;
    }
    const expected = Array.from({ length: tried }, (_, nonce) => BigInt(nonce)).filter(
      (nonce) => numberOf(header(7), nonce) <= target,
    );
    assert.deepEqual(found, expected);
    assert.equal(found.length, 1);
  });

  it("compares the whole number: the target itself meets it, one less does not", () => {
    const number = numberOf(header(9), 3n << 32n);
    assert.equal(new HashTrial(header(9), number, 3, 4).try(1).nonce, 3n << 32n);
    assert.equal(new HashTrial(header(9), number - 1n, 3, 4).try(1).nonce, undefined);
  });

  it("takes a header of its size only", () => {
    assert.throws(() => new HashTrial(new Uint8Array(127), NEVER, 0, 1), /a header of 127 bytes/);
  });
});

describe("the pace of a thread", () => {
  it("is even, and does not make up for what was missed", () => {
    const pace = new HashPace(1_000, 512);
    assert.equal(pace.slice, 5);
    assert.equal(pace.waitMs(10_000), 0);
    pace.tried(5);
    assert.equal(pace.waitMs(10_000), 5);
    assert.equal(pace.waitMs(10_005), 0);
    // A second late: a tenth of it may be made up for.
    assert.equal(pace.waitMs(11_005), 0);
    pace.tried(100);
    assert.ok(Math.abs(pace.waitMs(11_005)) < 1e-6);
    pace.tried(1);
    assert.ok(Math.abs(pace.waitMs(11_005) - 1) < 1e-6);
  });

  it("is one try after another where it is slow, and none where nothing is said", () => {
    assert.equal(new HashPace(3, 512).slice, 1);
    assert.equal(new HashPace(undefined, 512).slice, 512);
    assert.equal(new HashPace(undefined, 512).waitMs(5), 0);
    assert.throws(() => new HashPace(0, 512), /a pace of 0/);
  });
});

describe("a miner on threads", function () {
  this.timeout(30_000);
  let miner: ThreadMiner | undefined;
  afterEach(async () => {
    await miner?.close();
    miner = undefined;
  });

  it("finds nonces that meet the target, one for each work", async () => {
    miner = openMiner({ threads: 2 });
    const target = 1n << 244n;
    for (const fill of [1, 2, 3]) {
      const found: bigint[] = [];
      miner.mine({ header: header(fill), target }, (nonce) => found.push(nonce));
      await until(() => found.length > 0);
      assert.ok(numberOf(header(fill), found[0] ?? 0n) <= target);
      // Its threads rest.
      await untilQuiet(miner);
      assert.equal(found.length, 1);
    }
  });

  it("drops what is not wanted any more, and never calls back for it", async () => {
    miner = openMiner({ threads: 2 });
    const called: string[] = [];
    const found: bigint[] = [];
    // Met by every nonce. This thread hears nothing while it waits, so the answer is there, and comes too late.
    miner.mine({ header: header(1), target: 2n ** 256n - 1n }, () => called.push("first"));
    const endMs = performance.now() + 10_000;
    while (miner.hashes === 0) assert.ok(performance.now() < endMs, "nothing is tried");
    miner.mine({ header: header(2), target: NEVER }, () => called.push("second"));
    const target = 1n << 247n;
    miner.mine({ header: header(3), target }, (nonce) => found.push(nonce));
    await until(() => found.length > 0);
    assert.ok(numberOf(header(3), found[0] ?? 0n) <= target, "the answer to what was asked before");
    miner.mine({ header: header(4), target: 2n ** 256n - 1n }, () => called.push("fourth"));
    miner.stop();
    await untilQuiet(miner);
    assert.deepEqual(called, []);
    // Who stops it while it tries is obeyed, too.
    const late: string[] = [];
    miner.mine({ header: header(5), target: NEVER }, () => late.push("fifth"));
    const { hashes } = miner;
    await until(() => (miner?.hashes ?? 0) > hashes);
    miner.stop();
    await untilQuiet(miner);
    assert.deepEqual(late, []);
  });

  it("goes on with new work, however often it changes", async () => {
    miner = openMiner({ threads: 2 });
    for (let change = 0; change < 300; change++)
      miner.mine({ header: header(change % 256), target: NEVER }, () => assert.fail("nothing meets 0"));
    const { hashes } = miner;
    await until(() => (miner?.hashes ?? 0) > hashes + 5_000);
    const found: bigint[] = [];
    miner.mine({ header: header(5), target: 1n << 250n }, (nonce) => found.push(nonce));
    await until(() => found.length > 0);
  });

  it("keeps a stated hash rate, of all threads together", async () => {
    miner = openMiner({ threads: 2, hashRate: 20_000 });
    miner.mine({ header: header(6), target: NEVER }, () => assert.fail("nothing meets 0"));
    await until(() => (miner?.hashes ?? 0) > 0);
    const [from, fromMs] = [miner.hashes, performance.now()];
    await until(() => performance.now() - fromMs > 1_000);
    const rate = ((miner.hashes - from) * 1_000) / (performance.now() - fromMs);
    // A machine that is busy with other things may keep it from its pace, never the other way round.
    assert.ok(rate < 21_500 && rate > 5_000, `${rate} a second`);
  });

  it("refuses what makes no sense", () => {
    assert.throws(() => openMiner({ threads: 0 }), /0 threads/);
    assert.throws(() => openMiner({ hashRate: 0 }), /a hash rate of 0/);
  });
});
