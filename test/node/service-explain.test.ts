// `consensus_explain`: what it says and advises when a network is idle, a primary or others are gone, a node is behind, a
// member votes twice; always with names and numbers.
import assert from "node:assert/strict";
import { digestOf, type PbftMessage, signedMessageCodec } from "@witan/consensus";
import { chooseSign } from "@witan/crypto/node";
import {
  type BlockHash,
  bytesToHex,
  type Height,
  type MemberIndex,
  type Signature,
  sha256Hex,
  type View,
} from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import { keyOfName } from "../ledger/build.ts";
import { Cluster, membersOnly } from "./cluster.ts";
import { Purse } from "./purse.ts";
import { VIEW_MS } from "./seat.ts";

type Explained = Exclude<ResultOf<"consensus_explain">, { readonly mode: "pow" }>;

const sign = chooseSign();

/** What a node says now. */
async function explained(cluster: Cluster, name: string): Promise<Explained> {
  const said = await cluster.seat(name).call("consensus_explain", {});
  assert.ok(said.mode === "pbft");
  return said;
}

/** Waits until a node says so. */
async function until(cluster: Cluster, name: string, isSo: (said: Explained) => boolean): Promise<Explained> {
  let last: Explained | undefined;
  let asking = false;
  await cluster.world.until(`${name} explains it`, () => {
    if (!asking) {
      asking = true;
      explained(cluster, name).then((said) => {
        last = said;
        asking = false;
      });
    }
    return last !== undefined && isSo(last);
  });
  return last as Explained;
}

function stateOf({ members }: Explained, name: string): string | undefined {
  return members.find((member) => member.name === name)?.state;
}

function submit(cluster: Cluster, at: string, purse: Purse): void {
  const params = { transaction: bytesToHex(purse.pay().bytes) };
  cluster
    .seat(at)
    .call("transaction_submit", params)
    .catch(() => {});
}

describe("consensus_explain", () => {
  it("says of an idle network that nothing is amiss, and advises nothing", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    await cluster.pay("b", purse.pay());
    await cluster.agreed(1);
    await cluster.world.pass(3 * VIEW_MS);
    const said = await explained(cluster, "b");
    assert.deepEqual([said.waitingFor, said.phase, said.height, said.view], ["transactions", "idle", 2, 0]);
    assert.deepEqual(said.advice, []);
    assert.equal(said.nextTimeoutMs, null);
    assert.match(
      said.sentences[0] ?? "",
      /^Block 1 is final, made 0\.\d s ago\. Height 2 is decided by 4 members, of whom 3 must agree, in view 0 with a as primary; this node is b\.$/,
    );
    assert.match(said.sentences[1] ?? "", /Nothing is amiss: no transaction is pending/);
    assert.equal(said.sentences.length, 2);
    for (const { name, state, height, lastHeard } of said.members) {
      assert.equal(state, name === "b" ? "me" : "ready");
      assert.equal(height, 1);
      assert.equal(lastHeard === null, name === "b");
    }
    await cluster.finish();
  });

  it("names a primary that is gone, when it is given up and who comes next; then who asks for the view", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    cluster.seat("a").crash();
    await cluster.world.until(
      "it is missed",
      () => !cluster.seat("c").network.isConnected(cluster.seat("a").peerId),
    );
    submit(cluster, "c", purse);
    const said = await until(
      cluster,
      "c",
      ({ waitingFor, nextTimeoutMs }) => waitingFor === "proposal" && nextTimeoutMs !== null,
    );
    assert.deepEqual([said.proposer, said.proposalSeen, said.votes], ["a", false, { have: 0, needed: 3 }]);
    assert.equal(stateOf(said, "a"), "disconnected");
    assert.equal(stateOf(said, "d"), "ready");
    assert.ok(said.nextTimeoutMs !== null && said.nextTimeoutMs <= VIEW_MS);
    const text = said.sentences.join("\n");
    assert.match(
      text,
      /It waits for a's proposal: 1 transaction is pending, and no block has been proposed\./,
    );
    assert.match(text, /within 0\.\d s, this node gives up view 0 and asks for view 1 with b as primary\./);
    assert.match(text, /a \(last heard of .* ago.*\) is not connected to this node\./);
    assert.match(text, /3 of 4 members can be reached, just enough/);
    assert.match(said.advice[0] ?? "", /machine of a .*witan status/);
    assert.doesNotMatch(said.advice[0] ?? "", /last/, "the sentences say what failed last");
    // The next primary goes, too: now the rest can't begin any view.
    cluster.seat("b").crash();
    const stuck = await until(cluster, "c", ({ waitingFor, view }) => waitingFor === "peers" && view > 0);
    assert.match(stuck.sentences.join("\n"), /Only 2 of 4 members can be reached, this node among them/);
    assert.match(stuck.advice[0] ?? "", /Bring back at least 1 of a and b\./);
    assert.deepEqual(stuck.votes, { have: 2, needed: 3 });
    await cluster.startAll();
    await cluster.agreed(1);
    await cluster.finish();
  });

  it("names a follower that is gone, and goes on without it", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    cluster.seat("d").crash();
    await cluster.pay("b", purse.pay());
    const said = await explained(cluster, "b");
    assert.equal(said.waitingFor, "transactions");
    assert.match(said.sentences[1] ?? "", /^It waits for transactions only: no transaction is pending/);
    assert.equal(stateOf(said, "d"), "disconnected");
    assert.match(said.sentences.join("\n"), /d \(.*\) is not connected to this node/);
    assert.match(said.advice.join("\n"), /machine of d/);
    await cluster.startAll();
    await cluster.finish();
  });

  it("tells whose votes are missing while a block has been proposed", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    // c and d hear no votes and say none; lines are up.
    for (const name of ["c", "d"])
      cluster.seat(name).taps.send = (_to, channel, bytes) => (channel === "consensus" ? undefined : bytes);
    await cluster.world.pass(3 * VIEW_MS);
    submit(cluster, "a", purse);
    const said = await until(cluster, "b", ({ waitingFor }) => waitingFor === "prepares");
    assert.deepEqual([said.votes, said.proposer, said.proposalSeen], [{ have: 2, needed: 3 }, "a", true]);
    assert.deepEqual(
      said.members.map(({ state }) => state),
      ["voted", "me", "silent", "silent"],
    );
    const text = said.sentences.join("\n");
    assert.match(
      text,
      /a has proposed a block; it has 2 of the 3 PREPAREs that it needs \(a and b\); missing: c and d\./,
    );
    assert.match(
      text,
      /c \(last heard of .*\) and d \(last heard of .*\) are connected, and what is waited for has not come\./,
    );
    assert.ok(
      said.advice.some((one) => one.startsWith("Look at c: it is connected, and says nothing at all")),
      said.advice.join("\n"),
    );
    const asked = await until(
      cluster,
      "b",
      ({ waitingFor, votes }) => waitingFor === "view-changes" && votes.have === 2,
    );
    assert.match(asked.sentences.join("\n"), /View 1 is asked for.*2 of the 3 members.*missing: c and d/);
    for (const name of ["c", "d"]) Object.assign(cluster.seat(name).taps, { send: undefined });
    await cluster.agreed(1);
    await cluster.finish();
  });

  it("says of a node that is behind how far it is, at that node and at the others", async () => {
    const cluster = await Cluster.start();
    const purse = new Purse(cluster);
    cluster.seat("c").crash();
    const transfers = purse.chain();
    for (let count = 0; count < 4; count++) await cluster.pay("a", transfers.next().value);
    for (const { taps } of cluster.seats) {
      taps.answer = async () => undefined;
      taps.send = (_to, channel, bytes) => (channel === "bulk" ? undefined : bytes);
    }
    await cluster.seat("c").start();
    const own = await until(cluster, "c", ({ waitingFor }) => waitingFor === "sync");
    assert.match(own.sentences.join("\n"), /Members have blocks up to 4; this node is at 0 and fetches them/);
    assert.match(own.advice[0] ?? "", /node_peers/);
    const other = await until(cluster, "a", (said) => stateOf(said, "c") === "behind");
    assert.match(other.sentences.join("\n"), /c \(at height 0, 4 blocks back\) is behind/);
    for (const { taps } of cluster.seats) Object.assign(taps, { answer: undefined, send: undefined });
    await cluster.agreed(4);
    assert.equal(stateOf(await until(cluster, "a", (said) => stateOf(said, "c") !== "behind"), "c"), "ready");
    await cluster.finish();
  });

  it("names a member that votes twice, with what to do about its key", async () => {
    const cluster = await Cluster.start();
    const liar = cluster.seat("d");
    liar.honest = false;
    const { chainId } = cluster.chain;
    for (const content of [1, 2]) {
      const blockHash = sha256Hex(new Uint8Array(content)) as BlockHash;
      const [membership, view, height] = [1 as Height, 0 as View, 1 as Height];
      const message: PbftMessage = { kind: "prepare", membership, view, height, blockHash };
      const signature = sign(digestOf(chainId, message), keyOfName("d voting").secretKey) as Signature;
      const bytes = signedMessageCodec.encode({ sender: 3 as MemberIndex, message, signature });
      liar.network.send(cluster.seat("b").peerId, "consensus", bytes);
    }
    const said = await until(cluster, "b", (one) => stateOf(one, "d") === "equivocating");
    assert.match(said.sentences.join("\n"), /d \(.*\) has voted twice lately, which signatures prove\./);
    assert.match(said.advice.join("\n"), /voting key of d.*consensus_evidence.*witan governance propose/);
    await cluster.finish();
  });

  it("tells an observer what it can see", async () => {
    const cluster = await Cluster.start({ seats: [...membersOnly(), { name: "watcher" }] });
    const purse = new Purse(cluster);
    await cluster.pay("watcher", purse.pay());
    await cluster.agreed(1);
    const said = await explained(cluster, "watcher");
    assert.match(said.sentences[0] ?? "", /this node only watches/);
    assert.equal(said.waitingFor, "transactions");
    assert.ok(said.members.every(({ state }) => state === "ready"));
    // One member that tells it of blocks is enough.
    cluster.cut("watcher", "a", "b", "c");
    const few = await until(cluster, "watcher", (one) => stateOf(one, "c") === "disconnected");
    assert.equal(few.waitingFor, "transactions");
    cluster.cut("watcher", "d");
    const alone = await until(cluster, "watcher", ({ waitingFor }) => waitingFor === "peers");
    assert.match(alone.sentences.join("\n"), /No member can be reached from here/);
    assert.match(alone.advice[0] ?? "", /network\.peers/);
    cluster.heal("watcher", "a", "b", "c", "d");
    await cluster.finish();
  });
});
