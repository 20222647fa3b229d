// `witan history`, `blocks` and `block`: pages put together, names for people, and the node's own words for programs.
import assert from "node:assert/strict";
import { bytesToHex } from "@witan/primitives";
import { type ParamsOf, type ResultOf, RpcError } from "@witan/rpc";
import { SAMPLES } from "../rpc/samples.ts";
import { ALICE, FakeNode } from "./fake-node.ts";
import { lastJson, type Ran, witan } from "./run.ts";

const TIME = 1_790_000_000_000;
const HASH = "ab".repeat(32);

let node: FakeNode;
beforeEach(async () => {
  node = await FakeNode.start();
});
afterEach(() => FakeNode.stopAll());

function errorOf(ran: Ran): { readonly reason: string; readonly message: string } {
  return lastJson(ran)["error"] as { reason: string; message: string };
}

describe("witan history", () => {
  type Entry = ResultOf<"chain_history">["entries"][number];
  let asked: ParamsOf<"chain_history">[];

  function entry(height: number, changes: Entry["changes"]): Entry {
    return { height, timestamp: TIME + height, index: 0, transaction: HASH, changes };
  }

  /** Heights from the highest down, in pages that are shorter than asked for. */
  function of(highest: number): void {
    asked = [];
    node.instead.chain_history = async (params) => {
      asked.push(params);
      const from = params.after === undefined ? highest : Number(params.after);
      const heights = Array.from({ length: Math.min(params.limit, 3, from) }, (_, at) => from - at);
      const left = from - heights.length;
      const entries = heights.map((height) => entry(height, { "0": "-150000000", "1": "500" }));
      return { height: highest, entries, next: left === 0 ? null : `${left}` };
    };
  }

  const history = (...more: readonly string[]) =>
    witan("history", node.addressOf("alice"), "--rpc", node.url, ...more);

  it("puts pages together up to the limit, and says what goes on from there", async () => {
    of(10);
    const ran = await history("--limit", "4", "--json");
    assert.equal(ran.code, 0, ran.out);
    const { entries, next, height, address } = lastJson(ran);
    assert.deepEqual([address, height, next], [node.addressOf("alice"), 10, "6"]);
    assert.deepEqual(
      (entries as readonly Entry[]).map((one) => one.height),
      [10, 9, 8, 7],
    );
    assert.deepEqual(
      asked.map(({ limit, after, order }) => [limit, after, order]),
      [
        [4, undefined, "descending"],
        [1, "7", "descending"],
      ],
    );
    const rest = lastJson(await history("--after", "6", "--json"));
    assert.deepEqual([(rest["entries"] as readonly Entry[]).length, rest["next"]], [6, null]);
  });

  it("names assets and signs for people", async () => {
    of(2);
    const ran = await history();
    assert.match(ran.out, /\nblock 2 {2}2026-09-21T\S+ \(\d+\) {2}-1\.5 WITAN, \+5 GOLD\n/);
    assert.ok(ran.out.includes(HASH));
    assert.ok(!ran.out.includes("there is more"));
    of(30);
    assert.match((await history()).out, /there is more: --after 10\n$/);
    of(0);
    assert.match((await history()).out, /no transaction has paid to it or spent from it\n$/);
  });

  it("asks for one asset, or from the beginning", async () => {
    of(1);
    await history("--asset", "1", "--oldest-first");
    assert.deepEqual(asked[0], {
      address: node.addressOf("alice"),
      asset: 1,
      order: "ascending",
      limit: 20,
    });
  });

  it("refuses what is no address, number or cursor: exit code 2", async () => {
    const mistyped = await witan("history", "foo", "--rpc", node.url, "--json");
    assert.deepEqual([mistyped.code, errorOf(mistyped).reason], [2, "address-invalid"]);
    for (const wrong of [
      ["--limit", "0"],
      ["--limit", "x"],
      ["--asset", "-1"],
    ]) {
      const ran = await history(...wrong, "--json");
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "number"], wrong.join(" "));
    }
    node.instead.chain_history = async () => {
      throw new RpcError("cursor-invalid");
    };
    const ran = await history("--after", "x", "--json");
    assert.deepEqual([ran.code, errorOf(ran).reason], [2, "cursor-invalid"]);
  });

  it("fails with exit code 3 where the node keeps no index", async () => {
    node.instead.chain_history = async () => {
      throw new RpcError("address-index-off");
    };
    const ran = await history();
    assert.equal(ran.code, 3);
    assert.match(ran.err, /set storage\.addressIndex, or ask another node/);
  });
});

describe("witan blocks", () => {
  it("lists the latest, in pages of what the node gives at a time", async () => {
    const asked: ParamsOf<"chain_blocks">[] = [];
    node.instead.chain_blocks = async (params) => {
      asked.push(params);
      const before = params.before ?? 300;
      const heights = Array.from({ length: Math.min(params.limit, before) }, (_, at) => before - 1 - at);
      const blocks = heights.map((height) => ({
        ...{ height, hash: HASH, timestamp: TIME, proposer: height === 0 ? null : "v2" },
        ...{ transactions: height === 299 ? 1 : 2, bytes: 500 },
      }));
      const last = heights.at(-1) ?? 0;
      return { blocks, next: last === 0 ? null : last };
    };
    const ran = await witan("blocks", "--rpc", node.url, "--limit", "250", "--json");
    const { blocks, next } = lastJson(ran);
    assert.deepEqual([(blocks as readonly unknown[]).length, next], [250, 50]);
    assert.deepEqual(
      asked.map(({ limit, before }) => [limit, before]),
      [
        [100, undefined],
        [100, 200],
        [50, 100],
      ],
    );
    const told = await witan("blocks", "--rpc", node.url, "--limit", "2");
    assert.match(told.out, /^block 299 {2}(?:ab){32} {2}2026\S+ \(\d+\) by v2, 1 transaction\nblock 298 /);
    const first = await witan("blocks", "--rpc", node.url, "--before", "1");
    assert.match(first.out, /^block 0 {2}(?:ab){32} {2}2026\S+ \(\d+\), 2 transactions\n$/);
    assert.match((await witan("blocks", "--rpc", node.url, "--before", "0")).out, /^no such block\n$/);
  });
});

describe("witan block", () => {
  const { result: block } = SAMPLES.chain_block;
  let asked: ParamsOf<"chain_block">[];
  beforeEach(() => {
    asked = [];
    node.instead.chain_block = async (params) => {
      asked.push(params);
      return block;
    };
  });

  it("is the latest, one by height, or one by hash", async () => {
    node.instead.chain_head = async () => ({ height: 42, hash: HASH, timestamp: TIME });
    for (const which of [[], ["7"], [HASH]]) {
      const ran = await witan("block", ...which, "--rpc", node.url, "--json");
      assert.deepEqual([ran.code, lastJson(ran)], [0, block], which.join());
    }
    assert.deepEqual(asked, [
      { height: 42, transactions: "ids" },
      { height: 7, transactions: "ids" },
      { hash: HASH, transactions: "ids" },
    ]);
  });

  it("names who proposed and who signed it", async () => {
    const [member] = SAMPLES.consensus_membership.result.members;
    assert.ok(member);
    const members = ["v1", "v2", "v3", "v4"].map((name) => ({ ...member, name }));
    node.instead.consensus_membership = async ({ height }) => {
      assert.equal(height, block.height);
      return { from: 1, quorum: 3, members };
    };
    const signature = "01".repeat(64);
    const signatures = [0, 2, 3].map((at) => ({ member: at, signature }));
    const certificate = {
      ...({ kind: "pbft", membership: 1, view: 5, height: block.height } as const),
      ...{ blockHash: block.hash, signatures },
    };
    node.instead.chain_block = async () => ({ ...block, certificate });
    const ran = await witan("block", "7", "--rpc", node.url);
    assert.equal(ran.code, 0, ran.err);
    assert.match(ran.out, /proposed by +v4\n/);
    assert.match(ran.out, /made final by +v1, v3, v4, in view 5\n/);
    const [first] = block.transactions;
    assert.ok(ran.out.includes(first?.transaction ?? "none"));
  });

  it("tells all that its transactions say", async () => {
    delete node.instead.chain_block;
    await witan(
      ...["send", "--rpc", node.url, "--secret-key", ALICE.secretKey, "--to", node.addressOf("carol")],
      ...["--amount", "12345", "--wait"],
    );
    const [sealed] = node.submitted;
    assert.ok(sealed);
    const one = { transaction: sealed.id, witnessHash: sealed.witnessHash, bytes: bytesToHex(sealed.bytes) };
    node.instead.chain_block = async (params) => {
      asked.push(params);
      return { ...block, transactions: [one] };
    };
    const ran = await witan("block", "1", "--rpc", node.url, "--transactions", "full");
    assert.equal(asked[0]?.transactions, "full");
    assert.match(ran.out, /\n {2}kind +transfer\n/);
    assert.ok(ran.out.includes(`0.00012345 WITAN to ${node.addressOf("carol")}`), ran.out);
    assert.ok(ran.out.includes(sealed.id));
  });

  it("is not there: exit code 1; or named wrongly: exit code 2", async () => {
    node.instead.chain_block = async () => {
      throw new RpcError("block-unknown");
    };
    const none = await witan("block", "9", "--rpc", node.url, "--json");
    assert.deepEqual([none.code, errorOf(none).reason], [1, "block-unknown"]);
    for (const which of ["-1", "07", "ab", "x", HASH.toUpperCase()]) {
      const ran = await witan("block", "--rpc", node.url, "--json", "--", which);
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "block"], which);
    }
  });
});
