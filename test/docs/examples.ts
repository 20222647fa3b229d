// Makes docs/examples: a genesis, and a payment that holds on its chain; the same on every run. Written anew by
// `node --conditions=@witan/source test/docs/examples.ts`.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { genesisToJson } from "@witan/ledger";
import { type Amount, asciiBytes, bytesToHex, type Timestamp } from "@witan/primitives";
import { keyOfName, outputTo, TestLedger, testGenesis } from "../ledger/build.ts";

const FOLDER = new URL("../../docs/examples/", import.meta.url);
const HOUR_MS = 3_600_000;

/** The example files by name. */
export function exampleFiles(): ReadonlyMap<string, string> {
  const { allocations, ...rest } = testGenesis();
  const genesis = { ...rest, name: "example", addressPrefix: "wit", allocations: allocations.slice(0, 1) };
  const ledger = new TestLedger(genesis);
  const alice = keyOfName("alice");
  const outputs = [outputTo(keyOfName("bob"), 250_000n), outputTo(alice, 749_000n)];
  const body = ledger.transfer(ledger.coinsOf(alice.policyHash), outputs, {
    fee: 1_000n as Amount,
    validUntil: (genesis.timestamp + 24 * HOUR_MS) as Timestamp,
    memo: bytesToHex(asciiBytes("invoice 7")),
  });
  const payment = ledger.seal(body, [alice]);
  const timestamp = new Date(genesis.timestamp).toISOString();
  const file = { ...(genesisToJson(genesis) as object), timestamp };
  return new Map([
    ["genesis.json", `${JSON.stringify(file, undefined, 2)}\n`],
    ["payment.hex", `${bytesToHex(payment.bytes)}\n`],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, text] of exampleFiles()) writeFileSync(new URL(name, FOLDER), text);
}
