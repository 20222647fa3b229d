// What operators watch: every number of a node's readings has its metric, by its name, and each kind of what the engine keeps.
import assert from "node:assert/strict";
import { keptMax } from "@witan/consensus";
import type { Node, NodeReadings } from "@witan/node";
import { NodeMetrics } from "../../packages/cli/src/running/metrics.ts";

const READINGS: NodeReadings = {
  ...{ height: 11, peers: 3, validators: 4, view: 2, quorum: 5, evidence: 6, pending: 7, pendingBytes: 8 },
  ...{ outputs: 9, behind: 10, syncBytes: 12 },
  kept: { ...keptMax(4, 32) },
};

describe("metrics of a node", () => {
  it("show its readings as they are when they are asked for", async () => {
    let { height } = READINGS;
    const metrics = new NodeMetrics();
    metrics.watch({ readings: () => ({ ...READINGS, height }) } as Node);
    height++;
    const lines = (await metrics.text()).split("\n");
    for (const line of [
      "witan_height 12",
      "witan_mempool_bytes 8",
      "witan_sync_behind_blocks 10",
      "witan_sync_held_bytes 12",
      ...Object.entries(READINGS.kept).map(
        ([kind, count]) => `witan_consensus_kept{kind="${kind}"} ${count}`,
      ),
    ])
      assert.ok(lines.includes(line), line);
  });
});
