// The vectors of encoding, through the codecs of the packages and those of the naive validator.
import assert from "node:assert/strict";
import {
  changeCodec,
  coinCodec,
  decodeBlock,
  finalityProofCodec,
  genesisCodec,
  governanceStateCodec,
  headerCodec,
  policyCodec,
  transactionCodec,
} from "@witan/ledger";
import { bytesToHex, type Codec, certificateCodec, hexToBytes, present } from "@witan/primitives";
import { testChain, testGenesis } from "../ledger/build.ts";
import { hex, unhex } from "../ledger/naive/bytes.ts";
import * as naive from "../ledger/naive/formats.ts";
import { decode, type Type } from "../ledger/naive/ssz.ts";
import { type EncodingCase, readVectors } from "./format.ts";

const CODECS: Readonly<Record<string, Codec<never>>> = {
  Transaction: transactionCodec as Codec<never>,
  Policy: policyCodec as Codec<never>,
  Change: changeCodec as Codec<never>,
  Certificate: certificateCodec as Codec<never>,
  FinalityProof: finalityProofCodec as Codec<never>,
  Header: headerCodec as Codec<never>,
  Genesis: genesisCodec as Codec<never>,
  GovernanceState: governanceStateCodec as Codec<never>,
  Coin: coinCodec as Codec<never>,
};

function judge({ type, bytes, root }: EncodingCase): string {
  const codec = present(CODECS[type], type);
  const decoded = codec.decode(hexToBytes(bytes));
  if (!decoded.ok) return decoded.code;
  assert.equal(bytesToHex(codec.encode(decoded.value)), bytes);
  if (root !== undefined) assert.equal(codec.root(decoded.value), root);
  return "ok";
}

function judgeNaively({ type, bytes, root }: EncodingCase): string {
  const own = (naive as unknown as Record<string, Type<unknown>>)[type];
  const codec = present(own, `the naive validator's ${type}`);
  const value = decode(codec, unhex(bytes));
  if (value === undefined) return "encoding";
  if (root !== undefined) assert.equal(hex(codec.root(value)), root);
  return "ok";
}

describe("vectors: encoding", () => {
  const chain = testChain(testGenesis());
  for (const one of readVectors("encoding").cases)
    it(one.name, () => {
      if (one.type === "Block") {
        const decoded = decodeBlock(chain, hexToBytes(one.bytes));
        assert.equal(decoded.ok ? "ok" : decoded.code, one.expected);
        return;
      }
      assert.equal(judge(one), one.expected);
      assert.equal(judgeNaively(one), one.expected, "the naive validator");
    });
});
