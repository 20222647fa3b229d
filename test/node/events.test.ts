// The events of a node: what each topic tells, that cursors go on without gaps or doubles, and what is said where
// something is lost.
import assert from "node:assert/strict";
import { formatAddress } from "@witan/crypto";
import { bytesToHex, type Timestamp } from "@witan/primitives";
import { RpcError } from "@witan/rpc";
import { GENESIS_TIME, keyOfName } from "../ledger/build.ts";
import { Cluster } from "./cluster.ts";
import { Follower, finalsOf } from "./follower.ts";
import { Purse } from "./purse.ts";
import { VIEW_MS } from "./seat.ts";

describe("events of a node", () => {
  let cluster: Cluster;
  let purse: Purse;

  beforeEach(async () => {
    cluster = await Cluster.start();
    purse = new Purse(cluster);
  });
  afterEach(() => cluster.finish());

  const follow = (params: ConstructorParameters<typeof Follower>[1], at = "a") =>
    new Follower(cluster.world, params).open(cluster.seat(at));

  it("tell of blocks: each height once, ascending, as the chain has them", async () => {
    await cluster.pay("a", purse.pay());
    const blocks = follow({ to: "blocks" });
    for (let round = 0; round < 3; round++) await cluster.pay("b", purse.pay());
    await cluster.agreed();
    await blocks.drain();
    const { height } = cluster.seat("a");
    const heights = Array.from({ length: height - 1 }, (_, at) => at + 2);
    assert.deepEqual(
      blocks.of("block").map((event) => event.height),
      heights,
    );
    const last = blocks.of("block").at(-1);
    const head = await cluster.seat("a").call("chain_block", { height });
    assert.deepEqual(
      [last?.hash, last?.timestamp, last?.transactions],
      [head.hash, head.header.timestamp, head.transactions.length],
    );
    const { members } = await cluster.seat("a").call("consensus_membership", { height });
    assert.equal(last?.proposer, members[head.header.proposer]?.name);
  });

  it("tell of a transaction that it is pending, then that it is final; the reward is only final", async () => {
    const all = follow({ to: "transactions" });
    const paid = purse.pay();
    await cluster.pay("a", paid);
    await all.drain();
    assert.deepEqual(all.types, ["admitted", "final", "final"]);
    assert.deepEqual(all.told[0]?.event, { type: "admitted", transaction: paid.id });
    assert.deepEqual(all.of("final"), await finalsOf(cluster.seat("a")));
    assert.equal(await all.read(), 0);
    const { calls } = all;
    await cluster.pay("a", purse.pay());
    assert.equal(all.calls, calls + 1, "it is told once that there is more");
  });

  it("tell of those that are named by id or address, and of no others", async () => {
    const wanted = purse.pay();
    const other = new Purse(cluster, "bob").pay();
    const prefix = cluster.chain.genesis.addressPrefix;
    const addressOf = (name: string) => formatAddress(prefix, keyOfName(name).policyHash);
    const byId = follow({ to: "transactions", transactions: [wanted.id] });
    const ofAlice = follow({ to: "transactions", addresses: [addressOf("alice")] });
    const ofBob = follow({ to: "transactions", addresses: [addressOf("bob")] });
    const ofCarol = follow({ to: "transactions", addresses: [addressOf("carol")], transactions: [other.id] });
    for (const transaction of [wanted, other]) await cluster.pay("a", transaction);
    const named = async (follower: Follower) => {
      await follower.drain();
      return follower.told.map(({ event }) => [event.type, "transaction" in event ? event.transaction : ""]);
    };
    const both = (id: string) => [
      ["admitted", id],
      ["final", id],
    ];
    assert.deepEqual(await named(byId), both(wanted.id));
    assert.deepEqual(await named(ofAlice), both(wanted.id));
    // Alice pays Bob, and Bob gives himself change.
    assert.deepEqual(await named(ofBob), [...both(wanted.id), ...both(other.id)]);
    assert.deepEqual(await named(ofCarol), both(other.id));
  });

  it("tell of those that are named by id though they were final before, and of others from then on", async () => {
    const [before, later] = [purse.pay(), purse.pay()];
    await cluster.pay("a", before);
    const both = { to: "transactions", transactions: [later.id, before.id] } as const;
    const [byId, all] = [follow(both), follow({ to: "transactions" })];
    const finalIn = async (follower: Follower) => {
      await follower.drain();
      return follower.of("final").map(({ transaction }) => transaction);
    };
    assert.deepEqual(await finalIn(byId), [before.id]);
    assert.deepEqual(await finalIn(all), []);
    await cluster.pay("a", later);
    assert.deepEqual(await finalIn(byId), [before.id, later.id]);
    assert.ok((await finalIn(all)).includes(later.id));
    const again = follow({ ...both, after: byId.told.at(-1)?.cursor ?? "" });
    assert.deepEqual(await finalIn(again), []);
  });

  it("tell what the mempool drops and what a later block has made impossible", async () => {
    const soon = (GENESIS_TIME + 5_000) as Timestamp;
    const gone = purse.pay(1n, { validUntil: soon });
    const coin = purse.take();
    const first = purse.spend(coin, 1n);
    const second = purse.spend(coin, 2n);
    // At d nobody hears of what is submitted there but d itself.
    cluster.cut("d", "a", "b", "c");
    const all = follow({ to: "transactions" }, "d");
    for (const { bytes } of [gone, second])
      await cluster
        .seat("d")
        .call("transaction_submit", { transaction: bytesToHex(bytes) })
        .catch(() => {});
    await cluster.world.until("both are pending", () => cluster.seat("d").node.readings().pending === 2);
    await cluster.world.pass(6_000);
    await cluster.pay("a", first);
    cluster.heal("d", "a", "b", "c");
    await cluster.agreed(1);
    await all.drain();
    const { height } = cluster.seat("d");
    assert.deepEqual(all.of("expired"), [{ type: "expired", transaction: gone.id, height }]);
    const [evicted] = all.of("evicted");
    assert.equal(evicted?.transaction, second.id);
    assert.equal(evicted?.code, "conflict");
    assert.equal(evicted?.possibleUntil, null);
    const order = all.types;
    assert.ok(order.indexOf("final") < order.indexOf("expired"), `the block comes first: ${order}`);
  });

  it("tell of what has waited in vain that others may have it, as long as it is valid", async () => {
    const all = follow({ to: "transactions" });
    const orphan = purse.spend(purse.changeOf(purse.pay()));
    const outcome = await cluster.submit("a", orphan);
    assert.ok(outcome.status === "rejected" && outcome.code === "input-missing", JSON.stringify(outcome));
    await all.drain();
    const [evicted] = all.of("evicted");
    assert.ok(orphan.body.kind === "transfer");
    assert.deepEqual(
      [evicted?.transaction, evicted?.code, evicted?.possibleUntil],
      [orphan.id, "input-missing", orphan.body.validUntil],
    );
  });

  it("go on exactly from a cursor of this run, what was in memory included", async () => {
    const all = follow({ to: "transactions" });
    await cluster.pay("a", purse.pay());
    await all.drain();
    all.close();
    const paid = [purse.pay(), purse.pay()];
    for (const transaction of paid) await cluster.pay("a", transaction);
    await all.open(cluster.seat("a")).drain(1);
    assert.deepEqual(all.of("gap"), []);
    assert.deepEqual(
      all
        .of("admitted")
        .slice(1)
        .map((event) => event.transaction),
      paid.map(({ id }) => id),
    );
    assert.deepEqual(all.of("final"), await finalsOf(cluster.seat("a")));
    // From each cursor on exactly what came behind it.
    for (const [at, { cursor }] of all.told.entries()) {
      const again = new Follower(cluster.world, { to: "transactions" });
      again.cursor = cursor;
      await again.open(cluster.seat("a")).drain(2);
      assert.deepEqual(again.told, all.told.slice(at + 1), `behind event ${at}`);
    }
  });

  it("tell a gap after a restart or at another node, then all that is final behind the cursor", async () => {
    const all = follow({ to: "transactions" });
    const blocks = follow({ to: "blocks" });
    await cluster.pay("a", purse.pay());
    await all.drain();
    await blocks.drain();
    all.close();
    blocks.close();
    await cluster.seat("a").stop();
    for (let round = 0; round < 2; round++) await cluster.pay("b", purse.pay());
    await cluster.seat("a").start();
    await cluster.agreed(3);
    await all.open(cluster.seat("a")).drain();
    await blocks.open(cluster.seat("a")).drain();
    assert.deepEqual(all.of("gap"), [
      { type: "gap", fromHeight: 1, lost: ["admitted", "evicted", "expired"] },
    ]);
    assert.deepEqual(all.of("final"), await finalsOf(cluster.seat("a")));
    assert.deepEqual(all.types.slice(3, 4), ["gap"]);
    assert.deepEqual(blocks.types, ["block", "block", "block"], "of blocks nothing is lost");
    await all.open(cluster.seat("c")).drain();
    assert.equal(all.of("gap").length, 2);
    assert.deepEqual(all.of("final"), await finalsOf(cluster.seat("a")), "nothing twice");
  });

  it("wait at a node that is behind until it has what the subscriber has heard of", async () => {
    cluster.cut("d", "a", "b", "c");
    const all = follow({ to: "transactions" });
    for (let round = 0; round < 2; round++) await cluster.pay("a", purse.pay());
    await all.drain();
    await all.open(cluster.seat("d")).drain();
    assert.equal(all.types.at(-1), "gap");
    cluster.heal("d", "a", "b", "c");
    await cluster.agreed(2);
    await all.drain();
    await cluster.pay("a", purse.pay());
    await cluster.agreed(3);
    await all.drain();
    assert.deepEqual(all.of("final"), await finalsOf(cluster.seat("a")));
  });

  it("find few transactions in a long chain by where they are", async () => {
    const wanted = [purse.pay(), purse.pay(), purse.pay()];
    const named = new Follower(cluster.world, {
      to: "transactions",
      transactions: wanted.map(({ id }) => id).reverse(),
    }).open(cluster.seat("a"));
    named.close();
    for (const transaction of wanted) {
      await cluster.pay("a", purse.pay());
      await cluster.pay("a", transaction);
    }
    await cluster.seat("a").stop();
    await cluster.seat("a").start();
    await cluster.connected();
    for (let round = 0; round < 4; round++) await named.open(cluster.seat("a")).read(1);
    await named.drain();
    assert.deepEqual(
      named.of("final").map(({ transaction }) => transaction),
      wanted.map(({ id }) => id),
    );
  });

  it("refuse cursors that are none, of another chain, or from what has not happened", async () => {
    const all = follow({ to: "transactions" });
    const cursor = all.cursor ?? "";
    const wrong = ["nothing", `ffffffff${cursor.slice(8)}`, cursor.replace(/^(\w+\.\w+)\.0\./, "$1.zz.")];
    for (const after of wrong)
      assert.throws(
        () => cluster.seat("a").node.events.open({ to: "blocks", after }, () => {}),
        (error) => error instanceof RpcError && error.reason === "cursor-invalid",
        after,
      );
    assert.throws(
      () => cluster.seat("a").node.events.open({ to: "transactions", addresses: ["wtn1qqq"] }, () => {}),
      (error) => error instanceof RpcError && error.reason === "address-invalid",
    );
  });

  it("tell of consensus: views, phases with who voted, and blocks with who signed", async () => {
    const live = follow({ to: "consensus" }, "b");
    await live.drain();
    assert.deepEqual(live.types, ["view", "phase"], "where it stands is told at once");
    await cluster.pay("a", purse.pay());
    await cluster.agreed(1);
    await live.drain();
    const [block] = live.of("final-block");
    assert.equal(block?.height, 1);
    assert.equal(block?.view, 0);
    assert.ok((block?.signers.length ?? 0) >= 3);
    assert.ok(typeof block?.tookMs === "number");
    const phases = live.of("phase").map(({ phase }) => phase);
    const turns = phases.filter((phase, at) => phase !== phases[at - 1]);
    assert.deepEqual(turns.slice(0, 4), ["idle", "proposed", "prepared", "deciding"]);
    const deciding = live.of("phase").findLast(({ phase }) => phase === "deciding");
    assert.ok((deciding?.commits.length ?? 0) >= 3, "those who voted are named");
    assert.equal(live.of("view")[0]?.proposer, "a");
    cluster.seat("a").crash();
    const { clock } = cluster.world;
    const crashedMs = clock.passedMs;
    await cluster.pay("b", purse.pay());
    const passedMs = clock.passedMs - crashedMs;
    await live.drain();
    const took = live.of("final-block").find(({ height }) => height === 2)?.tookMs ?? 0;
    assert.ok(passedMs >= VIEW_MS, "the view had to be given up first");
    assert.ok(took >= VIEW_MS && took <= passedMs, `${took} ms: the lost view counts`);
    const changed = live.of("view").find(({ height, view }) => height === 2 && view > 0);
    assert.equal(changed?.proposer, "b");
    assert.ok(
      live.of("phase").some(({ phase, viewChanges }) => phase === "changingView" && viewChanges.length > 0),
    );
    live.close();
    await cluster.startAll();
    await cluster.connected();
    await live.open(cluster.seat("a")).drain();
    await cluster.pay("b", purse.pay());
    await cluster.agreed();
    await live.drain();
    assert.deepEqual(live.of("gap"), [{ type: "gap", fromHeight: 2, lost: ["consensus"] }]);
    assert.deepEqual(
      live.of("final-block").map(({ height }) => height),
      [1, 2, 3],
    );
  });
});
