// The way in for transactions: in order, in batches, bounded, and honest about what it can't tell now.
import assert from "node:assert/strict";
import type { SealedTransaction } from "@witan/ledger";
import { Mempool } from "@witan/mempool";
import type { Height, Signature, SignatureVerifier, Timestamp, VerifierAnswer } from "@witan/primitives";
import { openMemoryStore } from "@witan/storage";
import { type Admitted, Intake, type Verdict } from "../../packages/node/src/pool/intake.ts";
import { keyOfName, outputTo, TestLedger } from "../ledger/build.ts";
import { openOn } from "./chain/opening.ts";
import { genesisOf } from "./cluster.ts";
import { ManualClock, turn } from "./manual-clock.ts";

/** So many may be on their way (intake.ts). */
const UNDERWAY_MAX = 8_192;

interface Asked {
  readonly checks: number;
  readonly answer: (answer: VerifierAnswer | Error) => void;
}

interface Scene {
  readonly ledger: TestLedger;
  readonly intake: Intake;
  readonly mempool: Mempool;
  /** What the verifier was asked and has not answered. */
  readonly asked: Asked[];
  readonly admitted: (readonly Admitted[])[];
}

async function scene(): Promise<Scene> {
  const ledger = new TestLedger(genesisOf());
  const chain = await openOn(ledger.chain, await openMemoryStore());
  const { header, height } = chain.tip;
  const mempool = new Mempool({
    chain: ledger.chain,
    tip: { governance: chain.governance, height: (height + 1) as Height, laterThan: header.timestamp },
  });
  const asked: Asked[] = [];
  const admitted: (readonly Admitted[])[] = [];
  const verifier: SignatureVerifier = {
    name: "asked",
    verify: ({ length }) =>
      new Promise((resolve, reject) => {
        const answer = (one: VerifierAnswer | Error): void => {
          if (one instanceof Error) reject(one);
          else resolve(one);
        };
        asked.push({ checks: length, answer });
      }),
    close: async () => {},
  };
  const clock = new ManualClock(header.timestamp + 1_000).port(() => true);
  const onAdmitted = (list: readonly Admitted[]): void => {
    admitted.push(list);
  };
  const onFailure = (error: unknown): void => {
    throw error;
  };
  return {
    ledger,
    mempool,
    asked,
    admitted,
    intake: new Intake({ chain, mempool, verifier, clock, onAdmitted, onFailure }),
  };
}

const SIGNATURE = `${"0".repeat(63)}1`.repeat(2) as Signature;

/** Transfers that differ, with signatures that nobody has checked. */
function transfers({ ledger }: Scene, count: number): readonly SealedTransaction[] {
  const alice = keyOfName("alice");
  const [coin] = ledger.coinsOf(alice.policyHash);
  assert.ok(coin);
  const witness = {
    policies: [alice.policy],
    signatures: [{ publicKey: alice.publicKey, signature: SIGNATURE }],
    preimages: [],
  };
  return Array.from({ length: count }, (_, index) => {
    const body = ledger.transfer([coin], [outputTo(alice, coin.amount)], {
      memo: index.toString(16).padStart(4, "0"),
      validUntil: (ledger.nextTime + 60_000) as Timestamp,
    });
    return ledger.sealRaw(body, witness);
  });
}

/** Answers everything that is asked, until nothing is asked any more. */
async function answerAll({ asked }: Scene, value: boolean): Promise<void> {
  for (await turn(); asked.length > 0; await turn()) {
    for (const { checks, answer } of asked.splice(0)) answer({ ok: true, value: Array(checks).fill(value) });
  }
}

describe("the intake", () => {
  it("asks for the signatures of batches, two at a time, and settles in order", async () => {
    const world = await scene();
    const order: number[] = [];
    const all = transfers(world, 700).map((one, index) =>
      world.intake.submit(one, "test").then((verdict) => {
        order.push(index);
        return verdict;
      }),
    );
    await turn();
    assert.deepEqual(
      world.asked.map(({ checks }) => checks),
      [256, 256],
    );
    await answerAll(world, false);
    const verdicts = await Promise.all(all);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
    );
    assert.ok(verdicts.every((one) => one.status === "refused" && one.refusal.code === "signature-invalid"));
    assert.equal(world.mempool.status().transactions, 0);
  });

  it("takes a transaction and what rests on it in one turn, and tells who handed them in", async () => {
    const world = await scene();
    const alice = keyOfName("alice");
    const [coin] = world.ledger.coinsOf(alice.policyHash);
    assert.ok(coin);
    const parent = world.ledger.seal(world.ledger.transfer([coin], [outputTo(alice, coin.amount)]), [alice]);
    const child = world.ledger.seal(
      world.ledger.transfer([{ ...coin, transaction: parent.id, index: 0 }], [outputTo(alice, coin.amount)]),
      [alice],
    );
    const both = Promise.all([world.intake.submit(parent, "x"), world.intake.submit(child, "y")]);
    await answerAll(world, true);
    assert.deepEqual(
      (await both).map(({ status }) => status),
      ["admitted", "admitted"],
    );
    assert.deepEqual(world.admitted, [
      [
        { transaction: parent, from: "x" },
        { transaction: child, from: "y" },
      ],
    ]);
    // Pending already: nobody is asked again.
    assert.equal((await world.intake.submit(parent, "z")).status, "known");
    const read = world.intake.read(parent.bytes);
    assert.ok(read.ok && read.value === parent, "not read again");
  });

  it("has room for so many, half of it for peers, and says when there is room again", async () => {
    const world = await scene();
    const all = transfers(world, UNDERWAY_MAX);
    const verdicts = all.slice(1, UNDERWAY_MAX / 2).map((one) => world.intake.submit(one, "test"));
    assert.equal(world.intake.roomForPeers(), undefined);
    verdicts.push(world.intake.submit(all[0] as SealedTransaction, "test"));
    let hasRoom = false;
    const room = world.intake.roomForPeers()?.then(() => {
      hasRoom = true;
    });
    assert.ok(room !== undefined && !world.intake.isFull, "what clients hand in has room yet");
    verdicts.push(...all.slice(UNDERWAY_MAX / 2).map((one) => world.intake.submit(one, "test")));
    assert.ok(world.intake.isFull);
    await turn();
    world.asked.shift()?.answer({ ok: true, value: Array(256).fill(false) });
    await turn();
    assert.ok(!world.intake.isFull && !hasRoom, "one batch less is room for clients, not for peers");
    await answerAll(world, false);
    await room;
    assert.ok(hasRoom);
    assert.equal((await Promise.all(verdicts)).length, UNDERWAY_MAX);
  });

  for (const [what, answer] of [
    ["is busy", { ok: false, code: "busy" }],
    ["has lost its workers", new Error("workers-lost")],
  ] as const)
    it(`says that it can't tell while the verifier ${what}, and takes the same afterwards`, async () => {
      const world = await scene();
      const [one] = transfers(world, 1);
      assert.ok(one);
      const busy = world.intake.submit(one, "test");
      await turn();
      world.asked.shift()?.answer(answer);
      assert.equal((await busy).status, "busy");
      const again: Promise<Verdict> = world.intake.submit(one, "test");
      await answerAll(world, true);
      assert.equal((await again).status, "admitted");
    });
});
