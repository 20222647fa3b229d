// `npm run bench:flow`: transfers on their way through a pool that holds thousands, each seen once, as in a node: its
// names and coins are in no cache. CPU time of this thread and heap taken by each step, for one one-in two-out transfer;
// the mean over the rounds. What the collector takes comes on top, and follows the heap taken. `--json` for programs.
import { getHeapStatistics } from "node:v8";
import {
  type Block,
  type Coin,
  type CoinSource,
  decodeBlock,
  decodeTransaction,
  judgeBlock,
  keyOfOutput,
  type OutpointKey,
  type SealedTransaction,
  type ValidBlock,
} from "@witan/ledger";
import { Mempool, type Prechecked } from "@witan/mempool";
import {
  type Amount,
  asciiBytes,
  assert,
  hexToBytes,
  type Signature,
  sha256Hex,
  type TransactionId,
  ZERO_HASH,
} from "@witan/primitives";
import { keyOfName, outputTo, TestLedger, testGenesis } from "../ledger/build.ts";

/** Transfers of a round, and of a block. */
const COUNT = 2_000;
/** Rounds that the pool is ahead of the blocks. */
const PENDING = 8;
const ROUNDS = 60;

const clients = Array.from({ length: 64 }, (_, at) => keyOfName(`client ${at}`));
const ledger = new TestLedger(testGenesis("pbft", { parameters: { blockTransactionsMax: COUNT + 1 } }));
const { transactions: hasher } = ledger.chain;

class Coins implements CoinSource {
  readonly map = new Map<OutpointKey, Coin>();
  coin(key: OutpointKey): Coin | undefined {
    return this.map.get(key);
  }
}
const coins = new Coins();

/** A transfer of each client; the signature has the shape of one, and is never asked about. */
const samples = clients.map((owner, at) => {
  const payee = clients[(at * 7 + 1) % clients.length] ?? owner;
  const fee = 10n as Amount;
  const body = {
    ...ledger.transfer([], [outputTo(payee, 600n), outputTo(owner, 400n)], { fee }),
    inputs: [{ transaction: ZERO_HASH as never, index: 0 }],
  };
  const { publicKey, policy, policyHash } = owner;
  const signature = `00${"5a".repeat(31)}00${"a5".repeat(31)}` as Signature;
  const witness = { policies: [policy], signatures: [{ publicKey, signature }], preimages: [] };
  return { bytes: ledger.sealRaw(body, witness).bytes, policyHash };
});

/** Where the first input begins: behind the offsets of body and witness, the selector, and the fields of a transfer. */
const INPUT_AT = 8 + 1 + 36;

/** The bytes of a transfer that spends a coin of its own. Written into a sample: the code measured sees none but decoded ones. */
function transferBytes(position: number): Uint8Array {
  const sample = samples[position % samples.length];
  assert(sample !== undefined, "a sample");
  const name = sha256Hex(asciiBytes(`${position}`)) as TransactionId;
  const coin = { asset: 0, amount: 1_010n, policyHash: sample.policyHash, height: 0, reward: false } as const;
  coins.map.set(keyOfOutput(name, 0), coin as unknown as Coin);
  const bytes = sample.bytes.slice();
  bytes.set(hexToBytes(name), INPUT_AT);
  return bytes;
}

interface Cost {
  readonly microseconds: number;
  readonly bytes: number;
}
const costs = new Map<string, Cost[]>();

/** Runs a step and notes what it costs for each transfer. */
function step<T>(name: string, run: () => T): T {
  const heap = getHeapStatistics().used_heap_size;
  const { user, system } = process.threadCpuUsage();
  const result = run();
  const { user: userAfter, system: systemAfter } = process.threadCpuUsage();
  const bytes = (getHeapStatistics().used_heap_size - heap) / COUNT;
  const list = costs.get(name) ?? [];
  costs.set(name, list);
  list.push({ microseconds: (userAfter - user + systemAfter - system) / COUNT, bytes });
  return result;
}

const { governance, laterThan } = ledger.state;
const now = ledger.nextTime;
const mempool = new Mempool({
  chain: ledger.chain,
  tip: { governance, height: 1 as never, laterThan },
});

function decode(inputs: readonly Uint8Array[]): SealedTransaction[] {
  return inputs.map((bytes) => {
    const decoded = decodeTransaction(hasher, bytes);
    assert(decoded.ok, "a transfer that does not decode");
    return decoded.value;
  });
}

function precheck(transactions: readonly SealedTransaction[]): Prechecked[] {
  return transactions.map((transaction) => {
    const checked = mempool.precheck(transaction, now);
    assert(checked.status === "unverified", `a transfer that is ${checked.status}`);
    return checked.prechecked;
  });
}

function admit(prechecked: readonly Prechecked[]): void {
  for (const one of prechecked) {
    const input = { signaturesHold: true, coins, now, from: "bench", mayWait: () => false } as const;
    assert(mempool.admit(one, input).verdict.status === "admitted", "a transfer not admitted");
  }
}

function receive(bytes: Uint8Array): Block {
  const decoded = decodeBlock(ledger.chain, bytes, bytes.length, ({ id, witnessHash }) => {
    const pending = mempool.get(id)?.transaction;
    return pending?.witnessHash === witnessHash ? pending : undefined;
  });
  assert(decoded.ok, "a block that does not decode");
  return decoded.value;
}

function judge(block: Block): ValidBlock {
  const verdict = judgeBlock(ledger.state, block, coins, () => true);
  assert(verdict.ok, `a block that does not hold: ${verdict.ok ? "" : verdict.code}`);
  return verdict.value;
}

/** The chain stands still: each block is judged on top of the genesis, and the pool is told of it as the next. */
function round(at: number): void {
  const inputs = Array.from({ length: COUNT }, (_, index) => transferBytes(at * COUNT + index));
  globalThis.gc?.();
  const decoded = step("decode, id, witness hash", () => decode(inputs));
  const prechecked = step("precheck", () => precheck(decoded));
  step("admit", () => admit(prechecked));
  if (at < PENDING) return;
  const selected = step("select", () => mempool.select({ timestamp: now, bytesMax: COUNT * 400 })).slice(
    0,
    COUNT,
  );
  const { bytes } = step("assemble block", () => ledger.block(selected));
  const received = step("decode received block", () => receive(bytes));
  const valid = step("judge block", () => judge(received));
  const changes = step("changes of coins", () => valid.coins.changes());
  const { height } = mempool.tip;
  const next = {
    ...valid,
    block: { ...valid.block, header: { ...valid.block.header, height } },
  } as ValidBlock;
  step("mempool forgets block", () => mempool.blockApplied(next, laterThan, now));
  for (const [key, coin] of changes) if (coin === null) coins.map.delete(key);
}

for (let at = 0; at < ROUNDS; at++) round(at);

// Not the median: systems count CPU time in ticks.
const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
// The first rounds are the compiler's.
const rows = [...costs].map(([name, list]) => {
  const warm = list.slice(list.length >> 1);
  const microseconds = mean(warm.map((cost) => cost.microseconds));
  return { name, microseconds, bytes: Math.round(mean(warm.map((cost) => cost.bytes))) };
});
const sum = {
  name: "all",
  microseconds: rows.reduce((total, row) => total + row.microseconds, 0),
  bytes: rows.reduce((total, row) => total + row.bytes, 0),
};
if (process.argv.includes("--json")) console.log(JSON.stringify(rows));
else {
  const line = (...columns: readonly [string, string, string]) =>
    console.log(columns.map((text, at) => (at === 0 ? text.padEnd(28) : text.padStart(12))).join(""));
  line("step", "CPU, µs", "heap, bytes");
  for (const { name, microseconds, bytes } of [...rows, sum]) line(name, microseconds.toFixed(2), `${bytes}`);
}
