// One round after another, of BP Fast Paxos: the trusted proposer, an acceptor, or both are killed at a random moment under
// load, and come back. The others go on without them; nothing final is lost.
import assert from "node:assert/strict";
import { between } from "./conditions.ts";
import type { TestNetwork } from "./harness.ts";
import type { Load } from "./load.ts";

/** How many transfers must become final while some are away. */
const MEANWHILE = 6;
/** How many rounds of the protocol may pass then: one for the proposer, a few more where the machine is slower than timers. */
const ROUNDS_MAX = 10;

/** Who is killed, by turns. */
const WHO = ["the trusted proposer", "an acceptor", "both"] as const;

/** The place of the proposer that acceptors trust now. */
export async function trusted(network: TestNetwork): Promise<number> {
  const { proposer } = await network.fastPaxos(network.awake.find((node) => isAcceptor(network, node)) ?? 0);
  return network.nodes.findIndex(({ name }) => name === proposer);
}

/** Kills some and starts them again, so many times. */
export async function crashFast(network: TestNetwork, load: Load, times: number): Promise<void> {
  const { random } = network;
  const acceptors = network.nodes.flatMap((_, node) => (isAcceptor(network, node) ? [node] : []));
  for (let time = 0; time < times; time++) {
    const who = WHO[time % WHO.length];
    await load.more(between(random, 1, 12));
    const proposer = await trusted(network);
    const acceptor = acceptors[between(random, 0, acceptors.length - 1)] ?? 0;
    const victims = who === "both" ? [proposer, acceptor] : [who === "an acceptor" ? acceptor : proposer];
    const names = victims.map((node) => network.nodes[node]?.name).join(" and ");
    const before = await roundOf(network);
    await Promise.all(victims.map((node) => network.kill(node)));
    await load.more(MEANWHILE);
    const passed = (await roundOf(network)) - before;
    assert.ok(passed <= ROUNDS_MAX, `time ${time}: ${passed} rounds passed without ${names}`);
    // On a slow machine the dead one's turn may come again, and is over as soon as nothing is decided in it.
    if (who !== "an acceptor")
      await network.until(
        `time ${time}: another than ${names}, who is dead, is trusted`,
        async () => (await trusted(network)) !== proposer,
      );
    const height = Math.max(...(await network.heights()));
    for (const node of victims) {
      const ready = await network.restart(node);
      assert.ok(ready.height > 0, `time ${time}: ${network.nodes[node]?.name} has lost its chain`);
    }
    for (const node of victims) await network.reaches(node, height);
  }
}

/** The highest round that an acceptor is in. */
async function roundOf(network: TestNetwork): Promise<number> {
  const acceptors = network.awake.filter((node) => isAcceptor(network, node));
  return Math.max(
    ...(await Promise.all(acceptors.map((node) => network.fastPaxos(node)))).map(({ round }) => round),
  );
}

/** Members are named p1, p2 and so on, a1 and so on. */
function isAcceptor(network: TestNetwork, node: number): boolean {
  return network.nodes[node]?.name.startsWith("a") === true;
}
