// One end for each transaction: what a refusal means after other attempts, and going from node to node until the end.
import assert from "node:assert/strict";
import {
  assembleChange,
  buildTransfer,
  isEnd,
  proposeChange,
  type RpcCaller,
  RpcClient,
  RpcConnectionError,
  type SealedTransaction,
  SubmitError,
  settleTransaction,
  submitTransaction,
  Wallet,
} from "@witan/client";
import { isLastingCode, RpcError, type TransactionOutcome } from "@witan/rpc";
import { GENESIS_TIME, keyOfName } from "../ledger/build.ts";
import { LedgerNode } from "./ledger-node.ts";
import { MadeUpClock } from "./made-up-clock.ts";
import { type Answerer, failureOf, ScriptedNode } from "./scripted-node.ts";

const VALID_UNTIL = GENESIS_TIME + 60_000;

/** How nodes answer by themselves. */
const own = new WeakMap<LedgerNode, Answerer>();

type Answer = Partial<TransactionOutcome> | "cut" | "busy";

let node: LedgerNode;
let clock: MadeUpClock;
let transaction: SealedTransaction;
beforeEach(async () => {
  node = new LedgerNode();
  clock = new MadeUpClock();
  await node.server.start();
  const { ledger } = node;
  const alice = new Wallet(keyOfName("alice").secretKey);
  const [coin] = ledger.coinsOf(alice.policyHash, 0);
  assert.ok(coin);
  const address = alice.address(ledger.chain.genesis.addressPrefix);
  const built = buildTransfer({
    ...{ chain: ledger.chain, keys: [alice], coins: [coin], changeTo: address, validUntil: VALID_UNTIL },
    ...{ payments: [{ to: address, amount: 5n }], fee: { kind: "exact", amount: 0n } },
  });
  assert.ok(built.ok);
  ({ transaction } = built.value);
});
afterEach(() => node.server.stop());

const rejected = (code: string): Answer => ({ status: "rejected", code, message: "no" });
const evicted = (code: string) => ({
  ...{ transaction: transaction.id, status: "evicted", code, message: "no", possibleUntil: VALID_UNTIL },
});

/** Answers submits in turn; the last again and again. Gives what was asked for: waitFor, each time. */
function answers(at: LedgerNode, ...list: readonly Answer[]): unknown[] {
  const asked: unknown[] = [];
  const answer = own.get(at) ?? at.server.answer;
  own.set(at, answer);
  at.server.answer = (received, response) => {
    const next = list[Math.min(asked.length, list.length - 1)];
    const { params } = received.json as { readonly params: { readonly waitFor: string } };
    asked.push(params.waitFor);
    if (next === "cut") return void response.destroy();
    at.onSubmit = () => {
      if (next === "busy") throw new RpcError("busy");
      return { transaction: transaction.id, ...(next as object) } as unknown as TransactionOutcome;
    };
    return answer(received, response);
  };
  return asked;
}

const submit = (options = {}) => submitTransaction(node.client, transaction, { clock, ...options });

describe("a refusal of a submitted transaction", () => {
  it("is the end where nobody can have it", async () => {
    for (const code of ["conflict", "mempool-full", "fee-too-low", "input-missing", "signature-invalid"]) {
      answers(node, "busy", rejected(code));
      assert.equal((await submit()).status, "rejected", code);
    }
  });

  it("of the moment is none after an attempt that may have reached someone", async () => {
    for (const before of ["cut", { status: "pending" }] as const) {
      answers(node, before, rejected("conflict"));
      assert.deepEqual(await submit(), evicted("conflict"));
    }
    answers(node, rejected("mempool-full"));
    assert.deepEqual(await submit({ wasSent: true }), evicted("mempool-full"));
  });

  it("that holds for ever is the end, whatever was before", async () => {
    answers(node, "cut", rejected("signature-invalid"));
    assert.equal((await submit()).status, "rejected");
    answers(node, rejected("unbalanced"));
    assert.equal((await submit({ wasSent: true })).status, "rejected");
  });

  it("by the node's clock is none: a block has to be later", async () => {
    answers(node, rejected("expired"));
    assert.deepEqual(await submit(), evicted("expired"));
    answers(node, { status: "expired", height: 9 });
    assert.equal((await submit()).status, "expired");
  });

  it("for a missing input is the end if it is refused at once: the input is spent", async () => {
    const asked = answers(node, "cut", rejected("input-missing"));
    assert.equal((await submit()).status, "rejected");
    assert.deepEqual(asked, ["final", "final", "admitted"]);
    const { included } = node;
    const final = {
      transaction: transaction.id,
      status: "final",
      height: 1,
      hash: "ab".repeat(32),
      index: 0,
    };
    included.set(transaction.id, final as TransactionOutcome);
    answers(node, "cut", rejected("input-missing"), { status: "waiting" }, final as Answer);
    assert.deepEqual(await submit(), final, "it waits for it anew");
  });

  it("for its sequence is the end if another change has it", async () => {
    const { chain } = node.ledger;
    const change = { kind: "changeParameter", parameter: "feeRateMin", value: 1 } as const;
    const proposal = proposeChange({ chain, sequence: 0, change, validUntil: VALID_UNTIL });
    assert.ok(proposal.ok);
    const sealed = assembleChange(proposal.value, []);
    assert.ok(sealed.ok);
    const { id } = sealed.value;
    let next = 0;
    const rpc: RpcCaller = {
      url: "http://node",
      call: async (method) => {
        if (method === "governance_state") return { sequence: next } as never;
        return { transaction: id, ...(rejected("governance-sequence") as object) } as never;
      },
    };
    const outcome = () => submitTransaction(rpc, sealed.value, { clock, wasSent: true });
    assert.equal((await outcome()).status, "evicted", "its turn may come");
    next = 1;
    assert.equal((await outcome()).status, "rejected");
  });

  it("is told apart by codes: those of the bytes last, those of the moment do not", () => {
    for (const code of ["signature-invalid", "unbalanced", "policy-tree"])
      assert.ok(isLastingCode(code), code);
    for (const code of ["conflict", "expired", "input-missing", "asset-unknown", "evicted", "fee-too-low"])
      assert.ok(!isLastingCode(code), code);
  });
});

describe("settling a transaction", () => {
  let other: LedgerNode;
  beforeEach(async () => {
    other = new LedgerNode();
    await other.server.start();
  });
  afterEach(() => other.server.stop());

  const settle = (options = {}) =>
    settleTransaction([node.client, other.client], transaction, { clock, timeoutMs: 60_000, ...options });
  const FINAL = { status: "final", height: 1, hash: "ab".repeat(32), index: 0 } as const;

  it("goes from node to node with the same bytes until the end", async () => {
    const told: string[] = [];
    const first = answers(node, "cut", "cut", "cut", "cut", "cut", "cut", rejected("conflict"), FINAL);
    const second = answers(other, rejected("conflict"), { status: "waiting" });
    const outcome = await settle({ onOutcome: ({ status }: TransactionOutcome) => told.push(status) });
    assert.deepEqual(outcome, { transaction: transaction.id, ...FINAL });
    assert.ok(first.length > 2 && second.length > 1);
    assert.ok(told.includes("evicted") && told.includes("waiting") && !told.includes("rejected"));
  });

  it("believes a first refusal: nobody else has it", async () => {
    answers(node, rejected("fee-too-low"));
    assert.deepEqual([(await settle()).status, other.calls.length], ["rejected", 0]);
  });

  it("is not settled when the time is up: what was told last, or that nobody said anything", async () => {
    answers(node, "cut");
    answers(other, { status: "pending" });
    const outcome = await settle();
    assert.deepEqual([outcome.status, isEnd(outcome)], ["pending", false]);
    answers(other, "cut");
    const failure = await failureOf(settle(), SubmitError);
    assert.equal(failure.code, "unanswered");
    assert.equal(failure.transaction, transaction.id);
    assert.ok(failure.cause instanceof RpcConnectionError);
    assert.ok(clock.ms < 200_000, "not much longer than it may take");
  });

  it("stops where a node does not let the call through, or the caller gives up", async () => {
    const closed = await new ScriptedNode((_, response) => {
      const error = new RpcError("token-needed").toObject();
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, error }));
    }).start();
    const asked = settleTransaction([new RpcClient({ url: closed.url })], transaction, { clock });
    assert.equal((await failureOf(asked, SubmitError)).code, "refused");
    await closed.stop();
    const controller = new AbortController();
    controller.abort();
    const cancelled = await failureOf(settle({ signal: controller.signal }), SubmitError);
    assert.equal(cancelled.code, "cancelled");
  });
});
