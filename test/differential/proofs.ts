// Finality proofs of what a scenario's chain holds, and what can be wrong with one. These tests hold every voting key,
// so they can also sign what no honest member would.
import {
  type CertifiedEvidence,
  type FinalityProof,
  finalityProofCodec,
  type GovernanceView,
  governanceStateCodec,
  type Header,
  inclusionBranch,
  type MembershipChange,
  membersBranch,
} from "@witan/ledger";
import {
  type Certificate,
  certificateDigest,
  type Hash,
  type Height,
  type MemberIndex,
  type Membership,
  quorumOf,
  type Signature,
  type View,
  voters,
} from "@witan/primitives";
import { BYTE_MUTATIONS } from "./byte-mutations.ts";
import type { Dice } from "./dice.ts";
import type { Loose } from "./draft.ts";
import { signAs } from "./keyring.ts";
import type { Pair } from "./pair.ts";
import { judgeWorkProofs } from "./work-proofs.ts";

type Statement = Loose<Omit<Extract<Certificate, { kind: "pbft" }>, "kind" | "signatures">>;

/** What of a certificate is other than it should be, before it is signed. */
interface Wish {
  readonly statement?: (statement: Statement) => void;
  readonly signers?: (right: readonly MemberIndex[]) => readonly number[];
  readonly otherKind?: boolean;
}

function certify(pair: Pair, header: Header, membership: Membership, wish: Wish = {}): Certificate {
  const { chain } = pair.ledger;
  const pbft = (chain.mode === "pbft") !== (wish.otherKind ?? false);
  const statement: Statement = {
    membership: membership.from,
    view: 2 as View,
    height: header.height,
    blockHash: chain.blockHash(header),
  };
  wish.statement?.(statement);
  const { view, ...rest } = statement;
  const bare: Certificate = pbft
    ? { kind: "pbft", view, ...rest, signatures: [] }
    : { kind: "bp-fast-paxos", ...rest, signatures: [] };
  const digest = certificateDigest(chain.chainId, bare);
  const all = voters(membership);
  const right =
    chain.mode === "pow" || all.length === 0 ? [] : all.slice(0, quorumOf(chain.mode, all.length));
  const signers = wish.signers ? wish.signers(right) : right;
  const signatures = signers.map((at) => {
    const key = membership.members[at]?.votingKey ?? "02".repeat(33);
    return { member: at as MemberIndex, signature: signAs(key as never, digest) as Signature };
  });
  return { ...bare, signatures };
}

/** Where a proof goes wrong: in a certificate, when it is signed. */
const WISHES: readonly ((dice: Dice) => Wish)[] = [
  () => ({ otherKind: true }),
  (dice) => ({
    statement: (one) => {
      one.membership = Math.max(0, one.membership + dice.pick([-1, 1])) as Height;
    },
  }),
  (dice) => ({
    statement: (one) => {
      one.height = Math.max(0, one.height + dice.pick([-1, 1])) as Height;
    },
  }),
  (dice) => ({
    statement: (one) => {
      one.blockHash = dice.hash() as typeof one.blockHash;
    },
  }),
  () => ({ signers: (right) => right.slice(1) }),
  () => ({ signers: (right) => [...right].reverse() }),
  () => ({ signers: (right) => [...right, ...right.slice(-1)] }),
  (dice) => ({ signers: (right) => [...right, dice.pick([6, 255, 256, 65_535])] }),
  (dice) => ({ signers: (right) => [dice.pick([0, 1]), ...right] }),
  () => ({ signers: () => [] }),
];

type Breaker = (proof: Loose<FinalityProof>, evidence: Loose<CertifiedEvidence>, dice: Dice) => void;

/** Where a proof goes wrong: afterwards. */
const BREAKERS: readonly Breaker[] = [
  (proof, _, dice) => {
    proof.id = dice.hash() as typeof proof.id;
  },
  (proof, _, dice) => {
    proof.witnessHash = dice.hash() as typeof proof.witnessHash;
  },
  (proof, _, dice) => {
    proof.index = dice.pick([
      proof.index + 1,
      proof.index + 65_536,
      proof.index + 2 ** 17,
      65_535,
      2 ** 32 - 1,
    ]);
  },
  (proof) => void proof.branch.pop(),
  (proof, _, dice) => {
    proof.branch[dice.below(17)] = dice.hash() as Hash;
  },
  (_, evidence) => void evidence.changes.pop(),
  (_, evidence) => void evidence.changes.shift(),
  (_, evidence) => void evidence.changes.reverse(),
  (_, evidence) => void evidence.changes.push(...structuredClone(evidence.changes.slice(0, 1))),
  (_, evidence, dice) => {
    const [change] = evidence.changes;
    if (change && dice.chance(50)) change.branch.pop();
    else if (change) change.branch[dice.below(3)] = dice.hash() as Hash;
  },
  (_, evidence, dice) => {
    const [change] = evidence.changes;
    if (change) change.members.splice(dice.below(change.members.length), 1);
  },
  (_, evidence) => {
    const [change] = evidence.changes;
    if (change) evidence.header = change.header;
  },
  (_, evidence, dice) => {
    const change = evidence.changes[0] ?? evidence;
    const one = change.certificate.signatures[0];
    if (one) one.signature = dice.pick([`${dice.hash()}${dice.hash()}`, "00".repeat(64)]) as Signature;
  },
  (proof, evidence, dice) => {
    proof.evidence = { kind: "work", headers: dice.chance(50) ? [] : [evidence.header], position: 0 };
  },
];

function changesUntil(pair: Pair, height: number, wrong: { at: number; wish: Wish }): MembershipChange[] {
  const found: MembershipChange[] = [];
  for (let at = 1; at < height; at++) {
    const [before, after] = [pair.views[at - 1], pair.views[at]];
    const header = pair.ledger.headers[at];
    if (!before || !after || !header || after.membership.from === before.membership.from) continue;
    const wish = wrong.at === found.length ? wrong.wish : {};
    found.push({
      header,
      certificate: certify(pair, header, before.membership, wish),
      members: after.state.members,
      branch: membersBranch(after.state),
    });
  }
  return found;
}

/**
 * A chain of custody that ends in a membership without voters: a quorum of the members before can sign it, and what
 * comes after it is shown by no signature at all.
 */
function withoutVoters(pair: Pair, header: Header): CertifiedEvidence {
  const genesis = pair.views[0] as GovernanceView;
  const empty = { ...genesis.state, members: [] };
  const forged = { ...header, height: 1 as Height, governanceRoot: governanceStateCodec.root(empty) };
  const nobody: Membership = { mode: pair.ledger.chain.mode, from: 2 as Height, members: [] };
  const after = { ...header, height: 2 as Height };
  return {
    kind: "certified",
    changes: [
      {
        header: forged,
        certificate: certify(pair, forged, genesis.membership),
        members: [],
        branch: membersBranch(empty),
      },
    ],
    header: after,
    certificate: certify(pair, after, nobody, { signers: () => [] }),
  };
}

/** A proof of a transaction of the chain, mostly with something wrong, put before both. */
export function judgeProofs(pair: Pair, dice: Dice): void {
  const candidates = pair.blocks.filter(({ transactions }) => transactions.length > 0);
  // The first height of a membership is where off-by-one mistakes show.
  const first = candidates.filter(
    ({ header }) => pair.views[header.height - 1]?.membership.from === header.height,
  );
  const from = first.length > 0 && dice.chance(40) ? first : candidates;
  if (from.length === 0) return;
  const block = dice.pick(from);
  const { height } = block.header;
  const index = dice.below(block.transactions.length);
  const sealed = block.transactions[index];
  const before = pair.views[height - 1];
  if (!sealed || !before) return;
  const kind = dice.below(10);
  const wish = kind < 4 ? dice.pick(WISHES)(dice) : {};
  const inChange = dice.chance(30);
  const changes = changesUntil(pair, height, { at: inChange ? 0 : -1, wish });
  const evidence: CertifiedEvidence = {
    kind: "certified",
    changes,
    header: block.header,
    certificate: certify(pair, block.header, before.membership, inChange ? {} : wish),
  };
  if (pair.ledger.chain.mode === "pow" && dice.chance(85)) {
    judgeWorkProofs(pair, dice);
    return;
  }
  const { id, witnessHash } = sealed;
  const branch = inclusionBranch(block.transactions, index);
  const forged = kind === 9 && dice.chance(10) && pair.ledger.chain.mode !== "pow";
  const shown = forged ? withoutVoters(pair, block.header) : evidence;
  const proof: FinalityProof = { id, witnessHash, index, branch, evidence: shown };
  const loose = structuredClone(proof) as Loose<FinalityProof>;
  if (kind >= 4 && kind < 8) dice.pick(BREAKERS)(loose, loose.evidence as Loose<CertifiedEvidence>, dice);
  const encoded = finalityProofCodec.tryEncode(loose as FinalityProof);
  if (!encoded.ok) return;
  const mutation = dice.chance(8) ? dice.pick(Object.values(BYTE_MUTATIONS)) : undefined;
  pair.proof(mutation ? mutation(encoded.value, encoded.value, dice) : encoded.value);
}
