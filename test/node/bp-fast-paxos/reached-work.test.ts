// A network that is started again in any order: the proposer waits for a quorum of acceptors before it makes a block, and
// their timers wait as well, so that it is not replaced for having been started first, or last.
import assert from "node:assert/strict";
import type { PeerId } from "@witan/primitives";
import { ReachedWork } from "../../../packages/node/src/consensus/bp-fast-paxos/reached-work.ts";
import type { Work } from "../../../packages/node/src/pool/work-watch.ts";
import { AA, BB, CC, membership, P } from "../../consensus/bp-fast-paxos/probe.ts";
import { Cluster } from "../cluster.ts";
import { VIEW_MS } from "../seat.ts";
import { MEMBERS } from "./fast-paxos.ts";

const EMPTY_MS = 10_000;
const DRIFT_MS = 2_000;

/** How long somebody waits for the next to be started: far more than a timer, and than clocks may differ. */
const BETWEEN_MS = 30 * VIEW_MS;

function peer(member: number): PeerId {
  const { peerId } = membership.members[member] ?? assert.fail();
  return peerId;
}

describe("a network of BP Fast Paxos that is started again while an empty block is due", () => {
  for (const isFirst of [true, false])
    it(`keeps its proposer, which is started ${isFirst ? "first" : "last"}`, async () => {
      const seats = MEMBERS.map((name) => ({ name }));
      const parameters = { emptyBlockIntervalMs: EMPTY_MS, clockDriftMs: DRIFT_MS };
      const cluster = await Cluster.start({ mode: "bp-fast-paxos", seats, genesis: { parameters } });
      await cluster.agreed(1, 2 * EMPTY_MS);
      await cluster.powerCut();
      await cluster.world.pass(2 * EMPTY_MS);
      // As many as make no quorum, and then the rest together: a proposer that stays away is rightly replaced.
      for (const name of isFirst ? ["p", "a"] : ["a", "b"]) {
        await cluster.seat(name).start();
        await cluster.world.pass(BETWEEN_MS);
      }
      await cluster.startAll();
      await cluster.agreed(2);
      const rounds = cluster.seats.map(({ node }) => node.readings().view);
      assert.deepEqual(
        rounds,
        rounds.map(() => 0),
        "it was replaced",
      );
      await cluster.finish();
    });
});

describe("work that is told to an engine", () => {
  it("counts only while a quorum of acceptors is connected, oneself among them if one is", () => {
    for (const [self, needed] of [
      [P, [AA, BB, CC]],
      [AA, [BB, CC]],
    ] as const) {
      const connected = new Set<PeerId>([peer(P)]);
      const told: Work[] = [];
      const work = new ReachedWork({
        network: { self: peer(self), isConnected: (id) => connected.has(id) },
        membership: () => membership,
        quorum: () => 3,
        onChange: (one) => told.push(one),
      });
      work.changed({ pending: true, overdue: false });
      for (const member of needed) {
        work.look();
        assert.deepEqual(told, []);
        connected.add(peer(member));
      }
      work.look();
      work.look();
      assert.deepEqual(told, [{ pending: true, overdue: false }]);
      connected.delete(peer(CC));
      work.changed({ pending: true, overdue: true });
      assert.deepEqual(told.at(-1), { pending: false, overdue: false });
      connected.add(peer(CC));
      work.look();
      assert.deepEqual(told.slice(2), [{ pending: true, overdue: true }]);
    }
  });
});
