// A network of processes that is hurt while it is loaded: halves that can't reach each other for a while, a node that crashes
// and comes back, a leader that crashes. Tells when what was done, and when which block was there.
import { RpcClient } from "@witan/client";
import { LabFailure } from "../lab-failure.ts";
import { sharedNow } from "../load/load-messages.ts";
import { type LoadedNetwork, withLoadedNetwork } from "../load/loaded-network.ts";
import { type NetworkShape, nodesOf } from "../network-shape.ts";
import { readChain } from "../watch-nodes.ts";
import type { Context } from "./context.ts";
import { payersFor } from "./ladder.ts";
import type { ModeFailure } from "./results.ts";

/** How long what lasts, in seconds. */
export interface FaultPlan {
  /** Transfers offered in a second, all the time; under proof of work, which takes longer, fewer. */
  readonly perSecond: number;
  readonly perSecondWork: number;
  /** Before the first fault, and between one that is over and the next. */
  readonly calmSeconds: number;
  /** How long links are cut, and a crashed node is away. */
  readonly hurtSeconds: number;
  /** The same under proof of work, in block intervals. */
  readonly calmBlocks: number;
  readonly hurtBlocks: number;
}

/** What was done to a network. Times are milliseconds since the load began. */
export interface Hurt {
  readonly kind: "partition" | "follower" | "leader";
  /** Which nodes: of a partition one side. */
  readonly nodes: readonly string[];
  readonly fromMs: number;
  /** When links were healed, or the node served again; undefined: it stayed away. */
  readonly untilMs: number | undefined;
}

/** What one mode did. */
export interface FaultRun {
  readonly shape: NetworkShape;
  readonly perSecond: number;
  readonly hurts: readonly Hurt[];
  /** How long it was loaded. */
  readonly loadMs: number;
  /** The blocks with transfers that stand in the end, when the first node reported each. */
  readonly blocks: readonly { readonly atMs: number; readonly transfers: number }[];
  /** When each transfer was due. */
  readonly sentMs: readonly number[];
  /** Transfers that do not stand in the chain in the end, of those that nodes took. */
  readonly lost: number;
  /** Of these, those that went to a node which crashed: it may have taken them and told nobody. */
  readonly lostInCrash: number;
  /** Blocks that nodes took back: of each node that did, in the order of time. */
  readonly undone: readonly { readonly node: string; readonly atMs: number; readonly transfers: number }[];
}

/** All modes, or how they failed. */
export interface FaultRuns {
  readonly plan: FaultPlan;
  readonly runs: readonly FaultRun[];
  readonly failures: readonly ModeFailure[];
}

/** Briefly, or at length. */
export function faultPlan(quick: boolean): FaultPlan {
  return quick
    ? { perSecond: 80, perSecondWork: 80, calmSeconds: 1, hurtSeconds: 1.2, calmBlocks: 5, hurtBlocks: 8 }
    : { perSecond: 200, perSecondWork: 40, calmSeconds: 10, hurtSeconds: 10, calmBlocks: 12, hurtBlocks: 24 };
}

/** A load lasts at most so many times as long as all that is planned: it is ended when that is through. */
const LOAD_SPARE = 2;
/** Transfers before anything counts. */
const WARM_UP = 100;
/** How long a network may take to go on, and to have the same chain everywhere, in milliseconds; or in block intervals. */
const SETTLE_MS = 30_000;
const SETTLE_BLOCKS = 60;

/**
 * Hurts the network of one mode.
 * @throws {LabFailure} if it fails in another way; what the context's signal was aborted with
 */
export async function hurtNetwork(context: Context, shape: NetworkShape, plan: FaultPlan): Promise<FaultRun> {
  const { command, signal, onStep } = context;
  const times = timesOf(shape, plan);
  const perSecond = shape.consensus === "pow" ? plan.perSecondWork : plan.perSecond;
  const loadMs = (shape.consensus === "pow" ? 1 : 3) * (times.calmMs + times.hurtMs) + times.calmMs;
  const loads = [WARM_UP, Math.ceil((LOAD_SPARE * loadMs * perSecond) / 1_000)];
  const accounts = payersFor(loads.reduce((sum, load) => sum + load, 0));
  const onProgress = (phase: string) => onStep(`${shape.consensus}: ${phase}`);
  return withLoadedNetwork(
    {
      ...{ command, shape, loads, single: 0, accounts, signal, onProgress, waitFor: "admitted" },
      withLinks: true,
    },
    async (network) => {
      await network.submit(0, { kind: "full", batch: 100, outstanding: 1 });
      const height = await network.commonHeight();
      const from = sharedNow();
      const sending = network.begin(1, { kind: "steady", perSecond });
      // Who fails in between ends the whole run, and this with it.
      sending.catch(() => {});
      const hurts = await new Script(network, shape, times, { from, onStep }).run();
      network.stopLoad();
      const { transactions, refused } = await sending;
      const loaded = sharedNow() - from;
      onStep(`${shape.consensus}: waiting until all nodes have the same chain`);
      await settled(network, times.settleMs);
      const last = await network.commonHeight();
      const standing = await standingBlocks(network, { height, last, from });
      const refusedIds = new Set(refused.map(({ id }) => id));
      const lost = transactions.filter(({ id }) => !refusedIds.has(id) && !standing.ids.has(id));
      const crashed = hurts.flatMap(({ kind, nodes }) => (kind === "partition" ? [] : nodes));
      return {
        ...{ shape, perSecond, hurts, loadMs: loaded, blocks: standing.blocks },
        sentMs: transactions.map(({ at }) => at - from).sort((a, b) => a - b),
        lost: lost.length,
        lostInCrash: lost.filter(({ node }) => crashed.includes(network.names[node] ?? "")).length,
        undone: network.names.flatMap((node, at) =>
          network.log
            .undone(at)
            .filter(({ undoneAt }) => undoneAt >= from)
            .map(({ undoneAt, transfers }) => ({ node, atMs: undoneAt - from, transfers })),
        ),
      };
    },
  );
}

interface Times {
  readonly calmMs: number;
  readonly hurtMs: number;
  readonly settleMs: number;
}

function timesOf(shape: NetworkShape, plan: FaultPlan): Times {
  if (shape.consensus !== "pow")
    return { calmMs: plan.calmSeconds * 1_000, hurtMs: plan.hurtSeconds * 1_000, settleMs: SETTLE_MS };
  const ms = shape.blockIntervalMs;
  return {
    calmMs: plan.calmBlocks * ms,
    hurtMs: plan.hurtBlocks * ms,
    settleMs: Math.max(SETTLE_MS, SETTLE_BLOCKS * ms),
  };
}

/** What is done to one network, one thing after another. */
class Script {
  readonly #network: LoadedNetwork;
  readonly #shape: NetworkShape;
  readonly #times: Times;
  readonly #from: number;
  readonly #onStep: (step: string) => void;
  readonly #hurts: Hurt[] = [];

  constructor(
    network: LoadedNetwork,
    shape: NetworkShape,
    times: Times,
    { from, onStep }: { readonly from: number; readonly onStep: (step: string) => void },
  ) {
    this.#network = network;
    this.#shape = shape;
    this.#times = times;
    this.#from = from;
    this.#onStep = onStep;
  }

  async run(): Promise<readonly Hurt[]> {
    await this.#wait(this.#times.calmMs);
    await this.#partition();
    await this.#wait(this.#times.calmMs);
    if (this.#shape.consensus === "pow") return this.#hurts;
    await this.#crashFollower();
    await this.#wait(this.#times.calmMs);
    await this.#crashLeader();
    await this.#wait(this.#times.calmMs);
    return this.#hurts;
  }

  async #partition(): Promise<void> {
    const { names, links } = this.#network;
    const [side, other] = sidesOf(this.#shape);
    const nodes = side.map((node) => names[node] ?? "");
    this.#say(`cutting ${nodes.join(", ")} off from the others`);
    const fromMs = this.#now();
    links?.cut([side, other]);
    await this.#wait(this.#times.hurtMs);
    links?.heal();
    const untilMs = this.#now();
    this.#hurts.push({ kind: "partition", nodes, fromMs, untilMs });
    await this.#goesOn();
  }

  async #crashFollower(): Promise<void> {
    const { names, processes, rpc } = this.#network;
    const leader = await this.#leader();
    // Of BP Fast Paxos an acceptor: the last node is one.
    const node = names.length - 1 === leader ? leader - 1 : names.length - 1;
    this.#say(`ending ${names[node]} by force`);
    const fromMs = this.#now();
    await processes.kill(node);
    await this.#wait(this.#times.hurtMs);
    this.#say(`starting ${names[node]} again`);
    await processes.restart(node);
    this.#hurts.push({ kind: "follower", nodes: [names[node] ?? ""], fromMs, untilMs: this.#now() });
    const [own, others] = [node, leader].map((one) => new RpcClient({ url: rpc[one] ?? "" }));
    await this.#until(async () => {
      const heads = await Promise.all([own, others].map((client) => client?.call("chain_head", {})));
      return (heads[0]?.height ?? 0) + 1 >= (heads[1]?.height ?? Number.POSITIVE_INFINITY);
    }, `${names[node]} has caught up`);
  }

  async #crashLeader(): Promise<void> {
    const { names, processes } = this.#network;
    const node = await this.#leader();
    this.#say(`ending ${names[node]}, which leads, by force`);
    const fromMs = this.#now();
    await processes.kill(node);
    this.#hurts.push({ kind: "leader", nodes: [names[node] ?? ""], fromMs, untilMs: undefined });
    await this.#goesOn();
  }

  /** Who proposes now, as the first node sees it. */
  async #leader(): Promise<number> {
    const { names, rpc } = this.#network;
    const status = await new RpcClient({ url: rpc[0] ?? "" }).call("consensus_status", {});
    const name =
      status.mode === "pbft" ? status.primary : status.mode === "bp-fast-paxos" ? status.proposer : "";
    const node = names.indexOf(name);
    if (node < 0) throw new LabFailure("node-answer", `nobody of ${names.join(", ")} leads, but ${name}`);
    return node;
  }

  /** Waits until there is a block that was not there before. */
  async #goesOn(): Promise<void> {
    const from = sharedNow();
    const { log, names } = this.#network;
    const isNew = () => names.some((_, node) => [...log.blocks(node).values()].some(({ at }) => at > from));
    await this.#until(async () => isNew(), "there is another block");
  }

  async #until(holds: () => Promise<boolean>, what: string): Promise<void> {
    const { signal } = this.#network;
    await waitUntil(holds, { signal, timeoutMs: this.#times.settleMs, what });
  }

  async #wait(ms: number): Promise<void> {
    const until = sharedNow() + ms;
    const { signal } = this.#network;
    await waitUntil(async () => sharedNow() >= until, {
      signal,
      timeoutMs: 2 * ms + SETTLE_MS,
      what: "it is time",
    });
  }

  #now(): number {
    return sharedNow() - this.#from;
  }

  #say(text: string): void {
    this.#onStep(`${this.#shape.consensus}: ${text}`);
  }
}

const POLL_MS = 20;

async function waitUntil(
  holds: () => Promise<boolean>,
  {
    signal,
    timeoutMs,
    what,
  }: { readonly signal: AbortSignal; readonly timeoutMs: number; readonly what: string },
): Promise<void> {
  const until = sharedNow() + timeoutMs;
  for (;;) {
    signal.throwIfAborted();
    if (await holds()) return;
    if (sharedNow() > until)
      throw new LabFailure("not-final", `after ${Math.round(timeoutMs / 1_000)} s it is not so that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Two sides neither of which can decide anything; under proof of work the last miner alone, with the lesser part. */
export function sidesOf(shape: NetworkShape): readonly [readonly number[], readonly number[]] {
  const all = Array.from({ length: nodesOf(shape) }, (_, node) => node);
  if (shape.consensus === "pow") return [all.slice(-1), all.slice(0, -1)];
  const isFirst = (node: number): boolean => {
    if (shape.consensus === "pbft") return node < Math.ceil(shape.validators / 2);
    const { proposers, acceptors } = shape;
    return node < proposers ? node < proposers / 2 : node - proposers < acceptors / 2;
  };
  return [all.filter((node) => !isFirst(node)), all.filter(isFirst)];
}

/** Waits until all nodes that run have the same height, and nothing waits any more. */
async function settled(network: LoadedNetwork, timeoutMs: number): Promise<void> {
  const { processes, rpc, signal } = network;
  const clients = processes.running.map((node) => new RpcClient({ url: rpc[node] ?? "" }));
  const isSettled = async (): Promise<boolean> => {
    const heads = await Promise.all(clients.map((client) => client.call("chain_head", {})));
    if (new Set(heads.map(({ hash }) => hash)).size > 1) return false;
    const pools = await Promise.all(clients.map((client) => client.call("mempool_status", {})));
    return pools.every(({ transactions, waiting }) => transactions + waiting === 0);
  };
  // What still waits then is counted as lost: that is a result, and no failure.
  await waitUntil(isSettled, { signal, timeoutMs, what: "" }).catch((error: unknown) => {
    if (!(error instanceof LabFailure)) throw error;
  });
}

/** The blocks that stand in the end, and the transactions in them. */
async function standingBlocks(
  { rpc, names, log, processes }: LoadedNetwork,
  { height, last, from }: { readonly height: number; readonly last: number; readonly from: number },
): Promise<{ readonly blocks: FaultRun["blocks"]; readonly ids: ReadonlySet<string> }> {
  const { places } = await readChain(rpc[processes.running[0] ?? 0] ?? "", height + 1, last);
  const held = new Map<number, number>();
  for (const place of places.values()) held.set(place.height, (held.get(place.height) ?? 0) + 1);
  const blocks = [...held.keys()].flatMap((one) => {
    const reports = names.flatMap((_, node) => log.blocks(node).get(one) ?? []);
    const [first] = [...reports].sort((a, b) => a.at - b.at);
    return first === undefined ? [] : [{ atMs: first.at - from, transfers: first.transfers }];
  });
  return { blocks: blocks.sort((a, b) => a.atMs - b.atMs), ids: new Set(places.keys()) };
}
