// Proofs of proof-of-work chains: all headers after block 0, sometimes with one more that these tests mine, and what
// can be wrong with them.
import {
  type FinalityProof,
  finalityProofCodec,
  type Header,
  inclusionBranch,
  meetsTarget,
  type WorkEvidence,
} from "@witan/ledger";
import type { Height, Timestamp } from "@witan/primitives";
import { BYTE_MUTATIONS } from "./byte-mutations.ts";
import type { Dice } from "./dice.ts";
import type { Loose } from "./draft.ts";
import type { Pair } from "./pair.ts";

type LooseHeader = Loose<Header>;

function mine(pair: Pair, header: LooseHeader, target: number): LooseHeader {
  const mined = { ...header };
  for (let tries = 0; tries < 2_000 && !meetsTarget(pair.ledger.chain.blockHash(mined), target); tries++)
    mined.nonce = BigInt.asUintN(64, mined.nonce + 1n);
  return mined;
}

/** One header more, on top of the tip: right, or with one thing wrong but mined all the same. */
function oneMore(pair: Pair, dice: Dice): LooseHeader {
  const { state, headers } = pair.ledger;
  const last = headers.at(-1) as Header;
  const header: LooseHeader = {
    ...(structuredClone(last) as LooseHeader),
    height: (last.height + 1) as Height,
    parent: state.parent.hash,
    timestamp: Math.min(state.laterThan + 1, Number.MAX_SAFE_INTEGER) as Timestamp,
    target: state.target,
  };
  const kind = dice.below(7);
  if (kind === 0) header.timestamp = Math.max(0, header.timestamp - dice.pick([1, 2])) as Timestamp;
  if (kind === 1) header.height = (header.height + dice.pick([1, -1])) as Height;
  if (kind === 2) header.parent = dice.pick(headers).parent;
  if (kind === 3) header.target = dice.pick([header.target + 1, header.target - 1, 0, 0x2100_ffff]);
  if (kind === 4) header.proposer = 7 as typeof header.proposer;
  return kind === 5 ? header : mine(pair, header, state.target);
}

type Breaker = (evidence: Loose<WorkEvidence>, proof: Loose<FinalityProof>, dice: Dice, pair: Pair) => void;

const BREAKERS: readonly Breaker[] = [
  (evidence, _, dice, pair) => void evidence.headers.push(oneMore(pair, dice)),
  (evidence, _, dice, pair) => void evidence.headers.push(oneMore(pair, dice)),
  (evidence) => void evidence.headers.pop(),
  (evidence) => void evidence.headers.shift(),
  (evidence) => void evidence.headers.reverse(),
  (evidence) => void evidence.headers.push(...evidence.headers.slice(-1)),
  (evidence, _, dice) => {
    evidence.position = dice.pick([evidence.position + 1, 0, evidence.headers.length, 2 ** 32 - 1]);
  },
  (evidence, _, dice) => {
    const header = dice.pick(evidence.headers);
    header.nonce = BigInt.asUintN(64, header.nonce + 1n);
  },
  (evidence, _, dice) => {
    const header = dice.pick(evidence.headers);
    header.timestamp = Math.max(0, header.timestamp - dice.pick([1, 500, 5_000])) as Timestamp;
  },
  (_, proof, dice) => {
    proof.id = dice.hash() as typeof proof.id;
  },
  (_, proof) => void proof.branch.pop(),
  (_, proof, dice) => {
    proof.index = dice.pick([proof.index + 65_536, proof.index + 1, 2 ** 32 - 1]);
  },
  (_, proof) => {
    proof.evidence = { kind: "work", headers: [], position: 0 };
  },
];

/** A proof by work of a transaction of the chain, perhaps with something wrong, put before both. */
export function judgeWorkProofs(pair: Pair, dice: Dice): void {
  const candidates = pair.blocks.filter(({ transactions }) => transactions.length > 0);
  if (candidates.length === 0) return;
  const block = dice.pick(candidates);
  const index = dice.below(block.transactions.length);
  const { id, witnessHash } = block.transactions[index] as (typeof block.transactions)[number];
  const headers = pair.ledger.headers.slice(1);
  const evidence: WorkEvidence = { kind: "work", headers, position: block.header.height - 1 };
  const proof: FinalityProof = {
    id,
    witnessHash,
    index,
    branch: inclusionBranch(block.transactions, index),
    evidence,
  };
  const loose = structuredClone(proof) as Loose<FinalityProof>;
  if (dice.chance(70)) dice.pick(BREAKERS)(loose.evidence as Loose<WorkEvidence>, loose, dice, pair);
  const encoded = finalityProofCodec.tryEncode(loose as FinalityProof);
  if (!encoded.ok) return;
  const mutation = dice.chance(8) ? dice.pick(Object.values(BYTE_MUTATIONS)) : undefined;
  pair.proof(mutation ? mutation(encoded.value, encoded.value, dice) : encoded.value);
}
