// The vectors of hashes, encodings, addresses, signatures, policies and branches: through the packages, the naive
// validator, and node:crypto over bytes put together here.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createNobleScheme, createWasmScheme, formatAddress, parseAddress } from "@witan/crypto";
import {
  inclusionBranch,
  inclusionRoot,
  type Policy,
  policyCodec,
  policyHash,
  showPolicy,
  transactionsRoot,
} from "@witan/ledger";
import {
  bytesToHex,
  type ChainId,
  type Hash,
  hexToBytes,
  LIMITS,
  type PolicyHash,
  type PublicKey,
  present,
  type Signature,
  sha256Hex,
  type Tag,
  TaggedHasher,
  type TransactionId,
  type WitnessHash,
} from "@witan/primitives";
import { naiveAddress, naivePolicy } from "../ledger/naive/index.ts";
import { readVectors } from "./format.ts";

const sha = (hex: string): string => createHash("sha256").update(hex, "hex").digest("hex");
const tagged = (tag: string, chainId: string, bytes: string): string =>
  sha(createHash("sha256").update(tag, "ascii").digest("hex") + chainId + bytes);

describe("vectors: hashes", () => {
  for (const { name, tag, chainId, bytes, hash } of readVectors("hashes").cases)
    it(name, () => {
      if (tag === null || chainId === null) {
        assert.equal(sha256Hex(hexToBytes(bytes)), hash);
        assert.equal(sha(bytes), hash);
        return;
      }
      const hasher = new TaggedHasher(tag as Tag, chainId as ChainId);
      assert.equal(hasher.oneShot(hexToBytes(bytes)), hash);
      assert.equal(hasher.fromPrefixState(hexToBytes(bytes)), hash);
      assert.equal(tagged(tag, chainId, bytes), hash, "by node:crypto");
    });
});

describe("vectors: addresses", () => {
  for (const { name, prefix, address, expected, policyHash: hash } of readVectors("addresses").cases)
    it(name, () => {
      const parsed = parseAddress(address, prefix);
      assert.equal(parsed.ok ? "ok" : parsed.code, expected);
      if (hash === undefined) return;
      assert.equal(parsed.ok && parsed.value, hash);
      assert.equal(formatAddress(prefix, hash as PolicyHash), address);
      assert.equal(naiveAddress(prefix, hash), address, "by the naive validator");
    });
});

describe("vectors: signatures", () => {
  const noble = createNobleScheme();
  let wasm = noble;
  before(async () => {
    wasm = await createWasmScheme();
  });
  for (const { name, digest, publicKey, signature, expected } of readVectors("signatures").cases)
    it(name, () => {
      const check = {
        digest: digest as Hash,
        publicKey: publicKey as PublicKey,
        signature: signature as Signature,
      };
      assert.equal(noble.verify(check), expected);
      assert.equal(wasm.verify(check), expected, "by libsecp256k1");
    });
});

/** The hash of a policy of leaves only below its root, by node:crypto over bytes put together here. */
function flatHash(policy: Policy): string | undefined {
  const ZERO = "00".repeat(32);
  const hashes = policy.map((node) => {
    const tag = "witan/policy/1";
    if (node.kind === "hidden") return node.hash;
    if (node.kind === "key") return tagged(tag, ZERO, `01${node.publicKey}`);
    if (node.kind === "hash") return tagged(tag, ZERO, `03${node.digest}`);
    if (node.kind === "threshold") return undefined;
    const time = Buffer.alloc(8);
    time.writeBigUInt64LE(BigInt(node.time));
    return tagged(tag, ZERO, `02${time.toString("hex")}`);
  });
  const [root, ...rest] = policy;
  if (root?.kind !== "threshold") return hashes[0];
  if (rest.some((node) => node.kind === "threshold")) return undefined;
  const own = Buffer.from([4, root.required, root.children]).toString("hex");
  return tagged("witan/policy/1", ZERO, own + hashes.slice(1).join(""));
}

describe("vectors: policies", () => {
  for (const { name, policy, expected, hash } of readVectors("policies").cases)
    it(name, () => {
      const naive = naivePolicy(hexToBytes(policy));
      assert.equal(naive.ok ? "ok" : naive.code, expected, "the naive validator");
      const decoded = policyCodec.decode(hexToBytes(policy));
      if (!decoded.ok) return assert.equal(decoded.code, expected);
      const shown = showPolicy(decoded.value);
      assert.equal("code" in shown ? shown.code : "ok", expected);
      if (hash === undefined) return;
      assert.equal(policyHash(decoded.value), hash);
      assert.ok("hash" in shown && shown.hash === hash);
      assert.ok(naive.ok && naive.hash === hash, "the naive validator's hash");
      assert.equal(flatHash(decoded.value) ?? hash, hash, "by node:crypto");
    });
});

/** The root that a branch leads to, by node:crypto. */
function climb(leaf: string, index: number, branch: readonly string[]): string {
  return branch.reduce((node, sibling, level) => {
    const right = Math.floor(index / 2 ** level) % 2 === 1;
    return right ? sha(sibling + node) : sha(node + sibling);
  }, leaf);
}

/** The root over a list of names, by node:crypto: 65,536 leaves, most of them zero, and the length. */
function rootOf(names: readonly { id: string; witnessHash: string }[]): string {
  let level = names.map(({ id, witnessHash }) => sha(id + witnessHash));
  let zero = "00".repeat(32);
  for (let depth = 0; depth < 16; depth++) {
    const pairs = Math.ceil(level.length / 2);
    level = Array.from({ length: pairs }, (_, at) =>
      sha(present(level[2 * at], "a node") + (level[2 * at + 1] ?? zero)),
    );
    zero = sha(zero + zero);
  }
  const length = Buffer.alloc(32);
  length.writeUInt32LE(names.length);
  return sha((level[0] ?? zero) + length.toString("hex"));
}

describe("vectors: inclusion", () => {
  const file = readVectors("inclusion");
  for (const [name, { names, root }] of Object.entries(file.shared))
    it(`the root over a list ${name}`, () => {
      assert.equal(
        transactionsRoot(names as readonly { id: TransactionId; witnessHash: WitnessHash }[]),
        root,
      );
      assert.equal(rootOf(names), root, "by node:crypto");
    });
  for (const { name, list, id, witnessHash, index, branch, expected } of file.cases)
    it(name, () => {
      const { names, root } = present(file.shared[list], list);
      const leads = (to: string) => branch.length === 17 && index < LIMITS.blockTransactions && to === root;
      const one = { id: id as TransactionId, witnessHash: witnessHash as WitnessHash };
      assert.equal(leads(inclusionRoot(one, index, branch as Hash[])), expected);
      assert.equal(leads(climb(sha(id + witnessHash), index, branch)), expected, "by node:crypto");
      if (!expected) return;
      const made = inclusionBranch(names as readonly (typeof one)[], index);
      assert.deepEqual(made, branch);
    });
});

it("vectors: bytes are lower-case hex", () => {
  for (const { bytes } of readVectors("encoding").cases) assert.equal(bytesToHex(hexToBytes(bytes)), bytes);
});
