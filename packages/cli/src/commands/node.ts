// The command `witan node`: runs one node until it is told to stop.
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Command } from "commander";
import type { NodeConfig } from "../config/fields.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { addConfigOptions, configFlags } from "../config/options.ts";
import { examples } from "../examples.ts";
import { badInput, type CommandFailure } from "../exit.ts";
import { type Home, openHome } from "../home/open.ts";
import type { Streams } from "../output.ts";
import { type Logger, openLog } from "../running/log.ts";
import { NodeProcess } from "../running/node-process.ts";
import { startFailure } from "../running/start-failure.ts";
import { aborted, hearStopSignals, type StopSignals } from "../stop-signals.ts";
import { programVersion } from "../version.ts";

interface NodeOptions extends Readonly<Record<string, unknown>> {
  readonly home: string;
  readonly json?: boolean;
  readonly blocks?: boolean;
  readonly exitWithParent?: boolean;
}

/** Adds the command `witan node`. */
export function addNodeCommand(program: Command, streams: Streams): void {
  const command = program
    .command("node")
    .description("run a node until it is told to stop (Ctrl-C, SIGTERM)")
    .option("--home <dir>", "the node's home, as network create makes it", ".")
    .option("--blocks", "with --json: a line for each final block with transactions")
    .option("--exit-with-parent", "stop when standard input ends: whoever started it is gone")
    .option("--json", "print JSON lines: one when it serves; a failure as an error")
    .addHelpText(
      "after",
      "\nSIGHUP reads network.peers anew. The log goes to standard error.\n" +
        examples([
          "witan node --home network/v1",
          "WITAN_LOG_LEVEL=debug witan node --home network/v1 --rpc-listen 127.0.0.1:9000",
        ]),
    )
    .action((options: NodeOptions) => run(streams, options));
  addConfigOptions(command);
}

/** The file alone is no home: who names it would look for keys and data beside another. */
async function refuseFile(home: string): Promise<void> {
  const found = await stat(home).catch(() => undefined);
  if (found?.isFile())
    throw badInput(
      "home",
      `--home ${home} is a file, expected the folder of a node's home: ${dirname(home)}?`,
    );
}

async function run(streams: Streams, options: NodeOptions): Promise<void> {
  await refuseFile(options.home);
  const load = () => loadConfig({ home: options.home, env: process.env, flags: configFlags(options) });
  const { config } = await load();
  const home = await openHome(config);
  const log = openLog(config);
  const life = new Life(log);
  // From here on: what it does otherwise, ending the process, would cut a node short that still opens its chain.
  process.on("SIGHUP", life.reload);
  if (options.exitWithParent === true) life.endWithStandardInput();
  try {
    await live(streams, options, { config, home, log, life, load });
  } finally {
    process.off("SIGHUP", life.reload);
    life.over();
  }
}

/** What a node's process lives with. */
interface Living {
  readonly config: NodeConfig;
  readonly home: Home;
  readonly log: Logger;
  readonly life: Life;
  readonly load: () => Promise<LoadedConfig>;
}

async function live(
  streams: Streams,
  options: NodeOptions,
  { config, home, log, life, load }: Living,
): Promise<void> {
  const line = (fields: object): void => {
    if (options.json === true) streams.out(`${JSON.stringify(fields)}\n`);
  };
  const agent = `witan/${programVersion()}`;
  const starting = NodeProcess.start({
    ...{ config, home, agent, log, signal: life.stopping },
    onBlock: ({ height, transactions, transfers, timestamp }) => {
      if (options.blocks === true && transactions > 0)
        line({ event: "block", height, transactions, transfers, timestamp });
    },
    onFailure: (error) => life.fail(startFailure(error, config)),
  });
  const node = await starting.catch((error: unknown) => {
    // A node that failed while it started hinders the start, too; what failed first is what counts.
    if (life.failure !== undefined) throw life.failure;
    // What it was opening is closed again, and nothing was lost: it was told to stop, and has stopped.
    if (!life.stopping.aborted || error !== life.stopping.reason) throw error;
    return undefined;
  });
  if (node === undefined) {
    log.info({}, "stopped before it served");
    return;
  }
  const { p2p, height } = node;
  const rpc = `${home.tls === undefined ? "http" : "https"}://${node.rpc}`;
  const { chainId } = home.chain;
  line({ event: "ready", rpc, p2p, chainId, height, pid: process.pid });
  life.onReload(() => {
    load().then(
      (loaded) => {
        node.listPeers(loaded.config.network.peers);
        log.info({ peers: loaded.config.network.peers.length }, "network.peers was read anew");
      },
      (error: CommandFailure) =>
        log.error({ problems: error.problems }, `${error.message}; nothing was changed`),
    );
  });
  const failure = await life.ended.catch((error: CommandFailure) => error);
  const { height: last } = node;
  const unclean = await node.stop().then(
    () => undefined,
    (error: unknown) => startFailure(error, config),
  );
  if (failure !== undefined) throw failure;
  if (unclean !== undefined) {
    log.error({ reason: unclean.reason, height: last }, "stopped, but not cleanly");
    throw unclean;
  }
  log.info({ height: last }, "stopped");
}

/** What a node's process hears: what ends it (a signal, the end of who started it, a failure), and SIGHUP. */
class Life {
  readonly ended: Promise<undefined>;
  /** Why the node can't go on, if it can't. */
  failure: CommandFailure | undefined;
  readonly #log: Logger;
  readonly #signals: StopSignals;
  readonly #stopping = new AbortController();
  #reload: (() => void) | undefined;
  #isReloadAsked = false;
  #end: (value: undefined) => void = () => {};
  #fail: (failure: CommandFailure) => void = () => {};

  constructor(log: Logger) {
    this.#log = log;
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    // A failure while the node still starts is told by the start itself.
    this.ended.catch(() => {});
    this.#signals = hearStopSignals(["SIGINT", "SIGTERM"]);
    void aborted(this.#signals.stop).then(() => {
      this.#stop(String(this.#signals.stop.reason));
      this.#stopping.abort();
    });
    // Whoever asks twice does not want to wait: a node that is killed loses nothing.
    void aborted(this.#signals.now).then(() => process.kill(process.pid, "SIGKILL"));
  }

  /** Aborted when a signal tells the node to stop: opening a long chain ends then, too. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  /** SIGHUP came. One that comes before the node serves is heeded when it does. */
  readonly reload = (): void => {
    if (this.#reload === undefined) this.#isReloadAsked = true;
    else this.#reload();
  };

  /** What SIGHUP does from now on. */
  onReload(reload: () => void): void {
    this.#reload = reload;
    if (this.#isReloadAsked) reload();
  }

  /** Ends when standard input does. */
  endWithStandardInput(): void {
    // One that still opens goes on until it would serve: why it can't, if it can't, is worth having in the log.
    for (const event of ["end", "error"]) process.stdin.on(event, () => this.#stop("standard input ended"));
    process.stdin.resume();
  }

  /** Ends with a failure. */
  fail(failure: CommandFailure): void {
    this.#log.error({ reason: failure.reason }, failure.message);
    this.failure = failure;
    this.#fail(failure);
  }

  /** Hears nothing any more: as long as somebody listens to standard input, the process does not end. */
  over(): void {
    this.#signals.end();
    process.stdin.pause();
  }

  #stop(why: string): void {
    this.#log.info({ why }, "stopping");
    process.stdin.pause();
    this.#end(undefined);
  }
}
