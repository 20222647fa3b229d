// Every transaction of the vectors, sent to a node that runs another chain: each is refused with a code of the rules, with one
// that it breaks by itself if there is such a one, and nothing else happens.
import assert from "node:assert/strict";
import { decodeTransaction, everyBroken, RULES } from "@witan/ledger";
import { MEMPOOL_CODES } from "@witan/mempool";
import { hexToBytes } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { assertAnswerFits } from "../rpc/document-check.ts";
import { ask, call, closeAll, open } from "../rpc/server.ts";
import { readVectors } from "../vectors/format.ts";
import { Cluster } from "./cluster.ts";
import { Purse } from "./purse.ts";

/** What a transaction may be refused by. */
const CODES = { ...RULES, ...MEMPOOL_CODES };
/** What is said of bytes that are no transaction, or not even some: none, or too many. */
const OF_BYTES: readonly string[] = ["transaction-encoding", "params-invalid"];
/** What is said whatever else is wrong: it is too late for it, or nobody may submit such a one. */
const OTHERWISE: readonly string[] = ["expired", "reward-not-admitted"];
/** So many codes at least, or the vectors are not what they should be. */
const CODES_MIN = 30;

describe("the transactions of the vectors, sent to a node of another chain", function () {
  this.timeout(60_000);
  afterEach(closeAll);

  it("are refused, each with its code, and nothing else happens", async () => {
    const cluster = await Cluster.start();
    const seat = cluster.seat("a");
    const server = await open(seat.node.service);
    const codes = new Set<string>();
    const unbound = new Set<string>();
    for (const { name, transaction } of readVectors("transactions").cases) {
      const request = call("transaction_submit", { transaction });
      const answer = await cluster.world.settled("an answer", ask(server, request));
      assertAnswerFits(request, answer);
      const outcome = answer.result as TransactionOutcome | undefined;
      const decoded = decodeTransaction(cluster.chain.transactions, hexToBytes(transaction));
      if (outcome?.status === "waiting") {
        // Nobody signs it, so nothing binds it to a chain: it waits for what it spends, as any does.
        assert.ok(decoded.ok && decoded.value.witness.signatures.length === 0, name);
        unbound.add(decoded.value.id);
        continue;
      }
      const { code } =
        outcome === undefined || !("code" in outcome)
          ? { code: outcome?.status ?? answer.error?.data.reason ?? "" }
          : outcome;
      codes.add(code);
      assert.ok(outcome === undefined ? OF_BYTES.includes(code) : code in CODES, `${name}: ${code}`);
      assert.equal(decoded.ok, outcome !== undefined, name);
      const own: readonly string[] = decoded.ok ? everyBroken(decoded.value).map((one) => one.code) : [];
      assert.ok(
        own.length === 0 || own.includes(code) || OTHERWISE.includes(code),
        `${name}: ${code}, not ${own}`,
      );
    }
    assert.ok(codes.size >= CODES_MIN, [...codes].join(" "));
    const { transactions, waiting } = await seat.call("mempool_status", {});
    assert.deepEqual([transactions, waiting], [0, unbound.size]);
    assert.equal((await seat.call("chain_head", {})).height, 0);
    assert.deepEqual(server.bugs, []);
    await cluster.pay("a", new Purse(cluster).pay());
    await cluster.finish();
  });
});
