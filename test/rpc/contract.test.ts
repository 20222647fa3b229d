// The contract: each schema takes what it should and refuses the rest, errors are stable, and the names are those that
// the design promises.
import assert from "node:assert/strict";
import { genesisGovernance, genesisToJson, RULES, toJson } from "@witan/ledger";
import { MEMPOOL_CODES } from "@witan/mempool";
import {
  fieldsOf,
  isMethodName,
  METHODS,
  type MethodName,
  parseParams,
  RPC_ERRORS,
  RPC_ROLES,
  RpcError,
  WAIT_MS,
} from "@witan/rpc";
import fc from "fast-check";
import { certificate, header, member, parameters } from "../ledger/arbitraries.ts";
import { testChain, testGenesis } from "../ledger/build.ts";
import { assertResult, checkedService } from "./checked-service.ts";
import { ADDRESS, OUTCOMES, SAMPLES, STATES, VERDICTS } from "./samples.ts";
import { sampleService } from "./server.ts";

const NAMES = Object.keys(METHODS) as MethodName[];
/** Those that bring something in; `register_write` brings in only what a quorum has acknowledged, for readers too. */
const SUBMITTING: readonly MethodName[] = [
  "transaction_submit",
  "transaction_check",
  "register_prepare",
  "register_readAndPrepare",
];

/** What is said about params that are wrong. */
function mistakes(method: MethodName, params: unknown): RpcError {
  try {
    parseParams(method, params);
  } catch (error) {
    assert.ok(error instanceof RpcError, String(error));
    assert.equal(error.reason, "params-invalid");
    assert.equal(error.code, -32602);
    return error;
  }
  return assert.fail(`${method} takes ${JSON.stringify(params)?.slice(0, 200)}`);
}

describe("RPC contract: methods", () => {
  for (const method of NAMES) {
    it(`${method}: takes its params, refuses others, and answers as its sample`, () => {
      const { params, refused, result } = SAMPLES[method];
      for (const each of params) assert.ok(parseParams(method, each));
      for (const each of refused) mistakes(method, each);
      assertResult(method, result);
    });

    it(`${method}: says which field is unknown, and which there are`, () => {
      const first = SAMPLES[method].params[0];
      const said = mistakes(method, { ...first, hight: 1 });
      assert.match(said.message, /hight: found a field of that name, expected/);
      for (const field of fieldsOf(method)) assert.ok(said.message.includes(field), said.message);
    });

    it(`${method}: a result with a field too many or too few is none`, () => {
      const { result } = SAMPLES[method];
      assert.throws(() => assertResult(method, { ...result, more: 1 }));
      for (const field of Object.keys(result)) {
        const { [field]: _, ...rest } = result as Record<string, unknown>;
        assert.throws(() => assertResult(method, rest), new RegExp(field));
      }
    });
  }

  it("fills in defaults", () => {
    assert.deepEqual(parseParams("transaction_submit", { transaction: "00" }), {
      transaction: "00",
      waitFor: "admitted",
      timeoutMs: WAIT_MS.default,
    });
    assert.deepEqual(parseParams("chain_block", { height: 1 }), { height: 1, transactions: "ids" });
    assert.deepEqual(parseParams("chain_outputs", { address: ADDRESS }), { address: ADDRESS, limit: 100 });
  });

  it("takes params that are left out as none, and so null and an empty list", () => {
    for (const none of [undefined, null, []]) assert.deepEqual(parseParams("chain_head", none), {});
    for (const wrong of [0, "", false, [null], [[]]])
      assert.match(mistakes("chain_head", wrong).message, /expected params by name: an empty object/);
  });

  it("refuses params by position, and says which there are by name", () => {
    const said = mistakes("transaction_wait", ["ab", 10]);
    assert.match(
      said.message,
      /found a list of 2, expected params by name: an object with transaction, timeoutMs/,
    );
  });

  it("tells every problem with field, found and expected, in data too", () => {
    const said = mistakes("transaction_submit", { transaction: "xyz", timeoutMs: -5, colour: "red" });
    assert.deepEqual(said.data, {
      method: "transaction_submit",
      problems: [
        {
          field: "transaction",
          found: '"xyz"',
          expected: "1 to 65536 bytes in lower-case hex, two digits each",
        },
        { field: "timeoutMs", found: "-5", expected: "an integer from 0 to 120000" },
        {
          field: "colour",
          found: "a field of that name",
          expected: "an object with transaction, waitFor, timeoutMs",
        },
      ],
      reason: "params-invalid",
    });
  });

  it("tells a number that is too large once, in one problem", () => {
    for (const height of [2 ** 53, 2 ** 53 + 2, 1e300]) {
      const expected = "an integer from 0 to 9007199254740991";
      assert.deepEqual(mistakes("chain_block", { height }).data["problems"], [
        { field: "height", found: `${height}`, expected },
      ]);
    }
  });

  it("says that a block is asked for by either height or hash", () => {
    assert.match(mistakes("chain_block", {}).message, /either height or hash/);
    assert.match(
      mistakes("chain_block", { height: 1, hash: "00".repeat(32) }).message,
      /either height or hash/,
    );
  });

  it("repeats little of what is wrong, however large it is", () => {
    const large = "f".repeat(1_000_000);
    const many = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, at) => [`${large.slice(0, 500)}${at}`, at]),
    );
    assert.ok(mistakes("transaction_submit", { transaction: large }).message.length < 1_000);
    assert.ok(JSON.stringify(mistakes("chain_head", many).toObject()).length < 10_000);
  });

  it("has one outcome and one state of each status", () => {
    for (const outcome of Object.values(OUTCOMES)) {
      assertResult("transaction_submit", outcome);
      assertResult("transaction_wait", outcome);
    }
    for (const state of Object.values(STATES)) assertResult("chain_transaction", state);
    for (const verdict of Object.values(VERDICTS)) assertResult("transaction_check", verdict);
    const mixed = { ...OUTCOMES.pending, height: 7 };
    assert.throws(() => assertResult("transaction_submit", mixed), /height/);
  });

  it("refuses amounts above 2^64 - 1 and numbers in other spellings, and takes sums above", () => {
    const result = SAMPLES.chain_outputs.result;
    for (const amount of ["18446744073709551616", "01", "-1", "1.0", "1e3", "", 1, 10n]) {
      const outputs = [{ ...result.outputs[0], amount }];
      assert.throws(() => assertResult("chain_outputs", { ...result, outputs }), /amount/, String(amount));
    }
    const balances = { "0": "36893488147419103230" };
    assertResult("chain_balance", { ...SAMPLES.chain_balance.result, balances });
    assert.throws(() =>
      assertResult("chain_balance", { ...SAMPLES.chain_balance.result, balances: { x: "1" } }),
    );
  });

  it("knows its names, and nothing that every object has", () => {
    assert.ok(NAMES.every(isMethodName));
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty", "node_Status", ""])
      assert.ok(!isMethodName(name), name);
  });

  it("gives each method a sentence and a role, and asks for more than reading where something is brought in", () => {
    for (const name of NAMES) {
      assert.match(METHODS[name].summary, /^[a-z].*[^.]$/);
      assert.ok(RPC_ROLES.includes(METHODS[name].role));
      const wanted = SUBMITTING.includes(name)
        ? "submit"
        : name === "governance_approve"
          ? "operate"
          : "read";
      assert.equal(METHODS[name].role, wanted, name);
    }
  });

  it("checks results of a service for tests", async () => {
    const wrong = { ...sampleService(), chain_head: async () => ({ height: -1, hash: "", timestamp: 0 }) };
    const context = { role: "read", source: "", signal: new AbortController().signal } as const;
    await checkedService(sampleService()).chain_head({}, context);
    await assert.rejects(checkedService(wrong).chain_head({}, context), /chain_head answers .*height/s);
  });
});

describe("RPC contract: values of the ledger", () => {
  const block = SAMPLES.chain_block.result;
  const state = SAMPLES.governance_state.result;

  it("takes every header, certificate, member and set of parameters as toJson makes them", () => {
    fc.assert(
      fc.property(header, certificate, member, parameters, (head, shown, one, rules) => {
        assertResult("chain_block", { ...block, header: toJson(head), certificate: toJson(shown) });
        assertResult("governance_state", { ...state, members: [toJson(one)], parameters: toJson(rules) });
      }),
    );
  });

  it("takes the genesis and the governance of a chain of each mode", () => {
    for (const mode of ["pbft", "bp-fast-paxos", "pow"] as const) {
      const chain = testChain(testGenesis(mode));
      const genesis = genesisToJson(chain.genesis);
      assertResult("chain_genesis", { chainId: chain.chainId, genesis });
      const { sequence, members, parameters, assets, clients } = genesisGovernance(chain).state;
      const { clientsMode } = chain.genesis;
      const shown = toJson({ height: 0, sequence, members, parameters, assets, clientsMode, clients });
      assertResult("governance_state", shown);
    }
  });

  it("takes what code, sentence and limits there are for refused transactions", () => {
    for (const [code, message] of Object.entries({ ...RULES, ...MEMPOOL_CODES }))
      assertResult("transaction_submit", { ...OUTCOMES.rejected, code, message });
  });
});

describe("RPC contract: errors", () => {
  it("has for each reason one number, in the ranges of JSON-RPC and EIP-1474, and a sentence that says what to do", () => {
    const ours = [-32000, -32001, -32002, -32004, -32005, -32010];
    const theirs = [-32700, -32600, -32601, -32602, -32603];
    for (const [reason, { code, message }] of Object.entries(RPC_ERRORS)) {
      assert.match(reason, /^[a-z]+(?:-[a-z]+)*$/);
      assert.ok([...ours, ...theirs].includes(code), `${reason} ${code}`);
      assert.match(message, /^[a-z"].{20,200}[^.]$/);
    }
    for (const code of theirs) {
      const reasons = Object.values(RPC_ERRORS).filter((each) => each.code === code);
      assert.equal(reasons.length, 1, `${code} means one thing`);
    }
    for (const name of NAMES)
      for (const reason of METHODS[name].errors) assert.ok(reason in RPC_ERRORS, reason);
  });

  it("goes over the wire and back the same", () => {
    const made = new RpcError("block-unknown", { message: "there is no block 9", data: { height: 9 } });
    const read = new RpcError(JSON.parse(JSON.stringify(made.toObject())));
    assert.deepEqual(read.toObject(), {
      code: -32001,
      message: "there is no block 9",
      data: { height: 9, reason: "block-unknown" },
    });
    assert.equal(read.name, "RpcError");
    assert.equal(read.reason, made.reason);
  });

  it("keeps its reason, whatever data says", () => {
    const data = { reason: "other" };
    assert.equal(new RpcError("syncing", { data }).data.reason, "syncing");
  });
});
