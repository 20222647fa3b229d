// `npm run bench:micro`: the hot functions on a one-in two-out transfer, each called 256 times in a round. Prints the
// best and the median round, operations per second and the ratio to a single native signature check, both of the best:
// machines are shared and noisy, and what neighbours take is no cost of ours. At the end what a transfer costs in all
// but its signature, stage by stage. `--json` for programs.
import { createNobleScheme, createWasmScheme, sign } from "@witan/crypto";
import { loadNativeScheme } from "@witan/crypto/node";
import {
  type Block,
  bodyCodec,
  CoinView,
  decodeBlock,
  decodeTransaction,
  encodeBlock,
  judgeBlock,
  type SealedTransaction,
  signatureChecks,
  transactionCodec,
  undoBlock,
  type ValidBlock,
} from "@witan/ledger";
import { Mempool } from "@witan/mempool";
import { assert, sha256Hex } from "@witan/primitives";
import { Bench } from "tinybench";
import { keyOfName, outputTo, TestLedger, testGenesis } from "../ledger/build.ts";

/** Transfers in a block, and in each measured call: what a block costs is shared by as many. */
const COUNT = 256;

const alice = keyOfName("alice");
const bob = keyOfName("bob");
const ledger = new TestLedger(
  testGenesis("pbft", { allocations: Array.from({ length: COUNT }, () => outputTo(alice, 1_000n)) }),
);
const made = ledger
  .coinsOf(alice.policyHash)
  .map((coin) => ledger.seal(ledger.transfer([coin], [outputTo(bob, 600n), outputTo(alice, 400n)]), [alice]));
const holds = () => true;
const { transactions: hasher } = ledger.chain;
const now = ledger.nextTime;

/** Read anew, so that nothing is remembered about them. */
function decodeAll(): SealedTransaction[] {
  return made.map(({ bytes }) => {
    const decoded = decodeTransaction(hasher, bytes);
    assert(decoded.ok, "a transfer that does not decode");
    return decoded.value;
  });
}

function pool(): Mempool {
  const { governance } = ledger.state;
  const tip = { governance, height: 1 as never, laterThan: ledger.state.laterThan };
  return new Mempool({ chain: ledger.chain, tip });
}

function admitAll(mempool: Mempool, transactions: readonly SealedTransaction[]): void {
  for (const transaction of transactions) {
    const checked = mempool.precheck(transaction, now);
    assert(checked.status === "unverified", `a transfer that is ${checked.status}`);
    const input = { signaturesHold: true, coins: ledger, now, from: "bench", mayWait: () => false } as const;
    assert(mempool.admit(checked.prechecked, input).verdict.status === "admitted", "a transfer not admitted");
  }
}

/** As a validator does with the bytes of a block whose transactions are in its pool. */
function receive(bytes: Uint8Array): Block {
  const decoded = decodeBlock(ledger.chain, bytes, bytes.length, ({ id, witnessHash }) => {
    const pending = mempool.get(id)?.transaction;
    return pending?.witnessHash === witnessHash ? pending : undefined;
  });
  assert(decoded.ok, "a block that does not decode");
  return decoded.value;
}

function judged(block: Block): ValidBlock {
  const verdict = judgeBlock(ledger.state, block, ledger, holds);
  assert(verdict.ok, "a block that does not hold");
  return verdict.value;
}

// Each stage gets what the one before made; the fresh input of a round is made outside the time that is measured.
let fresh: SealedTransaction[] = [];
let mempool = pool();
let valid = judged(ledger.block(made));
const { block } = valid;
let received = block;

interface Stage {
  readonly name: string;
  readonly run: () => unknown;
  readonly prepare?: () => void;
  /** How many transfers one run is for. */
  readonly per?: number;
}

const checks = made.flatMap(signatureChecks);
const native = loadNativeScheme();
assert(native.ok, native.ok ? "" : `no native backend: ${native.detail}`);
const wasm = await createWasmScheme();
const noble = createNobleScheme();
const few = checks.slice(0, 8);

const functions: readonly Stage[] = [
  { name: "verify, native", run: () => checks.map((check) => native.value.verify(check)) },
  { name: "verify, wasm", run: () => checks.slice(0, 64).map((check) => wasm.verify(check)), per: 64 },
  { name: "verify, noble", run: () => few.map((check) => noble.verify(check)), per: few.length },
  { name: "sign, noble", run: () => made.slice(0, 8).map(({ id }) => sign(id, alice.secretKey)), per: 8 },
  { name: "hash 250 bytes", run: () => made.map(({ bytes }) => sha256Hex(bytes.subarray(0, 250))) },
  { name: "encode", run: () => made.map((transaction) => transactionCodec.encode(transaction)) },
  { name: "encode body and id", run: () => made.map(({ body }) => hasher.id(body)) },
  { name: "encode body", run: () => made.map(({ body }) => bodyCodec.encode(body)) },
  { name: "decode unknown block", run: () => decodeBlock(ledger.chain, block.bytes) },
  { name: "encode block", run: () => encodeBlock(ledger.chain, block.header, made) },
];

const stages: readonly Stage[] = [
  { name: "decode, id, witness hash", run: decodeAll },
  {
    name: "admission",
    prepare: () => {
      fresh = decodeAll();
      mempool = pool();
    },
    run: () => admitAll(mempool, fresh),
  },
  { name: "selection", run: () => mempool.select({ timestamp: now }) },
  { name: "assemble block", run: () => ledger.block(fresh) },
  {
    name: "decode received block",
    run: () => {
      received = receive(block.bytes);
    },
  },
  {
    name: "judge and apply block",
    run: () => {
      valid = judged(received);
      return valid.coins.changes();
    },
  },
  {
    name: "mempool forgets block",
    prepare: () => {
      mempool = pool();
      admitAll(mempool, fresh);
    },
    run: () => mempool.blockApplied(valid, valid.block.header.timestamp, now),
  },
];

const undo: Stage = {
  name: "undo",
  run: () => undoBlock(new CoinView(valid.coins), valid.block.transactions, valid.undo),
};

/** Microseconds for one transfer. */
interface Cost {
  readonly best: number;
  readonly median: number;
}

async function measure(list: readonly Stage[]): Promise<Map<string, Cost>> {
  const bench = new Bench({ time: 600, warmupTime: 200 });
  for (const { name, run, prepare } of list)
    bench.add(name, () => void run(), prepare ? { beforeEach: prepare } : {});
  await bench.run();
  const costs = new Map<string, Cost>();
  for (const { name, per = COUNT } of list) {
    const result = bench.getTask(name)?.result;
    assert(result !== undefined && "latency" in result, `${name} was not measured`);
    const { min, p50 } = result.latency;
    costs.set(name, { best: (min * 1_000) / per, median: (p50 * 1_000) / per });
  }
  return costs;
}

const functionTimes = await measure(functions);
const stageTimes = await measure([...stages, undo]);
const costOf = (name: string): Cost => {
  const cost = functionTimes.get(name) ?? stageTimes.get(name);
  assert(cost !== undefined, `${name} was not measured`);
  return cost;
};
const verify = costOf("verify, native").best;

// A validator either makes a block or receives it: the dearer of the two counts.
const MAKING = ["selection", "assemble block"];
const RECEIVING = ["decode received block"];
const always = stages.map(({ name }) => name).filter((name) => ![...MAKING, ...RECEIVING].includes(name));

function totalOf(kind: keyof Cost): number {
  const sumOf = (names: readonly string[]) => names.reduce((sum, name) => sum + costOf(name)[kind], 0);
  return sumOf(always) + Math.max(sumOf(MAKING), sumOf(RECEIVING));
}

const total: Cost = { best: totalOf("best"), median: totalOf("median") };

if (process.argv.includes("--json")) {
  const microseconds = Object.fromEntries([...functionTimes, ...stageTimes]);
  console.log(JSON.stringify({ microseconds, total, ratio: total.best / verify }));
} else {
  const line = (...columns: readonly [string, string, string, string, string]) =>
    console.log(columns.map((text, at) => (at === 0 ? text.padEnd(28) : text.padStart(12))).join(""));
  const row = (name: string, { best, median }: Cost) =>
    line(
      name,
      best.toFixed(2),
      median.toFixed(2),
      Math.round(1e6 / best).toLocaleString("en"),
      (best / verify).toFixed(3),
    );
  const head = (what: string) => {
    console.log("");
    line(what, "best, µs", "median, µs", "per second", "ratio");
  };
  console.log(
    "One-in two-out transfer; per second and ratio to one native signature check of the best round.",
  );
  head("function");
  for (const [name, cost] of functionTimes) row(name, cost);
  head("stage of a transfer");
  for (const [name, cost] of stageTimes) if (name !== "undo") row(name, cost);
  row("all but the signature", total);
  head("beside them");
  row("undo", costOf("undo"));
}
