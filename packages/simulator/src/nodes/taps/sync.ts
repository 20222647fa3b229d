// Lies about the chain: to who fetches blocks, and unasked. Blocks with another's certificate, with too few signatures in
// it, with liars' only; more than was asked for, nothing, and heights that nobody has reached.
import { type Block, decodeBlock, encodeBlock, genesisGovernance, headerCodec } from "@witan/ledger";
import {
  bulkMessageCodec,
  type DecidedBlock,
  RANGE_BLOCKS_MAX,
  type Request,
  rangeCodec,
  requestCodec,
} from "@witan/node";
import {
  type BlockHash,
  type Certificate,
  certificateDigest,
  type Height,
  type PbftCertificate,
  quorumOf,
  voters,
} from "@witan/primitives";
import { inventedHash } from "./draft.ts";
import { badMoney } from "./flaws.ts";
import type { Liar, Parcel, TapMaker } from "./tap.ts";

const REMEMBERED = 20;
/** A header lies at the beginning of a block. */
const HEADER_BYTES = 128;
const FAR = 1_000_000;
/** Far enough ahead to be kept by who hears of it. */
const NEAR = 200;

type Range = readonly DecidedBlock[];

/** Another block, which breaks a rule, under a certificate that fits it but for its signatures. */
function otherBlock(liar: Liar, { block, certificate }: DecidedBlock): DecidedBlock {
  const read = decodeBlock(liar.cast.chain, block);
  const other: Block | undefined = read.ok ? badMoney(read.value, liar) : undefined;
  if (other === undefined) return { block, certificate };
  liar.conspiracy.bad.set(other.hash, "forged-sync");
  return { block: other.bytes, certificate: forged(liar, { ...certificate, blockHash: other.hash }) };
}

/** Signed by the liar, in its own name and in those of others. */
function forged({ cast, keys, sign }: Liar, certificate: Certificate): Certificate {
  const digest = certificateDigest(cast.chain.chainId, certificate);
  const [key] = keys;
  if (key === undefined) return certificate;
  const signature = sign(digest, key);
  const { membership } = genesisGovernance(cast.chain);
  const all = voters(membership);
  const quorum = quorumOf(membership.mode === "pbft" ? "pbft" : "bp-fast-paxos", all.length);
  const signatures = all.slice(0, quorum).map((member) => ({ member, signature }));
  return { ...certificate, signatures };
}

/** As an acceptor of BP Fast Paxos gives its word: from anybody else it is none. */
function bare({ block, certificate }: DecidedBlock): DecidedBlock {
  return { block, certificate: { ...certificate, signatures: [] } };
}

/** The certificate of a block, not enough of it. */
function thinned({ random }: Liar, certificate: Certificate): Certificate {
  const { signatures } = certificate;
  const [first] = signatures;
  if (first === undefined) return certificate;
  const fewer = signatures.slice(random.below(2), -1);
  return { ...certificate, signatures: random.chance(500) ? fewer : [...fewer, ...fewer] };
}

type Lie = (liar: Liar, range: Range, asked: Extract<Request, { kind: "blocks" }>) => Range | undefined;

const LIES: readonly Lie[] = [
  // Blocks that nobody decided.
  (liar, range) => range.map((one) => otherBlock(liar, one)),
  (liar, range) => range.map((one, at) => (at === 0 ? otherBlock(liar, one) : one)),
  // Certificates of others: of the next block, as it is or in this one's name.
  (_liar, range) =>
    range.map(({ block }, at) => ({
      block,
      certificate: (range[at + 1] ?? (range[0] as DecidedBlock)).certificate,
    })),
  (_liar, range) =>
    range.map(({ block, certificate }, at) => {
      const { signatures } = (range[at + 1] ?? (range[0] as DecidedBlock)).certificate;
      return { block, certificate: { ...certificate, signatures } };
    }),
  // Too few signatures, or one twice.
  (liar, range) =>
    range.map(({ block, certificate }) => ({ block, certificate: thinned(liar, certificate) })),
  // Another view, or older members.
  (_liar, range) =>
    range.map(({ block, certificate }) => ({
      block,
      certificate:
        certificate.kind === "pbft"
          ? ({ ...certificate, view: certificate.view + 1 } as PbftCertificate)
          : certificate,
    })),
  // Other heights than were asked for; more, in the wrong order, or nothing.
  (_liar, range) => range.slice(1),
  (_liar, range, { count }) =>
    Array.from(
      { length: Math.min(RANGE_BLOCKS_MAX, count + 1) },
      (_, at) => range[at % range.length] as DecidedBlock,
    ),
  (_liar, range) => range.toReversed(),
  () => [],
];

const LIES_WITHOUT_VIEWS: readonly Lie[] = [
  ...LIES,
  (liar, range) => range.map((one) => bare(otherBlock(liar, one))),
  (_liar, range) => range.map(bare),
];

/** Answers who fetches blocks with false ones, and sends such unasked. */
export const forgedSync: TapMaker = (liar) => {
  const { random, did, cast } = liar;
  const lies = cast.chain.genesis.consensus.kind === "pbft" ? LIES : LIES_WITHOUT_VIEWS;
  const permille = random.pick([300, 1_000]);
  const seen: DecidedBlock[] = [];
  return {
    answer: (_to, request, honest) => {
      const asked = requestCodec.decode(request);
      if (!asked.ok || asked.value.kind !== "blocks" || typeof honest === "string") return honest;
      const range = rangeCodec.decode(honest);
      if (!range.ok || range.value.length === 0) return honest;
      for (const one of range.value.slice(0, 3))
        if (seen.length < REMEMBERED) seen.push(one);
        else seen[random.below(REMEMBERED)] = one;
      if (!random.chance(permille)) return honest;
      did("forged-sync");
      return rangeCodec.encode(random.pick(lies)(liar, range.value, asked.value) ?? []);
    },
    send: (_to, parcel) => {
      const message = parcel.channel === "bulk" ? bulkMessageCodec.decode(parcel.bytes) : undefined;
      if (!message?.ok || message.value.kind !== "decided" || !random.chance(permille)) return [parcel];
      did("forged-sync");
      return [decided(otherBlock(liar, message.value))];
    },
    speaks: () => {
      if (seen.length === 0 || !random.chance(100)) return [];
      did("forged-sync");
      const made = ahead(liar, random.pick(seen));
      return [decided(lies !== LIES && random.chance(500) ? bare(made) : made)];
    },
  };
};

/** A block for a height to come, that nobody has made, with a certificate that fits it but for its signatures. */
function ahead(liar: Liar, { block, certificate }: DecidedBlock): DecidedBlock {
  const { cast, random } = liar;
  const header = headerCodec.decode(block.subarray(0, HEADER_BYTES));
  if (!header.ok) return { block, certificate };
  const height = (liar.height + random.between(1, NEAR)) as Height;
  const other = { ...header.value, height, parent: inventedHash(liar) as BlockHash };
  const blockHash = cast.chain.blockHash(other);
  liar.conspiracy.bad.set(blockHash, "forged-sync");
  const bytes = block.slice();
  bytes.set(headerCodec.encode(other), 0);
  return { block: bytes, certificate: forged(liar, { ...certificate, height, blockHash }) };
}

function decided(one: DecidedBlock): Parcel {
  return { channel: "bulk", bytes: bulkMessageCodec.encode({ kind: "decided", ...one }) };
}

/** Says that it has heights which it has not, and has nothing, or answers never, when it is asked for them. */
export const farTips: TapMaker = (liar) => {
  const { random, did } = liar;
  const far = random.pick([1, NEAR, FAR]);
  const answers = random.pick(["empty", "refused", "never"] as const);
  return {
    speaks: () => {
      if (!random.chance(100)) return [];
      did("far-tips");
      const height = (liar.height + random.between(1, far)) as Height;
      return [{ channel: "bulk", bytes: bulkMessageCodec.encode({ kind: "tip", height }) }];
    },
    answer: (_to, request, honest) => {
      const asked = requestCodec.decode(request);
      if (!asked.ok || asked.value.kind !== "blocks" || asked.value.from <= liar.height) return honest;
      return answers === "empty" ? rangeCodec.encode([]) : answers;
    },
  };
};

/** Other bodies than are asked for, and other transactions under the header that is. */
export const wrongBodies: TapMaker = ({ random, did, cast }) => {
  const old: Uint8Array[] = [];
  return {
    answer: (_to, request, honest) => {
      const asked = requestCodec.decode(request);
      if (!asked.ok || asked.value.kind !== "body" || typeof honest === "string") return honest;
      if (old.length < REMEMBERED) old.push(honest);
      did("wrong-bodies");
      if (random.chance(300)) return random.pick(old);
      return withoutTransactions(honest, cast.chain);
    },
    send: (_to, parcel) => {
      const message = parcel.channel === "bulk" ? bulkMessageCodec.decode(parcel.bytes) : undefined;
      if (!message?.ok || message.value.kind !== "proposal" || !random.chance(500)) return [parcel];
      did("wrong-bodies");
      const block = withoutTransactions(message.value.block, cast.chain);
      const other: Parcel = { channel: "bulk", bytes: bulkMessageCodec.encode({ kind: "proposal", block }) };
      return random.chance(500) ? [other] : [other, parcel];
    },
  };
};

/** The same header, and not all that belongs under it. */
function withoutTransactions(bytes: Uint8Array, chain: Liar["cast"]["chain"]): Uint8Array {
  const block = decodeBlock(chain, bytes);
  if (!block.ok) return bytes;
  const { header, transactions } = block.value;
  const made = encodeBlock(chain, header, transactions.slice(1));
  return made.ok ? made.value.bytes : bytes;
}
