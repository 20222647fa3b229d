// The command `witan devnet`: a whole network on this machine, which shows what a transaction goes through, and then stays
// up until it is told to stop. Leaves no process behind, however it ends.
import {
  Devnet,
  type DevnetPlace,
  type DevnetReady,
  type SampleFinal,
  type SampleProof,
  sampleTransfer,
  type Turnout,
  type WantedShape,
} from "@witan/lab";
import type { Command } from "commander";
import { told } from "../connection.ts";
import { type DevnetReport, jsonReport, shortage, textReport } from "../devnet-report.ts";
import { examples } from "../examples.ts";
import { badInput, CommandFailure, EXIT, type ExitCode } from "../exit.ts";
import { labFailure } from "../lab-failures.ts";
import { wholeNumber } from "../numbers.ts";
import type { Streams } from "../output.ts";
import { type ShapeFlags, wantedShape, withShape } from "../shape-options.ts";
import { aborted, hearStopSignals, type StopSignals } from "../stop-signals.ts";
import { thisWitan } from "../witan-command.ts";

interface DevnetFlags extends ShapeFlags {
  readonly rpcPort: string;
  readonly dir: string;
  readonly fresh?: boolean;
  readonly once?: boolean;
  readonly json?: boolean;
}

/** Adds the command `witan devnet`. */
export function addDevnetCommand(program: Command, streams: Streams, setExit: (code: number) => void): void {
  withShape(program.command("devnet"), { before: "as before, or ", pow: true })
    .description("run a whole network on this machine, with funded accounts, until Ctrl-C")
    .option(
      "--rpc-port <port>",
      "where clients reach the first node (proposers come first), others count up; 0: as before, or any free",
      "9545",
    )
    .option("--dir <dir>", "the network's folder; one that is there is gone on with", ".witan/devnet")
    .option("--fresh", "start over: remove the network that a devnet made in the folder")
    .option("--once", "end after the first transfer; exit code 0 only if its finality proof holds")
    .option("--json", "print JSON lines")
    .addHelpText(
      "after",
      examples([
        "witan devnet",
        "witan devnet --validators 7 --dir other --rpc-port 9600",
        "witan devnet --consensus bp-fast-paxos --proposers 2 --acceptors 4",
        "witan devnet --consensus pow --validators 3 --block-interval 2s",
        "witan devnet --fresh --once",
      ]),
    )
    .action(async (flags: DevnetFlags) => setExit(await run(streams, flags)));
}

async function run(streams: Streams, flags: DevnetFlags): Promise<ExitCode> {
  const { json = false } = flags;
  const wanted = wantedShape(flags, true);
  const rpcPort = wholeNumber("--rpc-port", flags.rpcPort, 65_535);
  if (flags.dir === "") throw badInput("folder", "--dir names no folder, expected a path");
  const signals = hearStopSignals();
  const session = new Session(json ? jsonReport(streams) : textReport(streams), signals, flags.once ?? false);
  try {
    return await told(() => session.run({ ...flags, rpcPort, wanted }));
  } catch (error) {
    throw labFailure(streams, json, error);
  } finally {
    signals.end();
  }
}

interface SessionOptions {
  readonly wanted: WantedShape;
  readonly rpcPort: number;
  readonly dir: string;
  readonly fresh?: boolean;
}

/** One run of a devnet, from its opening to its end. */
class Session {
  readonly #report: DevnetReport;
  readonly #signals: StopSignals;
  readonly #once: boolean;
  readonly #startedAt = performance.now();
  /** Aborted where the network can't go on; the reason is the failure. */
  readonly #broken = new AbortController();
  /** Blocks are told from the moment when nothing else is going on: the first transfer has been shown. */
  #tellsBlocks = false;
  /** What others had started when the network was stopped. */
  #leftRunning: readonly DevnetPlace[] = [];

  constructor(report: DevnetReport, signals: StopSignals, once: boolean) {
    this.#report = report;
    this.#signals = signals;
    this.#once = once;
  }

  async run({ dir, fresh = false, wanted, rpcPort }: SessionOptions): Promise<ExitCode> {
    this.#report.opening(dir);
    const devnet = await Devnet.open({
      command: thisWitan(),
      folder: dir,
      wanted,
      signal: this.#signals.stop,
      fresh,
      rpcPort,
      onBlock: (block) => {
        // Under proof of work the first is the miner's reward.
        const own = devnet.made.settings.consensus === "pow" ? 1 : 0;
        if (this.#tellsBlocks && block.transactions > own) this.#report.block(block);
      },
      onServes: (validator) => this.#report.serves(validator, performance.now() - this.#startedAt),
      onDeath: (death, node) => this.#report.death(death, node),
      onBack: (validator) => this.#report.back(validator),
      onGone: (validator) => this.#report.gone(validator),
      onQuorum: (isReached, turnout, missing) => {
        this.#report.quorum(turnout, missing);
        // As long as the first transfer is on its way, it would be waited for in vain.
        if (!this.#tellsBlocks && !isReached) this.#broken.abort(quorumLost(turnout));
      },
    });
    this.#report.moved(devnet.moved);
    const killing = aborted(this.#signals.now).then(() => devnet.killAll());
    void killing;
    let shown: { readonly final: SampleFinal; readonly proof: SampleProof } | undefined;
    const stopped = aborted(this.#signals.stop);
    const broken = aborted(this.#broken.signal);
    try {
      const showing = this.#show(devnet).then((result) => {
        shown = result;
      });
      await Promise.race([showing, stopped, broken]);
      // Who stops the network in the middle makes it fail: that is no news.
      showing.catch(() => {});
      if (!this.#once && shown !== undefined) await Promise.race([stopped, broken]);
    } finally {
      this.#tellsBlocks = false;
      if (!this.#once || shown === undefined) this.#report.stopping();
      await this.#stop(devnet);
    }
    return this.#end(shown);
  }

  /** Starts the network, and shows the way of a transfer. */
  async #show(devnet: Devnet): Promise<{ readonly final: SampleFinal; readonly proof: SampleProof }> {
    const report = this.#report;
    const { stop } = this.#signals;
    // Told to stop, it begins nothing more, and says nothing behind "stopping".
    stop.throwIfAborted();
    const ready: DevnetReady = await devnet.start();
    stop.throwIfAborted();
    report.ready(ready, performance.now() - this.#startedAt);
    const result = await sampleTransfer(ready, {
      onSubmitted: (transfer) => report.submitted(transfer),
      onDepth: (depth) => report.depth(depth),
      onFinal: (final) => report.final(final),
    });
    stop.throwIfAborted();
    report.proof(result.proof, result.final);
    if (!this.#once) {
      report.running(ready);
      this.#tellsBlocks = true;
    }
    return result;
  }

  async #stop(devnet: Devnet): Promise<void> {
    const { killed, leftRunning } = await devnet.stop();
    this.#leftRunning = leftRunning;
    if (killed.length > 0)
      throw new CommandFailure(
        EXIT.unable,
        "killed",
        `${killed.join(", ")} did not stop in time and had to be killed; nothing runs any more, and the next start ` +
          "repairs what needs it. Please report it, with the logs",
      );
  }

  #end(shown: { readonly final: SampleFinal; readonly proof: SampleProof } | undefined): ExitCode {
    if (this.#broken.signal.aborted) throw this.#broken.signal.reason;
    if (this.#signals.now.aborted)
      throw new CommandFailure(EXIT.unable, "killed", "killed before it had stopped; nothing runs any more");
    if (shown === undefined)
      throw new CommandFailure(
        EXIT.unable,
        "stopped",
        "stopped before the transfer was final; nothing runs any more",
      );
    if (this.#once) this.#report.done(shown.final, shown.proof);
    else this.#report.stopped(this.#leftRunning);
    return shown.proof.verified ? EXIT.done : EXIT.no;
  }
}

function quorumLost(turnout: Turnout): CommandFailure {
  return new CommandFailure(
    EXIT.unable,
    "quorum-lost",
    `${shortage(turnout)}, so the transfer can't become final: the rest was stopped. The logs say why the others ended; run ` +
      "again to go on with the same chain",
  );
}
