// What BP Fast Paxos keeps in the store: the engine's records, this node's signatures under decisions that have no
// certificate yet, and evidence against others.
import {
  type BpfpEvidence,
  type BpfpMessage,
  type BpfpRecord,
  ballotOf,
  bpfpMessageCodec,
  bpfpRecordCodec,
  type Learn,
  type RoundBallot,
} from "@witan/consensus";
import {
  choice,
  container,
  type Height,
  hexVector,
  list,
  type MemberIndex,
  type Signature,
  type StoreChange,
  type StoreReader,
  text,
  uint16,
} from "@witan/primitives";
import { keyOf, rangeOf } from "@witan/storage";
import { UnreadableRecordError } from "../unreadable-record.ts";

const NAMES = { progress: "bpfp-progress", proof: "bpfp-proof", proposed: "bpfp-proposed" } as const;
const SIGNATURES = "bpfp-decisions";
const EVIDENCE = "bpfp-evidence";

/** The change that keeps a record in the place of the one of its kind. */
export function putRecord(record: BpfpRecord): StoreChange {
  return { kind: "put", key: keyOf("engine", NAMES[record.kind], 0), value: bpfpRecordCodec.encode(record) };
}

/** The records as they were persisted. @throws {UnreadableRecordError} if one can't be read */
export function readRecords(store: StoreReader): readonly BpfpRecord[] {
  const found: BpfpRecord[] = [];
  for (const name of Object.values(NAMES)) {
    const bytes = store.get(keyOf("engine", name, 0));
    if (bytes === undefined) continue;
    const record = bpfpRecordCodec.decode(bytes);
    if (!record.ok) throw new UnreadableRecordError(name, record.detail ?? record.code);
    found.push(record.value);
  }
  return found;
}

const signatureCodec = hexVector<Signature>(64);

/** The change that keeps this node's signature under the decision of a height. */
export function putSignature(height: Height, signature: Signature): StoreChange {
  return { kind: "put", key: keyOf("engine", SIGNATURES, height), value: signatureCodec.encode(signature) };
}

/** The change that forgets it, since the certificate is there. */
export function dropSignature(height: Height): StoreChange {
  return { kind: "delete", key: keyOf("engine", SIGNATURES, height) };
}

/** This node's signature under the decision of a height, if it is kept. @throws {UnreadableRecordError} */
export function readSignature(store: StoreReader, height: Height): Signature | undefined {
  const bytes = store.get(keyOf("engine", SIGNATURES, height));
  if (bytes === undefined) return undefined;
  const signature = signatureCodec.decode(bytes);
  if (!signature.ok) throw new UnreadableRecordError(SIGNATURES, signature.detail ?? signature.code);
  return signature.value;
}

/** Evidence as it lies on disk: what was said is kept as messages, a ballot as a LEARN for it. */
interface EvidenceShape {
  readonly kind: BpfpEvidence["kind"];
  readonly member: MemberIndex;
  readonly fault: string;
  readonly messages: readonly BpfpMessage[];
}

const evidenceCodec = container<EvidenceShape>({
  kind: choice([
    "twoBlocks",
    "badAccept",
    "invalidBlock",
    "falseLearn",
    "twoLearns",
    "falsePromise",
    "otherDecision",
  ]),
  member: uint16<MemberIndex>(),
  fault: text(64),
  messages: list(bpfpMessageCodec, 2),
});

/** The messages that evidence consists of. */
export function messagesOf(evidence: BpfpEvidence): readonly BpfpMessage[] {
  const learnOf = (ballot: RoundBallot & { readonly signature?: Learn["signature"] }): Learn => ({
    ...{ kind: "learn", ...ballotOf(ballot) },
    signature: ballot.signature ?? [],
  });
  switch (evidence.kind) {
    case "twoBlocks":
      return [learnOf(evidence.first), learnOf(evidence.second)];
    case "badAccept":
    case "invalidBlock":
      return [learnOf(evidence.ballot)];
    case "falseLearn":
      return [evidence.learn];
    case "twoLearns":
      return [evidence.first, evidence.second];
    case "falsePromise":
      return [evidence.learn, { kind: "promise", ...evidence.promise }];
    case "otherDecision":
      return [evidence.message];
  }
}

/** Who misbehaved. */
export function accusedIn(evidence: BpfpEvidence): MemberIndex {
  return "proposer" in evidence ? evidence.proposer : evidence.acceptor;
}

/** The change that keeps a piece of evidence. @param number its place, from 0 */
export function putEvidence(number: number, evidence: BpfpEvidence): StoreChange {
  const shape: EvidenceShape = {
    kind: evidence.kind,
    member: accusedIn(evidence),
    fault: evidence.kind === "badAccept" ? evidence.fault : "",
    messages: messagesOf(evidence),
  };
  return { kind: "put", key: keyOf("engine", EVIDENCE, number), value: evidenceCodec.encode(shape) };
}

/** All evidence, the oldest first. @throws {UnreadableRecordError} if a piece can't be read */
export async function readEvidence(store: StoreReader): Promise<readonly BpfpEvidence[]> {
  const found: BpfpEvidence[] = [];
  for await (const { value } of store.range(rangeOf("engine", EVIDENCE))) {
    const shape = evidenceCodec.decode(value);
    if (!shape.ok) throw new UnreadableRecordError(EVIDENCE, shape.detail ?? shape.code);
    const evidence = evidenceOf(shape.value);
    if (evidence === undefined) throw new UnreadableRecordError(EVIDENCE, "its messages are of other kinds");
    found.push(evidence);
  }
  return found;
}

function evidenceOf({ kind, member, fault, messages }: EvidenceShape): BpfpEvidence | undefined {
  const [first, second] = messages;
  const [proposer, acceptor] = [member, member];
  if (kind === "otherDecision")
    return first?.kind === "decided" ? { kind, acceptor, message: first } : undefined;
  if (first?.kind !== "learn") return undefined;
  switch (kind) {
    case "badAccept":
      return { kind, proposer, ballot: ballotOf(first), fault };
    case "invalidBlock":
      return { kind, proposer, ballot: ballotOf(first) };
    case "falseLearn":
      return { kind, acceptor, learn: first };
    case "twoBlocks":
      return second?.kind === "learn" ? { kind, proposer, first, second } : undefined;
    case "twoLearns":
      return second?.kind === "learn" ? { kind, acceptor, first, second } : undefined;
    case "falsePromise": {
      if (second?.kind !== "promise") return undefined;
      const { kind: _, ...promise } = second;
      return { kind, acceptor, learn: first, promise };
    }
  }
}
