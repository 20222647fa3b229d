// One register at one replica, as a function: what it holds and a request that was checked give what it holds then, to be made
// durable first, and the answer (protocols/bft-bc.md, "Base protocol" and "Optimized"). No clock, no IO. The host must have
// made durable all that earlier requests to the same register changed before it sends an answer of a later one.
import type { Height, PublicKey, Signature } from "@witan/primitives";
import type { Checked } from "./checks.ts";
import type { RegisterAnswer, RegisterRefusal, RegisterRequest, RegisterStatement } from "./messages.ts";
import { covers, holdsOrder, REGISTER_RULES, type RegisterRules } from "./rules.ts";
import {
  compareTimestamps,
  isUnwritten,
  type PrepareProof,
  type RegisterId,
  type RegisterVersion,
  sameVersion,
  successor,
  UNWRITTEN,
} from "./types.ts";

/** What a replica keeps of a register, durably. */
export interface RegisterState {
  /** What it holds; that of a register never written if there is no proof. */
  readonly proof: readonly PrepareProof[];
  readonly data: Uint8Array;
  /**
   * The last entry of each client, ascending by client. It counts as removed once `written` covers it, and stays: the client
   * may have later ones only.
   */
  readonly prepared: readonly RegisterVersion[];
  readonly optimistic: readonly RegisterVersion[];
  /** The greatest version that was shown to be written at a quorum. */
  readonly written: RegisterVersion;
}

/** What a register is at a replica that never heard of it. */
export const EMPTY_REGISTER: RegisterState = Object.freeze({
  proof: [],
  data: new Uint8Array(0),
  prepared: [],
  optimistic: [],
  written: UNWRITTEN,
});

/** What a replica works with. */
export interface RegisterReplicaOptions {
  /** The height from which the members count that it is one of. */
  readonly membership: Height;
  /** Whether the ledger permits a client to write a name, now. */
  readonly permits: (client: PublicKey, name: string) => boolean;
  /** Signs `registerDigest` of a statement with the member's voting key. */
  readonly sign: (statement: RegisterStatement) => Signature;
  readonly rules?: RegisterRules;
}

/** What a request comes to. */
export interface RegisterServed {
  /** What the register is now, if that is anything else: to be made durable before the answer is sent. */
  readonly changed: RegisterState | undefined;
  readonly answer: RegisterAnswer;
}

/** A request about one register. */
export type RegisterOperation = Exclude<RegisterRequest, { readonly kind: "list" }>;

type OfKind<Kind extends RegisterRequest["kind"]> = Extract<RegisterRequest, { kind: Kind }>;

/** Serves one request. */
export function serveRegister(
  options: RegisterReplicaOptions,
  state: RegisterState,
  request: Checked<RegisterOperation>,
): RegisterServed {
  return new Serving(options, state, request.register).serve(request);
}

/** The version that a replica holds. */
export function heldVersion({ proof }: Pick<RegisterState, "proof">): RegisterVersion {
  return proof[0]?.version ?? UNWRITTEN;
}

class Serving {
  readonly #options: RegisterReplicaOptions;
  readonly #rules: RegisterRules;
  readonly #before: RegisterState;
  readonly #register: RegisterId;
  #state: RegisterState;

  constructor(options: RegisterReplicaOptions, state: RegisterState, register: RegisterId) {
    this.#options = options;
    this.#rules = options.rules ?? REGISTER_RULES;
    this.#before = state;
    this.#state = state;
    this.#register = register;
  }

  serve(request: RegisterOperation): RegisterServed {
    const answer = this.#answerTo(request);
    return { changed: this.#state === this.#before ? undefined : this.#state, answer };
  }

  #answerTo(request: RegisterOperation): RegisterAnswer {
    switch (request.kind) {
      case "readTimestamp":
        return this.#timestamp(request, []);
      case "read":
        return this.#value(request);
      case "prepare":
        return this.#prepare(request);
      case "readAndPrepare":
        return this.#readAndPrepare(request);
      case "write":
        return this.#write(request);
    }
  }

  #prepare({ version, previous, written }: OfKind<"prepare">): RegisterAnswer {
    const { client } = version.timestamp;
    if (!this.#options.permits(client, this.#register.name)) return this.#refused("not-permitted");
    const shown = written[0]?.version ?? UNWRITTEN;
    if (this.#register.variant === "strong" && !sameVersion(shown, previous[0]?.version ?? UNWRITTEN))
      return this.#refused("no-write-proof");
    this.#raise(shown);
    const entry = entryOf(this.#state.prepared, client);
    const other = entryOf(this.#state.optimistic, client);
    if (entry !== undefined && this.#isSame(entry, version)) return this.#prepared(version);
    if (entry !== undefined && this.#blocks(entry)) return this.#refused("another-write-prepared", entry);
    if (this.#isBehind(entry, version)) return this.#refused("older-than-acknowledged", entry);
    if (this.#clashes(other, version)) return this.#refused("another-write-prepared", other);
    this.#state = { ...this.#state, prepared: withEntry(this.#state.prepared, version) };
    return this.#prepared(version);
  }

  #readAndPrepare(request: OfKind<"readAndPrepare">): RegisterAnswer {
    const { client, hash, written } = request;
    if (!this.#options.permits(client, this.#register.name)) return this.#refused("not-permitted");
    for (const proof of written) this.#raise(proof.version);
    const version = { timestamp: successor(heldVersion(this.#state).timestamp, client), hash };
    if (!this.#enters(version)) return this.#timestamp(request, []);
    const { membership, sign } = this.#options;
    const statement = { kind: "prepared", membership, register: this.#register } as const;
    return this.#timestamp(request, [sign({ ...statement, list: "optimistic", version })]);
  }

  /** Enters what a replica predicts, unless something stands in the way. */
  #enters(version: RegisterVersion): boolean {
    const { client } = version.timestamp;
    const entry = entryOf(this.#state.optimistic, client);
    const other = entryOf(this.#state.prepared, client);
    if (other !== undefined && !this.#isSame(other, version) && this.#blocks(other)) return false;
    if (this.#clashes(other, version)) return false;
    if (entry !== undefined && this.#isSame(entry, version)) return true;
    if (entry !== undefined && this.#blocks(entry)) return false;
    if (this.#isBehind(entry, version)) return false;
    this.#state = { ...this.#state, optimistic: withEntry(this.#state.optimistic, version) };
    return true;
  }

  #write({ proof, data }: OfKind<"write">): RegisterAnswer {
    const { version } = proof;
    if (holdsOrder(this.#register.variant)(version, heldVersion(this.#state)) > 0)
      this.#state = { ...this.#state, proof: [proof], data };
    const { membership, sign } = this.#options;
    const signature = sign({ kind: "written", membership, register: this.#register, version });
    return { kind: "written", membership, version, signature };
  }

  #raise(version: RegisterVersion): void {
    if (covers(this.#rules, this.#state.written, version)) return;
    this.#state = { ...this.#state, written: version };
  }

  #isSame(entry: RegisterVersion, version: RegisterVersion): boolean {
    const isSame = this.#rules.oneValue
      ? sameVersion(entry, version)
      : compareTimestamps(entry.timestamp, version.timestamp) === 0;
    // Under the printed rules an entry that was written is gone, and so is what it forbade.
    return isSame && (this.#rules.onlyGreater || !covers(this.#rules, this.#state.written, entry));
  }

  /** Whether an entry leaves no room for another. */
  #blocks(entry: RegisterVersion): boolean {
    const { oneOpenEntry, roomNeedsProof } = this.#rules;
    return oneOpenEntry && roomNeedsProof && !covers(this.#rules, this.#state.written, entry);
  }

  #isBehind(entry: RegisterVersion | undefined, { timestamp }: RegisterVersion): boolean {
    const { onlyGreater, oneOpenEntry } = this.#rules;
    if (entry === undefined || !onlyGreater || !oneOpenEntry) return false;
    return compareTimestamps(timestamp, entry.timestamp) <= 0;
  }

  #clashes(other: RegisterVersion | undefined, { timestamp, hash }: RegisterVersion): boolean {
    if (!this.#rules.oneHashForTimestamp || other === undefined) return false;
    return compareTimestamps(other.timestamp, timestamp) === 0 && other.hash !== hash;
  }

  #prepared(version: RegisterVersion): RegisterAnswer {
    const { membership, sign } = this.#options;
    const signature = sign({
      ...{ kind: "prepared", membership, register: this.#register },
      ...{ list: "prepared", version },
    });
    return { kind: "prepared", membership, version, signature };
  }

  #timestamp(
    { nonce }: OfKind<"readTimestamp" | "readAndPrepare">,
    entered: readonly Signature[],
  ): RegisterAnswer {
    const { membership, sign } = this.#options;
    const { proof } = this.#state;
    const version = heldVersion(this.#state);
    const register = this.#register;
    const written = isUnwritten(version) ? [] : [sign({ kind: "written", membership, register, version })];
    const signature = sign({ kind: "held", membership, register, nonce, version });
    return { kind: "timestamp", membership, nonce, version, proof, written, entered, signature };
  }

  #value({ nonce }: OfKind<"read">): RegisterAnswer {
    const { membership, sign } = this.#options;
    const { proof, data } = this.#state;
    const version = heldVersion(this.#state);
    const signature = sign({ kind: "held", membership, register: this.#register, nonce, version });
    return { kind: "value", membership, nonce, version, proof, data, signature };
  }

  #refused(code: RegisterRefusal, entry?: RegisterVersion): RegisterAnswer {
    const { membership } = this.#options;
    return { kind: "refused", membership, code, entry: entry === undefined ? [] : [entry] };
  }
}

function entryOf(entries: readonly RegisterVersion[], client: PublicKey): RegisterVersion | undefined {
  return entries.find(({ timestamp }) => timestamp.client === client);
}

function withEntry(
  entries: readonly RegisterVersion[],
  version: RegisterVersion,
): readonly RegisterVersion[] {
  const { client } = version.timestamp;
  return [...entries.filter(({ timestamp }) => timestamp.client !== client), version].sort((a, b) =>
    a.timestamp.client < b.timestamp.client ? -1 : 1,
  );
}
