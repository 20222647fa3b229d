// Two of four validators are away for a thousand view timers, and come back: no block meanwhile, and decisions again soon
// after the second's return, however long it took. Time is counted in views, since a busy machine is late for anything;
// in full measure by the clock too.
import assert from "node:assert/strict";
import { checkChains } from "./chains-agree.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";
import { Load } from "./load.ts";

const TIMERS = 1_000;
/** How many views may pass from the second's return until a decision. */
const VIEWS_MAX = 10;
/** And how many view timers, besides what the machine itself takes. */
const TIMERS_MAX = 10;

/** A way to be away, and the way back. */
export interface Absence {
  readonly leave: (network: TestNetwork, node: number) => Promise<void>;
  readonly comeBack: (network: TestNetwork, node: number) => Promise<void>;
}

/** The process ends, as an operator would end it, and is started again. */
export const STOPPED: Absence = {
  leave: async (network, node) => {
    assert.equal(await network.processes.stopNode(node), false, "it did not stop in time");
  },
  comeBack: async (network, node) => {
    await network.restart(node);
  },
};

/** The process is killed, and started again. */
export const KILLED: Absence = { ...STOPPED, leave: (network, node) => network.kill(node) };

/** The machine sleeps. */
export const ASLEEP: Absence = {
  leave: async (network, node) => network.pause(node),
  comeBack: async (network, node) => network.resume(node),
};

/**
 * Has two validators leave, and come back after a thousand view timers of `viewMs`.
 * @param byClock whether the time from the second's return until a decision is held against ten timers, and against what
 * ten transfers took before anybody left: so much is the machine's
 */
export function twoAway(viewMs: number, ways: readonly [Absence, Absence], byClock = false): Promise<void> {
  const flags = ["--consensus-tick-ms", `${Math.max(1, Math.floor(viewMs / 10))}`];
  return withNetwork({ viewMs: [viewMs, 8 * viewMs], flags }, async (network) => {
    const load = await Load.start(network);
    const beginsAt = performance.now();
    await load.more(10);
    const machineMs = performance.now() - beginsAt;
    // The primary is one of them: the others have to change views, and can't.
    const { view } = await network.pbft(0);
    const [first, second] = [view % 4, (view + 1) % 4];
    await ways[0].leave(network, first);
    await ways[1].leave(network, second);
    const left = network.awake;
    assert.equal(left.length, 2);
    // Whatever was under way is done.
    await network.until("the two that are left wait", async () =>
      (await Promise.all(left.map((node) => network.consensus(node)))).every(
        ({ phase }) => phase === "changingView",
      ),
    );
    const before = await network.heights(left);
    await network.holdsFor("no block is decided", TIMERS * viewMs, async () => {
      const now = await network.heights(left);
      return now.every((height, at) => height === before[at]);
    });
    await ways[0].comeBack(network, first);
    await ways[1].comeBack(network, second);
    // To be back is to be heard: how soon peers call each other again is theirs, and in no proportion to view timers. Three
    // of them may decide before all four are connected, and short views go by meanwhile: none of that is counted.
    await network.until("all are connected", () => network.areConnected());
    const views = await network.views(left);
    const from = performance.now();
    const atReturn = await network.heights(left);
    await network.until("a decision", async () => {
      const now = await network.heights(left);
      return now.some((height, at) => height > (atReturn[at] ?? 0));
    });
    const tookMs = performance.now() - from;
    const mostMs = TIMERS_MAX * viewMs + machineMs;
    assert.ok(!byClock || tookMs <= mostMs, `${tookMs} ms passed until a decision, at most ${mostMs} may`);
    const passed = Math.max(...(await network.views(left))) - Math.min(...views);
    assert.ok(passed <= VIEWS_MAX, `${passed} views passed until a decision`);
    await load.more(20);
    await load.stop();
    await checkChains(network, load.finals);
  });
}
