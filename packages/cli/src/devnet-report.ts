// What `witan devnet` says while it goes on: for people, or as JSON lines for programs. Says only; decides nothing.
import { relative } from "node:path";
import type { Depth } from "@witan/client";
import {
  type DevnetPlace,
  type DevnetReady,
  isEnough,
  type NodeBlock,
  type NodeDeath,
  type NodeRole,
  type PortChange,
  type SampleFinal,
  type SampleProof,
  type SampleTransfer,
  shapeText,
  type Turnout,
} from "@witan/lab";
import type { Json } from "@witan/ledger";
import { amountText, type ShownAsset } from "./amounts.ts";
import { depthText } from "./depth.ts";
import { printable, type Streams } from "./output.ts";

/** How a devnet's run is told, in the order of its methods; blocks and deaths at any time. */
export interface DevnetReport {
  opening(folder: string): void;
  /** Ports of before that something else has taken, before anything is started. */
  moved(changes: readonly PortChange[]): void;
  /** A node answers clients; others may still be opening their chains. */
  serves(validator: DevnetPlace, tookMs: number): void;
  ready(ready: DevnetReady, tookMs: number): void;
  submitted(transfer: SampleTransfer): void;
  /** Under proof of work: the transfer lies deeper, or in no block any more. */
  depth(depth: Depth): void;
  final(final: SampleFinal): void;
  proof(proof: SampleProof, final: SampleFinal): void;
  running(ready: DevnetReady): void;
  block(block: NodeBlock): void;
  death(death: NodeDeath, node: DevnetPlace): void;
  /** A node that ended was started again, by somebody else. */
  back(validator: DevnetPlace): void;
  /** One that somebody else had started answers no more. */
  gone(validator: DevnetPlace): void;
  /** Too few members take part to decide anything, or enough do again. */
  quorum(turnout: Turnout, missing: readonly DevnetPlace[]): void;
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

/** What starts a node of a devnet by hand, for a shell. */
function startCommand(home: string): string {
  const path = shownPath(home);
  return `npx witan node --home ${/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`}`;
}

/** Whether the end of its log tells why a process ended: who was killed from outside had no time to say anything. */
function explains({ signal }: NodeDeath["exit"]): boolean {
  return signal !== "SIGKILL" && signal !== "SIGTERM";
}

function whoComes({ what, role }: PortChange): string {
  if (what === "rpc") return "clients";
  return role === "validator" ? "other validators" : "other nodes";
}

/** Why nothing can be decided. */
export function shortage(turnout: Turnout): string {
  const { running, quorum, proposers } = turnout;
  const left = `${plural(running, votersOf(turnout))} ${running === 1 ? "is" : "are"} left`;
  const voters = `${left} and ${quorum} ${quorum === 1 ? "is" : "are"} needed to decide anything`;
  if (proposers !== 0) return voters;
  return running < quorum
    ? `${voters}, and no proposer is left`
    : "no proposer is left, so nobody makes a block";
}

function votersOf({ proposers }: Turnout): "validator" | "acceptor" {
  return proposers === undefined ? "validator" : "acceptor";
}

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
    depth: (depth) => wait(`             ${depthText(depth)}`),
    final: ({ height, finalityMs, confirmations, reversalProbability }) =>
      say(
        `  final      after ${duration(finalityMs)}, in block ${height}` +
          (confirmations === undefined
            ? ""
            : `, with ${confirmations} confirmations: undone with a probability of ${Number((reversalProbability ?? 0).toPrecision(3))}`),
      ),
    proof: ({ rpc, verified, detail, confirmations }) =>
      verified
        ? say(
            `  proven     by the ${confirmations === undefined ? "finality proof" : "headers"} from ${rpc}:`,
            confirmations === undefined
              ? "             verified by the genesis file alone, trusting no node"
              : `             ${confirmations} blocks deep, with the work that the genesis prescribes`,
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
      for (const change of changes)
        wait(
          `Something else listens on port ${change.was}: ${change.node} listens for ${whoComes(change)} on ${change.now} from now on.`,
        );
    },
    death: ({ name, pid, how, exit, log }, { home }) => {
      wait(`${name} (process ${pid}) ${how}. Nobody starts it again by itself; in another terminal:`);
      wait(`  ${startCommand(home)}`);
      if (!explains(exit)) return;
      wait("The end of its log:");
      for (const line of log) wait(`  ${line}`);
    },
    back: ({ name, rpc }) => wait(`${name} runs again, started by hand, clients at ${rpc}.`),
    gone: ({ name, home }) =>
      wait(`${name}, started by hand, does not answer any more: ${startCommand(home)}`),
    quorum: (turnout, missing) => {
      for (const line of quorumLines(turnout)) wait(line);
      if (isEnough(turnout)) return;
      for (const { home } of missing) wait(`  ${startCommand(home)}`);
    },
  };
}

function quorumLines(turnout: Turnout): readonly string[] {
  const { running, quorum, proposers } = turnout;
  const voter = votersOf(turnout);
  if (isEnough(turnout)) {
    const also = proposers === undefined ? "" : ` and ${plural(proposers, "proposer")}`;
    return [`${running} ${voter}s${also} take part, ${quorum} are needed: blocks become final again.`];
  }
  const [left, more] = [plural(running, voter), quorum - running];
  const come = more === 1 ? "another one runs" : `${more} more run`;
  const last = "each in a terminal of its own:";
  if (more <= 0) return [`No proposer is left: no block is made until one runs. Nothing is lost;`, last];
  const nobody = proposers === 0 ? ", and a proposer" : "";
  return [
    `${left} left, and a decision takes ${quorum}: no block can be final until ${come}${nobody}. Nothing is lost;`,
    last,
  ];
}

function readyLines(ready: DevnetReady, tookMs: number): readonly string[] {
  const { settings, created, height, nodes, accounts, chainId, genesisFile, folder, native } = ready;
  const chain = created ? "a new chain" : `the chain of before, at block ${height}`;
  const rpcWidth = Math.max(...nodes.map(({ rpc }) => rpc.length));
  const p2pWidth = Math.max(...nodes.map(({ p2p }) => p2p.length));
  const isPbft = settings.consensus === "pbft";
  const nameOf = ({ name, role }: DevnetPlace) => (isPbft ? name : `${name} ${role}`);
  const width = Math.max(9, ...nodes.map((node) => nameOf(node).length));
  const title = (isPbft ? "Validators" : "Nodes").padEnd(width + 4);
  return [
    `${shapeText(settings)} (${settings.consensus}) up after ${duration(tookMs)}, ${chain}`,
    `  chain id   ${chainId}`,
    `  folder     ${shownPath(folder)}`,
    `  genesis    ${shownPath(genesisFile)}`,
    "",
    `${title}process  ${"RPC".padEnd(rpcWidth)}  ${"for others".padEnd(p2pWidth)}  log`,
    ...nodes.map(
      (node) =>
        `  ${nameOf(node).padEnd(width)}  ${String(node.pid).padStart(7)}  ${node.rpc.padEnd(rpcWidth)}  ${node.p2p.padEnd(p2pWidth)}  ${shownPath(node.logFile)}`,
    ),
    "",
    "Accounts, for development on this machine only: their secret keys are no secret",
    ...accounts.flatMap(({ address, secretKey, balance }, at) => [
      `  ${String(at + 1).padStart(2)}  ${address}  ${amountText(BigInt(balance), native)}`,
      `      secret key ${secretKey}`,
    ]),
  ];
}

/** The name of a node in an event, under what it is. */
function named({
  name,
  role,
}: {
  readonly name: string;
  readonly role: NodeRole;
}): Readonly<Record<string, Json>> {
  return role === "validator" ? { validator: name } : { node: name, role };
}

/** For programs: a line of JSON for each event. */
export function jsonReport(streams: Streams): DevnetReport {
  const say = (event: Json): void => streams.out(`${JSON.stringify(event)}\n`);
  return {
    opening: () => {},
    serves: () => {},
    moved: (changes) => {
      for (const { node, role, what, was, now } of changes)
        say({ event: "port", ...named({ name: node, role }), what, was, now });
    },
    ready: ({ settings, nodes, accounts, chainId, height, created, folder, genesisFile }) =>
      say({
        event: "ready",
        consensus: settings.consensus,
        rpc: nodes.map(({ rpc }) => rpc),
        pids: nodes.map(({ pid }) => pid),
        accounts: accounts.map(({ address, secretKey, balance }) => ({ address, secretKey, balance })),
        ...{ chainId, height, created, folder, genesisFile },
        [settings.consensus === "pbft" ? "validators" : "nodes"]: nodes.map((node) => {
          const { name, role, home, rpc, p2p, pid, logFile } = node;
          return { name, ...(role === "validator" ? {} : { role }), home, rpc, p2p, pid, log: logFile };
        }),
      }),
    submitted: () => {},
    depth: ({ height, confirmations, reversalProbability }) =>
      say({ event: "depth", height, confirmations, reversalProbability }),
    final: () => {},
    proof: ({ verified }, { transaction, ...final }) =>
      say({
        ...{ event: "transaction", transaction, status: "final" },
        ...{ ...final, proofVerified: verified },
      }),
    running: () => {},
    block: ({ height, transactions, timestamp }) => say({ event: "block", height, transactions, timestamp }),
    death: ({ name, pid, exit, how, log }, node) =>
      say({
        ...{ event: "death", ...named(node), pid, ...exit },
        ...{ message: `${name} ${how}`, home: node.home, log },
      }),
    back: (node) => say({ event: "back", ...named(node), rpc: node.rpc, home: node.home }),
    gone: (node) => say({ event: "gone", ...named(node), rpc: node.rpc, home: node.home }),
    quorum: (turnout, missing) => {
      const names = missing.map(({ name }) => name);
      say({ event: "quorum", reached: isEnough(turnout), ...turnout, missing: names });
    },
    stopping: () => {},
    stopped: (leftRunning) => say({ event: "stopped", leftRunning: leftRunning.map(({ name }) => name) }),
    done: ({ transaction, height, finalityMs }, { verified }) =>
      say({ event: "done", height, transaction, status: "final", finalityMs, proofVerified: verified }),
  };
}
