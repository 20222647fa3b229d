// What `witan devnet` says while it goes on: for people, or as JSON lines for programs. Says only; decides nothing.
import { relative } from "node:path";
import type {
  DevnetPlace,
  DevnetReady,
  NodeBlock,
  NodeDeath,
  PortChange,
  SampleFinal,
  SampleProof,
  SampleTransfer,
  Turnout,
} from "@witan/lab";
import type { Json } from "@witan/ledger";
import { amountText, type ShownAsset } from "./amounts.ts";
import { printable, type Streams } from "./output.ts";

/** How a devnet's run is told, in the order of its methods; blocks and deaths at any time. */
export interface DevnetReport {
  opening(folder: string): void;
  /** Ports of before that something else has taken, before anything is started. */
  moved(changes: readonly PortChange[]): void;
  /** A validator answers clients; others may still be opening their chains. */
  serves(validator: DevnetPlace, tookMs: number): void;
  ready(ready: DevnetReady, tookMs: number): void;
  submitted(transfer: SampleTransfer): void;
  final(final: SampleFinal): void;
  proof(proof: SampleProof, final: SampleFinal): void;
  running(ready: DevnetReady): void;
  block(block: NodeBlock): void;
  death(death: NodeDeath, home: string): void;
  /** A validator that ended was started again, by somebody else. */
  back(validator: DevnetPlace): void;
  /** One that somebody else had started answers no more. */
  gone(validator: DevnetPlace): void;
  /** Too few validators take part to decide anything, or enough do again. */
  quorum(isReached: boolean, turnout: Turnout, missing: readonly DevnetPlace[]): void;
  stopping(): void;
  /** The last word of a run that was stopped by whoever started it. @param leftRunning what others have started */
  stopped(leftRunning: readonly DevnetPlace[]): void;
  /** The last word with `--once`. */
  done(final: SampleFinal, proof: SampleProof): void;
}

function plural(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

/** A time in milliseconds, for people. */
function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A path as people type it: from the folder they are in, where it is below that. */
function shownPath(path: string): string {
  const below = relative(process.cwd(), path);
  return below === "" || below.startsWith("..") ? path : below;
}

/** What starts a validator of a devnet by hand, for a shell. */
function startCommand(home: string): string {
  const path = shownPath(home);
  return `npx witan node --home ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`}`;
}

/** Whether the end of its log tells why a process ended: who was killed from outside had no time to say anything. */
function explains({ signal }: NodeDeath["exit"]): boolean {
  return signal !== "SIGKILL" && signal !== "SIGTERM";
}

const MEANING = { rpc: "clients", p2p: "other validators" } as const;

/** For people: what came of it on standard output, what goes on while they wait on standard error. */
export function textReport(streams: Streams): DevnetReport {
  const say = (...lines: readonly string[]): void => {
    for (const line of lines) streams.out(`${printable(line)}\n`);
  };
  const wait = (line: string): void => streams.err(`${printable(line)}\n`);
  let native: ShownAsset = { name: "base units", decimals: 0 };
  return {
    opening: (folder) => wait(`Starting a network in ${folder} …`),
    serves: ({ name }, tookMs) => wait(`  ${name} serves after ${duration(tookMs)}`),
    ...validatorLines(wait),
    ready: (ready, tookMs) => {
      native = ready.native;
      say(...readyLines(ready, tookMs));
    },
    submitted: ({ transaction, amount, from, to, rpc }) =>
      say(
        "",
        `A transfer of ${amountText(BigInt(amount), native)} from account ${from} to account ${to}:`,
        `  submitted  ${transaction}`,
        `             to ${rpc}`,
      ),
    final: ({ height, finalityMs }) => say(`  final      after ${duration(finalityMs)}, in block ${height}`),
    proof: ({ rpc, verified, detail }) =>
      verified
        ? say(
            `  proven     by the finality proof from ${rpc}:`,
            "             verified by the genesis file alone, trusting no node",
          )
        : say(`  not proven by the finality proof from ${rpc}: ${detail}`),
    running: ({ nodes, accounts }) => {
      const [from, to] = [accounts[0], accounts[1]];
      const unit = `1 ${native.name} is ${10n ** BigInt(native.decimals)} base units`;
      say("", `The network runs. Ctrl-C stops it. In another terminal, for example (${unit}):`);
      say(`  npx witan balance ${to?.address} --rpc ${nodes[0]?.rpc}`);
      say(
        `  npx witan send --rpc ${nodes[0]?.rpc} --secret-key ${from?.secretKey} --to ${to?.address} --amount 1000 --wait`,
        "",
      );
    },
    block: ({ height, transactions, timestamp }) =>
      say(`${new Date(timestamp).toISOString()}  block ${height}  ${plural(transactions, "transaction")}`),
    stopping: () => wait("Stopping …"),
    stopped: (leftRunning) => {
      for (const { name, rpc } of leftRunning)
        wait(`${name} was started by hand and runs on at ${rpc}: stop it where you started it.`);
      say("Stopped. Run again to go on with the same chain; --fresh starts over.");
    },
    done: () => say("", "Done."),
  };
}

/** What people hear of single validators, which concerns them while the network runs. */
function validatorLines(
  wait: (line: string) => void,
): Pick<DevnetReport, "moved" | "death" | "back" | "gone" | "quorum"> {
  return {
    moved: (changes) => {
      for (const { node, what, was, now } of changes)
        wait(
          `Something else listens on port ${was}: ${node} listens for ${MEANING[what]} on ${now} from now on.`,
        );
    },
    death: ({ name, pid, how, exit, log }, home) => {
      wait(`${name} (process ${pid}) ${how}. Nobody starts it again by itself; in another terminal:`);
      wait(`  ${startCommand(home)}`);
      if (!explains(exit)) return;
      wait("The end of its log:");
      for (const line of log) wait(`  ${line}`);
    },
    back: ({ name, rpc }) => wait(`${name} runs again, started by hand, clients at ${rpc}.`),
    gone: ({ name, home }) =>
      wait(`${name}, started by hand, does not answer any more: ${startCommand(home)}`),
    quorum: (isReached, { running, quorum }, missing) => {
      if (isReached) {
        wait(`${running} validators take part, ${quorum} are needed: blocks become final again.`);
        return;
      }
      const [left, more] = [plural(running, "validator"), quorum - running];
      const come = more === 1 ? "another one runs" : `${more} more run`;
      wait(
        `${left} left, and a decision takes ${quorum}: no block can be final until ${come}. Nothing is lost;`,
      );
      wait("each in a terminal of its own:");
      for (const { home } of missing) wait(`  ${startCommand(home)}`);
    },
  };
}

function readyLines(ready: DevnetReady, tookMs: number): readonly string[] {
  const { settings, created, height, nodes, accounts, chainId, genesisFile, folder, native } = ready;
  const chain = created ? "a new chain" : `the chain of before, at block ${height}`;
  const rpcWidth = Math.max(...nodes.map(({ rpc }) => rpc.length));
  const p2pWidth = Math.max(...nodes.map(({ p2p }) => p2p.length));
  return [
    `${plural(nodes.length, "validator")} (${settings.consensus}) up after ${duration(tookMs)}, ${chain}`,
    `  chain id   ${chainId}`,
    `  folder     ${shownPath(folder)}`,
    `  genesis    ${shownPath(genesisFile)}`,
    "",
    `Validators   process  ${"RPC".padEnd(rpcWidth)}  ${"for others".padEnd(p2pWidth)}  log`,
    ...nodes.map(
      ({ name, pid, rpc, p2p, logFile }) =>
        `  ${name.padEnd(9)}  ${String(pid).padStart(7)}  ${rpc.padEnd(rpcWidth)}  ${p2p.padEnd(p2pWidth)}  ${shownPath(logFile)}`,
    ),
    "",
    "Accounts, for development on this machine only: their secret keys are no secret",
    ...accounts.flatMap(({ address, secretKey, balance }, at) => [
      `  ${String(at + 1).padStart(2)}  ${address}  ${amountText(BigInt(balance), native)}`,
      `      secret key ${secretKey}`,
    ]),
  ];
}

/** For programs: a line of JSON for each event. */
export function jsonReport(streams: Streams): DevnetReport {
  const say = (event: Json): void => streams.out(`${JSON.stringify(event)}\n`);
  return {
    opening: () => {},
    serves: () => {},
    moved: (changes) => {
      for (const { node, what, was, now } of changes) say({ event: "port", validator: node, what, was, now });
    },
    ready: ({ nodes, accounts, chainId, height, created, folder, genesisFile }) =>
      say({
        event: "ready",
        rpc: nodes.map(({ rpc }) => rpc),
        pids: nodes.map(({ pid }) => pid),
        accounts: accounts.map(({ address, secretKey, balance }) => ({ address, secretKey, balance })),
        ...{ chainId, height, created, folder, genesisFile },
        validators: nodes.map(({ name, home, rpc, p2p, pid, logFile }) => {
          return { name, home, rpc, p2p, pid, log: logFile };
        }),
      }),
    submitted: () => {},
    final: () => {},
    proof: ({ verified }, { transaction, height, finalityMs }) =>
      say({
        ...{ event: "transaction", transaction, status: "final" },
        ...{ height, finalityMs, proofVerified: verified },
      }),
    running: () => {},
    block: ({ height, transactions, timestamp }) => say({ event: "block", height, transactions, timestamp }),
    death: ({ name, pid, exit, how, log }, home) =>
      say({ event: "death", validator: name, pid, ...exit, message: `${name} ${how}`, home, log }),
    back: ({ name, rpc, home }) => say({ event: "back", validator: name, rpc, home }),
    gone: ({ name, rpc, home }) => say({ event: "gone", validator: name, rpc, home }),
    quorum: (reached, { running, quorum }, missing) =>
      say({ event: "quorum", reached, running, quorum, missing: missing.map(({ name }) => name) }),
    stopping: () => {},
    stopped: (leftRunning) => say({ event: "stopped", leftRunning: leftRunning.map(({ name }) => name) }),
    done: ({ transaction, height, finalityMs }, { verified }) =>
      say({ event: "done", height, transaction, status: "final", finalityMs, proofVerified: verified }),
  };
}
