// The command `witan node`: runs one node until it is told to stop.
import type { Command } from "commander";
import type { NodeConfig } from "../config/fields.ts";
import { type LoadedConfig, loadConfig } from "../config/load.ts";
import { addConfigOptions, configFlags } from "../config/options.ts";
import { examples } from "../examples.ts";
import type { CommandFailure } from "../exit.ts";
import { type Home, openHome } from "../home/open.ts";
import type { Streams } from "../output.ts";
import { type Logger, openLog } from "../running/log.ts";
import { NodeProcess } from "../running/node-process.ts";
import { startFailure } from "../running/start-failure.ts";
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

async function run(streams: Streams, options: NodeOptions): Promise<void> {
  const load = () => loadConfig({ home: options.home, env: process.env, flags: configFlags(options) });
  const { config } = await load();
  const home = await openHome(config);
  const log = openLog(config);
  const life = new Life(log);
  if (options.exitWithParent === true) life.endWithStandardInput();
  try {
    await live(streams, options, { config, home, log, life, load });
  } finally {
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
  const node = await NodeProcess.start({
    ...{ config, home, agent, log },
    onBlock: ({ height, transactions, transfers, timestamp }) => {
      if (options.blocks === true && transactions > 0)
        line({ event: "block", height, transactions, transfers, timestamp });
    },
    onFailure: (error) => life.fail(startFailure(error, config)),
  });
  const { p2p, height } = node;
  const rpc = `http://${node.rpc}`;
  const { chainId } = home.chain;
  line({ event: "ready", rpc, p2p, chainId, height, pid: process.pid });
  const reload = (): void => {
    load().then(
      (loaded) => {
        node.listPeers(loaded.config.network.peers);
        log.info({ peers: loaded.config.network.peers.length }, "network.peers was read anew");
      },
      (error: CommandFailure) =>
        log.error({ problems: error.problems }, `${error.message}; nothing was changed`),
    );
  };
  process.on("SIGHUP", reload);
  try {
    await life.ended;
  } finally {
    process.off("SIGHUP", reload);
    await node.stop();
    log.info({ height: node.height }, "stopped");
  }
}

/** What ends a node's process: a signal, the end of who started it, a failure. */
class Life {
  readonly ended: Promise<void>;
  readonly #log: Logger;
  #end: () => void = () => {};
  #fail: (failure: CommandFailure) => void = () => {};

  constructor(log: Logger) {
    this.#log = log;
    this.ended = new Promise((resolve, reject) => {
      this.#end = resolve;
      this.#fail = reject;
    });
    // A failure while the node still starts is told by the start itself.
    this.ended.catch(() => {});
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => this.#stop(signal));
  }

  /** Ends when standard input does. */
  endWithStandardInput(): void {
    process.stdin.on("end", () => this.#stop("standard input ended"));
    process.stdin.on("error", () => this.#stop("standard input ended"));
    process.stdin.resume();
  }

  /** Ends with a failure. */
  fail(failure: CommandFailure): void {
    this.#log.error({ reason: failure.reason }, failure.message);
    this.#fail(failure);
  }

  /** Listens to standard input no more: as long as somebody does, the process does not end. */
  over(): void {
    process.stdin.pause();
  }

  #stop(why: string): void {
    this.#log.info({ why }, "stopping");
    this.over();
    this.#end();
  }
}
