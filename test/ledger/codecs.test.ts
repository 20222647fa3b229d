// Every codec both ways: what is encoded decodes to the same, what breaks a limit is refused, bytes that are changed
// anywhere either fail or mean something else.
import assert from "node:assert/strict";
import {
  blockUndoCodec,
  bodyCodec,
  changeCodec,
  coinCodec,
  finalityProofCodec,
  genesisCodec,
  governanceStateCodec,
  headerCodec,
  memberCodec,
  parametersCodec,
  policyCodec,
  transactionCodec,
  witnessCodec,
} from "@witan/ledger";
import { AssertionError, bytesToHex, type Codec, certificateCodec } from "@witan/primitives";
import fc from "fast-check";
import * as any from "./arbitraries.ts";
import { hex } from "./naive/bytes.ts";
import * as naive from "./naive/formats.ts";
import { decode, type Type } from "./naive/ssz.ts";

const PAIRS: Readonly<Record<string, readonly [Codec<never>, fc.Arbitrary<unknown>, unknown?]>> = {
  policy: [policyCodec as Codec<never>, any.policy, naive.Policy],
  change: [changeCodec as Codec<never>, any.change, naive.Change],
  member: [memberCodec as Codec<never>, any.member, naive.Member],
  body: [bodyCodec as Codec<never>, any.body, naive.Body],
  witness: [witnessCodec as Codec<never>, any.witness, naive.Witness],
  transaction: [transactionCodec as Codec<never>, any.transaction, naive.Transaction],
  header: [headerCodec as Codec<never>, any.header, naive.Header],
  certificate: [certificateCodec as Codec<never>, any.certificate, naive.Certificate],
  "finality proof": [finalityProofCodec as Codec<never>, any.finalityProof, naive.FinalityProof],
  parameters: [parametersCodec as Codec<never>, any.parameters],
  "governance state": [governanceStateCodec as Codec<never>, any.governanceState, naive.GovernanceState],
  genesis: [genesisCodec as Codec<never>, any.genesis, naive.Genesis],
  coin: [coinCodec as Codec<never>, any.coin, naive.Coin],
  "undo data": [blockUndoCodec as Codec<never>, fc.record({ spent: fc.array(any.coin, { maxLength: 5 }) })],
};

/** That two values are the same, prototypes aside: decoded containers are plain objects in both. */
function same(found: unknown, expected: unknown): void {
  assert.deepEqual(JSON.stringify(found, decimal), JSON.stringify(expected, decimal));
}

function decimal(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("codecs", () => {
  for (const [name, [codec, arbitrary, other]] of Object.entries(PAIRS)) {
    it(`${name}: decode(encode(x)) is x, and the naive validator reads the same bytes`, () => {
      fc.assert(
        fc.property(arbitrary, (value) => {
          const bytes = codec.encode(value as never);
          const decoded = codec.decode(bytes);
          assert.ok(decoded.ok, decoded.ok ? "" : decoded.detail);
          same(decoded.value, value);
          assert.equal(bytesToHex(codec.encode(decoded.value)), bytesToHex(bytes));
          if (other === undefined) return;
          const type = other as Type<unknown>;
          const read = decode(type, bytes);
          assert.ok(read !== undefined, "the naive validator decodes it");
          if (name === "governance state") assert.equal(hex(type.root(read)), codec.root(value as never));
        }),
        { numRuns: 60 },
      );
    });

    it(`${name}: bytes changed at random are refused, or encode what they decode to; both validators agree`, () => {
      const changed = fc.tuple(arbitrary, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }));
      fc.assert(
        fc.property(changed, ([value, at, cut, flip]) => {
          const whole = codec.encode(value as never);
          const bytes = cut % 3 === 0 ? whole.slice(0, cut % (whole.length + 1)) : Uint8Array.from(whole);
          if (bytes.length > 0) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ flip;
          const decoded = codec.decode(bytes);
          if (decoded.ok) assert.equal(bytesToHex(codec.encode(decoded.value)), bytesToHex(bytes));
          if (other === undefined) return;
          assert.equal(
            decode(other as Type<unknown>, bytes) !== undefined,
            decoded.ok,
            "the naive validator",
          );
        }),
        { numRuns: 100 },
      );
    });
  }

  it("any bytes are answered, never thrown at", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const [codec] of Object.values(PAIRS)) assert.equal(typeof codec.decode(bytes).ok, "boolean");
      }),
    );
  });
});

const zero32 = "00".repeat(32);
const client = { publicKey: `02${zero32}`, status: "permitted", registerPrefixes: [] as string[] };
const transfer = {
  kind: "transfer",
  inputs: [],
  outputs: [],
  fee: 0n,
  issued: [],
  destroyed: [],
  validUntil: 0,
  memo: "",
};
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

/** Values that no encoding may hold. */
const REFUSED: readonly (readonly [string, Codec<never>, unknown])[] = [
  ["33 nodes", policyCodec as Codec<never>, times(33, { kind: "hidden", hash: zero32 })],
  ["a kind of node there is not", policyCodec as Codec<never>, [{ kind: "both" }]],
  ["a time of 2^53", policyCodec as Codec<never>, [{ kind: "after", time: 2 ** 53 }]],
  ["a negative time", policyCodec as Codec<never>, [{ kind: "after", time: -1 }]],
  ["half a millisecond", policyCodec as Codec<never>, [{ kind: "after", time: 0.5 }]],
  ["256 children", policyCodec as Codec<never>, [{ kind: "threshold", required: 1, children: 256 }]],
  ["a hash of 31 bytes", policyCodec as Codec<never>, [{ kind: "hidden", hash: zero32.slice(2) }]],
  ["a hash of 33 bytes", policyCodec as Codec<never>, [{ kind: "hidden", hash: `${zero32}00` }]],
  ["a hash in upper case", policyCodec as Codec<never>, [{ kind: "hidden", hash: "AB".repeat(32) }]],
  ["a hash that is no hex", policyCodec as Codec<never>, [{ kind: "hidden", hash: "zz".repeat(32) }]],
  [
    "257 inputs",
    bodyCodec as Codec<never>,
    { ...transfer, inputs: times(257, { transaction: zero32, index: 0 }) },
  ],
  [
    "index 65,536",
    bodyCodec as Codec<never>,
    { ...transfer, inputs: [{ transaction: zero32, index: 65_536 }] },
  ],
  [
    "257 outputs",
    bodyCodec as Codec<never>,
    { ...transfer, outputs: times(257, { asset: 0, amount: 1n, policyHash: zero32 }) },
  ],
  ["65 issued", bodyCodec as Codec<never>, { ...transfer, issued: times(65, { asset: 0, amount: 1n }) }],
  ["a fee of 2^64", bodyCodec as Codec<never>, { ...transfer, fee: 2n ** 64n }],
  ["a negative fee", bodyCodec as Codec<never>, { ...transfer, fee: -1n }],
  ["a fee as a number", bodyCodec as Codec<never>, { ...transfer, fee: 1 }],
  ["a memo of 257 bytes", bodyCodec as Codec<never>, { ...transfer, memo: "00".repeat(257) }],
  ["a memo of half a byte", bodyCodec as Codec<never>, { ...transfer, memo: "0" }],
  ["an asset of 2^32", bodyCodec as Codec<never>, { ...transfer, issued: [{ asset: 2 ** 32, amount: 1n }] }],
  ["321 policies", witnessCodec as Codec<never>, { policies: times(321, []), signatures: [], preimages: [] }],
  [
    "65 preimages",
    witnessCodec as Codec<never>,
    { policies: [], signatures: [], preimages: times(65, zero32) },
  ],
  [
    "257 signatures",
    witnessCodec as Codec<never>,
    {
      policies: [],
      signatures: times(257, { publicKey: `02${zero32}`, signature: "00".repeat(64) }),
      preimages: [],
    },
  ],
  ["a name of 33 characters", changeCodec as Codec<never>, { kind: "removeMember", name: "a".repeat(33) }],
  ["a name that is not ASCII", changeCodec as Codec<never>, { kind: "removeMember", name: "é" }],
  ["a name with a line feed", changeCodec as Codec<never>, { kind: "removeMember", name: "a\n" }],
  [
    "17 prefixes",
    changeCodec as Codec<never>,
    { kind: "permitClient", publicKey: client.publicKey, registerPrefixes: times(17, "a") },
  ],
  [
    "a prefix of 65 characters",
    changeCodec as Codec<never>,
    { kind: "permitClient", publicKey: client.publicKey, registerPrefixes: ["a".repeat(65)] },
  ],
  [
    "a parameter there is not",
    changeCodec as Codec<never>,
    { kind: "changeParameter", parameter: "rulesVersion", value: 1 },
  ],
  [
    "a boolean that is a number",
    coinCodec as Codec<never>,
    { asset: 0, amount: 1n, policyHash: zero32, height: 0, reward: 1 },
  ],
];

describe("encoding refuses what decoding would", () => {
  for (const [name, codec, value] of REFUSED)
    it(name, () => {
      const refused = codec.tryEncode(value as never);
      assert.equal(refused.ok ? "ok" : refused.code, "encoding");
      assert.throws(() => codec.encode(value as never), AssertionError);
    });
});
