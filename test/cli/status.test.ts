// `witan status` and `witan explain` against a node: what is printed, in the words of each mode, and with which exit code.
import assert from "node:assert/strict";
import type { ResultOf } from "@witan/rpc";
import { SAMPLES } from "../rpc/samples.ts";
import { FakeNode } from "./fake-node.ts";
import { lastJson, witan } from "./run.ts";

let node: FakeNode;
beforeEach(async () => {
  node = await FakeNode.start();
});
afterEach(() => FakeNode.stopAll());

describe("witan status", () => {
  it("tells people in words what a node is doing", async () => {
    node.instead.node_health = async () => ({ fit: true, reasons: [] });
    const ran = await witan("status", "--rpc", node.url);
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /node +v1, validator, witan\/0\.1\.0, at http/);
    assert.match(ran.out, /block +7 of .*, fetching blocks up to 9/);
    assert.match(ran.out, /deciding +height \d+, view \d+, primary /);
    assert.match(ran.out, /health +fit to serve\n/);
  });

  it("has exit code 1 where the node is not fit, and says why", async () => {
    node.instead.node_health = async () => ({
      fit: false,
      reasons: [{ reason: "no-quorum", message: "two are gone" }],
    });
    const ran = await witan("status", "--rpc", node.url);
    assert.equal(ran.code, 1);
    assert.match(ran.out, /health +not fit to serve:\n +no-quorum: two are gone\n/);
    const json = lastJson(await witan("status", "--rpc", node.url, "--json"));
    assert.deepEqual(Object.keys(json), ["rpc", "node", "health", "consensus", "explain"]);
  });

  it("says in words what consensus waits for, and what to do", async () => {
    const { result } = SAMPLES.consensus_explain;
    const explained = { ...result, sentences: ["It waits for v3.", "v3 is away."], advice: ["Wake v3."] };
    node.instead.consensus_explain = async () => explained;
    const { out } = await witan("status", "--rpc", node.url);
    assert.match(out, /\nin words +It waits for v3\.\n +v3 is away\.\nto do +Wake v3\.\nhealth /);
    const json = lastJson(await witan("status", "--rpc", node.url, "--json"));
    assert.deepEqual(json["explain"], explained);
    node.instead.consensus_explain = async () => ({
      ...result,
      sentences: ["Nothing is amiss."],
      advice: [],
    });
    assert.match((await witan("status", "--rpc", node.url)).out, /\nin words +Nothing is amiss\.\nhealth /);
  });

  it("counts the proposal for a vote of its primary", async () => {
    const { result } = SAMPLES.consensus_status;
    assert.ok(result.mode === "pbft");
    const seen = async (more: Partial<typeof result>) => {
      const status = { ...result, quorum: 3, primary: "v2", prepares: [], ...more };
      node.instead.consensus_status = async () => status;
      return (await witan("status", "--rpc", node.url)).out;
    };
    const proposed = await seen({ phase: "proposed", prepares: ["v1"] });
    assert.match(proposed, /prepared +v2, v1 \(2 of the 3 needed\)/);
    const changing = await seen({ phase: "changingView", viewChanges: ["v1"] });
    assert.ok(!/^prepared/m.test(changing), "nobody has prepared what was not proposed");
    const without = { phase: "changingView", view: 2, viewChanges: ["v1", "v2"], timeoutMs: null } as const;
    assert.match(
      await seen(without),
      /view ends +not before it begins: waits for 3 members .* view 2, 2 do\n/,
    );
  });

  it("speaks of rounds, proposers and acceptors in BP Fast Paxos", async () => {
    const status: ResultOf<"consensus_status"> = {
      ...{
        mode: "bp-fast-paxos",
        membership: 1,
        height: 8,
        round: 3,
        phase: "voted",
        proposer: "p2",
        me: "a1",
      },
      ...{ part: "acceptor", quorum: 3, timeoutMs: 900, learns: ["a1", "a2"], suspicions: [], promises: [] },
      uncertified: 0,
    };
    const seen = async (more: Partial<typeof status>) => {
      node.instead.consensus_status = async () => ({ ...status, ...more });
      return (await witan("status", "--rpc", node.url)).out;
    };
    const voted = await seen({});
    assert.match(voted, /deciding +height 8, round 3, proposer p2: has voted, gathers LEARNs\n/);
    assert.match(voted, /\nvoted +a1, a2 \(2 of the 3 needed\)\nround ends +in 900 ms without a decision\n/);
    assert.ok(!/^(?:view ends|prepared|promised|suspect the proposer|certificates)/m.test(voted), voted);
    const changing = { phase: "changingTrust", learns: [], suspicions: ["a3"], promises: ["a1"] } as const;
    assert.match(await seen(changing), /promised +a1 .*\nsuspect the proposer +a3\nround ends/);
    const proposing = await seen({ part: "proposer", timeoutMs: null, uncertified: 1 });
    assert.match(
      proposing,
      /round ends +when acceptors say so: .*\ncertificates +being gathered for 1 final block\n/,
    );
  });

  it("tells in the words of proof of work where nobody votes", async () => {
    node.instead.consensus_explain = async () => WORK;
    const ran = await witan("status", "--rpc", node.url);
    assert.match(ran.out, /\nin words +Block 7 is the tip\.\n +It waits for block 8\.\nto do +Wait\.\n/);
    assert.deepEqual(lastJson(await witan("status", "--rpc", node.url, "--json"))["explain"], WORK);
    const explained = await witan("explain", "--rpc", node.url);
    assert.equal(explained.code, 0, explained.err);
    assert.equal(
      explained.out,
      "in words  Block 7 is the tip.\n          It waits for block 8.\nto do     Wait.\n",
    );
  });
});

const WORK: ResultOf<"consensus_explain"> = {
  ...{ mode: "pow" as const, sentences: ["Block 7 is the tip.", "It waits for block 8."], height: 7 },
  ...{
    phase: "settled" as const,
    waitingFor: "work" as const,
    mining: false,
    lastBlockMs: 300,
    blockIntervalMs: 5_000,
  },
  ...{ finalHeight: 2, peers: { connected: 1, known: 2 }, advice: ["Wait."] },
};

describe("witan peers", () => {
  it("tells how each connection fares, and why there is none", async () => {
    const [one] = SAMPLES.node_peers.result.peers;
    assert.ok(one !== undefined);
    const away = { ...one, name: "v3", connected: false, direction: null, since: null };
    node.instead.node_peers = async () => ({
      peers: [
        one,
        { ...away, lastFailure: "nothing listens there", bannedUntil: one.since },
        { ...away, name: "v4", address: null },
      ],
    });
    const ran = await witan("peers", "--rpc", node.url);
    assert.equal(ran.code, 0, ran.err);
    assert.match(
      ran.out,
      /^v2 {2}connected to 10\.0\.0\.2:9600 since 20.*Z \(\d+\), 904112 bytes sent, 887340 received\n {4}12D3KooW/,
    );
    assert.match(
      ran.out,
      /\nv3 {2}not connected, at 10\.0\.0\.2:9600; cut off for what it did, until 20.*: nothing listens there\n/,
    );
    assert.match(ran.out, /\nv4 {2}not connected; its address is not in network\.peers\n/);
    node.instead.node_peers = async () => ({ peers: [] });
    assert.match(
      (await witan("peers", "--rpc", node.url)).out,
      /^none: network\.peers of this node lists nobody\n$/,
    );
    assert.deepEqual(lastJson(await witan("peers", "--rpc", node.url, "--json")), { peers: [] });
  });
});

describe("witan explain", () => {
  it("tells sentences, advice, and how each member stands", async () => {
    const { result } = SAMPLES.consensus_explain;
    const ran = await witan("explain", "--rpc", node.url);
    assert.equal(ran.code, 0, ran.err);
    for (const line of [...result.sentences, ...result.advice]) assert.ok(ran.out.includes(line), line);
    assert.match(ran.out, /\nv1 {2}not connected to this node, at height 42, last heard of 20\d\d-/);
    assert.match(ran.out, /\nv2 {2}this node, at height 42\n/);
    const json = lastJson(await witan("explain", "--rpc", node.url, "--json"));
    assert.deepEqual(json, result);
  });
});
