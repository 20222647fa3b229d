// What judges bytes from outside: transactions, blocks, policies, proofs, genesis. Any bytes are held for valid or
// refused with a code of the table; nothing is thrown.
import {
  type Block,
  type Broken as BrokenRule,
  certificateBroken,
  checkFinalityProof,
  contextBroken,
  decodeBlock,
  decodeTransaction,
  encodeBlock,
  everyBroken,
  finalityProofCodec,
  genesisBlock,
  genesisGovernance,
  inclusionBranch,
  judgeBlock,
  judgeBlockBytes,
  judgeForm,
  openChainBytes,
  policyCodec,
  policyHash,
  RULES,
  type SealedTransaction,
  showPolicy,
  spendingBroken,
  toJson,
  transactionCodec,
  transactionsRoot,
  undoBlock,
} from "@witan/ledger";
import type { Height, SignatureScheme } from "@witan/primitives";
import { hold, sameBytes, shapeOf } from "./codec-targets.ts";
import type { Target } from "./fuzzer.ts";
import { Grammar, grammarOf } from "./grammar.ts";
import { type Sample, samples } from "./sample-chain.ts";

const believing: SignatureScheme = { name: "believing", verify: () => true };
const CODES = new Set<string>(Object.keys(RULES));

function answer(broken: BrokenRule | { ok: true } | undefined): string {
  if (broken === undefined || broken.ok) return "valid";
  hold(CODES.has(broken.code), `code ${broken.code} is in no table`);
  return `${broken.code} ${broken.transaction === undefined ? "" : "in a block"} ${shapeOf(broken.detail)}`;
}

function contextOf({ ledger, state }: Sample) {
  const height = (state.parent.height + 1) as Height;
  return { chain: ledger.chain, governance: state.governance, height, timestamp: ledger.nextTime };
}

function judgeOn(sample: Sample, sealed: SealedTransaction): string {
  const formed = judgeForm(sealed);
  const context = contextOf(sample);
  // What lists every broken rule must begin with the one that counts.
  const all = everyBroken(sealed, context);
  if (!formed.ok) {
    hold(
      all[0]?.code === formed.code,
      `everyBroken begins with ${all[0]?.code}, judgeForm says ${formed.code}`,
    );
    return answer(formed);
  }
  const placed = contextBroken(formed.value, context);
  if (placed) return answer(placed);
  hold(all.length === 0, `everyBroken finds ${all[0]?.code} where nothing is broken`);
  return answer(spendingBroken(formed.value, context, sample.ledger));
}

function runTransaction(bytes: Uint8Array): string {
  const answers = samples().map((sample) => {
    const decoded = decodeTransaction(sample.ledger.chain.transactions, bytes);
    if (!decoded.ok) return answer(decoded);
    hold(sameBytes(transactionCodec.encode(decoded.value), bytes), "a transaction has other bytes");
    hold(JSON.stringify(toJson(decoded.value.body)).length > 0, "a body without JSON");
    return judgeOn(sample, decoded.value);
  });
  return answers.join(" | ");
}

/** Applies what a block changes and takes it back: the coins are the same as before. */
function checkUndo(sample: Sample, block: Block): void {
  const judged = judgeBlock(sample.state, block, sample.ledger, () => true);
  if (!judged.ok) return;
  const { coins, undo } = judged.value;
  undoBlock(coins, block.transactions, undo);
  for (const [key, coin] of coins.changes()) {
    const before = sample.ledger.coin(key);
    hold(
      JSON.stringify(toJson(before)) === JSON.stringify(toJson(coin ?? undefined)),
      `undoing left ${key} changed`,
    );
  }
}

function runBlock(bytes: Uint8Array): string {
  const answers = samples().map((sample) => {
    const judged = judgeBlockBytes(sample.state, bytes, sample.ledger, () => true);
    const decoded = decodeBlock(sample.ledger.chain, bytes);
    if (!decoded.ok) return answer(judged);
    const { header, transactions } = decoded.value;
    const again = encodeBlock(sample.ledger.chain, header, transactions);
    hold(again.ok && sameBytes(again.value.bytes, bytes), "a block has other bytes");
    return `${answer(judged)}, mended ${mended(sample, decoded.value)}`;
  });
  return answers.join(" | ");
}

/** The same transactions below a header that fits: what is behind the rules of headers. */
function mended(sample: Sample, block: Block): string {
  const { ledger, next } = sample;
  const header = { ...next.header, transactionsRoot: transactionsRoot(block.transactions) };
  const made = encodeBlock(ledger.chain, header, block.transactions);
  hold(made.ok, "a block that was decoded can't be encoded");
  const judged = judgeBlock(sample.state, made.value, ledger, () => true);
  checkUndo(sample, made.value);
  return answer(judged);
}

function runPolicy(bytes: Uint8Array): string {
  const decoded = policyCodec.decode(bytes);
  if (!decoded.ok) return answer(decoded);
  const shown = showPolicy(decoded.value);
  const hash = policyHash(decoded.value);
  if ("code" in shown) {
    const treeless = shown.code === "policy-threshold" || shown.code === "policy-tree";
    hold((hash === undefined) === treeless, "a policy has a hash exactly if it is a tree");
    return `${shown.code} ${shapeOf(shown.detail)}`;
  }
  hold(shown.hash === hash, "two hashes of a policy");
  return `shown ${shown.keys.length} ${shown.digests.length}`;
}

function runProof(bytes: Uint8Array): string {
  const decoded = finalityProofCodec.decode(bytes);
  if (!decoded.ok) return answer(decoded);
  const answers = samples().map(({ ledger }) => {
    const { membership } = genesisGovernance(ledger.chain);
    const { evidence } = decoded.value;
    if (evidence.kind === "certified")
      answer(certificateBroken(ledger.chain, evidence.certificate, evidence.header, membership, believing));
    return answer(checkFinalityProof(ledger.chain, decoded.value, membership, believing));
  });
  return answers.join(" | ");
}

function runGenesis(bytes: Uint8Array): string {
  const opened = openChainBytes(bytes);
  if (!opened.ok) {
    if (opened.code === "encoding") return `encoding ${shapeOf(opened.detail)}`;
    hold(opened.problems.length > 0, "refused without a problem");
    return opened.problems
      .map(({ condition, field }) => `${condition} ${shapeOf(field)}`)
      .join(", ")
      .slice(0, 200);
  }
  hold(genesisBlock(opened.value).block.header.height === 0, "block 0 of a valid genesis");
  return "valid";
}

/** A proof for each permissioned sample whose only fault is that its signatures are made up. */
function sampleProofs(): Uint8Array[] {
  return samples().flatMap(({ mode, ledger }) => {
    const block = ledger.blocks[0]?.block;
    const [sealed] = block?.transactions ?? [];
    if (!block || !sealed || mode === "pow") return [];
    const { id, witnessHash } = sealed;
    const { members } = genesisGovernance(ledger.chain).membership;
    const voting = members.flatMap(({ role }, at) => (role === "proposer" ? [] : [at]));
    const statement = { membership: 1, height: 1, blockHash: block.hash };
    const signatures = voting.map((member) => ({ member, signature: "11".repeat(64) }));
    const certificate = { kind: mode, ...(mode === "pbft" ? { view: 0 } : {}), ...statement, signatures };
    const evidence = { kind: "certified", changes: [], header: block.header, certificate };
    const branch = inclusionBranch(block.transactions, 0);
    return [finalityProofCodec.encode({ id, witnessHash, index: 0, branch, evidence } as never)];
  });
}

const transactionType = grammarOf(transactionCodec.name);
const proofType = grammarOf(finalityProofCodec.name);
const policyType = grammarOf(policyCodec.name);
const made =
  (type: typeof proofType): NonNullable<Target["make"]> =>
  (dice) =>
    Uint8Array.from(new Grammar(dice, dice.pick([0, 0, 0, 100])).bytes(type));

/** A target for everything that judges. */
export const JUDGE_TARGETS: readonly Target[] = [
  {
    name: "judging transactions",
    seeds: () => samples().flatMap(({ transactions }) => transactions.map(({ bytes }) => bytes)),
    make: made(transactionType),
    run: runTransaction,
  },
  { name: "judging blocks", seeds: () => samples().map(({ next }) => next.bytes), run: runBlock },
  { name: "showing policies", seeds: () => [], make: made(policyType), run: runPolicy },
  { name: "checking proofs", seeds: sampleProofs, make: made(proofType), run: runProof },
  { name: "opening genesis", seeds: () => samples().map(({ genesis }) => genesis), run: runGenesis },
];
