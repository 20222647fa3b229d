// The process that makes a load, started by who measures and told what to do by messages. A process of its own, so that
// what it costs can be told from what the nodes do. Ends with who started it, however that ends.
import { buildTransfer, RpcClient, type SpendableCoin } from "@witan/client";
import { LabFailure } from "../lab-failure.ts";
import { batchesOf, type SignedTransfer, type Submission, submitBatches } from "./load-batches.ts";
import { type LoadChain, loadChain, type Payer, payersOf } from "./load-chain.ts";
import { splitCoins } from "./load-coins.ts";
import { type FromLoad, IDLE_MS, type LoadPhase, type LoadPlan, type ToLoad } from "./load-messages.ts";

/** What was made ready. */
interface Prepared {
  readonly plan: LoadPlan;
  readonly loads: readonly (readonly SignedTransfer[])[];
  readonly single: readonly SignedTransfer[];
}

/** Least time between two messages about progress, in milliseconds: they cost processor time themselves. */
const PROGRESS_MS = 500;
/** A single transfer that a busy machine keeps waiting is measured, not given up, in milliseconds. */
const SINGLE_MAX_MS = 60_000;
/** Who is behind for longer than this will not catch up, in milliseconds. */
const SAME_MAX_MS = 120_000;
/** Transfers signed before others have their turn: 20 ms. */
const SIGNED_AT_ONCE = 20;

function tell(message: FromLoad): void {
  process.send?.(message);
}

function progressOf(phase: LoadPhase): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    const now = performance.now();
    if (now - last < PROGRESS_MS && done < total) return;
    last = now;
    tell({ kind: "progress", phase, done, total });
  };
}

async function prepare(plan: LoadPlan): Promise<Prepared> {
  const clients = plan.rpc.map((url) => new RpcClient({ url, timeoutMs: 60_000 }));
  const first = clients[0];
  if (first === undefined) throw new LabFailure("load-failed", "there is no validator to load");
  const chain = await loadChain(first, plan.chainId);
  const payers = payersOf(plan.accounts);
  const count = plan.loads.reduce((sum, load) => sum + load, plan.singleWarmUp + plan.single);
  const each = Math.ceil(count / payers.length);
  const coins = await splitCoins({ chain, clients, payers, each, onProgress: progressOf("splitting") });
  await sameHeight(clients);
  const transfers = await signedTransfers(chain, payers, { coins, count });
  const rest = [...transfers];
  return { plan, loads: plan.loads.map((load) => rest.splice(0, load)), single: rest };
}

/** Transfers of one coin each to the next payer, half of it, the other half being change. */
async function signedTransfers(
  { chain, validUntil }: LoadChain,
  payers: readonly Payer[],
  { coins, count }: { readonly coins: readonly (readonly SpendableCoin[])[]; readonly count: number },
): Promise<readonly SignedTransfer[]> {
  const onProgress = progressOf("signing");
  const signed: SignedTransfer[] = [];
  for (let at = 0; at < count; at++) {
    // Connections that a validator closes meanwhile must be seen to be closed, or the next call takes one of them.
    if (at % SIGNED_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
    // In turn, so that neighbours are of different clients.
    const payer = at % payers.length;
    const coin = coins[payer]?.[Math.floor(at / payers.length)];
    const { wallet, address } = payers[payer] as Payer;
    const to = (payers[(payer + 1) % payers.length] as Payer).address;
    const built = buildTransfer({
      ...{ chain, keys: [wallet], coins: coin === undefined ? [] : [coin] },
      payments: [{ to, amount: (coin?.amount ?? 0n) / 2n }],
      fee: { kind: "exact", amount: 0n },
      ...{ changeTo: address, validUntil },
    });
    if (!built.ok)
      throw new LabFailure(
        "load-failed",
        `a transfer of the load can't be built: ${built.detail ?? built.code}`,
      );
    onProgress(at + 1, count);
    const { id, bytes } = built.value.transaction;
    signed.push({ id, bytes: Buffer.from(bytes).toString("hex") });
  }
  return signed;
}

/** Waits until all validators have the coins of the load: those that split them may have asked others. */
async function sameHeight(clients: readonly RpcClient[]): Promise<void> {
  const deadline = performance.now() + SAME_MAX_MS;
  for (;;) {
    const heads = await Promise.all(clients.map((client) => client.call("chain_head", {})));
    if (new Set(heads.map(({ hash }) => hash)).size === 1) return;
    if (performance.now() > deadline) {
      const heights = heads.map(({ height }) => height).join(", ");
      throw new LabFailure(
        "load-failed",
        `the validators have not come to one block in ${SAME_MAX_MS / 1_000} s: they are at heights ${heights}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function sendSingle({ plan, single }: Prepared): Promise<readonly number[]> {
  const clients = plan.rpc.map((url) => new RpcClient({ url }));
  const onProgress = progressOf("single");
  const latenciesMs: number[] = [];
  for (const [at, { bytes, id }] of single.entries()) {
    const client = clients[at % clients.length] as RpcClient;
    if (at >= plan.singleWarmUp) await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const from = performance.now();
    const asked = { transaction: bytes, waitFor: "final", timeoutMs: SINGLE_MAX_MS } as const;
    const outcome = await client.call("transaction_submit", asked);
    latenciesMs.push(performance.now() - from);
    if (outcome.status !== "final")
      throw new LabFailure("load-failed", `single transfer ${id} is ${outcome.status}, not final`);
    onProgress(at + 1, single.length);
  }
  return latenciesMs.slice(plan.singleWarmUp);
}

let prepared: Prepared | undefined;
let stopping = new AbortController();
let cpuBefore = process.cpuUsage();

async function answer(message: ToLoad): Promise<void> {
  if (message.kind === "prepare") {
    prepared = await prepare(message.plan);
    tell({ kind: "prepared" });
    return;
  }
  if (prepared === undefined) throw new LabFailure("load-failed", "there is no load yet");
  if (message.kind === "submit") {
    const { rpc, waitFor } = prepared.plan;
    stopping = new AbortController();
    const plan = {
      ...{ rpc, waitFor, pace: message.pace, signal: stopping.signal },
      onProgress: progressOf("submitting"),
    };
    const batches = batchesOf(prepared.loads[message.load] ?? [], plan);
    cpuBefore = process.cpuUsage();
    const submission: Submission = await submitBatches(batches, plan);
    tell({ kind: "submitted", ...submission });
  } else if (message.kind === "stop") stopping.abort();
  else if (message.kind === "cpu") {
    const { user, system } = process.cpuUsage(cpuBefore);
    tell({ kind: "cpu", seconds: (user + system) / 1_000_000 });
  } else tell({ kind: "single", latenciesMs: await sendSingle(prepared) });
}

process.on("message", (message: ToLoad) => {
  answer(message).catch((error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    process.send?.({ kind: "failed", message: text } satisfies FromLoad, undefined, {}, () =>
      process.exit(1),
    );
  });
});
process.on("disconnect", () => process.exit(0));
