// The vectors of ids, geneses, finality proofs and the arithmetic of proof of work, through both validators.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createNobleScheme } from "@witan/crypto";
import {
  blockWork,
  checkFinalityProof,
  checkWorkProof,
  compactOfTarget,
  decodeTransaction,
  finalityProofCodec,
  genesisBlock,
  genesisCodec,
  genesisGovernance,
  medianTimestamp,
  meetsTarget,
  nextTarget,
  openChain,
  openChainBytes,
  type ProofOfWorkParameters,
  subsidyAt,
  TransactionHasher,
  targetOfCompact,
} from "@witan/ledger";
import { type ChainId, type Hash, type Height, hexToBytes, present, type Timestamp } from "@witan/primitives";
import {
  NaiveChain,
  naiveChainId,
  naiveFinalityProof,
  naiveGenesisProblem,
  naiveTransactionIds,
} from "../ledger/naive/index.ts";
import * as naivePow from "../ledger/naive/pow.ts";
import { type ProofCase, readVectors, type WorkCase } from "./format.ts";

/** H of section 2, by node:crypto over slices of the bytes. */
function tagged(tag: string, chainId: string, bytes: Uint8Array): string {
  const prefix = createHash("sha256").update(tag, "ascii").digest();
  return createHash("sha256").update(prefix).update(chainId, "hex").update(bytes).digest("hex");
}

describe("vectors: ids", () => {
  for (const { name, chainId, transaction, ...expected } of readVectors("ids").cases)
    it(name, () => {
      const bytes = hexToBytes(transaction);
      const decoded = decodeTransaction(new TransactionHasher(chainId as ChainId), bytes);
      assert.ok(decoded.ok);
      const { id, witnessHash, weight } = decoded.value;
      assert.deepEqual({ id, witnessHash, size: decoded.value.bytes.length, weight }, expected);
      assert.deepEqual(naiveTransactionIds(bytes, chainId), { id, witnessHash }, "the naive validator");
      const witnessAt = Buffer.from(bytes).readUInt32LE(4);
      assert.equal(tagged("witan/transaction/1", chainId, bytes.slice(8, witnessAt)), id, "by node:crypto");
      assert.equal(tagged("witan/witness/1", chainId, bytes.slice(witnessAt)), witnessHash, "by node:crypto");
    });
});

describe("vectors: geneses", () => {
  for (const { name, genesis, expected, fields, ...begun } of readVectors("genesis").cases)
    it(name, () => {
      const bytes = hexToBytes(genesis);
      assert.equal(naiveGenesisProblem(bytes) ?? "ok", expected, "the naive validator");
      const opened = openChainBytes(bytes);
      if (!opened.ok) {
        if (opened.code === "encoding") return assert.equal(opened.code, expected);
        const { problems } = opened;
        assert.equal(problems[0]?.condition, expected);
        assert.deepEqual([...new Set(problems.map(({ field }) => field))], fields);
        return assert.ok(problems.every((one) => one.expected !== "" && one.found !== ""));
      }
      assert.equal(expected, "ok");
      const { header, hash } = genesisBlock(opened.value).block;
      const { chainId } = opened.value;
      assert.deepEqual({ chainId, hash, governanceRoot: header.governanceRoot }, begun);
      assert.equal(naiveChainId(bytes), chainId, "the naive validator");
      assert.equal(tagged("witan/genesis/1", "00".repeat(32), bytes), chainId, "by node:crypto");
      const naive = new NaiveChain(bytes);
      assert.equal(naive.tipHash, hash, "the naive validator");
      assert.equal(naive.governanceRoot, header.governanceRoot, "the naive validator");
    });
});

function judgeProof({ proof }: ProofCase, genesisBytes: Uint8Array): { code: string; height?: number } {
  const decoded = finalityProofCodec.decode(hexToBytes(proof));
  if (!decoded.ok) return { code: decoded.code };
  const genesis = genesisCodec.decode(genesisBytes);
  const opened = openChain(present(genesis.ok ? genesis.value : undefined, "a genesis"));
  assert.ok(opened.ok);
  const chain = opened.value;
  const trusted = genesisGovernance(chain).membership;
  const checked =
    chain.mode === "pow"
      ? checkWorkProof(chain, decoded.value, [genesisBlock(chain).block.header])
      : checkFinalityProof(chain, decoded.value, trusted, createNobleScheme());
  return checked.ok ? { code: "ok", height: checked.value.header.height } : { code: checked.code };
}

describe("vectors: finality proofs", () => {
  const file = readVectors("finality-proofs");
  for (const one of file.cases)
    it(one.name, () => {
      const genesis = hexToBytes(present(file.shared[one.genesis], one.genesis));
      const expected = { code: one.expected, ...(one.height === undefined ? {} : { height: one.height }) };
      assert.deepEqual(judgeProof(one, genesis), expected);
      const naive = naiveFinalityProof(genesis, hexToBytes(one.proof));
      const found = naive.ok ? { code: "ok", height: naive.height } : { code: naive.code };
      assert.deepEqual(found, expected, "the naive validator");
    });
});

const BASE: ProofOfWorkParameters = {
  kind: "pow",
  initialTarget: 0,
  targetLimit: 0,
  blockIntervalMs: 1,
  retargetInterval: 2,
  subsidy: 0n,
  halvingInterval: 1,
  coinbaseMaturity: 0,
  maxFutureDriftMs: 1_000,
};

const history = (timestamps: readonly number[], targets: readonly number[] = []) => ({
  height: (timestamps.length - 1) as Height,
  header: (at: number) => ({ timestamp: timestamps[at] as Timestamp, target: targets[at] ?? 0 }),
});

function calculate(one: WorkCase): unknown {
  switch (one.of) {
    case "target":
      return targetOfCompact(one.compact)?.toString(16) ?? null;
    case "compact":
      return compactOfTarget(BigInt(`0x${one.target}`));
    case "meets":
      return meetsTarget(one.hash as Hash, one.compact);
    case "work":
      return blockWork(one.compact).toString();
    case "next": {
      const { initialTarget, targetLimit, retargetInterval, blockIntervalMs } = one;
      const parameters = { ...BASE, initialTarget, targetLimit, retargetInterval, blockIntervalMs };
      return nextTarget(parameters, history(one.timestamps, one.targets));
    }
    case "median":
      return medianTimestamp(history(one.timestamps));
    case "subsidy": {
      const parameters = { ...BASE, subsidy: BigInt(one.subsidy), halvingInterval: one.halvingInterval };
      return subsidyAt(parameters, one.height).toString();
    }
  }
}

/** The naive validator's answers, where it has them. */
function calculateNaively(one: WorkCase): unknown {
  const headers = (timestamps: readonly number[], targets: readonly number[]) =>
    timestamps.map((timestamp, at) => ({
      height: BigInt(at),
      timestamp: BigInt(timestamp),
      target: BigInt(targets[at] ?? 0),
    })) as unknown as Parameters<typeof naivePow.median>[0] & Parameters<typeof naivePow.nextTarget>[0];
  switch (one.of) {
    case "target":
      return naivePow.decodeTarget(BigInt(one.compact))?.toString(16) ?? null;
    case "next": {
      const wide = Object.fromEntries(
        Object.entries(one).map(([name, value]) => [name, typeof value === "number" ? BigInt(value) : value]),
      );
      return Number(naivePow.nextTarget(headers(one.timestamps, one.targets), wide as never));
    }
    case "median":
      return Number(naivePow.median(headers(one.timestamps, [])));
    case "subsidy": {
      const { halvingInterval, subsidy } = one;
      const wide = { subsidy: BigInt(subsidy), halvingInterval: BigInt(halvingInterval) };
      return naivePow.subsidyAt(BigInt(one.height), wide as never).toString();
    }
    default:
      return calculate(one);
  }
}

function answer(one: WorkCase): unknown {
  switch (one.of) {
    case "target":
      return one.target;
    case "compact":
    case "next":
      return one.compact;
    case "meets":
    case "subsidy":
      return one.expected;
    case "work":
      return one.work;
    case "median":
      return one.median;
  }
}

describe("vectors: work", () => {
  for (const one of readVectors("work").cases)
    it(one.name, () => {
      assert.equal(calculate(one), answer(one));
      assert.equal(calculateNaively(one), answer(one), "the naive validator");
    });
});
