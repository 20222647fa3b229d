// Reading a swap's secret out of a chain: from the history, from what is pending, whichever comes first; and a node that shows
// something else.
import assert from "node:assert/strict";
import {
  buildTransfer,
  findSecret,
  hashTimeLock,
  RpcAnswerError,
  RpcCallError,
  RpcSocket,
  waitForSecret,
} from "@witan/client";
import { bytesToHex } from "@witan/primitives";
import { RpcError } from "@witan/rpc";
import { keyOfName } from "../ledger/build.ts";
import { until } from "../network/conditions.ts";
import { addressOf, requestOf, walletOf } from "./ledger-coins.ts";
import { digestOf, ledgerWith, NOW, SECRETS } from "./made-up-locks.ts";
import { failureOf } from "./scripted-node.ts";
import { SocketServer } from "./socket-server.ts";

const [SECRET = "", OTHER = ""] = SECRETS;
const made = hashTimeLock({
  ...{ digest: digestOf(SECRET), recipient: keyOfName("ann").publicKey, refund: keyOfName("ben").publicKey },
  timeout: NOW,
});
assert.ok(made.ok);
const lock = made.value;
const ledger = ledgerWith([lock]);
const { chain } = ledger;

function taking(keys: readonly string[], preimages: readonly string[]) {
  const built = buildTransfer(
    requestOf(ledger, {
      ...{
        locks: [lock],
        keys: keys.map(walletOf),
        preimages,
        time: NOW,
        coins: ledger.coinsOf(lock.policyHash),
      },
      ...{ spend: "all", payments: [], changeTo: addressOf("ann") },
    }),
  );
  assert.ok(built.ok);
  return built.value.transaction;
}

const claim = taking(["ann"], [SECRET]);
const refund = taking(["ben"], []);
const entry = (transaction: string, change: string) => ({
  ...{ height: 3, timestamp: 5, index: 0, transaction, changes: { "0": change } },
});

describe("a swap's secret", () => {
  let server: SocketServer;
  let socket: RpcSocket;
  let entries: readonly object[];
  beforeEach(async () => {
    server = await new SocketServer().start();
    entries = [];
    server.answer = ({ method, params }) => {
      if (method === "chain_history") {
        const from = Number(params["after"] ?? 0);
        const next = from + 1 < entries.length ? `${from + 1}` : null;
        return { height: 3, entries: entries.slice(from, from + 1), next };
      }
      const found = [claim, refund].find(({ id }) => id === params["transaction"]);
      const transaction = params["transaction"];
      if (found === undefined) return { transaction, status: "unknown" };
      return { transaction, status: "pending", bytes: bytesToHex(found.bytes) };
    };
    socket = new RpcSocket({ url: server.url });
  });
  afterEach(async () => {
    socket.close();
    await server.stop();
  });
  const search = { chain, lock, digest: digestOf(SECRET) };
  const found = { preimage: SECRET, transaction: claim.id };

  it("is found in the history, page by page, and nobody is asked about what paid in", async () => {
    const paidIn = "11".repeat(32);
    entries = [entry(paidIn, "5"), entry(refund.id, "-5"), entry(claim.id, "-5")];
    assert.deepEqual(await findSecret(socket, search), found);
    assert.ok(!server.calls.some(({ params }) => params["transaction"] === paidIn));
    assert.equal(await findSecret(socket, { ...search, digest: digestOf(OTHER) }), undefined);
  });

  it("is waited for: it was there before, or comes with an event, pending or final", async () => {
    entries = [entry(claim.id, "-5")];
    assert.deepEqual(await waitForSecret(socket, search), found);
    entries = [];
    for (const type of ["admitted", "final"] as const) {
      const waiting = waitForSecret(socket, search);
      const asked = server.calls.filter(({ method }) => method === "chain_history").length;
      await until("it has looked into the history", () => {
        return server.calls.filter(({ method }) => method === "chain_history").length > asked;
      });
      const place = { height: 4, hash: "22".repeat(32), index: 0 };
      server.tell({ type: "admitted", transaction: refund.id });
      server.tell({ type, transaction: claim.id, ...(type === "final" ? place : {}) } as never);
      assert.deepEqual(await waiting, found);
    }
  });

  it("is waited for until the caller gives up", async () => {
    const stop = new AbortController();
    const waiting = waitForSecret(socket, { ...search, signal: stop.signal });
    await until("it is subscribed", () => server.calls.some(({ method }) => method === "chain_history"));
    stop.abort();
    assert.equal(await waiting, undefined);
  });

  it("is waited for across cut connections and a node that is busy, in the history and after an event", async () => {
    entries = [];
    const { answer } = server;
    const troubles = [
      () => server.cut(),
      () => {
        throw new RpcError("busy");
      },
      () => server.cut(),
    ];
    let asked = 0;
    server.answer = (call) => {
      const isLooking = call.method === "chain_history" || call.method === "chain_transaction";
      if (isLooking) asked += 1;
      const trouble = isLooking ? troubles.shift() : undefined;
      return trouble === undefined ? answer(call) : trouble();
    };
    const waiting = waitForSecret(socket, search);
    await until("it has looked into the history in the end", () => troubles.length === 0 && asked > 3);
    troubles.push(() => server.cut());
    server.tell({ type: "admitted", transaction: claim.id });
    assert.deepEqual(await waiting, found);
  });

  it("is not waited for where asking again would not help, and no longer than the caller wants", async () => {
    server.answer = () => {
      throw new RpcError("address-index-off");
    };
    const refused = await failureOf(waitForSecret(socket, search), RpcCallError);
    assert.equal(refused.reason, "address-index-off");
    const stop = new AbortController();
    server.answer = ({ method }) => {
      if (method === "chain_history") stop.abort();
      return undefined;
    };
    assert.equal(await waitForSecret(socket, { ...search, signal: stop.signal }), undefined);
  });

  it("is not taken from bytes of another transaction", async () => {
    entries = [entry("33".repeat(32), "-5")];
    server.answer = ({ method, params }) =>
      method === "chain_history"
        ? { height: 3, entries, next: null }
        : { transaction: params["transaction"], status: "pending", bytes: bytesToHex(claim.bytes) };
    await failureOf(findSecret(socket, search), RpcAnswerError);
  });
});
