// Networks of real `witan node` processes for tests: made in a temporary folder, hurt, watched by RPC, ended, whatever
// comes of it. A failure tells the seed, the folder (which is then kept) and the ends of the logs.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import {
  createNetwork,
  freePorts,
  isAlive,
  isPortFree,
  markOf,
  type NetworkList,
  type NetworkShape,
  type NodeDeath,
  type NodeReady,
  type NodeSpec,
  nodesOf,
  type ProcessMark,
  ProcessNetwork,
  readNetwork,
  type WitanCommand,
} from "@witan/lab";
import type { ResultOf } from "@witan/rpc";
import { fittingFetch } from "./answers-fit.ts";
import { type Condition, DEADLINE_MS, randomOf, textOf, until } from "./conditions.ts";
import { isWarning, type LogLine, readLog } from "./node-log.ts";
import { WITAN } from "./witan-process.ts";

const LOOPBACK = "127.0.0.1";
const TAIL_LINES = 25;
/** How often it is looked whether something holds that should hold all the time. */
const LOOK_MS = 250;

/** What a network for a test is made with. */
export interface Shape {
  /** 4 by default. */
  readonly validators?: number;
  /** BP Fast Paxos instead: so many proposers, which come first, and acceptors. */
  readonly fast?: { readonly proposers: number; readonly acceptors: number };
  /** Nodes that only follow, after all members; none by default. */
  readonly observers?: number;
  /** The keys and the time of genesis/: the same chain each time. */
  readonly development?: boolean;
  /** Funded accounts; 8 by default. */
  readonly accounts?: number;
  /** `name=value` of the genesis. */
  readonly parameters?: readonly string[];
  /** More arguments of every `witan node`. */
  readonly flags?: readonly string[];
  /** Of view timers, in milliseconds: T and Tmax. */
  readonly viewMs?: readonly [number, number];
  /** Whether nodes serve metrics. */
  readonly metrics?: boolean;
  /** Another build of the program for all nodes. */
  readonly command?: WitanCommand;
}

/** A network under test. */
export class TestNetwork {
  readonly folder: string;
  readonly list: NetworkList;
  readonly seed: number;
  readonly random: () => number;
  readonly nodes: readonly NodeSpec[];
  readonly clients: readonly RpcClient[];
  readonly processes: ProcessNetwork;
  /** Where the nodes listen for each other: the first port; they count up. */
  readonly p2pPort: number;
  readonly rpcPort: number;
  /** Nodes that ended though nobody told them to. */
  readonly deaths: NodeDeath[] = [];
  /** What must hold at any time, such as the load's health; each throws if it does not. */
  readonly guards: (() => void)[] = [];
  /** Set when the test is over, however it ended: nobody asks the nodes any more. */
  isOver = false;
  readonly #marks: ProcessMark[] = [];
  readonly #lines: LogLine[][];
  readonly #metricsPort: number | undefined;
  readonly #paused = new Set<number>();

  private constructor(options: {
    folder: string;
    list: NetworkList;
    seed: number;
    ports: { p2p: number; rpc: number; metrics: number | undefined };
    flags: readonly string[];
    command: WitanCommand | undefined;
  }) {
    const { folder, list, seed, ports, flags, command = WITAN } = options;
    this.folder = folder;
    this.list = list;
    this.seed = seed;
    this.random = randomOf(seed);
    this.p2pPort = ports.p2p;
    this.rpcPort = ports.rpc;
    this.#metricsPort = ports.metrics;
    this.nodes = list.nodes.map(({ name, home }, at) => ({
      name,
      logFile: join(folder, home, "node.log"),
      arguments: [
        ...["--home", join(folder, home), ...flags],
        ...(ports.metrics === undefined ? [] : ["--metrics-listen", `${LOOPBACK}:${ports.metrics + at}`]),
      ],
    }));
    this.clients = list.nodes.map(
      (_, at) =>
        new RpcClient({
          url: `http://${LOOPBACK}:${ports.rpc + at}`,
          timeoutMs: 5_000,
          fetch: fittingFetch,
        }),
    );
    this.#lines = list.nodes.map(() => []);
    this.processes = new ProcessNetwork({
      command,
      nodes: this.nodes,
      readyTimeoutMs: DEADLINE_MS,
      stopTimeoutMs: 10_000,
      onDeath: (death) => this.deaths.push(death),
    });
  }

  /** Makes the files of a network. Starts nothing. */
  static async create(folder: string, shape: Shape): Promise<TestNetwork> {
    const { validators = 4, accounts = 8, parameters = [], flags = [], viewMs = [200, 800] } = shape;
    const { fast, observers = 0 } = shape;
    const members: NetworkShape = fast
      ? { consensus: "bp-fast-paxos", ...fast }
      : { consensus: "pbft", validators };
    const count = nodesOf(members) + observers;
    const seed = Number(process.env["WITAN_SEED"] ?? randomInt(2 ** 31));
    // One row: of several, one might overlap another, since nobody listens on the first yet.
    const each = count + 2;
    const p2p = await portsInARow(3 * each);
    const [rpc, metrics] = [p2p + each, p2p + 2 * each];
    await createNetwork(WITAN, join(folder, "network"), {
      ...{ ...members, accounts },
      more: [
        ...["--hosts", `${LOOPBACK}:${p2p}`, "--rpc-port", `${rpc}`, "--observers", `${observers}`],
        ...(shape.development ? ["--development"] : []),
        ...parameters.flatMap((parameter) => ["--parameter", parameter]),
      ],
    });
    const list = readNetwork(join(folder, "network"));
    return new TestNetwork({
      folder: join(folder, "network"),
      command: shape.command,
      ...{
        list,
        seed,
        ports: { p2p, rpc, metrics: shape.metrics ? metrics : undefined },
      },
      flags: [
        ...["--log-format", "json", "--verifier-workers", "1"],
        ...["--consensus-view-timeout-ms", `${viewMs[0]}`, "--consensus-view-timeout-max-ms", `${viewMs[1]}`],
        ...flags,
      ],
    });
  }

  /** A node's home. */
  home(node: number): string {
    return join(this.folder, this.list.nodes[node]?.home ?? "");
  }

  client(node: number): RpcClient {
    const client = this.clients[node];
    assert.ok(client !== undefined, `there is no node ${node}`);
    return client;
  }

  /** The nodes that run and are not held. */
  get awake(): readonly number[] {
    return this.processes.running.filter((node) => !this.#paused.has(node));
  }

  /** Starts all nodes, and waits until they have found each other. */
  async start(): Promise<void> {
    await Promise.all(this.nodes.map((_, node) => this.restart(node)));
    await this.until("all are connected", () => this.areConnected());
  }

  /** Whether all nodes that run are connected to each other. */
  async areConnected(): Promise<boolean> {
    const all = await Promise.all(this.awake.map((node) => this.client(node).call("node_status", {})));
    return all.every(({ peers }) => peers >= this.awake.length - 1);
  }

  /** Starts a node that does not run. */
  async restart(node: number): Promise<NodeReady> {
    this.#gather(node);
    const ready = await this.processes.restart(node);
    this.#marks.push(markOf(ready.pid));
    return ready;
  }

  /** kill -9. */
  kill(node: number): Promise<void> {
    return this.processes.kill(node);
  }

  /** SIGSTOP: the machine sleeps. */
  pause(node: number): void {
    this.#paused.add(node);
    this.processes.pause(node);
  }

  /** SIGCONT. */
  resume(node: number): void {
    this.#paused.delete(node);
    this.processes.resume(node);
  }

  /** The heights of nodes. */
  heights(nodes: readonly number[] = this.awake): Promise<readonly number[]> {
    return Promise.all(nodes.map(async (node) => (await this.client(node).call("chain_head", {})).height));
  }

  /** Where consensus stands at a node. */
  consensus(node: number): Promise<ResultOf<"consensus_status">> {
    return this.client(node).call("consensus_status", {});
  }

  /** Where PBFT stands at a node. */
  async pbft(node: number): Promise<Extract<ResultOf<"consensus_status">, { readonly mode: "pbft" }>> {
    const status = await this.consensus(node);
    assert.ok(status.mode === "pbft", `a chain of ${status.mode}`);
    return status;
  }

  /** Where BP Fast Paxos stands at a node. */
  async fastPaxos(
    node: number,
  ): Promise<Extract<ResultOf<"consensus_status">, { readonly mode: "bp-fast-paxos" }>> {
    const status = await this.consensus(node);
    assert.ok(status.mode === "bp-fast-paxos", `a chain of ${status.mode}`);
    return status;
  }

  /** The view that each node is in. */
  views(nodes: readonly number[] = this.awake): Promise<readonly number[]> {
    return Promise.all(nodes.map(async (node) => (await this.pbft(node)).view));
  }

  /** Waits for so long, and fails as soon as something does not hold. */
  async holdsFor(what: string, timeMs: number, holds: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + timeMs;
    const look = async () => {
      this.checkAlive();
      assert.ok(await holds(), `it did not hold: ${what}`);
      return performance.now() >= end;
    };
    await until(`the time for: ${what}`, look, timeMs + DEADLINE_MS, LOOK_MS);
  }

  /** Waits until something holds; fails at once if a node died by itself, or a guard complains. */
  until(what: string, holds: Condition, timeoutMs?: number): Promise<void> {
    return until(
      what,
      () => {
        this.checkAlive();
        return holds();
      },
      timeoutMs,
    );
  }

  /** Waits until a node has a height. */
  reaches(node: number, height: number): Promise<void> {
    const name = this.nodes[node]?.name;
    return this.until(`${name} has block ${height}`, async () => (await this.heights([node]))[0]! >= height);
  }

  /** Fails if a node ended by itself, or a guard complains. */
  checkAlive(): void {
    const [death] = this.deaths;
    if (death !== undefined) assert.fail(`${death.name} ${death.how}, and nobody told it to`);
    for (const guard of this.guards) guard();
  }

  /** The sum of a metric of a node, of one code or of all. */
  async metric(node: number, name: string, code = ""): Promise<number> {
    assert.ok(this.#metricsPort !== undefined, "metrics are not served");
    const page = await fetch(`http://${LOOPBACK}:${this.#metricsPort + node}/metrics`);
    const lines = (await page.text()).split("\n").filter((line) => line.startsWith(name));
    const wanted = lines.filter((line) => code === "" || line.includes(`code="${code}"`));
    return wanted.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  /** Adds a peer to the list in a node's config.toml. */
  listPeer(
    node: number,
    peer: { readonly name: string; readonly id: string; readonly address: string },
  ): void {
    const file = join(this.home(node), "config.toml");
    const line = `  { name = "${peer.name}", id = "${peer.id}", address = "${peer.address}" },\n`;
    const before = readFileSync(file, "utf8");
    const after = before.replace("peers = [\n", `peers = [\n${line}`);
    assert.notEqual(after, before, `${file} lists no peers`);
    writeFileSync(file, after);
  }

  /** All that a node has logged so far, in all its runs. */
  log(node: number): readonly LogLine[] {
    return [...(this.#lines[node] ?? []), ...readLog(this.nodes[node]?.logFile ?? "")];
  }

  /** The warnings of all nodes. */
  warnings(): readonly LogLine[] {
    return this.nodes.flatMap(({ name }, node) =>
      this.log(node)
        .filter(isWarning)
        .map((line) => ({ ...line, node: name })),
    );
  }

  /** Stops all; resolves when none is left. */
  async stop(): Promise<void> {
    for (const node of this.#paused) this.resume(node);
    const killed = await this.processes.stop();
    assert.deepEqual(killed, [], "some did not stop in time, and were killed");
    assert.deepEqual(this.#marks.filter(isAlive), [], "processes are left");
  }

  /** What to know of a failure. */
  story(): string {
    const logs = this.nodes.map(({ name }, node) => {
      const lines = this.log(node)
        .slice(-TAIL_LINES)
        .map((line) => JSON.stringify(line));
      return `--- ${name}\n${lines.join("\n")}`;
    });
    return [`WITAN_SEED=${this.seed}, kept: ${this.folder}`, ...logs].join("\n");
  }

  #gather(node: number): void {
    this.#lines[node]?.push(...readLog(this.nodes[node]?.logFile ?? ""));
  }
}

/** The first of so many ports in a row that are free. */
export async function portsInARow(count: number): Promise<number> {
  for (;;) {
    const [first = 0] = await freePorts(1);
    const free = await Promise.all(Array.from({ length: count }, (_, at) => isPortFree(first + at)));
    if (free.every(Boolean)) return first;
  }
}

/** Runs work on a network that is ended afterwards. Started already, unless `start` is false. */
export async function withNetwork(
  shape: Shape & { readonly start?: boolean },
  work: (network: TestNetwork) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "witan-hurt-"));
  let network: TestNetwork | undefined;
  try {
    network = await TestNetwork.create(folder, shape);
    if (shape.start !== false) await network.start();
    await work(network);
    network.checkAlive();
    await network.stop();
  } catch (error) {
    const told = new Error(`${textOf(error)}\n${network?.story() ?? ""}`, { cause: error });
    if (network !== undefined) network.isOver = true;
    await network?.processes.killAll();
    throw told;
  }
  await rm(folder, { recursive: true, force: true });
}
