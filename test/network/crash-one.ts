// One round after another: any one validator is killed at a random moment under load, and comes back.
import assert from "node:assert/strict";
import { checkChains } from "./chains-agree.ts";
import { between } from "./conditions.ts";
import { withNetwork } from "./harness.ts";
import { FEW_AHEAD, Load } from "./load.ts";

/** How many transfers must become final while one validator is away. */
const MEANWHILE = 6;
/** How many views may pass then: one if it was the primary, a few more where the machine is slower than the timers. */
const VIEWS_MAX = 10;

/** Kills and restarts one validator so many times. */
export function crashOne(rounds: number): Promise<void> {
  return withNetwork({}, async (network) => {
    const { random } = network;
    const load = await Load.start(network, { lanes: 2, ahead: FEW_AHEAD });
    for (let round = 0; round < rounds; round++) {
      const victim = between(random, 0, network.nodes.length - 1);
      await load.more(between(random, 1, 20));
      await network.kill(victim);
      const before = await network.views();
      await load.more(MEANWHILE);
      const others = await network.heights();
      const passed = Math.max(...(await network.views())) - Math.min(...before);
      assert.ok(passed <= VIEWS_MAX, `round ${round}: ${passed} views passed before the others went on`);
      const { height } = await network.restart(victim);
      assert.ok(height > 0, `round ${round}: it has lost its chain`);
      await network.reaches(victim, Math.max(...others));
    }
    await load.stop();
    await checkChains(network, load.finals);
    assert.ok(load.finals.length > rounds * MEANWHILE);
  });
}
