// Changes of what governs a chain: the transaction, each operator's approval of it, and who of the members has approved.
// Approvals are made apart, each where its key is, and put together by anyone. Pure.
import { createNobleScheme } from "@witan/crypto";
import {
  type Broken,
  CHANGE_RULES,
  type Chain,
  type Change,
  firstBroken,
  type Governance,
  judgeForm,
  type KeySignature,
  RULES,
  type SealedTransaction,
  sealTransaction,
} from "@witan/ledger";
import {
  type Height,
  INTEGER_MAX,
  type Member,
  ok,
  type PublicKey,
  quorumOf,
  type Refusal,
  type Result,
  refuse,
  type SignatureScheme,
  type Timestamp,
  type TransactionId,
  voters,
} from "@witan/primitives";
import type { Wallet } from "./wallet.ts";

/** A change to be approved. Its id is what operators sign: whoever compares ids approves the same thing. */
export interface Proposal {
  readonly chain: Chain;
  readonly body: Governance;
  readonly id: TransactionId;
}

/** What is proposed. */
export interface ProposalRequest {
  readonly chain: Chain;
  /** The `sequence` of the chain's governance state: of two changes with one sequence only one can be made. */
  readonly sequence: number;
  readonly change: Change;
  /** The last block time at which it may be made, in milliseconds. */
  readonly validUntil: number;
}

/**
 * Writes down a change. Refused where no state of the chain would take it: `governance-unavailable` (proof of work),
 * `encoding`, and the codes of a change by itself (docs/formats.md, section 8).
 */
export function proposeChange({ chain, sequence, change, validUntil }: ProposalRequest): Result<Proposal> {
  if (chain.mode === "pow") return refuse("governance-unavailable", RULES["governance-unavailable"]);
  const isNumber = (value: number) => Number.isInteger(value) && value >= 0 && value <= INTEGER_MAX;
  if (!isNumber(sequence))
    return refuse("encoding", `found a sequence of ${sequence}, expected an integer from 0`);
  if (!isNumber(validUntil))
    return refuse("encoding", `found validUntil ${validUntil}, expected milliseconds since 1970`);
  const body: Governance = { kind: "governance", sequence, change, validUntil: validUntil as Timestamp };
  const sealed = sealTransaction(chain.transactions, {
    body,
    witness: { policies: [], signatures: [], preimages: [] },
  });
  if (!sealed.ok) return sealed;
  const broken = firstBroken(CHANGE_RULES, change);
  if (broken) return told(broken);
  return ok({ chain, body, id: sealed.value.id });
}

/** An operator's approval of a proposal. */
export function approveChange({ id }: Proposal, operator: Wallet): KeySignature {
  return { publicKey: operator.publicKey, signature: operator.sign(id) };
}

/** What is needed to know of a member who may approve: also as `governance_state` answers it. */
export type ApprovingMember = Pick<Member, "name" | "role"> & { readonly operatorKey: string };

/** Who has approved a proposal. */
export interface ApprovalStatus {
  /** How many voting members must approve. */
  readonly quorum: number;
  /** Names of those who have, and of those who have not, in the order of the members. */
  readonly approved: readonly string[];
  readonly missing: readonly string[];
  /** Keys of signatures that count for nothing: of no voting member's operator. */
  readonly strangers: readonly PublicKey[];
  /** Keys whose signatures do not hold for this proposal. */
  readonly invalid: readonly PublicKey[];
  readonly isReached: boolean;
}

/** Judges approvals by the members of the present state. Code `members-none`: none of them votes on this chain. */
export function approvalStatus(
  { chain, id }: Proposal,
  approvals: readonly KeySignature[],
  members: readonly ApprovingMember[],
  scheme: SignatureScheme = createNobleScheme(),
): Result<ApprovalStatus, "members-none"> {
  const membership = { mode: chain.mode, from: 0 as Height, members: members as readonly Member[] };
  const voting = voters(membership).map((index) => members[index] as ApprovingMember);
  if (chain.mode === "pow" || voting.length === 0)
    return refuse("members-none", `none of ${members.length} members votes on a chain of ${chain.mode}`);
  const quorum = quorumOf(chain.mode, voting.length);
  const operators = new Set<string>(voting.map((member) => member.operatorKey));
  const holding = new Set<string>();
  const invalid = new Set<PublicKey>();
  for (const { publicKey, signature } of approvals)
    if (scheme.verify({ digest: id, publicKey, signature })) holding.add(publicKey);
    else invalid.add(publicKey);
  const names = (has: boolean) =>
    voting.filter((member) => holding.has(member.operatorKey) === has).map((member) => member.name);
  const approved = names(true);
  return ok({
    quorum,
    approved,
    missing: names(false),
    strangers: [...holding].filter((key) => !operators.has(key)) as PublicKey[],
    invalid: [...invalid],
    isReached: approved.length >= quorum,
  });
}

/**
 * Puts a proposal and approvals together into the transaction to submit; the order of approvals does not matter, and one
 * that comes twice counts once. Whether they are enough is for `approvalStatus`, and in the end for the chain, which
 * refuses a transaction with a stranger's signature too. Code `signature-invalid`: one does not hold for this proposal.
 */
export function assembleChange(
  { chain, body, id }: Proposal,
  approvals: readonly KeySignature[],
  scheme: SignatureScheme = createNobleScheme(),
): Result<SealedTransaction> {
  const wrong = approvals.find(
    ({ publicKey, signature }) => !scheme.verify({ digest: id, publicKey, signature }),
  );
  if (wrong) return refuse("signature-invalid", `the approval by ${wrong.publicKey} is not of this proposal`);
  const byKey = new Map(approvals.map((approval) => [approval.publicKey, approval]));
  const signatures = [...byKey.values()].sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  const sealed = sealTransaction(chain.transactions, {
    body,
    witness: { policies: [], signatures, preimages: [] },
  });
  if (!sealed.ok) return sealed;
  const judged = judgeForm(sealed.value);
  return judged.ok ? sealed : told(judged);
}

/** A broken rule as it is told: the rule's sentence, and what was found. */
function told({ code, detail }: Broken): Refusal {
  return refuse(code, detail ? `${RULES[code]} (${detail})` : RULES[code]);
}
