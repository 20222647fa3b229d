// Vectors for signatures: which hold, and each way not to.
import { sign } from "@witan/crypto";
import { type Hash, hexToBytes, sha256Hex, ZERO_HASH } from "@witan/primitives";
import { keyOfName } from "../../ledger/build.ts";
import type { SignatureCase, VectorFile } from "../format.ts";

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const P = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";
const HALF = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
const HALF_AND_ONE = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1";
/** The x of the generator: the public key of the secret key 1 (SEC 2). */
const G = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

const hex32 = (value: bigint): string => value.toString(16).padStart(64, "0");

/** signatures.json */
export function signatureVectors(): VectorFile<SignatureCase> {
  const key = keyOfName("signer");
  const other = keyOfName("someone else");
  const digest = sha256Hex(new Uint8Array([1, 2, 3])) as Hash;
  const publicKey = key.publicKey as string;
  const signature = sign(digest, key.secretKey) as string;
  const r = signature.slice(0, 64);
  const s = signature.slice(64);
  const cases: SignatureCase[] = [];
  const add = (name: string, expected: boolean, change: Partial<SignatureCase>): void => {
    cases.push({ name, digest, publicKey, signature, expected, ...change });
  };
  // bitcoin-core's test vector of RFC 6979 over secp256k1: key 1, SHA-256 of "Satoshi Nakamoto".
  add("holds: RFC 6979, key 1, Satoshi Nakamoto", true, {
    digest: "a0dc65ffca799873cbea0ac274015b9526505daaaed385155425f7337704883e",
    publicKey: G,
    signature:
      "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d82442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5",
  });
  add("holds: of this digest by this key", true, {});
  for (const name of ["a", "b", "c", "d"]) {
    const signer = keyOfName(name);
    const one = sha256Hex(new Uint8Array([name.charCodeAt(0)])) as Hash;
    const own = { digest: one, publicKey: signer.publicKey, signature: sign(one, signer.secretKey) };
    add(`holds: key of ${name}, prefix ${signer.publicKey.slice(0, 2)}`, true, own);
  }
  add("holds: of a digest of 32 zero bytes", true, {
    digest: ZERO_HASH,
    signature: sign(ZERO_HASH, key.secretKey),
  });
  const ones = "ff".repeat(32) as Hash;
  add("holds: of a digest above the group order", true, {
    digest: ones,
    signature: sign(ones, key.secretKey),
  });
  add("not: high s, n - s of one that holds", false, { signature: r + hex32(N - BigInt(`0x${s}`)) });
  add("not: s is (n - 1) / 2 + 1", false, { signature: r + HALF_AND_ONE });
  add("not: s is (n - 1) / 2, in range but of nothing", false, { signature: r + HALF });
  add("not: r is 0", false, { signature: ZERO_HASH + s });
  add("not: s is 0", false, { signature: r + ZERO_HASH });
  add("not: r and s are 0", false, { signature: ZERO_HASH + ZERO_HASH });
  add("not: r is n", false, { signature: hex32(N) + s });
  add("not: r is n + 1", false, { signature: hex32(N + 1n) + s });
  add("not: r is 2^256 - 1", false, { signature: ones + s });
  add("not: s is n", false, { signature: r + hex32(N) });
  add("not: s is 2^256 - 1", false, { signature: r + ones });
  add("not: r and s changed places", false, { signature: s + r });
  add("not: another digest", false, { digest: sha256Hex(new Uint8Array([1, 2, 4])) });
  add("not: the digest hashed again", false, { digest: sha256Hex(hexToBytes(digest)) });
  add("not: another key", false, { publicKey: other.publicKey });
  add("not: the same x with the other prefix", false, {
    publicKey: (publicKey.startsWith("02") ? "03" : "02") + publicKey.slice(2),
  });
  for (const prefix of ["00", "01", "04", "06", "07", "ff"])
    add(`not: prefix ${prefix}`, false, { publicKey: prefix + publicKey.slice(2) });
  add("not: x is p", false, { publicKey: `02${P}` });
  add("not: x is p + x of a key, which is the same number modulo p", false, {
    publicKey: "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30",
  });
  add("not: x is 2^256 - 1", false, { publicKey: `02${ones}` });
  add("not: x is 5, off the curve", false, { publicKey: `02${hex32(5n)}` });
  add("not: x is 0, off the curve", false, { publicKey: `02${ZERO_HASH}` });
  return { about: "Signatures that hold or do not: docs/formats.md, section 3", shared: {}, cases };
}
