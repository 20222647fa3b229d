// The command `witan peers`: the nodes that a node may be connected to, and how each connection fares, or why there is none.
import type { ResultOf } from "@witan/rpc";
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { printResult, type Streams, table } from "../output.ts";
import { timeText } from "../time.ts";

/** Adds the command `witan peers`. */
export function addPeersCommand(program: Command, streams: Streams): void {
  withConnection(program.command("peers"))
    .description("show whom a node may connect to, and how each connection fares, or why there is none")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nThose are the members of the chain, and whom the node's network.peers lists.\n" +
        examples(["witan peers", "witan peers --rpc http://10.0.0.1:9545 --token-file read.token --json"]),
    )
    .action(async (options: ConnectionOptions & { readonly json?: boolean }) => {
      const client = await connect(options);
      const result = await told(() => client.call("node_peers", {}));
      printResult(streams, options.json ?? false, result, () =>
        result.peers.length === 0
          ? ["none: network.peers of this node lists nobody"]
          : table(result.peers.flatMap((peer) => peerRows(peer))),
      );
    });
}

type Peer = ResultOf<"node_peers">["peers"][number];
type Row = readonly [string, string];

function peerRows(peer: Peer): readonly Row[] {
  return [
    [peer.name, peer.connected ? connectedText(peer) : disconnectedText(peer)],
    ["", peer.peerId],
  ];
}

function connectedText({ address, direction, since, bytesSent, bytesReceived, dropped }: Peer): string {
  const way = direction === "in" ? "from" : "to";
  const where = address === null ? "" : ` ${way} ${address}`;
  const from = since === null ? "" : ` since ${timeText(since)}`;
  const lost = dropped === 0 ? "" : `, ${dropped} messages dropped`;
  return `connected${where}${from}, ${bytesSent} bytes sent, ${bytesReceived} received${lost}`;
}

function disconnectedText({ address, lastFailure, bannedUntil }: Peer): string {
  const where = address === null ? "; its address is not in network.peers" : `, at ${address}`;
  const ban = bannedUntil === null ? "" : `; cut off for what it did, until ${timeText(bannedUntil)}`;
  const why = lastFailure === null ? "" : `: ${lastFailure}`;
  return `not connected${where}${ban}${why}`;
}
