// Vectors for hashes: every tag, under no chain and under two, over nothing, little and much.
import { bytesToHex, type ChainId, sha256Hex, TAGS, TaggedHasher, ZERO_HASH } from "@witan/primitives";
import type { HashCase, VectorFile } from "../format.ts";

const CHAINS: Readonly<Record<string, string>> = {
  "no chain": ZERO_HASH,
  "the chain 0101…": "01".repeat(32),
  "the chain fffe…": `fffe${"5a".repeat(30)}`,
};

const INPUTS: Readonly<Record<string, Uint8Array>> = {
  nothing: new Uint8Array(),
  "one zero byte": new Uint8Array(1),
  "200 bytes": Uint8Array.from({ length: 200 }, (_, at) => (at * 7) % 256),
};

/** SHA-256 of FIPS 180-4 and NIST's examples, known from there. */
const PLAIN: readonly HashCase[] = [
  {
    name: "SHA-256 of nothing",
    tag: null,
    chainId: null,
    bytes: "",
    hash: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  },
  {
    name: "SHA-256 of abc",
    tag: null,
    chainId: null,
    bytes: "616263",
    hash: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  },
];

/** hashes.json */
export function hashVectors(): VectorFile<HashCase> {
  const cases = [...PLAIN];
  for (const tag of Object.values(TAGS))
    for (const [chain, chainId] of Object.entries(CHAINS))
      for (const [what, bytes] of Object.entries(INPUTS)) {
        const hash = new TaggedHasher(tag, chainId as ChainId).hash(bytes);
        cases.push({
          name: `${tag} of ${what} under ${chain}`,
          tag,
          chainId,
          bytes: bytesToHex(bytes),
          hash,
        });
      }
  for (const bytes of [new Uint8Array(55).fill(1), new Uint8Array(56).fill(2), new Uint8Array(64).fill(3)])
    cases.push({
      name: `SHA-256 of ${bytes.length} bytes, about the length of a block`,
      tag: null,
      chainId: null,
      bytes: bytesToHex(bytes),
      hash: sha256Hex(bytes),
    });
  return { about: "H(tag, chainId, bytes): docs/formats.md, section 2", shared: {}, cases };
}
