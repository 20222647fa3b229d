// A proposer that equivocates: a test build of the program, with its own store, libp2p and RPC, that shows two acceptors
// another block than the rest whenever it proposes. It is replaced each time and named in evidence, nobody's chain differs,
// and all that is submitted becomes final.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ResultOf } from "@witan/rpc";
import { checkChains } from "./chains-agree.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";
import { Load } from "./load.ts";
import type { Lies } from "./lying-network.ts";
import { peerOf } from "./scripted-peer.ts";
import { type Line, withWitan } from "./witan-process.ts";

/** Two proposers, four acceptors and an observer, by their places. */
const [LIAR, HONEST, ACCEPTORS, OBSERVER] = [0, 1, [2, 3, 4, 5], 6] as const;
const TURNS = 2;
const MEANWHILE = 8;

const COMMAND = {
  program: process.execPath,
  arguments: [
    "--disable-warning=ExperimentalWarning",
    fileURLToPath(new URL("./lying-node.ts", import.meta.url)),
  ],
};

type Evidence = ResultOf<"consensus_evidence">["evidence"];

async function evidenceAt(network: TestNetwork, node: number): Promise<Evidence> {
  return (await network.client(node).call("consensus_evidence", {})).evidence;
}

function kindsOf(evidence: Evidence): readonly (string | null)[] {
  return evidence.map((one) => ("kind" in one ? (one.kind ?? null) : null));
}

/** What `witan status` says of the members at a node. */
async function statusSays(network: TestNetwork, node: number): Promise<string> {
  return withWitan(async (start) => {
    const status = start("status", "--rpc", network.client(node).url);
    await status.ended();
    const { explain } = status.lines.at(-1) as Line & {
      readonly explain: { readonly sentences: readonly string[] };
    };
    return explain.sentences.join("\n");
  });
}

/** The other proposer is killed, so that the liar's turn comes again; and comes back. */
async function anotherTurn(network: TestNetwork, load: Load): Promise<void> {
  const [asked] = ACCEPTORS;
  const { round } = await network.fastPaxos(asked);
  await network.kill(HONEST);
  await network.until("the liar's turn has come and is over", async () => {
    const now = await network.fastPaxos(asked);
    return now.round >= round + 2;
  });
  await network.restart(HONEST);
  await load.more(MEANWHILE);
}

describe("a proposer that equivocates, as a process over real libp2p", function () {
  this.timeout(240_000);

  it("is replaced each time and named, no two nodes differ, and all that is submitted becomes final", () =>
    withNetwork(
      {
        ...{ fast: { proposers: 2, acceptors: 4 }, observers: 1, start: false, command: COMMAND },
        // Its rounds end since it lies, on a busy machine too: not since it is slow.
        viewMs: [2_000, 4_000],
      },
      async (network) => {
        const lies: Lies = { deceived: ACCEPTORS.slice(2).map((node) => peerOf(network, node).id) };
        writeFileSync(join(network.home(LIAR), "lies.json"), JSON.stringify(lies));
        await network.start();
        const load = await Load.start(network, { lanes: 2, through: [HONEST, ...ACCEPTORS, OBSERVER] });
        await load.more(MEANWHILE);
        for (const node of ACCEPTORS) {
          const { round, proposer } = await network.fastPaxos(node);
          assert.deepEqual([round > 0, proposer], [true, "p2"], network.nodes[node]?.name);
          assert.ok(kindsOf(await evidenceAt(network, node)).includes("two-blocks"));
        }
        for (let turn = 0; turn < TURNS; turn++) await anotherTurn(network, load);
        await load.stop();
        assert.match(
          await statusSays(network, ACCEPTORS[0]),
          /p1 .*misbehaved lately, as consensus_evidence says/,
        );
        await checkChains(network, load.finals, ["p1"]);

        const [, node] = ACCEPTORS;
        const before = await evidenceAt(network, node);
        assert.ok(
          new Set(before.map((one) => ("height" in one ? one.height : undefined))).size > 1,
          "it lied at several heights",
        );
        await network.kill(node);
        await network.restart(node);
        assert.deepEqual(await evidenceAt(network, node), before);
      },
    ));
});
