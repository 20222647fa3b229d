// All files of vectors, as they should be.
import { governanceStateCodec } from "@witan/ledger";
import { hexToBytes } from "@witan/primitives";
import type {
  BlockCase,
  ChainOfBlocks,
  EncodingCase,
  TransactionCase,
  VectorFile,
  VectorFiles,
} from "../format.ts";
import { textOf } from "../format.ts";
import { addressVectors } from "./addresses.ts";
import { blockScenes } from "./blocks.ts";
import { everyModeScenes } from "./blocks-in-every-mode.ts";
import { blockOfModeScenes } from "./blocks-of-modes.ts";
import { conditionScenes } from "./conditions.ts";
import { encodingVectors } from "./encoding.ts";
import { finalityVectors } from "./finality.ts";
import { genesisVectors } from "./geneses.ts";
import { governanceScenes } from "./governance.ts";
import { governanceStateScenes } from "./governance-in-state.ts";
import { hashVectors } from "./hashes.ts";
import { idVectors } from "./ids.ts";
import { inclusionVectors } from "./inclusion.ts";
import { limitScenes } from "./limits.ts";
import { policyVectors } from "./policies.ts";
import type { Scene } from "./scene.ts";
import { signatureVectors } from "./signatures.ts";
import { transferScenes } from "./transfers.ts";
import { transferInBlockScenes } from "./transfers-in-block.ts";
import { workVectors } from "./work.ts";

const chainsOf = (scenes: readonly Scene[]): Record<string, ChainOfBlocks> =>
  Object.fromEntries(scenes.map((scene) => [scene.name, scene.chain]));

/** transactions.json and blocks.json: some scenes have cases for both. */
function sceneVectors(): {
  transactions: VectorFile<TransactionCase, ChainOfBlocks>;
  blocks: VectorFile<BlockCase, ChainOfBlocks>;
} {
  const scenes = [
    ...transferScenes(),
    ...transferInBlockScenes(),
    ...conditionScenes(),
    ...limitScenes(),
    ...governanceScenes(),
    ...governanceStateScenes(),
    ...blockScenes(),
    ...blockOfModeScenes(),
    ...everyModeScenes(),
  ];
  return {
    transactions: {
      about: "Transactions, each as if it stood alone in the next block: docs/formats.md, sections 7 and 8",
      shared: chainsOf(scenes.filter((scene) => scene.transactions.length > 0)),
      cases: scenes.flatMap((scene) => scene.transactions),
    },
    blocks: {
      about: "Blocks, each on top of a chain: docs/formats.md, sections 10 and 11",
      shared: chainsOf(scenes.filter((scene) => scene.blocks.length > 0)),
      cases: scenes.flatMap((scene) => scene.blocks),
    },
  };
}

/** Roots are hashed of governance states; the others' are not. */
function withRoot(one: EncodingCase): EncodingCase {
  if (one.type !== "GovernanceState" || one.expected !== "ok") return one;
  const state = governanceStateCodec.decode(hexToBytes(one.bytes));
  if (!state.ok) throw new TypeError(`${one.name}: ${state.detail}`);
  return { ...one, root: governanceStateCodec.root(state.value) };
}

/** Every file of vectors. */
export function vectorFiles(): VectorFiles {
  return {
    hashes: hashVectors(),
    encoding: encodingVectors((cases) => cases.map(withRoot)),
    ids: idVectors(),
    addresses: addressVectors(),
    signatures: signatureVectors(),
    policies: policyVectors(),
    ...sceneVectors(),
    genesis: genesisVectors(),
    inclusion: inclusionVectors(),
    "finality-proofs": finalityVectors(),
    work: workVectors(),
  };
}

/** The text of each file of vectors. */
export function vectorTexts(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(vectorFiles()).map(([name, file]) => [name, textOf(file)]));
}
