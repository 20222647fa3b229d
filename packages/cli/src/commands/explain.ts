// The command `witan explain`: in words what consensus waits for, in whose hands that is, and what to do; member by member.
import type { Command } from "commander";
import { type ConnectionOptions, connect, told, withConnection } from "../connection.ts";
import { examples } from "../examples.ts";
import { type Explanation, explanationRows } from "../explanation.ts";
import { printResult, type Streams, table } from "../output.ts";
import { timeText } from "../time.ts";

/** Adds the command `witan explain`. */
export function addExplainCommand(program: Command, streams: Streams): void {
  withConnection(program.command("explain"))
    .description("say in words what consensus waits for, in whose hands that is, and what to do about it")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nEach node tells what it sees itself: where something is wrong, ask several.\n" +
        examples([
          "witan explain",
          "witan explain --rpc http://10.0.0.1:9545 --token-file read.token --json",
        ]),
    )
    .action(async (options: ConnectionOptions & { readonly json?: boolean }) => {
      const client = await connect(options);
      const explanation = await told(() => client.call("consensus_explain", {}));
      printResult(streams, options.json ?? false, explanation, () => [
        ...table(explanationRows(explanation)),
        // In proof of work there are no members.
        ...(explanation.mode === "pow"
          ? []
          : ["", ...table(explanation.members.map((member) => memberRow(member)))]),
      ]);
    });
}

type Member = Exclude<Explanation, { readonly mode: "pow" }>["members"][number];

const STATES: Readonly<Record<Member["state"], string>> = {
  me: "this node",
  voted: "has done its part",
  silent: "connected, and what is waited for has not come from it",
  ready: "connected, and nothing is expected of it now",
  behind: "connected, and behind",
  disconnected: "not connected to this node",
  equivocating: "has contradicted itself or misbehaved: consensus_evidence holds what shows it",
};

function memberRow({ name, state, height, lastHeard }: Member): readonly [string, string] {
  const at = height === null ? "" : `, at height ${height}`;
  const heard = lastHeard === null ? "" : `, last heard of ${timeText(lastHeard)}`;
  return [name, `${STATES[state]}${at}${heard}`];
}
