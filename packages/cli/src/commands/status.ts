// The command `witan status`: what a node is, how far it is, what it waits for and whom it does not hear, in words too, and
// whether it is fit to serve.
import { toJson } from "@witan/ledger";
import type { ResultOf } from "@witan/rpc";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { consensusRows } from "../consensus-rows.ts";
import { examples } from "../examples.ts";
import { EXIT } from "../exit.ts";
import { explanationRows } from "../explanation.ts";
import { printResult, type Streams, table } from "../output.ts";
import { timeText } from "../time.ts";

/** Adds the command `witan status`. */
export function addStatusCommand(program: Command, streams: Streams, setExit: (code: number) => void): void {
  withConnection(program.command("status"))
    .description("show what a node is doing; exit code 1 if it is not fit to serve")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(["witan status", "witan status --rpc http://10.0.0.1:9545 --token-file read.token"]),
    )
    .action(async (options: ConnectionOptions & { readonly json?: boolean }) => {
      const client = await connect(options);
      const [node, health, consensus, explain] = await told(() =>
        Promise.all([
          client.call("node_status", {}),
          client.call("node_health", {}),
          client.call("consensus_status", {}),
          client.call("consensus_explain", {}),
        ]),
      );
      const result = { rpc: client.url, node, health, consensus, explain };
      printResult(streams, options.json ?? false, toJson(result), () =>
        table([
          ...nodeRows(client.url, node),
          ...consensusRows(consensus),
          ...explanationRows(explain),
          ...healthRows(health),
        ]),
      );
      setExit(health.fit ? EXIT.done : EXIT.no);
    });
}

type Row = readonly [string, string];

function nodeRows(url: string, node: ResultOf<"node_status">): readonly Row[] {
  const { verifier, syncing } = node;
  const who = node.member === null ? node.role : `${node.member}, ${node.role}`;
  const behind = syncing === null ? "" : `, fetching blocks up to ${syncing.target}`;
  return [
    ["node", `${who}, ${node.agent}, at ${url}`],
    ["network", `${node.network} (${node.mode}), chain ${node.chainId}`],
    ["block", `${node.height} of ${timeText(node.timestamp)}${behind}`],
    ["peers", `${node.peers} connected`],
    ["signatures", `checked by ${verifier.backend} on ${counted(verifier.workers, "thread")}`],
    ["up since", timeText(node.startedAt)],
  ];
}

function healthRows({ fit, reasons }: ResultOf<"node_health">): readonly Row[] {
  if (fit && reasons.length === 0) return [["health", "fit to serve"]];
  return [
    ["health", fit ? "fit to serve, but:" : "not fit to serve:"],
    ...reasons.map(({ reason, message }): Row => ["", `${reason}: ${message}`]),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
