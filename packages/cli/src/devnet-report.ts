// What `witan devnet` says while it goes on: for people, or as JSON lines for programs. Says only; decides nothing.
import type { DevnetReady, NodeBlock, NodeDeath, SampleFinal, SampleProof, SampleTransfer } from "@witan/lab";
import type { Json } from "@witan/ledger";
import { amountText, type ShownAsset } from "./amounts.ts";
import { printable, type Streams } from "./output.ts";

/** How a devnet's run is told, in the order of its methods; blocks and deaths at any time. */
export interface DevnetReport {
  opening(folder: string): void;
  ready(ready: DevnetReady, tookMs: number): void;
  submitted(transfer: SampleTransfer): void;
  final(final: SampleFinal): void;
  proof(proof: SampleProof, final: SampleFinal): void;
  running(ready: DevnetReady): void;
  block(block: NodeBlock): void;
  death(death: NodeDeath): void;
  stopping(): void;
  /** The last word of a run that was stopped by whoever started it. */
  stopped(): void;
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

/** For people: what came of it on standard output, what goes on while they wait on standard error. */
export function textReport(streams: Streams): DevnetReport {
  const say = (...lines: readonly string[]): void => {
    for (const line of lines) streams.out(`${printable(line)}\n`);
  };
  const wait = (line: string): void => streams.err(`${printable(line)}\n`);
  let native: ShownAsset = { name: "base units", decimals: 0 };
  return {
    opening: (folder) => wait(`Starting a network in ${folder} …`),
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
    death: ({ name, pid, how, log }) => {
      wait(`${name} (process ${pid}) ${how}; it is not restarted. The end of its log:`);
      for (const line of log) wait(`  ${line}`);
    },
    stopping: () => wait("Stopping …"),
    stopped: () => say("Stopped. Run again to go on with the same chain; --fresh starts over."),
    done: () => say("", "Done."),
  };
}

function readyLines(ready: DevnetReady, tookMs: number): readonly string[] {
  const { settings, created, height, nodes, accounts, chainId, genesisFile, folder, native } = ready;
  const chain = created ? "a new chain" : `the chain of before, at block ${height}`;
  const rpcWidth = Math.max(...nodes.map(({ rpc }) => rpc.length));
  return [
    `${plural(nodes.length, "validator")} (${settings.consensus}) up after ${duration(tookMs)}, ${chain}`,
    `  chain id   ${chainId}`,
    `  folder     ${folder}`,
    `  genesis    ${genesisFile}`,
    "",
    `Validators   process  ${"RPC".padEnd(rpcWidth)}  log`,
    ...nodes.map(
      ({ name, pid, rpc, logFile }) =>
        `  ${name.padEnd(9)}  ${String(pid).padStart(7)}  ${rpc.padEnd(rpcWidth)}  ${logFile}`,
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
    ready: ({ nodes, accounts, chainId, height, created, folder, genesisFile }) =>
      say({
        event: "ready",
        rpc: nodes.map(({ rpc }) => rpc),
        pids: nodes.map(({ pid }) => pid),
        accounts: accounts.map(({ address, secretKey, balance }) => ({ address, secretKey, balance })),
        ...{ chainId, height, created, folder, genesisFile },
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
    death: ({ name, pid, exit, how, log }) =>
      say({ event: "death", validator: name, pid, ...exit, message: `${name} ${how}`, log }),
    stopping: () => {},
    stopped: () => say({ event: "stopped" }),
    done: ({ transaction, height, finalityMs }, { verified }) =>
      say({ event: "done", height, transaction, status: "final", finalityMs, proofVerified: verified }),
  };
}
