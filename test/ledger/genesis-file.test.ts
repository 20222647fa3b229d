// Genesis files: every mistake with its field, what was found and what was expected; conveniences; there and back.
import assert from "node:assert/strict";
import { formatAddress, formatPeerId } from "@witan/crypto";
import {
  chainIdOf,
  type Genesis,
  genesisToJson,
  openChain,
  PARAMETER_DEFAULTS,
  parseGenesisFile,
  parseMemberFile,
} from "@witan/ledger";
import { ZERO_HASH } from "@witan/primitives";
import { GENESIS_TIME, keyOfName, memberOf, testGenesis } from "./build.ts";

type Fields = Record<string, unknown>;

const file = (genesis: Genesis): Fields => JSON.parse(JSON.stringify(genesisToJson(genesis))) as Fields;
const read = (json: unknown) => parseGenesisFile(JSON.stringify(json));

function mistakes(json: unknown) {
  const found = read(json);
  return found.ok ? [] : found.problems;
}

/** The file of a PBFT genesis with a value put at a path. */
function withAt(
  path: readonly (string | number)[],
  value: unknown,
  mode: "pbft" | "pow" | "bp-fast-paxos" = "pbft",
): Fields {
  const json = file(testGenesis(mode));
  let at = json;
  for (const part of path.slice(0, -1)) at = at[part] as Fields;
  const last = path.at(-1) as string;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return json;
}

describe("genesis files", () => {
  for (const mode of ["pbft", "bp-fast-paxos", "pow"] as const)
    it(`are read as they were written, to the same chain id, in ${mode}`, () => {
      const genesis = testGenesis(mode, {
        clients: [
          { publicKey: keyOfName("client").publicKey, status: "permitted", registerPrefixes: ["a/"] },
        ],
      });
      const parsed = read(file(genesis));
      assert.ok(parsed.ok);
      assert.equal(chainIdOf(parsed.value), chainIdOf(genesis));
      assert.deepEqual(genesisToJson(parsed.value), genesisToJson(genesis));
    });

  it("write amounts as decimal strings, addresses and peer ids as text", () => {
    const json = file(testGenesis("pow"));
    const [first] = json["allocations"] as Fields[];
    assert.deepEqual(first, {
      address: formatAddress("wt", keyOfName("alice").policyHash),
      asset: 0,
      amount: "1000000",
    });
    assert.equal((json["consensus"] as Fields)["subsidy"], "5000");
    const [member] = file(testGenesis())["members"] as Fields[];
    assert.equal(member?.["peerId"], formatPeerId(memberOf("a").peerId));
  });

  it("may leave out what has a default", () => {
    const { name, addressPrefix, consensus, members } = file(testGenesis("pbft", { allocations: [] }));
    const parsed = read({ name, addressPrefix, consensus, members, timestamp: GENESIS_TIME });
    assert.ok(parsed.ok);
    const genesis = parsed.value;
    assert.deepEqual(genesis.parameters, PARAMETER_DEFAULTS);
    assert.deepEqual(genesis.assets, [{ name: "WITAN", decimals: 8, issuancePolicyHash: ZERO_HASH }]);
    assert.deepEqual(
      [genesis.clientsMode, genesis.clients, genesis.allocations, genesis.version],
      ["open", [], [], 1],
    );
    assert.ok(openChain(genesis).ok);
  });

  it("may leave out single parameters, and assets of outputs", () => {
    const json = withAt(["parameters"], { feeRateMin: 5 });
    json["allocations"] = [{ policyHash: keyOfName("alice").policyHash, amount: "7" }];
    const parsed = read(json);
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.value.parameters, { ...PARAMETER_DEFAULTS, feeRateMin: 5 });
    assert.deepEqual(parsed.value.allocations, [
      { asset: 0, amount: 7n, policyHash: keyOfName("alice").policyHash },
    ]);
  });

  it("say the same with a time as text", () => {
    const number = read(withAt(["timestamp"], GENESIS_TIME));
    for (const text of ["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00Z"]) {
      const parsed = read(withAt(["timestamp"], text));
      assert.ok(parsed.ok && number.ok, text);
      assert.equal(chainIdOf(parsed.value), chainIdOf(number.value));
    }
  });

  it("name the same output by address and by policy hash", () => {
    const { policyHash } = keyOfName("alice");
    const by = (output: Fields) => read(withAt(["allocations"], [{ ...output, amount: "7" }]));
    const [address, hash] = [by({ address: formatAddress("wt", policyHash) }), by({ policyHash })];
    assert.ok(address.ok && hash.ok);
    assert.equal(chainIdOf(address.value), chainIdOf(hash.value));
  });
});

const OUTPUT = { policyHash: "11".repeat(32), amount: "7" };
const ADDRESS = formatAddress("wt", "11".repeat(32) as never);
const hex33 = "33 bytes in lower-case hex";

/** A mistake, where it is, and part of what the file is told. */
const MISTAKES: readonly (readonly [
  path: readonly (string | number)[],
  value: unknown,
  field: string,
  expected: string,
])[] = [
  [["version"], -1, "version", "0"],
  [["version"], 65_536, "version", "65535"],
  [["name"], undefined, "name", "text"],
  [["name"], 5, "name", "text"],
  [["name"], "a".repeat(33), "name", "32"],
  [["addressPrefix"], "abcdefghijklm", "addressPrefix", "12"],
  [["timestamp"], undefined, "timestamp", "milliseconds"],
  [["timestamp"], -1, "timestamp", "from 0"],
  [["timestamp"], 1.5, "timestamp", "milliseconds"],
  [["timestamp"], "yesterday", "timestamp", "milliseconds"],
  [["timestamp"], "2026-01-01T00:00:00+01:00", "timestamp", "milliseconds"],
  [["timestamp"], "1969-12-31T23:59:59Z", "timestamp", "milliseconds"],
  [["consensus"], undefined, "consensus", "pbft"],
  [["consensus", "kind"], "raft", "consensus.kind", "pbft"],
  [["consensus", "rounds"], 3, "consensus.rounds", "no such field"],
  [["clientsMode"], "closed", "clientsMode", "open or permitted"],
  [["members"], {}, "members", "list"],
  [["members", 1, "role"], "leader", "members[1].role", "validator"],
  [["members", 1, "votingKey"], "02", "members[1].votingKey", hex33],
  [["members", 1, "votingKey"], `02${"AB".repeat(32)}`, "members[1].votingKey", hex33],
  [["members", 1, "operatorKey"], undefined, "members[1].operatorKey", hex33],
  [["members", 2, "peerId"], "002408011220", "members[2].peerId", "12D3KooW"],
  [["members", 0, "rewardPolicy"], "00", "members[0].rewardPolicy", "32 bytes"],
  [["members", 0, "vote"], 1, "members[0].vote", "no such field"],
  [["parameters", "feeRateMin"], "5", "parameters.feeRateMin", "integer"],
  [["parameters", "feeRateMin"], 2 ** 53, "parameters.feeRateMin", String(Number.MAX_SAFE_INTEGER)],
  [["parameters", "feerate"], 5, "parameters.feerate", "no such field"],
  [["assets", 1, "decimals"], 256, "assets[1].decimals", "255"],
  [["assets", 1, "issuancePolicyHash"], undefined, "assets[1].issuancePolicyHash", "32 bytes"],
  [["clients"], [{ publicKey: "03" }], "clients[0].publicKey", hex33],
  [
    ["clients"],
    [{ publicKey: `02${"11".repeat(32)}`, status: "new" }],
    "clients[0].status",
    "revoked or permitted",
  ],
  [
    ["clients"],
    [{ publicKey: `02${"11".repeat(32)}`, registerPrefixes: [1] }],
    "clients[0].registerPrefixes[0]",
    "text",
  ],
  [["allocations"], [{ ...OUTPUT, amount: 7 }], "allocations[0].amount", "in quotes"],
  [["allocations"], [{ ...OUTPUT, amount: "07" }], "allocations[0].amount", "decimal"],
  [["allocations"], [{ ...OUTPUT, amount: "-7" }], "allocations[0].amount", "decimal"],
  [["allocations"], [{ ...OUTPUT, amount: "18446744073709551616" }], "allocations[0].amount", "2^64 - 1"],
  [["allocations"], [{ ...OUTPUT, asset: 2 ** 32 }], "allocations[0].asset", "4294967295"],
  [["allocations"], [{ amount: "7" }], "allocations[0]", "neither"],
  [["allocations"], [{ ...OUTPUT, address: ADDRESS }], "allocations[0]", "both"],
  [
    ["allocations"],
    [{ amount: "7", address: formatAddress("xy", "11".repeat(32) as never) }],
    "allocations[0].address",
    "wt1",
  ],
  [["allocations"], [{ amount: "7", address: `${ADDRESS.slice(0, -1)}b` }], "allocations[0].address", "wt1"],
  [["allocations"], [{ ...OUTPUT, policyHash: "zz" }], "allocations[0].policyHash", "32 bytes"],
  [["color"], "red", "color", "no such field"],
];

describe("mistakes in genesis files", () => {
  for (const [path, value, field, expected] of MISTAKES)
    it(`${field}: ${JSON.stringify(value) ?? "left out"}`, () => {
      const found = mistakes(withAt(path, value));
      const problem = found.find((one) => one.field === field);
      assert.ok(problem, JSON.stringify(found));
      assert.ok(problem.expected.includes(expected), `expected: ${problem.expected}`);
      assert.equal(problem.condition, 0);
      assert.ok(problem.found.length > 0 && problem.found.length < 200);
      assert.equal(problem.found === "nothing", value === undefined);
    });

  it("are told all at once", () => {
    const json = withAt(["name"], 5);
    json["timestamp"] = "never";
    (json["members"] as Fields[])[3] = { name: "d" };
    const fields = mistakes(json).map(({ field }) => field);
    for (const field of ["name", "timestamp", "members[3].role", "members[3].votingKey", "members[3].peerId"])
      assert.ok(fields.includes(field), field);
  });

  it("are told of what is no JSON, and of JSON that is no object", () => {
    const broken = parseGenesisFile("{");
    assert.ok(!broken.ok);
    assert.deepEqual(
      broken.problems.map(({ field, expected }) => [field, expected]),
      [["", "JSON"]],
    );
    for (const text of ["null", "[]", "5", '"genesis"', "{}"]) assert.ok(!parseGenesisFile(text).ok, text);
  });

  it("are left to openChain where the form is right", () => {
    const parsed = read(withAt(["parameters", "blockBytesMax"], 5));
    assert.ok(parsed.ok);
    const opened = openChain(parsed.value);
    assert.deepEqual(!opened.ok && opened.problems, [
      { condition: 3, field: "parameters.blockBytesMax", found: "5", expected: "131072 to 33554432" },
    ]);
  });
});

describe("genesis values that can't be encoded", () => {
  it("are refused without a throw", () => {
    const opened = openChain(testGenesis("pbft", { name: "é" }));
    assert.deepEqual(!opened.ok && opened.problems.map(({ condition }) => condition), [0]);
  });
});

describe("member files", () => {
  const member = (file(testGenesis())["members"] as Fields[])[0] as Fields;

  it("hold a member as a genesis does", () => {
    const parsed = parseMemberFile(JSON.stringify(member));
    assert.deepEqual(parsed.ok && parsed.value, testGenesis().members[0]);
  });

  it("may leave out the policy for rewards", () => {
    const { rewardPolicy: _, ...rest } = member;
    const parsed = parseMemberFile(JSON.stringify(rest));
    assert.equal(parsed.ok && parsed.value.rewardPolicy, ZERO_HASH);
  });

  it("tell mistakes with their field", () => {
    const parsed = parseMemberFile(JSON.stringify({ ...member, peerId: 5, extra: 1 }));
    assert.deepEqual(!parsed.ok && parsed.problems.map(({ field }) => field).sort(), ["extra", "peerId"]);
    assert.ok(!parseMemberFile("no").ok);
  });
});
