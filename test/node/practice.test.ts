// What goes wrong in practice (protocols/pbft.md), where it takes a host: each test is named after its item there. Those that
// are the engine's alone are in test/consensus/practice.test.ts.
import assert from "node:assert/strict";
import { signedMessageCodec } from "@witan/consensus";
import { requestCodec } from "../../packages/node/src/wire.ts";
import { memberOf } from "../ledger/build.ts";
import { Cluster, membersOnly } from "./cluster.ts";
import { Purse } from "./purse.ts";

/** What members have said in votes so far, as `c viewChange`; and COMMITs to all but one, or to all, are dropped until `end`. */
class Overheard {
  readonly #said = new Set<string>();
  #isDropping = true;

  constructor(cluster: Cluster, hears?: string) {
    for (const { name, taps } of cluster.seats)
      taps.send = (to, channel, bytes) => {
        const read = channel === "consensus" ? signedMessageCodec.decode(bytes) : undefined;
        if (read?.ok !== true) return bytes;
        const { kind } = read.value.message;
        this.#said.add(`${name} ${kind}`);
        const isHeard = hears !== undefined && to === cluster.seat(hears).peerId;
        return kind === "commit" && this.#isDropping && !isHeard ? undefined : bytes;
      };
  }

  /** Whether each of them has said a message of this kind. */
  haveSaid(kind: "commit" | "viewChange", ...names: readonly string[]): boolean {
    return names.every((name) => this.#said.has(`${name} ${kind}`));
  }

  end(): void {
    this.#isDropping = false;
  }
}

const fifth = { kind: "addMember", member: memberOf("e") } as const;

describe("PBFT, what goes wrong in practice, at nodes", () => {
  it("a new primary without the forced block's body asks those who prepared it, and has it decided", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    const [old, next] = [cluster.seat("a"), cluster.seat("b")];
    const votes = new Overheard(cluster);
    // No body of any kind reaches the next primary.
    let isStarved = true;
    next.taps.receive = (_from, channel) => !(isStarved && channel === "bulk");
    for (const { taps } of [old, cluster.seat("c"), cluster.seat("d")])
      taps.answer = async (from, _bytes, honest) =>
        isStarved && from === next.peerId ? undefined : honest();
    const fate = cluster.submit("c", purse.pay());
    await cluster.world.until("the others are prepared", () => votes.haveSaid("commit", "a", "c", "d"));
    assert.ok(!votes.haveSaid("commit", "b"));
    old.crash();
    votes.end();
    await cluster.world.until("its view begins", () => next.node.readings().view === 1);
    const asked = new Set<string>();
    next.taps.asked = (to, bytes) => {
      const request = requestCodec.decode(bytes);
      if (request.ok && request.value.kind === "body") asked.add(`${request.value.hash} of ${to}`);
    };
    // It can't propose what it has not got, and proposes nothing else.
    await cluster.world.until("it asks one that prepared it", () => asked.size > 0);
    assert.deepEqual([next.height, cluster.seat("c").height], [0, 0]);
    isStarved = false;
    assert.equal((await fate).status, "final");
    const { hash, header } = await cluster.seat("d").call("chain_block", { height: 1, transactions: "ids" });
    assert.deepEqual(
      [...asked].map((one) => one.split(" ")[0]),
      [...asked].map(() => hash),
    );
    assert.equal(header.proposer, 0);
    assert.equal(next.node.readings().view, 1);
    await old.start();
    await cluster.finish();
  });

  it("membership that changes in the middle of a view change: the old members decide it, the new what follows", async () => {
    const cluster = await Cluster.start({ seats: [...membersOnly(), { name: "e" }] });
    const purse = new Purse(cluster);
    const votes = new Overheard(cluster);
    const fate = cluster.submit("b", purse.ledger.governance(fifth, ["a", "b", "c"], 0));
    await cluster.world.until("all are prepared", () => votes.haveSaid("commit", "a", "b", "c", "d"));
    cluster.seat("a").crash();
    const left = ["b", "c", "d"];
    await cluster.world.until("the view is left", () => votes.haveSaid("viewChange", ...left));
    votes.end();
    assert.equal((await fate).status, "final");
    // Decided in the next view by three of four: there is no fifth yet.
    const { certificate } = await cluster.seat("c").call("chain_block", { height: 1, transactions: "ids" });
    assert.ok(certificate?.kind === "pbft");
    assert.deepEqual([certificate.membership, certificate.view, certificate.signatures.length], [1, 1, 3]);
    // Views begin anew, with a again, and it takes four of five.
    await cluster.pay("e", purse.pay());
    const status = await cluster.seat("e").call("consensus_status", {});
    assert.ok(status.mode === "pbft");
    assert.deepEqual([status.membership, status.quorum, status.me, status.view], [2, 4, "e", 1]);
    await cluster.seat("a").start();
    await cluster.finish();
  });

  it("membership that changed at one, while others are still changing their view among the old members", async () => {
    const cluster = await Cluster.start({ seats: [...membersOnly(), { name: "e" }] });
    const purse = new Purse(cluster);
    const ahead = cluster.seat("c");
    const votes = new Overheard(cluster, "c");
    // What it has decided it tells nobody.
    const others = cluster.seats.filter((seat) => seat !== ahead);
    for (const { taps } of others) taps.receive = (from) => from !== ahead.peerId || ahead.height === 0;
    const fate = cluster.submit("b", purse.ledger.governance(fifth, ["a", "b", "c"], 0));
    await cluster.world.until("one has decided", () => ahead.height === 1);
    cluster.cut("c", "a", "b", "d", "e");
    for (const { taps } of others) taps.receive = undefined;
    cluster.seat("a").crash();
    votes.end();
    await cluster.world.until("the others ask for a view", () => votes.haveSaid("viewChange", "b", "d"));
    assert.deepEqual([cluster.seat("b").height, cluster.seat("d").height], [0, 0]);
    const stands = async (name: string) => {
      const status = await cluster.seat(name).call("consensus_status", {});
      assert.ok(status.mode === "pbft");
      return [status.membership, status.quorum, status.height];
    };
    assert.deepEqual(
      [await stands("b"), await stands("c")],
      [
        [1, 3, 1],
        [2, 4, 2],
      ],
    );
    cluster.heal("c", "a", "b", "d", "e");
    assert.equal((await fate).status, "final");
    await cluster.pay("e", purse.pay());
    for (const { name } of cluster.running) assert.deepEqual((await stands(name)).slice(0, 2), [2, 4], name);
    await cluster.seat("a").start();
    await cluster.finish();
  });
});
