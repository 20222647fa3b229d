// One round after another: all validators are killed at once under load, as by a power cut, and come back.
import assert from "node:assert/strict";
import { checkChains } from "./chains-agree.ts";
import { between } from "./conditions.ts";
import { withNetwork } from "./harness.ts";
import { FEW_AHEAD, Load } from "./load.ts";

/** Kills and restarts all validators so many times. */
export function crashAll(rounds: number): Promise<void> {
  return withNetwork({}, async (network) => {
    const load = await Load.start(network, { lanes: 2, ahead: FEW_AHEAD });
    const all = network.nodes.map((_, node) => node);
    for (let round = 0; round < rounds; round++) {
      await load.more(between(network.random, 1, 20));
      await Promise.all(all.map((node) => network.kill(node)));
      const told = Math.max(0, ...load.finals.map(({ height }) => height));
      const back = await Promise.all(all.map((node) => network.restart(node)));
      const heights = back.map(({ height }) => height);
      assert.ok(Math.max(...heights) >= told, `round ${round}: ${told} was told final, found ${heights}`);
      await load.more(1);
    }
    await load.stop();
    await checkChains(network, load.finals);
  });
}
