// Checkpoints against a naive computation from the page of formats: of the state after exactly that block, whatever is
// applied and flushed while it is hashed.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Coin, coinCodec } from "@witan/ledger";
import { openMemoryStore, outputKey } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import { checkpointDigest } from "../../../packages/node/src/chain/checkpoint.ts";
import type { Checkpoint } from "../../../packages/node/src/chain/types.ts";
import { temporaryPaths } from "../../storage/temporary-directory.ts";
import { GrowingChain } from "./growing-chain.ts";
import { MemoryDisk, NO_FLUSHES, openOn, SMALL_FLUSHES, turn } from "./opening.ts";

function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function number32(value: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

/** The root of a list of 2^20 hashes: a tree of that depth over them and zeros, then their number. */
function listRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let level = [...hashes];
  let zero: Uint8Array = new Uint8Array(32);
  for (let depth = 0; depth < 20; depth++) {
    const next: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2)
      next.push(sha256(level[at] as Uint8Array, level[at + 1] ?? zero));
    level = next;
    zero = sha256(zero, zero);
  }
  return sha256(level[0] ?? zero, number32(hashes.length));
}

interface Contents {
  readonly chainId: string;
  readonly height: number;
  readonly blockHash: string;
  readonly governanceRoot: string;
  readonly coins: ReadonlyMap<string, Coin>;
}

/** Section 14 of docs/formats.md. */
function naiveDigest({ chainId, height, blockHash, governanceRoot, coins }: Contents): string {
  const entries = [...coins]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, coin]) => Buffer.concat([fromHex(key), coinCodec.encode(coin)]));
  const pieces: Uint8Array[] = [];
  const tag = sha256(new TextEncoder().encode("witan/checkpoint-piece/1"));
  for (let at = 0; at < entries.length; at += 12_052)
    pieces.push(sha256(tag, fromHex(chainId), ...entries.slice(at, at + 12_052)));
  const left = sha256(number32(height), fromHex(blockHash));
  const right = sha256(fromHex(governanceRoot), listRoot(pieces));
  return Buffer.from(sha256(left, right)).toString("hex");
}

function digestOf(model: GrowingChain, height: number): string {
  const { block, coins } = model.at(height);
  const { governanceRoot } = block.header;
  const { chainId } = model.ledger.chain;
  return naiveDigest({ chainId, height, blockHash: block.hash, governanceRoot, coins });
}

const INTERVAL = { parameters: { checkpointInterval: 10 } };

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline, "it took too long");
    await turn();
  }
}

describe("checkpoints", () => {
  const path = temporaryPaths();

  for (const [name, limits] of [
    ["where nothing else is flushed", NO_FLUSHES],
    ["among flushes", SMALL_FLUSHES],
    ["where a flush is under way at each of them", { ...NO_FLUSHES, blocks: 1 }],
  ] as const)
    it(`are of the state after their block, on LevelDB, ${name}`, async () => {
      const model = new GrowingChain(61, INTERVAL);
      model.grow(32);
      const found: Checkpoint[] = [];
      const store = await openLevelStore(path("database"));
      const onCheckpoint = (checkpoint: Checkpoint) => found.push(checkpoint);
      const keeper = await openOn(model.ledger.chain, store, { limits, onCheckpoint });
      for (let height = 1; height <= model.height; height++) await model.feed(keeper, height);
      await until(() => found.length === 3);
      assert.deepEqual(
        found,
        [10, 20, 30].map((height) => ({ height, digest: digestOf(model, height) })),
      );
      await keeper.close();
      await store.close();
    });

  it("take the interval that held before their block", async () => {
    const model = new GrowingChain(62, INTERVAL);
    model.grow(9);
    model.change({ kind: "changeParameter", parameter: "checkpointInterval", value: 14 });
    model.grow(20);
    const found: Checkpoint[] = [];
    const keeper = await openOn(model.ledger.chain, await openMemoryStore(), {
      onCheckpoint: (checkpoint) => found.push(checkpoint),
    });
    for (let height = 1; height <= model.height; height++) await model.feed(keeper, height);
    await until(() => found.length === 3);
    assert.deepEqual(
      found.map(({ height }) => height),
      [10, 14, 28],
    );
    await keeper.close();
  });

  it("leave out what waits behind another when a newer one comes, and stop when the keeper closes", async () => {
    const model = new GrowingChain(63, INTERVAL);
    model.grow(40);
    const found: Checkpoint[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const disk = new MemoryDisk();
    let openSnapshots = 0;
    const { backend } = disk.faulty;
    const snapshot = backend.snapshot.bind(backend);
    Object.assign(backend, {
      snapshot: () => {
        openSnapshots++;
        const made = snapshot();
        const pieces = made.pieces.bind(made);
        return Object.assign(made, {
          close: async () => {
            openSnapshots--;
          },
          pieces: async function* (range: Parameters<typeof pieces>[0]) {
            await held;
            yield* pieces(range);
          },
        });
      },
    });
    const keeper = await openOn(model.ledger.chain, await disk.open(), {
      onCheckpoint: (checkpoint) => found.push(checkpoint),
    });
    for (let height = 1; height <= model.height; height++) await model.feed(keeper, height);
    await until(() => openSnapshots === 2);
    release();
    await until(() => found.length === 2);
    assert.deepEqual(
      found,
      [10, 40].map((height) => ({ height, digest: digestOf(model, height) })),
    );
    await keeper.close();
    assert.equal(openSnapshots, 0);
  });

  it("are made of pieces of 12,052 outputs, hashed in slices, and can be given up", async () => {
    const { chain } = new GrowingChain(64).ledger;
    const { chainId } = chain;
    const store = await openMemoryStore();
    const coins = new Map<string, Coin>();
    const block = {
      height: 70 as never,
      blockHash: "11".repeat(32) as never,
      governanceRoot: "22".repeat(32) as never,
    };
    let turns = 0;
    const options = { chainId, yieldNow: async () => void turns++, isCancelled: () => false };
    const check = async () => {
      const digest = await checkpointDigest(store, block, options);
      assert.equal(digest, naiveDigest({ chainId, ...block, coins }));
    };
    await check();
    const add = async (count: number) => {
      const changes = [];
      for (let number = coins.size; count > 0; count--, number++) {
        const name = `${sha256Hex(number)}${(number % 256).toString(16).padStart(4, "0")}`;
        const policyHash = sha256Hex(number + 1) as never;
        const coin: Coin = {
          asset: 0 as never,
          amount: BigInt(number + 1) as never,
          policyHash,
          height: 3 as never,
          reward: false,
        };
        coins.set(name, coin);
        changes.push({ kind: "put" as const, key: outputKey(name), value: coinCodec.encode(coin) });
      }
      await store.write(changes, { sync: false });
    };
    for (const count of [1, 12_050, 1, 1, 12_052]) {
      await add(count);
      await check();
    }
    assert.ok(turns > (3 * 12_053) / 500);
    let slices = 0;
    const isCancelled = () => ++slices === 3;
    assert.equal(await checkpointDigest(store, block, { ...options, isCancelled }), undefined);
    assert.equal(slices, 3);
  });
});

function sha256Hex(number: number): string {
  return Buffer.from(sha256(number32(number))).toString("hex");
}
