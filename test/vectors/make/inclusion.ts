// Vectors for inclusion branches: lists of several sizes, positions at their edges, and branches that lead astray.
import { inclusionBranch, transactionsRoot } from "@witan/ledger";
import { asciiBytes, sha256Hex, type TransactionId, type WitnessHash, ZERO_HASH } from "@witan/primitives";
import type { InclusionCase, NameList, VectorFile } from "../format.ts";

const SIZES: readonly (readonly [number, readonly number[]])[] = [
  [1, [0]],
  [2, [0, 1]],
  [3, [0, 2]],
  [4, [1, 3]],
  [5, [4]],
  [8, [0, 7]],
  [9, [8]],
  [33, [0, 31, 32]],
  [100, [0, 63, 64, 99]],
];

function nameOf(at: number): { id: TransactionId; witnessHash: WitnessHash } {
  return {
    id: sha256Hex(asciiBytes(`id ${at}`)) as TransactionId,
    witnessHash: sha256Hex(asciiBytes(`witness ${at}`)) as WitnessHash,
  };
}

/** inclusion.json */
export function inclusionVectors(): VectorFile<InclusionCase, NameList> {
  const shared: Record<string, NameList> = {};
  const cases: InclusionCase[] = [];
  for (const [size, positions] of SIZES) {
    const names = Array.from({ length: size }, (_, at) => nameOf(at));
    const list = `of ${size}`;
    shared[list] = { names, root: transactionsRoot(names) };
    for (const index of positions) {
      const branch = inclusionBranch(names, index);
      cases.push({ name: `leads: ${index} ${list}`, list, ...nameOf(index), index, branch, expected: true });
    }
  }
  return {
    about: "Branches to transactionsRoot: docs/formats.md, section 9",
    shared,
    cases: [...cases, ...broken()],
  };
}

function broken(): InclusionCase[] {
  const names = Array.from({ length: 5 }, (_, at) => nameOf(at));
  const branch: readonly string[] = inclusionBranch(names, 3);
  const base = { list: "of 5", ...nameOf(3), index: 3, branch, expected: false };
  const length = branch.length - 1;
  return [
    { ...base, name: "astray: the position before", index: 2 },
    { ...base, name: "astray: the position behind", index: 4 },
    { ...base, name: "astray: the position 65,536 higher, which has the same lowest bits", index: 65_539 },
    { ...base, name: "astray: the position 131,072 higher, the same at every level", index: 131_075 },
    { ...base, name: "astray: another id", id: nameOf(2).id },
    { ...base, name: "astray: another witness hash", witnessHash: nameOf(2).witnessHash },
    {
      ...base,
      name: "astray: id and witness hash changed places",
      id: base.witnessHash,
      witnessHash: base.id,
    },
    { ...base, name: "astray: the first sibling is another", branch: branch.with(0, ZERO_HASH) },
    { ...base, name: "astray: the length is another", branch: branch.with(length, `06${"00".repeat(31)}`) },
    { ...base, name: "astray: a sibling is missing", branch: branch.slice(0, length) },
    { ...base, name: "astray: a sibling too many", branch: [...branch, ZERO_HASH] },
    { ...base, name: "astray: no siblings", branch: [] },
    { ...base, name: "astray: siblings in reverse", branch: [...branch].reverse() },
    { ...base, name: "astray: beyond the end of the list", index: 5, ...nameOf(5) },
  ];
}
