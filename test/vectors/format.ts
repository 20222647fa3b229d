// The form of the files of vectors, as JSON, and reading them. Bytes are lower-case hex; amounts and other 64-bit
// numbers are decimal strings. A program in any language can read these files; nothing in them names TypeScript.
import { readFileSync } from "node:fs";
import path from "node:path";
import type { RuleCode } from "@witan/ledger";

/** A rule that is broken, or that all hold. */
export type Verdict = "ok" | RuleCode;

/** What every case has: the name of what it shows. */
export interface Named {
  readonly name: string;
}

/** H(tag, chainId, bytes), and without a tag plain SHA-256. */
export interface HashCase extends Named {
  readonly tag: string | null;
  readonly chainId: string | null;
  readonly bytes: string;
  readonly hash: string;
}

/** Bytes that are, or are not, the encoding of a type. */
export interface EncodingCase extends Named {
  readonly type: string;
  readonly bytes: string;
  readonly expected: "ok" | "encoding";
  /** Of types whose root is hashed somewhere. */
  readonly root?: string;
}

/** The names of a transaction. */
export interface IdCase extends Named {
  readonly chainId: string;
  readonly transaction: string;
  readonly id: string;
  readonly witnessHash: string;
  readonly size: number;
  readonly weight: number;
}

/** An address, and the policy hash it stands for or why it is refused. */
export interface AddressCase extends Named {
  readonly prefix: string;
  readonly address: string;
  readonly expected: "ok" | "case" | "checksum" | "prefix" | "version" | "length" | "padding";
  readonly policyHash?: string;
}

/** A signature, and whether it holds. */
export interface SignatureCase extends Named {
  readonly digest: string;
  readonly publicKey: string;
  readonly signature: string;
  readonly expected: boolean;
}

/** A policy as a witness shows it. */
export interface PolicyCase extends Named {
  readonly policy: string;
  readonly expected: Verdict;
  readonly hash?: string;
}

/** A genesis and blocks that follow it, all valid. */
export interface ChainOfBlocks {
  readonly genesis: string;
  readonly blocks: readonly string[];
}

/** Where a case stands: a chain of the file, after its first blocks. */
interface Placed extends Named {
  readonly chain: string;
  /** Of the last block applied before; 0: of block 0. */
  readonly height: number;
}

/** A transaction as if it stood alone in the next block. */
export interface TransactionCase extends Placed {
  /** Of that block. */
  readonly timestamp: number;
  readonly transaction: string;
  readonly expected: Verdict;
}

/** The next block of a chain. */
export interface BlockCase extends Placed {
  readonly block: string;
  readonly expected: Verdict;
  /** The position of the transaction that breaks a rule. */
  readonly transaction?: number;
  /** After a block that holds. */
  readonly hash?: string;
  readonly governanceRoot?: string;
}

/** A genesis: the chain it begins, or the first condition that it breaks and the fields that do. */
export interface GenesisCase extends Named {
  readonly genesis: string;
  readonly expected: "ok" | "encoding" | number;
  /** Every field at fault, whatever the condition. */
  readonly fields?: readonly string[];
  readonly chainId?: string;
  readonly hash?: string;
  readonly governanceRoot?: string;
}

/** A branch of a transaction, and whether it leads to the root. */
export interface InclusionCase extends Named {
  /** The list of a file that the root is of. */
  readonly list: string;
  readonly id: string;
  readonly witnessHash: string;
  readonly index: number;
  readonly branch: readonly string[];
  readonly expected: boolean;
}

/** A list of transactions, by name, and the root over it. */
export interface NameList {
  readonly names: readonly { readonly id: string; readonly witnessHash: string }[];
  readonly root: string;
}

/** A finality proof for someone who trusts the genesis. */
export interface ProofCase extends Named {
  /** A genesis of the file. */
  readonly genesis: string;
  readonly proof: string;
  readonly expected: Verdict;
  /** Of the block shown final. */
  readonly height?: number;
}

/** Arithmetic of proof of work. */
export type WorkCase = Named &
  (
    | { readonly of: "target"; readonly compact: number; readonly target: string | null }
    | { readonly of: "compact"; readonly target: string; readonly compact: number }
    | { readonly of: "meets"; readonly compact: number; readonly hash: string; readonly expected: boolean }
    | { readonly of: "work"; readonly compact: number; readonly work: string }
    | {
        readonly of: "next";
        readonly targetLimit: number;
        readonly initialTarget: number;
        readonly retargetInterval: number;
        readonly blockIntervalMs: number;
        /** Of the blocks from 0 on. */
        readonly timestamps: readonly number[];
        readonly targets: readonly number[];
        readonly compact: number;
      }
    | { readonly of: "median"; readonly timestamps: readonly number[]; readonly median: number }
    | {
        readonly of: "subsidy";
        readonly subsidy: string;
        readonly halvingInterval: number;
        readonly height: number;
        readonly expected: string;
      }
  );

/** A file of vectors. */
export interface VectorFile<Case extends Named, Shared = unknown> {
  readonly about: string;
  readonly shared: Readonly<Record<string, Shared>>;
  readonly cases: readonly Case[];
}

/** Every file of vectors, and what it holds. */
export interface VectorFiles {
  readonly hashes: VectorFile<HashCase>;
  readonly encoding: VectorFile<EncodingCase>;
  readonly ids: VectorFile<IdCase>;
  readonly addresses: VectorFile<AddressCase>;
  readonly signatures: VectorFile<SignatureCase>;
  readonly policies: VectorFile<PolicyCase>;
  readonly transactions: VectorFile<TransactionCase, ChainOfBlocks>;
  readonly blocks: VectorFile<BlockCase, ChainOfBlocks>;
  readonly genesis: VectorFile<GenesisCase>;
  readonly inclusion: VectorFile<InclusionCase, NameList>;
  readonly "finality-proofs": VectorFile<ProofCase, string>;
  readonly work: VectorFile<WorkCase>;
}

/** The path of a file of vectors. */
export function pathOf(file: string): string {
  return path.join(import.meta.dirname, `${file}.json`);
}

/** Reads a file of vectors. */
export function readVectors<Name extends keyof VectorFiles>(name: Name): VectorFiles[Name] {
  return JSON.parse(readFileSync(pathOf(name), "utf8")) as VectorFiles[Name];
}

/** The text of a file of vectors: one case on a line. */
export function textOf(file: VectorFile<Named>): string {
  const shared = Object.entries(file.shared).map(([k, v]) => `${JSON.stringify(k)}: ${JSON.stringify(v)}`);
  const cases = file.cases.map((one) => JSON.stringify(one));
  const block = (lines: readonly string[]) =>
    lines.length === 0 ? "" : `\n    ${lines.join(",\n    ")}\n  `;
  return `{\n  "about": ${JSON.stringify(file.about)},\n  "shared": {${block(shared)}},\n  "cases": [${block(cases)}]\n}\n`;
}
