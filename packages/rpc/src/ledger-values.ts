// Values of the ledger as JSON, as `toJson` of @witan/ledger makes them (docs/formats.md, section 15): headers,
// certificates, members, governance. Results only: nothing here is read from callers.
import { PARAMETER_NAMES } from "@witan/ledger";
import { LIMITS } from "@witan/primitives";
import * as z from "zod";
import {
  amount,
  count,
  hash,
  height,
  hexUpTo,
  integer,
  listOf,
  name,
  oneOf,
  peerId,
  publicKey,
  sentence,
  signature,
  text,
  time,
} from "./values.ts";

/** How blocks come to count. */
export const mode = oneOf(["pbft", "bp-fast-paxos", "pow"]).meta({
  id: "mode",
  description: "how blocks come to count",
});

/** A block's header. */
export const header = z
  .strictObject({
    version: integer(0, 0xffff),
    height,
    parent: hash,
    timestamp: time,
    transactionsRoot: hash,
    governanceRoot: hash,
    proposer: integer(0, 0xffff),
    target: integer(0, 0xffff_ffff),
    nonce: amount,
  })
  .meta({ id: "header", description: "the header of a block" });

const memberSignatures = listOf(z.strictObject({ member: integer(0, 0xffff), signature }), LIMITS.members);

/** What shows a block final. */
export const certificate = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("pbft"),
      membership: height,
      view: count,
      height,
      blockHash: hash,
      signatures: memberSignatures,
    }),
    z.strictObject({
      kind: z.literal("bp-fast-paxos"),
      membership: height,
      height,
      blockHash: hash,
      signatures: memberSignatures,
    }),
  ])
  .meta({ id: "certificate", description: "what shows a block final" });

/** A member, as genesis and governance name it. */
export const member = z
  .strictObject({
    name,
    role: oneOf(["validator", "proposer", "acceptor"]),
    votingKey: publicKey,
    peerId,
    operatorKey: publicKey,
    rewardPolicy: hash,
  })
  .meta({ id: "member", description: "a member, as genesis and governance name it" });

/** The members in their order: positions in certificates are positions in it. */
export const members = listOf(member, LIMITS.members);

/** The parameters that govern the chain. */
export const parameters = z
  .strictObject({
    blockBytesMax: count,
    blockTransactionsMax: count,
    blockSignaturesMax: count,
    feeRateMin: count,
    validUntilAheadMsMax: count,
    clockDriftMs: count,
    emptyBlockIntervalMs: count,
    checkpointInterval: count,
    rulesVersion: integer(0, 0xffff),
  })
  .meta({ id: "parameters", description: "the parameters that govern the chain" });

/** What is registered of an asset. */
export const asset = z
  .strictObject({
    name,
    decimals: integer(0, LIMITS.decimals),
    issuancePolicyHash: hash,
  })
  .meta({ id: "asset", description: "what is registered of an asset" });

/** Whether keys need a permit. */
export const clientsMode = oneOf(["open", "permitted"]);

const registerPrefixes = listOf(text(LIMITS.registerPrefixBytes), LIMITS.registerPrefixes);

/** What governance says of a client's key. */
export const client = z
  .strictObject({
    publicKey,
    status: oneOf(["revoked", "permitted"]),
    registerPrefixes,
  })
  .meta({ id: "client", description: "what governance says of a client's key" });

const named = { name };

/** What one governance transaction changes (docs/formats.md, section 8). */
export const change = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("addMember"), member }),
    z.strictObject({ kind: z.literal("removeMember"), ...named }),
    z.strictObject({
      kind: z.literal("replaceKey"),
      ...named,
      key: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("voting"), votingKey: publicKey }),
        z.strictObject({ kind: z.literal("peer"), peerId }),
        z.strictObject({ kind: z.literal("operator"), operatorKey: publicKey }),
      ]),
    }),
    z.strictObject({ kind: z.literal("permitClient"), publicKey, registerPrefixes }),
    z.strictObject({ kind: z.literal("revokeClient"), publicKey }),
    z.strictObject({
      kind: z.literal("registerAsset"),
      ...named,
      decimals: integer(0, LIMITS.decimals),
      issuancePolicyHash: hash,
    }),
    z.strictObject({ kind: z.literal("changeParameter"), parameter: oneOf(PARAMETER_NAMES), value: count }),
    z.strictObject({ kind: z.literal("changeRules"), rulesVersion: integer(0, 0xffff) }),
    z.strictObject({ kind: z.literal("forgetClient"), publicKey }),
  ])
  .meta({ id: "change", description: "what one governance transaction changes" });

const vote = z.strictObject({
  kind: oneOf(["prePrepare", "prepare", "commit"]),
  membership: height,
  view: count,
  height,
  blockHash: hash,
  signature,
});

/** Two votes of one member that contradict each other, each with its signature: proof by themselves. */
export const evidence = z
  .strictObject({ member: name, votingKey: publicKey, first: vote, second: vote })
  .meta({
    id: "evidence",
    description: "two votes of one member that contradict each other, each with its signature",
  });

/** Misbehaviour that evidence of BP Fast Paxos is about; each says what was seen, `says` in words. */
export const FAST_PAXOS_EVIDENCE_KINDS = [
  "two-blocks",
  "bad-accept",
  "invalid-block",
  "false-learn",
  "two-learns",
  "false-promise",
  "other-decision",
] as const;

/** What a member of BP Fast Paxos did. Channels vouch for most of it: it convinces whoever saw it. */
export const fastPaxosEvidence = z
  .strictObject({
    member: name,
    votingKey: publicKey,
    kind: oneOf(FAST_PAXOS_EVIDENCE_KINDS),
    height,
    round: count.nullable().describe("null: it is about no round"),
    says: sentence,
    messages: listOf(hexUpTo(1_024), 2).describe("what shows it, as it is sent between nodes"),
  })
  .meta({
    id: "fastPaxosEvidence",
    description: "what a member of BP Fast Paxos did, with the messages that show it",
  });

/** A finality proof's bytes, as `finalityProofCodec` makes them; of a block alone, as `blockEvidenceCodec` does. */
export const proofHex = z
  .string("a finality proof in lower-case hex")
  .regex(/^(?:[0-9a-f]{2})+$/, "a finality proof in lower-case hex");
