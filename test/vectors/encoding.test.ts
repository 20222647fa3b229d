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
import { hex } from "../ledger/naive/bytes.ts";
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
