// What clients and replicas of registers say to each other, its bytes, and what is signed of it (protocols/bft-bc.md). Says
// nothing of what is true: see checks.ts.
import {
  byteList,
  type ChainId,
  type Codec,
  choice,
  container,
  type Hash,
  type Height,
  hexVector,
  LIMITS,
  list,
  type MemberSignature,
  type PublicKey,
  type Signature,
  TAGS,
  TaggedHasher,
  text,
  uint8,
  uint16,
  uint53,
  union,
} from "@witan/primitives";
import {
  type PrepareProof,
  REGISTER_LIMITS,
  REGISTER_VARIANTS,
  type RegisterId,
  type RegisterList,
  type RegisterTimestamp,
  type RegisterVersion,
  type WriteProof,
} from "./types.ts";

/** What a client asks of every replica. Fields that hold none or one are lists. */
export type RegisterRequest =
  /** Phase 1: which version do you hold? */
  | { readonly kind: "readTimestamp"; readonly register: RegisterId; readonly nonce: Hash }
  /** Phase 2: enter this version, which follows the previous one. */
  | {
      readonly kind: "prepare";
      readonly register: RegisterId;
      readonly version: RegisterVersion;
      /** For the version before; none for that of a register never written. */
      readonly previous: readonly PrepareProof[];
      /** Of the client's own last write, if it made one; in a strong register of the version before. */
      readonly written: readonly WriteProof[];
      /** Of the client, over the version. */
      readonly authorization: Signature;
    }
  /** Phases 1 and 2 of optimized registers: enter what follows the version that you hold. */
  | {
      readonly kind: "readAndPrepare";
      readonly register: RegisterId;
      readonly nonce: Hash;
      readonly client: PublicKey;
      readonly hash: Hash;
      readonly written: readonly WriteProof[];
      /** Of the client, over register, nonce and hash. */
      readonly signature: Signature;
    }
  /** Phase 3, and how a reader brings replicas up to date: hold this. */
  | {
      readonly kind: "write";
      readonly register: RegisterId;
      readonly proof: PrepareProof;
      readonly data: Uint8Array;
    }
  | { readonly kind: "read"; readonly register: RegisterId; readonly nonce: Hash }
  /** The registers behind one, in the order of names, then types. */
  | { readonly kind: "list"; readonly after: readonly RegisterId[]; readonly limit: number };

/** A register that a replica holds. */
export interface ListedRegister {
  readonly register: RegisterId;
  readonly proof: PrepareProof;
}

/** Why a replica does not do what it is asked. Advice, and not signed: only as many as a quorum leaves out are believed. */
export type RegisterRefusal =
  /** The ledger does not permit the client to write this name. */
  | "not-permitted"
  /** Another write of this client is prepared here and not shown to be done. */
  | "another-write-prepared"
  /** This client has had a later entry here. */
  | "older-than-acknowledged"
  /** In a strong register: no proof that the version before was written. */
  | "no-write-proof";

/** What a replica answers. `membership`: the height from which the members count of which it speaks as one. */
export type RegisterAnswer =
  | {
      readonly kind: "timestamp";
      readonly membership: Height;
      readonly nonce: Hash;
      readonly version: RegisterVersion;
      /** For it; none if it was never written. */
      readonly proof: readonly PrepareProof[];
      /** Says that it has written this version; none if it was never written. */
      readonly written: readonly Signature[];
      /** Says that it has entered what was asked for, behind this version; none if it has not, or was not asked to. */
      readonly entered: readonly Signature[];
      /** Over register, nonce and version. */
      readonly signature: Signature;
    }
  | {
      readonly kind: "value";
      readonly membership: Height;
      readonly nonce: Hash;
      readonly version: RegisterVersion;
      readonly proof: readonly PrepareProof[];
      /** Empty if it was never written. */
      readonly data: Uint8Array;
      readonly signature: Signature;
    }
  | {
      readonly kind: "prepared";
      readonly membership: Height;
      readonly version: RegisterVersion;
      readonly signature: Signature;
    }
  | {
      readonly kind: "written";
      readonly membership: Height;
      readonly version: RegisterVersion;
      readonly signature: Signature;
    }
  | {
      readonly kind: "listed";
      readonly membership: Height;
      readonly registers: readonly ListedRegister[];
      /** Whether there are more behind them. */
      readonly more: "no" | "yes";
    }
  | {
      readonly kind: "refused";
      readonly membership: Height;
      readonly code: RegisterRefusal;
      /** The entry that stands in the way. */
      readonly entry: readonly RegisterVersion[];
    };

/** What somebody signs about a register. */
export type RegisterStatement =
  /** A replica: this version is in my list. */
  | {
      readonly kind: "prepared";
      readonly membership: Height;
      readonly register: RegisterId;
      readonly list: RegisterList;
      readonly version: RegisterVersion;
    }
  /** A replica: I hold this version or a later one, durably. */
  | {
      readonly kind: "written";
      readonly membership: Height;
      readonly register: RegisterId;
      readonly version: RegisterVersion;
    }
  /** A replica: this is what I hold now. */
  | {
      readonly kind: "held";
      readonly membership: Height;
      readonly register: RegisterId;
      readonly nonce: Hash;
      readonly version: RegisterVersion;
    }
  /** A client: I write this. */
  | { readonly kind: "authorized"; readonly register: RegisterId; readonly version: RegisterVersion }
  /** A client: enter what follows for this value. */
  | {
      readonly kind: "asked";
      readonly register: RegisterId;
      readonly nonce: Hash;
      readonly client: PublicKey;
      readonly hash: Hash;
    };

/** SSZ of a register's name and type. */
export const registerIdCodec: Codec<RegisterId> = container<RegisterId>({
  name: text(LIMITS.registerNameBytes),
  variant: choice(REGISTER_VARIANTS),
});

/** SSZ of a version. */
export const registerVersionCodec: Codec<RegisterVersion> = container<RegisterVersion>({
  timestamp: container<RegisterTimestamp>({ counter: uint53(), client: hexVector(33) }),
  hash: hexVector(32),
});

const signaturesCodec = list(
  container<MemberSignature>({ member: uint16(), signature: hexVector(64) }),
  LIMITS.members,
);
const listCodec = choice<RegisterList>(["prepared", "optimistic"]);

/** SSZ of a prepare proof. */
export const prepareProofCodec: Codec<PrepareProof> = container<PrepareProof>({
  version: registerVersionCodec,
  membership: uint53(),
  list: listCodec,
  authorization: hexVector(64),
  signatures: signaturesCodec,
});

/** SSZ of a write proof. */
export const writeProofCodec: Codec<WriteProof> = container<WriteProof>({
  version: registerVersionCodec,
  membership: uint53(),
  signatures: signaturesCodec,
});

type Fields<T extends { readonly kind: string }, Kind extends T["kind"]> = Omit<
  Extract<T, { kind: Kind }>,
  "kind"
>;
const proofs = list(prepareProofCodec, 1);
const data = byteList(LIMITS.registerValueBytes);

/** SSZ of a request. */
export const registerRequestCodec: Codec<RegisterRequest> = union<RegisterRequest>({
  readTimestamp: container<Fields<RegisterRequest, "readTimestamp">>({
    register: registerIdCodec,
    nonce: hexVector(32),
  }),
  prepare: container<Fields<RegisterRequest, "prepare">>({
    register: registerIdCodec,
    version: registerVersionCodec,
    previous: proofs,
    written: list(writeProofCodec, 1),
    authorization: hexVector(64),
  }),
  readAndPrepare: container<Fields<RegisterRequest, "readAndPrepare">>({
    register: registerIdCodec,
    nonce: hexVector(32),
    client: hexVector(33),
    hash: hexVector(32),
    written: list(writeProofCodec, 1),
    signature: hexVector(64),
  }),
  write: container<Fields<RegisterRequest, "write">>({
    register: registerIdCodec,
    proof: prepareProofCodec,
    data,
  }),
  read: container<Fields<RegisterRequest, "read">>({ register: registerIdCodec, nonce: hexVector(32) }),
  list: container<Fields<RegisterRequest, "list">>({ after: list(registerIdCodec, 1), limit: uint8() }),
});

/** SSZ of an answer. */
export const registerAnswerCodec: Codec<RegisterAnswer> = union<RegisterAnswer>({
  timestamp: container<Fields<RegisterAnswer, "timestamp">>({
    membership: uint53(),
    nonce: hexVector(32),
    version: registerVersionCodec,
    proof: proofs,
    written: list(hexVector<Signature>(64), 1),
    entered: list(hexVector<Signature>(64), 1),
    signature: hexVector(64),
  }),
  value: container<Fields<RegisterAnswer, "value">>({
    membership: uint53(),
    nonce: hexVector(32),
    version: registerVersionCodec,
    proof: proofs,
    data,
    signature: hexVector(64),
  }),
  prepared: container<Fields<RegisterAnswer, "prepared">>({
    membership: uint53(),
    version: registerVersionCodec,
    signature: hexVector(64),
  }),
  written: container<Fields<RegisterAnswer, "written">>({
    membership: uint53(),
    version: registerVersionCodec,
    signature: hexVector(64),
  }),
  listed: container<Fields<RegisterAnswer, "listed">>({
    membership: uint53(),
    registers: list(
      container<ListedRegister>({ register: registerIdCodec, proof: prepareProofCodec }),
      REGISTER_LIMITS.listed,
    ),
    more: choice(["no", "yes"]),
  }),
  refused: container<Fields<RegisterAnswer, "refused">>({
    membership: uint53(),
    code: choice([
      "not-permitted",
      "another-write-prepared",
      "older-than-acknowledged",
      "no-write-proof",
    ] as const),
    entry: list(registerVersionCodec, 1),
  }),
});

const statementCodec = union<RegisterStatement>({
  prepared: container<Fields<RegisterStatement, "prepared">>({
    membership: uint53(),
    register: registerIdCodec,
    list: listCodec,
    version: registerVersionCodec,
  }),
  written: container<Fields<RegisterStatement, "written">>({
    membership: uint53(),
    register: registerIdCodec,
    version: registerVersionCodec,
  }),
  held: container<Fields<RegisterStatement, "held">>({
    membership: uint53(),
    register: registerIdCodec,
    nonce: hexVector(32),
    version: registerVersionCodec,
  }),
  authorized: container<Fields<RegisterStatement, "authorized">>({
    register: registerIdCodec,
    version: registerVersionCodec,
  }),
  asked: container<Fields<RegisterStatement, "asked">>({
    register: registerIdCodec,
    nonce: hexVector(32),
    client: hexVector(33),
    hash: hexVector(32),
  }),
});

/** The digest that is signed: of the chain, of what kind of statement it is, and of all that it says. */
export function registerDigest(chainId: ChainId, statement: RegisterStatement): Hash {
  return new TaggedHasher(TAGS.register, chainId).hash(statementCodec.encode(statement));
}
