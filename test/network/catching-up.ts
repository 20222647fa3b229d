// A validator that was away for long fetches what it lacks from the others, while the chain grows, and takes part again.
import assert from "node:assert/strict";
import { checkChains } from "./chains-agree.ts";
import { withNetwork } from "./harness.ts";
import { Load } from "./load.ts";

const AWAY = 3;

/** Keeps a validator away until the others have made so many blocks. */
export function catchUp(blocks: number): Promise<void> {
  return withNetwork({}, async (network) => {
    const load = await Load.start(network);
    await load.more(5);
    await network.kill(AWAY);
    const [left = 0] = await network.heights([0]);
    await network.until(
      `${blocks} blocks are made`,
      async () => (await network.heights([0]))[0]! >= left + blocks,
      blocks * 1_000,
    );
    const before = load.finals.length;
    const back = await network.restart(AWAY);
    const [target = 0] = await network.heights([0]);
    assert.ok(target - back.height >= blocks - 1, `it came back with ${back.height} of ${target} blocks`);
    await network.reaches(AWAY, target);
    assert.ok(load.finals.length > before, "the chain stood still while it came back");
    // Without it there is no quorum any more: it votes.
    await network.kill(0);
    await load.more(5);
    await network.restart(0);
    await load.stop();
    await checkChains(network, load.finals);
  });
}
