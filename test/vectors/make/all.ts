// All files of vectors, as they should be.
import type {
  BlockCase,
  ChainOfBlocks,
  EncodingCase,
  TransactionCase,
  VectorFile,
  VectorFiles,
} from "../format.ts";
import { textOf } from "../format.ts";
import { blockScenes } from "./blocks.ts";
import { blockOfModeScenes } from "./blocks-of-modes.ts";
import { addressVectors } from "./addresses.ts";
import { conditionScenes } from "./conditions.ts";
import { encodingVectors } from "./encoding.ts";
import { governanceScenes } from "./governance.ts";
import { governanceStateScenes } from "./governance-in-state.ts";
import { hashVectors } from "./hashes.ts";
import { inclusionVectors } from "./inclusion.ts";
import { limitScenes } from "./limits.ts";
import { policyVectors } from "./policies.ts";
import type { Scene } from "./scene.ts";
import { signatureVectors } from "./signatures.ts";
import { transferScenes } from "./transfers.ts";
import { transferInBlockScenes } from "./transfers-in-block.ts";

export function transactionVectors(): VectorFile<TransactionCase, ChainOfBlocks> {
  const scenes = [
    ...transferScenes(),
    ...transferInBlockScenes(),
    ...conditionScenes(),
    ...limitScenes(),
    ...governanceScenes(),
    ...governanceStateScenes(),
  ];
  return {
    about: "Transactions, each as if it stood alone in the next block: docs/formats.md, sections 7 and 8",
    shared: Object.fromEntries(scenes.map((scene) => [scene.name, scene.chain])),
    cases: scenes.flatMap((scene) => scene.transactions),
  };
}

export function blockVectors(): VectorFile<BlockCase, ChainOfBlocks> {
  const scenes = [...blockScenes(), ...blockOfModeScenes()];
  return {
    about: "Blocks, each on top of a chain: docs/formats.md, sections 10 and 11",
    shared: Object.fromEntries(scenes.map((scene) => [scene.name, scene.chain])),
    cases: scenes.flatMap((scene) => scene.blocks),
  };
}

export function vectorFiles() {
  return {
    hashes: hashVectors(),
    addresses: addressVectors(),
    signatures: signatureVectors(),
    policies: policyVectors(),
    inclusion: inclusionVectors(),
    encoding: encodingVectors((x) => x),
    transactions: transactionVectors(),
    blocks: blockVectors(),
  };
}

/** The text of each file of vectors. */
export function vectorTexts(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(vectorFiles()).map(([name, file]) => [name, textOf(file as never)]),
  );
}
