// Proposal files: a governance transaction with the approvals so far, to be handed from operator to operator. What counts is
// the transaction; what the file says beside it, for whoever looks into it, must agree with it, or the file is refused: nobody
// may approve something else than they read.
import { createNobleScheme } from "@witan/crypto";
import {
  decodeTransaction,
  type Governance,
  type KeySignature,
  type SealedTransaction,
  sealTransaction,
  TransactionHasher,
  toJson,
} from "@witan/ledger";
import { bytesToHex, type ChainId, hexToBytes, isHex, present } from "@witan/primitives";
import * as z from "zod";
import { shown } from "./config/shown.ts";
import { badInput } from "./exit.ts";
import { readText, writeNewText } from "./files.ts";
import { changeText, refuseMalformed } from "./governance-change.ts";
import type { NodeGovernance } from "./governance-state.ts";

/** A proposal with the approvals so far, all of which hold. */
export interface ProposalFile {
  readonly chainId: ChainId;
  readonly sealed: SealedTransaction;
  readonly body: Governance;
  readonly approvals: readonly KeySignature[];
}

const hash = z
  .string("32 bytes in lower-case hex")
  .refine((text) => isHex(text, 32), "32 bytes in lower-case hex");
const schema = z.strictObject(
  {
    format: z.literal("witan-proposal", '"witan-proposal"'),
    version: z.literal(1, "1, the only version this program knows"),
    chainId: hash,
    id: hash,
    change: z.string("the change in words"),
    transaction: z.string("bytes in lower-case hex").refine((text) => isHex(text), "bytes in lower-case hex"),
  },
  "a proposal file: an object",
);

/** A proposal of a governance transaction that was just made or read. */
export function proposalOf(
  chainId: ChainId,
  body: Governance,
  approvals: readonly KeySignature[],
): ProposalFile {
  const signatures = [...approvals].sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  const witness = { policies: [], signatures, preimages: [] };
  const sealed = sealTransaction(new TransactionHasher(chainId), { body, witness });
  if (!sealed.ok) throw badInput(sealed.code, sealed.detail ?? "the proposal can't be encoded");
  return { chainId, sealed: sealed.value, body, approvals: signatures };
}

/** Writes a proposal into a new file. */
export async function writeProposal(path: string, { chainId, sealed, body }: ProposalFile): Promise<void> {
  const file = {
    format: "witan-proposal",
    version: 1,
    chainId,
    id: sealed.id,
    change: changeText(body.change),
    transaction: bytesToHex(sealed.bytes),
  };
  await writeNewText(path, `${JSON.stringify(file, undefined, 2)}\n`);
}

/** Reads a proposal. @throws {CommandFailure} if it is none, contradicts itself, or holds an approval of something else */
export async function readProposal(path: string): Promise<ProposalFile> {
  const file = fieldsOf(path, await readText(path));
  const chainId = file.chainId as ChainId;
  const decoded = decodeTransaction(new TransactionHasher(chainId), hexToBytes(file.transaction));
  if (!decoded.ok)
    throw badInput(decoded.code, `${path} holds no transaction: ${decoded.detail ?? decoded.code}`);
  const sealed = decoded.value;
  const { body, witness } = sealed;
  if (body.kind !== "governance")
    throw badInput("proposal-kind", `${path} holds a transaction of kind ${body.kind}, expected governance`);
  // Before it is told in words: a name with a comma in it would read as two.
  refuseMalformed(body.change);
  if (sealed.id !== file.id || changeText(body.change) !== file.change)
    throw badInput(
      "proposal-contradicts",
      `${path} says one thing and its transaction another: the transaction ${sealed.id} would ${changeText(body.change)}. ` +
        "Do not approve it; ask whoever gave you the file",
    );
  const scheme = createNobleScheme();
  const wrong = witness.signatures.find((one) => !scheme.verify({ digest: sealed.id, ...one }));
  if (wrong !== undefined)
    throw badInput(
      "signature-invalid",
      `${path}: the approval by ${wrong.publicKey} is not of this proposal`,
    );
  return { chainId, sealed, body, approvals: witness.signatures };
}

function fieldsOf(path: string, text: string): z.output<typeof schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badInput("proposal-file", `${path} is no proposal file: found no JSON`);
  }
  const parsed = schema.safeParse(json, { reportInput: true });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({
    field: issue.path.join("."),
    found: issue.code === "unrecognized_keys" ? `a field ${issue.keys.join(", ")}` : shown(issue.input),
    expected: issue.message,
  }));
  throw badInput("proposal-file", `${path} is no proposal file`, problems);
}

/** The approvals of several files of one proposal, together. */
export async function mergeProposals(paths: readonly string[]): Promise<ProposalFile> {
  const approvals = new Map<string, KeySignature>();
  let first: ProposalFile | undefined;
  for (const path of paths) {
    const read = await readProposal(path);
    first ??= read;
    if (read.sealed.id !== first.sealed.id)
      throw badInput(
        "proposals-differ",
        `${path} is of proposal ${read.sealed.id}, ${paths[0]} of ${first.sealed.id}: submit one at a time`,
      );
    for (const approval of read.approvals) approvals.set(approval.publicKey, approval);
  }
  const { chainId, body } = present(first, "a proposal file");
  return proposalOf(chainId, body, [...approvals.values()]);
}

/**
 * A proposal as commands print it.
 * @param members as a node tells them, where one was asked: then `approvedBy` has their names, null for a stranger's key
 */
export function proposalJson(
  { chainId, sealed, body, approvals }: ProposalFile,
  members?: readonly Pick<NodeGovernance["members"][number], "name" | "operatorKey">[],
) {
  const { sequence, validUntil } = body;
  const keys = approvals.map(({ publicKey }) => publicKey);
  return {
    transaction: sealed.id,
    chainId,
    sequence,
    validUntil,
    change: toJson(body.change),
    approvals: keys,
    ...(members === undefined
      ? {}
      : { approvedBy: keys.map((key) => members.find((one) => one.operatorKey === key)?.name ?? null) }),
  };
}
