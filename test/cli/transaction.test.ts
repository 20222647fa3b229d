// `witan transaction decode`: what a transaction says, and each rule it breaks.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { genesisToJson } from "@witan/ledger";
import { type Amount, bytesToHex, type Timestamp } from "@witan/primitives";
import { keyOfName, outputTo, TestLedger, testGenesis } from "../ledger/build.ts";
import { inFolder, lastJson, witan, witanProcess } from "./run.ts";

const ledger = new TestLedger();
const alice = keyOfName("alice");
const coins = ledger.coinsOf(alice.policyHash).slice(0, 1);
const body = ledger.transfer(coins, [outputTo(keyOfName("bob"), 999_000n)], { fee: 1_000n as Amount });
const payment = ledger.seal(body, [alice]);
const hex = bytesToHex(payment.bytes);
const time = new Date(ledger.nextTime).toISOString();

function codes(ran: Awaited<ReturnType<typeof witan>>): readonly string[] {
  return (lastJson(ran)["broken"] as readonly { code: string }[]).map(({ code }) => code);
}

async function withGenesis<T>(work: (file: string) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const file = join(folder, "genesis.json");
    await writeFile(file, JSON.stringify(genesisToJson(testGenesis())));
    return work(file);
  });
}

describe("witan transaction decode", () => {
  it("shows a transaction for people, with its addresses", () =>
    withGenesis(async (genesis) => {
      const ran = await witan("transaction", "decode", hex, "--genesis", genesis, "--time", time);
      assert.equal(ran.code, 0, ran.out + ran.err);
      assert.match(ran.out, new RegExp(`id +${payment.id}`));
      assert.match(ran.out, /output 0 +0.00999 WITAN to wt1q/);
      assert.match(ran.out, /breaks no rule/);
    }));

  it("shows the same as JSON", () =>
    withGenesis(async (genesis) => {
      const ran = await witan("transaction", "decode", hex, "--genesis", genesis, "--time", time, "--json");
      const shown = lastJson(ran);
      assert.equal(shown["id"], payment.id);
      assert.equal(shown["witnessHash"], payment.witnessHash);
      assert.equal((shown["body"] as { fee: string }).fee, "1000");
      assert.deepEqual(shown["broken"], []);
    }));

  it("takes only times that are the same on every machine", () =>
    withGenesis(async (genesis) => {
      const ran = await witan("transaction", "decode", hex, "--genesis", genesis, "--time", "Jan 1 2026");
      assert.equal(ran.code, 2);
      assert.match(ran.err, /--time Jan 1 2026: expected a time/);
    }));

  it("needs no chain, and then knows no id", async () => {
    const ran = await witan("transaction", "decode", hex, "--json");
    assert.equal(ran.code, 0);
    assert.equal(lastJson(ran)["id"], undefined);
    const named = await witan("transaction", "decode", hex, "--chain-id", ledger.chain.chainId, "--json");
    assert.equal(lastJson(named)["id"], payment.id);
  });

  it("tells each rule that is broken, not only the first", () =>
    withGenesis(async (genesis) => {
      const wrong = ledger.sealRaw(
        {
          ...body,
          inputs: [...body.inputs, ...body.inputs],
          outputs: [outputTo(keyOfName("bob"), 0n), outputTo(alice, 5n, 9)],
          validUntil: (ledger.nextTime - 1) as Timestamp,
        },
        { ...payment.witness, preimages: ["00".repeat(32)] },
      );
      const ran = await witan(
        "transaction",
        "decode",
        bytesToHex(wrong.bytes),
        "--genesis",
        genesis,
        "--time",
        time,
        "--json",
      );
      assert.equal(ran.code, 1);
      assert.deepEqual(codes(ran), [
        "inputs-repeated",
        "amount-zero",
        "preimage-unused",
        "expired",
        "asset-unknown",
        "signature-invalid",
      ]);
    }));

  it("says of another chain's transaction that its signatures do not hold", async () => {
    const ran = await witan("transaction", "decode", hex, "--chain-id", "11".repeat(32), "--json");
    assert.deepEqual(codes(ran), ["signature-invalid"]);
  });

  it("answers bytes that are no transaction with exit code 1, and what is wrong", async () => {
    for (const bytes of ["00", hex.slice(0, -2), `${hex}00`, "ff".repeat(100)]) {
      const ran = await witan("transaction", "decode", bytes, "--json");
      assert.equal(ran.code, 1);
      assert.deepEqual(codes(ran), ["encoding"]);
    }
    const large = await witan("transaction", "decode", "00".repeat(65_537), "--json");
    assert.deepEqual(codes(large), ["transaction-too-large"]);
  });

  it("reads from a file and from standard input", () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "tx"), `${hex}\n`);
      assert.equal((await witan("transaction", "decode", "--file", join(folder, "tx"))).code, 0);
      assert.equal((await witanProcess(["transaction", "decode", "--file", "-"], { input: hex })).code, 0);
    }));

  for (const argv of [
    [],
    ["abc"],
    ["ABCD"],
    [hex, "--file", "x"],
    [hex, "--chain-id", "12"],
    [hex, "--time", "2026-01-01T00:00:00Z"],
    ["--file", "none"],
  ])
    it(`refuses ${JSON.stringify(argv).slice(0, 40)} with exit code 2`, async () => {
      const ran = await witan("transaction", "decode", ...argv);
      assert.equal(ran.code, 2);
      assert.notEqual(ran.err, "");
    });
});
