// A network of `witan node` processes on this machine: starts them together, tells of blocks and of deaths, hurts them
// when asked to, and leaves none behind. Restarts nothing by itself.
import { LabFailure } from "./lab-failure.ts";
import {
  exitText,
  type NodeBlock,
  type NodeReady,
  type NodeRun,
  type NodeSpec,
  type ProcessExit,
  startNode,
  type WitanCommand,
} from "./node-run.ts";
import type { ProcessUsage } from "./process-usage.ts";

/** A node that ended without being told to. */
export interface NodeDeath {
  readonly name: string;
  readonly pid: number;
  readonly exit: ProcessExit;
  /** The exit in words. */
  readonly how: string;
  /** The last lines of its log. */
  readonly log: readonly string[];
}

/** How a network of processes is run. */
export interface ProcessNetworkOptions {
  /** How `witan` is started. */
  readonly command: WitanCommand;
  readonly nodes: readonly NodeSpec[];
  /** How long a node may take until it serves, in milliseconds; 30,000 by default: a long replay takes its time. */
  readonly readyTimeoutMs?: number;
  /** How long a node may take to stop before it is killed, in milliseconds; 2,500 by default. */
  readonly stopTimeoutMs?: number;
  /** Hears of each block of each node. */
  readonly onBlock?: (block: NodeBlock, node: number) => void;
  /** Hears of each node that serves. */
  readonly onReady?: (node: number) => void;
  /** Hears of each node that ends without having been told to. */
  readonly onDeath?: (death: NodeDeath, node: number) => void;
}

/** How long nodes may take to say what hinders them, once one of them has said so, in milliseconds. */
const OTHERS_MS = 1_000;

/**
 * What has failed of some starts, when all have ended or so much time has passed: what is wrong in one home is often wrong
 * in others too, and who mends it one at a time starts the network as many times.
 */
async function failuresOf(
  starts: readonly Promise<NodeReady>[],
  timeMs: number,
): Promise<readonly unknown[]> {
  const failures = new Map<number, unknown>();
  const ends = starts.map((start, node) =>
    start.then(
      () => {},
      (error: unknown) => void failures.set(node, error),
    ),
  );
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeMs);
  });
  await Promise.race([Promise.all(ends), late]);
  clearTimeout(timer);
  return [...failures].sort(([a], [b]) => a - b).map(([, error]) => error);
}

/** Several failures as one: each message, all problems, and the log of the first that has one. */
function joined(failures: readonly unknown[]): unknown {
  const [first] = failures;
  if (failures.length === 1 || !failures.every((failure) => failure instanceof LabFailure)) return first;
  return new LabFailure((first as LabFailure).code, failures.map(({ message }) => message).join("; "), {
    fault: failures.every(({ fault }) => fault === "input") ? "input" : "unable",
    log: failures.find(({ log }) => log.length > 0)?.log ?? [],
    problems: failures.flatMap(({ problems }) => problems),
  });
}

/** What was told to a run about its end: a death without it is news. */
interface Started {
  readonly run: NodeRun;
  /** Whether we ended it ourselves. */
  wanted: boolean;
  /** Whether it is gone. */
  gone: boolean;
}

/** A network of node processes. Nothing runs before `start`; `stop` ends all, and may come at any time. */
export class ProcessNetwork {
  readonly #options: ProcessNetworkOptions;
  readonly #started: (Started | undefined)[];

  constructor(options: ProcessNetworkOptions) {
    this.#options = options;
    this.#started = options.nodes.map(() => undefined);
  }

  /** The nodes that run, by their places. */
  get running(): readonly number[] {
    return this.#started.flatMap((started, node) => (started && !started.gone ? [node] : []));
  }

  /** The number of the process of a node that runs; undefined if it does not. */
  pid(node: number): number | undefined {
    const started = this.#started[node];
    return started && !started.gone ? started.run.pid : undefined;
  }

  /**
   * Starts all nodes at once, and waits until every one serves. If one can't, the others are stopped.
   * @throws {LabFailure} `node-failed`, `node-not-ready` or `node-not-started`, with what each that failed has said
   */
  async start(): Promise<readonly NodeReady[]> {
    const starts = this.#options.nodes.map((_, node) => this.restart(node));
    try {
      return await Promise.all(starts);
    } catch {
      const failures = await failuresOf(starts, OTHERS_MS);
      await this.stop();
      throw joined(failures);
    }
  }

  /**
   * Starts a node that does not run, and waits until it serves.
   * @throws {LabFailure} as `start`
   */
  async restart(node: number): Promise<NodeReady> {
    const { command, nodes, readyTimeoutMs = 30_000, onBlock, onReady, onDeath } = this.#options;
    const spec = nodes[node];
    if (spec === undefined || this.pid(node) !== undefined)
      throw new LabFailure("node-not-started", `node ${node} of ${nodes.length} runs already, or is none`);
    const listener = { onBlock: (block: NodeBlock) => onBlock?.(block, node) };
    const run = startNode(command, spec, listener, readyTimeoutMs);
    const started: Started = { run, wanted: false, gone: false };
    this.#started[node] = started;
    let serves = false;
    void run.ended.then((exit) => {
      started.gone = true;
      // One that never served is told of by the failure of its start.
      if (started.wanted || !serves) return;
      const { pid } = run;
      onDeath?.({ name: spec.name, pid, exit, how: exitText(exit), log: run.log() }, node);
    });
    const ready = await run.ready;
    serves = true;
    if (started.gone && !started.wanted)
      throw new LabFailure(
        "node-failed",
        `${spec.name} ${exitText(await run.ended)} as soon as it was ready`,
        {
          log: run.log(),
        },
      );
    onReady?.(node);
    return ready;
  }

  /** Ends a node at once (SIGKILL), or by another signal that ends it; resolves when it is gone. */
  async kill(node: number, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const started = this.#started[node];
    if (started === undefined || started.gone) return;
    started.wanted = true;
    started.run.signal(signal);
    await started.run.ended;
  }

  /** Makes a node hold still (SIGSTOP): it keeps all it has, and answers nobody. */
  pause(node: number): void {
    this.#started[node]?.run.signal("SIGSTOP");
  }

  /** Lets a node that holds still go on. */
  resume(node: number): void {
    this.#started[node]?.run.signal("SIGCONT");
  }

  /**
   * Asks one node to stop, and kills it if it does not in time. Resolves when it is gone.
   * @returns whether it had to be killed
   */
  async stopNode(node: number): Promise<boolean> {
    const started = this.#started[node];
    if (started === undefined || started.gone) return false;
    started.wanted = true;
    const { killed } = await started.run.stop(this.#options.stopTimeoutMs ?? 2500);
    return killed;
  }

  /**
   * Stops all nodes, those that are still starting too. Resolves when none is left.
   * @returns the names of those that did not stop in time, and were killed
   */
  async stop(): Promise<readonly string[]> {
    const killed = await Promise.all(this.#started.map((_, node) => this.stopNode(node)));
    return this.#options.nodes.flatMap(({ name }, node) => (killed[node] ? [name] : []));
  }

  /** Kills what is left of the network (SIGKILL). Resolves when none is left. */
  async killAll(): Promise<void> {
    await Promise.all(this.#started.map((_, node) => this.kill(node)));
  }

  /** The last lines of the log of a node that was started; of others there are none. */
  logOf(node: number): readonly string[] {
    return this.#started[node]?.run.log() ?? [];
  }

  /** What a node has used so far; undefined if it does not run, or the system does not tell. */
  usage(node: number): ProcessUsage | undefined {
    return this.pid(node) === undefined ? undefined : this.#started[node]?.run.usage();
  }
}
