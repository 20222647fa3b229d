// Several nodes asked as one: what f + 1 of them say is believed, whatever f of them do; and who disagrees or is silent is
// named.
import assert from "node:assert/strict";
import {
  type CallOptions,
  type NodeStance,
  prepareTransfer,
  QuorumClient,
  type QuorumClientOptions,
  QuorumError,
  RpcCallError,
  type RpcCaller,
  RpcConnectionError,
  SubmitError,
  sendTransfer,
  submitTransaction,
} from "@witan/client";
import { decodeTransaction, TransactionHasher } from "@witan/ledger";
import { bytesToHex, hexToBytes, NO_CHAIN } from "@witan/primitives";
import type { MethodName, ResultOf } from "@witan/rpc";
import { addressOf, walletOf } from "./ledger-coins.ts";
import { LedgerNode } from "./ledger-node.ts";
import { MadeUpClock } from "./made-up-clock.ts";
import { failureOf } from "./scripted-node.ts";

const HASH = "ab".repeat(32);
const OTHER = "cd".repeat(32);

type Say = (method: MethodName, params: object, options?: CallOptions) => unknown;

/** A node that says what a test wants; each call may be another answer. */
function nodeThat(url: string, say: Say): RpcCaller {
  return {
    url,
    call: async <M extends MethodName>(method: M, params: object, options?: CallOptions) =>
      (await say(method, params, options)) as ResultOf<M>,
  };
}

function refusing(reason: string): never {
  throw new RpcCallError("", { code: -32000, message: reason, data: { reason } });
}

/** Says nothing until the caller gives up. */
const silent: Say = (_, __, options) =>
  new Promise((_resolve, reject) => {
    options?.signal?.addEventListener("abort", () =>
      reject(new RpcConnectionError("cancelled", "cancelled", { url: "" })),
    );
  });

/** How long the rest is waited for once enough agree. */
const GRACE_MS = 50;

function quorumOf(...says: readonly Say[]): QuorumClient {
  const nodes = says.map((say, at) => nodeThat(`node ${at}`, say));
  return new QuorumClient({ nodes, graceMs: GRACE_MS, timeoutMs: 300 });
}

/** The code that a quorum is refused by. */
function refusalOf(options: QuorumClientOptions): string {
  try {
    new QuorumClient(options);
  } catch (error) {
    if (error instanceof QuorumError) return error.code;
    throw error;
  }
  return "none";
}

function stances(nodes: readonly NodeStance[]): readonly string[] {
  return nodes.map(({ stance }) => stance);
}

const outcome = (hash: string) => ({ transaction: HASH, status: "final", height: 4, hash, index: 0 });
const wait = { transaction: HASH, timeoutMs: 0 };

describe("several nodes asked as one", () => {
  it("believe what two of four say, and name who disagrees, refuses or is silent", async () => {
    const quorum = quorumOf(
      () => outcome(OTHER),
      () => outcome(HASH),
      silent,
      () => outcome(HASH),
    );
    assert.equal(quorum.needed, 2);
    const { value, nodes } = await quorum.ask("transaction_wait", wait);
    assert.deepEqual(value, outcome(HASH));
    assert.deepEqual(stances(nodes), ["disagrees", "agrees", "silent", "agrees"]);
    const mixed = quorumOf(
      () => refusing("busy"),
      () => outcome(HASH),
      () => outcome(HASH),
      () => outcome(HASH),
    );
    assert.deepEqual(stances((await mixed.ask("transaction_wait", wait)).nodes).slice(0, 2), [
      "refuses",
      "agrees",
    ]);
  });

  it("do not compare what differs between honest nodes", async () => {
    const balance = (height: number) => ({ address: "a", height, balances: { "0": "5" } });
    const quorum = quorumOf(
      () => balance(4),
      () => balance(5),
      () => ({ ...balance(4), balances: { "0": "500" } }),
      silent,
    );
    assert.deepEqual((await quorum.call("chain_balance", { address: "a" })).balances, { "0": "5" });
    const rejected = (message: string) => ({
      transaction: HASH,
      status: "rejected",
      code: "unbalanced",
      message,
    });
    const told = quorumOf(
      () => rejected("one"),
      () => rejected("two"),
      silent,
      silent,
    );
    assert.equal((await told.call("transaction_wait", wait)).status, "rejected");
  });

  it("are asked again until enough agree: a node may be a moment behind", async () => {
    let asked = 0;
    const late: Say = () => outcome(++asked < 3 ? OTHER : HASH);
    const quorum = quorumOf(() => outcome(HASH), late, silent, silent);
    assert.deepEqual(await quorum.call("transaction_wait", wait), outcome(HASH));
    assert.equal(asked, 3);
  });

  it("refuse where two refuse for the same reason", async () => {
    const no = () => refusing("block-unknown");
    const quorum = quorumOf(no, no, () => refusing("busy"), silent);
    const refused = await failureOf(quorum.call("chain_block", { height: 9 }), RpcCallError);
    assert.equal(refused.reason, "block-unknown");
  });

  it("are no quorum where all say something else, and tell what each said", async () => {
    const quorum = quorumOf(
      () => outcome(OTHER),
      () => outcome(HASH),
      () => refusing("busy"),
      silent,
    );
    const failure = await failureOf(quorum.call("transaction_wait", wait), QuorumError);
    assert.equal(failure.code, "no-agreement");
    assert.deepEqual(stances(failure.nodes), ["disagrees", "disagrees", "refuses", "silent"]);
    assert.match(failure.message, /node 3 silent/);
  });

  it("have a last block that one correct node at least has", async () => {
    const at =
      (height: number): Say =>
      (method) =>
        method === "chain_head"
          ? { height, hash: OTHER, timestamp: 1 }
          : { height: 7, hash: HASH, header: { timestamp: 77 }, transactions: [] };
    const quorum = quorumOf(at(1_000_000), at(7), at(5), silent);
    assert.deepEqual(await quorum.call("chain_head", {}), { height: 7, hash: HASH, timestamp: 77 });
    const dead = quorumOf(at(3), silent, silent, silent);
    await failureOf(dead.call("chain_head", {}, { timeoutMs: 100 }), QuorumError);
  });

  it("are not asked about one node, and are not fewer than it takes", async () => {
    const quorum = quorumOf(silent, silent, silent, silent);
    assert.equal((await failureOf(quorum.call("node_peers", {}), QuorumError)).code, "of-one-node");
    assert.equal(refusalOf({ nodes: [], faultyMax: 0 }), "nodes-too-few");
    assert.equal(refusalOf({ nodes: [nodeThat("one", silent)], faultyMax: 1 }), "nodes-too-few");
  });

  it("are not one under two addresses, as far as those tell", () => {
    const twice = [
      ["same", "same"],
      ["http://v1:9545", "http://v1:9545/rpc"],
      ["https://v1", "wss://v1:443/"],
    ];
    for (const urls of twice) {
      const nodes = urls.map((url) => nodeThat(url, silent));
      assert.equal(refusalOf({ nodes, faultyMax: 1 }), "nodes-same", urls.join(" "));
    }
    const two = ["http://v1:9545", "http://v1:9546", "http://v2:9545"].map((url) => nodeThat(url, silent));
    assert.equal(new QuorumClient({ nodes: two }).needed, 1);
  });

  it("are not told that what is no number of nodes may lie", () => {
    const nodes = ["a", "b", "c", "d"].map((url) => nodeThat(url, silent));
    for (const faultyMax of [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, "1" as unknown as number])
      assert.equal(refusalOf({ nodes, faultyMax }), "faulty-max-invalid", `${faultyMax}`);
    assert.equal(new QuorumClient({ nodes, faultyMax: 0 }).needed, 1);
  });

  it("agree on until when a dropped transaction is possible", async () => {
    const evicted =
      (possibleUntil: number): Say =>
      () => ({ transaction: HASH, status: "evicted", code: "mempool-full", message: "full", possibleUntil });
    const quorum = quorumOf(evicted(1), evicted(500), evicted(500), silent);
    assert.deepEqual(await quorum.call("transaction_wait", wait), evicted(500)("transaction_wait", {}));
  });

  it("agree on the bytes of what is final, witness and all", async () => {
    const final =
      (bytes: string): Say =>
      () => ({ ...outcome(HASH), bytes });
    const quorum = quorumOf(final("00"), final("01"), final("01"), silent, silent);
    const { nodes } = await quorum.ask("transaction_wait", wait);
    assert.deepEqual(stances(nodes).slice(0, 3), ["disagrees", "agrees", "agrees"]);
  });

  it("give up by the caller's signal", async () => {
    const stop = new AbortController();
    const call = quorumOf(silent, silent, silent, silent).call("transaction_wait", wait, {
      signal: stop.signal,
      timeoutMs: 60_000,
    });
    stop.abort();
    assert.equal((await failureOf(call, QuorumError)).code, "no-agreement");
  });

  describe("to which a transaction is brought", () => {
    const bytes = { transaction: "", timeoutMs: 0 };
    let id = "";
    let validUntil = 0;
    before(async () => {
      const node = new LedgerNode();
      await node.server.start();
      const payments = [{ to: addressOf("bob"), amount: 5n }];
      const built = await prepareTransfer({
        ...{ rpc: node.client, from: walletOf("alice"), payments },
        clock: new MadeUpClock(),
      });
      await node.server.stop();
      assert.ok(built.ok && built.value.transaction.body.kind === "transfer");
      bytes.transaction = bytesToHex(built.value.transaction.bytes);
      id = built.value.transaction.id;
      validUntil = built.value.transaction.body.validUntil;
    });
    const rejected =
      (code: string): Say =>
      () => ({ transaction: id, status: "rejected", code, message: "no" });
    const pending: Say = () => ({ transaction: id, status: "pending" });
    /** Answers in turn, the last again and again, each after a moment. */
    const inTurn = (...says: readonly Say[]): Say => {
      let turn = 0;
      return async (...call) => {
        await new Promise((resolve) => setImmediate(resolve));
        return says[Math.min(turn++, says.length - 1)]?.(...call);
      };
    };
    const told = (...says: readonly Say[]) => quorumOf(...says).call("transaction_submit", bytes);
    const open = () => ({
      ...{ transaction: id, status: "evicted", code: "conflict", message: "no" },
      possibleUntil: validUntil,
    });
    const no = rejected("conflict");

    it("take for the end of it what all refuse, or what none ever takes", async () => {
      assert.equal((await told(no, no, no, no)).status, "rejected");
      const never = rejected("unbalanced");
      assert.equal((await told(never, never, silent, pending)).status, "rejected");
    });

    it("take a refusal of the moment for no end where one of them has it, or may have it", async () => {
      assert.deepEqual(await told(no, no, no, pending), open());
      assert.deepEqual(await told(no, no, no, silent), open());
      assert.deepEqual(await told(no, no, no, inTurn(pending, no)), open());
      // One is slower than the others are waited for elsewhere: what it says decides.
      const slow: Say = async (...call) => {
        const begun = performance.now();
        while (performance.now() - begun < 2 * GRACE_MS) await new Promise(setImmediate);
        return no(...call);
      };
      assert.equal((await told(no, no, no, slow)).status, "rejected");
      const cut: Say = () => {
        throw new RpcConnectionError("broken", "cut", { url: "" });
      };
      assert.deepEqual(await told(no, no, no, cut), open());
    });

    it("do not say that it was not let through where one of them took it", async () => {
      const shut = () => refusing("token-needed");
      assert.equal((await failureOf(told(shut, shut, shut, silent), RpcCallError)).reason, "token-needed");
      const failure = await failureOf(told(shut, shut, shut, pending), QuorumError);
      assert.deepEqual([failure.code, stances(failure.nodes).at(-1)], ["no-agreement", "disagrees"]);
      const busy = () => refusing("busy");
      assert.equal((await failureOf(told(busy, busy, busy, busy), RpcCallError)).reason, "busy");
      await failureOf(told(busy, busy, busy, silent), QuorumError);
    });

    it("tell one end of it to who submits again and again", async () => {
      // At first the second is busy and the fourth takes it; then that one has lost it, and all refuse.
      const says = [no, inTurn(() => refusing("busy"), no), silent, inTurn(pending, no)];
      const quorum = quorumOf(...says);
      const sealed = decodeTransaction(new TransactionHasher(NO_CHAIN), hexToBytes(bytes.transaction));
      assert.ok(sealed.ok);
      id = sealed.value.id;
      const outcome = await submitTransaction(quorum, sealed.value, { timeoutMs: 600 });
      assert.equal(outcome.status, "evicted");
    });
  });

  describe("of which one lies", () => {
    const nodes: LedgerNode[] = [];
    let quorum: QuorumClient;
    beforeEach(async () => {
      nodes.length = 0;
      for (let at = 0; at < 4; at++) {
        const node = new LedgerNode();
        await node.server.start();
        nodes.push(node);
      }
      quorum = new QuorumClient({ nodes: nodes.map(({ client }) => client), graceMs: 200 });
    });
    afterEach(() => Promise.all(nodes.map(({ server }) => server.stop())));

    it("stand wherever a node does: a payment goes to all, and its outcome is what two say", async () => {
      const liar = nodes[2];
      assert.ok(liar !== undefined);
      liar.onSubmit = ({ id }) => ({
        transaction: id,
        status: "rejected",
        code: "unbalanced",
        message: "no",
      });
      const payments = [{ to: addressOf("bob"), amount: 5n }];
      const request = { rpc: quorum, from: walletOf("alice"), payments, clock: new MadeUpClock() };
      const sent = await sendTransfer(request);
      assert.ok(sent.ok, sent.ok ? "" : sent.code);
      assert.equal(sent.value.outcome.status, "final");
      for (const node of nodes) assert.ok(node.calls.includes("transaction_submit"));
    });

    it("and do not agree at first: a payment is submitted again, as it is", async () => {
      const built = await prepareTransfer({
        ...{ rpc: quorum, from: walletOf("alice"), payments: [{ to: addressOf("bob"), amount: 5n }] },
        clock: new MadeUpClock(),
      });
      assert.ok(built.ok);
      const { transaction } = built.value;
      let asked = 0;
      const rpc = nodeThat("all", () => {
        asked += 1;
        if (asked < 3) throw new QuorumError("no-agreement", "not yet");
        return { ...outcome(HASH), transaction: transaction.id };
      });
      const settled = await submitTransaction(rpc, transaction, { clock: new MadeUpClock() });
      assert.deepEqual([settled.status, asked], ["final", 3]);
    });

    it("and none agrees: a payment that was sent is named", async () => {
      nodes.forEach((node, at) => {
        node.onSubmit = ({ id }) => ({
          transaction: id,
          status: "rejected",
          code: `reason-${at}`,
          message: "",
        });
      });
      const [first] = nodes;
      assert.ok(first !== undefined);
      const sent = sendTransfer({
        ...{ rpc: quorum, from: walletOf("alice"), payments: [{ to: addressOf("bob"), amount: 5n }] },
        ...{ timeoutMs: 300, clock: new MadeUpClock() },
      });
      const failure = await failureOf(sent, SubmitError);
      assert.equal(failure.code, "unanswered");
      assert.ok(failure.cause instanceof QuorumError);
    });
  });
});
