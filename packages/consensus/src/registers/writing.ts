// A client that writes to a register, as a state machine (protocols/bft-bc.md): base, optimized, strong. What it may have to
// find again after a crash it tells the host to persist before anything is sent that follows from it. A write that an earlier
// run left behind is finished first. No clock: the host says when to ask again.
import {
  type Hash,
  INTEGER_MAX,
  type MemberIndex,
  type MemberSignature,
  type PublicKey,
  type Signature,
  sha256Hex,
} from "@witan/primitives";
import type { PendingWrite, RegisterJournal } from "./journal.ts";
import type { RegisterAnswer, RegisterStatement } from "./messages.ts";
import type { RegisterClientOptions } from "./reading.ts";
import { type RegisterAnswered, type RegisterFailure, type RegisterSend, Round } from "./round.ts";
import {
  compareTimestamps,
  compareVersions,
  type PrepareProof,
  type RegisterList,
  type RegisterVersion,
  sameVersion,
  successor,
  UNWRITTEN,
  type WriteProof,
} from "./types.ts";

/** What a writer works with. */
export interface RegisterWriteOptions extends RegisterClientOptions {
  readonly client: PublicKey;
  /** Signs `registerDigest` of a statement with the client's key. */
  readonly sign: (statement: RegisterStatement) => Signature;
  /** What was last persisted for this register and key; `EMPTY_JOURNAL`: nothing. */
  readonly journal: RegisterJournal;
  /** What to write; undefined: only finish what was left behind. At most 64 KiB. */
  readonly data: Uint8Array | undefined;
}

/** What the host does, in this order. What follows a `persist` waits until it is durable. */
export type RegisterWriteEffect =
  | { readonly kind: "persist"; readonly journal: RegisterJournal }
  | RegisterSend
  | {
      readonly kind: "written";
      readonly version: RegisterVersion;
      /** Whether an earlier run left it behind: the write of this run comes after it. */
      readonly isEarlier: boolean;
      /** Rounds that it took in this run. */
      readonly phases: number;
      /** Whose answers it rests on. */
      readonly members: readonly MemberIndex[];
    }
  /** Nothing is left to do. */
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly code: RegisterFailure };

type Answers = NonNullable<Round["enough"]>;
type Timestamp = Extract<RegisterAnswer, { kind: "timestamp" }>;
type Value = Extract<RegisterAnswer, { kind: "value" }>;

/** Where a write stands. `settle…`: the greatest version is read and written back, for its write proof. */
type Phase = "idle" | "first" | "settleRead" | "settleWrite" | "prepare" | "write" | "done";

/** Writes once, after what was left behind. */
export class RegisterWrite {
  readonly #options: RegisterWriteOptions;
  #phase: Phase = "idle";
  #round: Round | undefined;
  #journal: RegisterJournal;
  #isEarlier = false;
  #phases = 0;
  /** What is left to write after what is being written. */
  #next: Uint8Array | undefined;
  /** The greatest version found, while it is settled. */
  #settling: PrepareProof | undefined;
  #hasSettled = false;

  constructor(options: RegisterWriteOptions) {
    this.#options = options;
    this.#journal = options.journal;
    this.#next = options.data;
  }

  /** What stands in the journal as far as it was told. */
  get journal(): RegisterJournal {
    return this.#journal;
  }

  /** Begins. Called once. */
  begin(): readonly RegisterWriteEffect[] {
    const [pending] = this.#journal.pending;
    if (pending === undefined) return this.#beginNext();
    this.#isEarlier = true;
    const [proof] = pending.proof;
    if (proof !== undefined) return this.#write(proof);
    return pending.version.length > 0 ? this.#prepare() : this.#first();
  }

  /** Takes in an answer. */
  take(answered: RegisterAnswered): readonly RegisterWriteEffect[] {
    const round = this.#round;
    if (round === undefined || this.#phase === "done") return [];
    round.take(answered);
    const answers = round.enough;
    if (answers !== undefined) return this.#gathered(answers);
    const code = round.hopeless;
    return code === undefined ? [] : this.#refused(code);
  }

  /** Asks those again that have not answered: whenever the host thinks that a message may have been lost. */
  again(): readonly RegisterWriteEffect[] {
    return this.#round === undefined || this.#phase === "done" ? [] : [this.#round.send()];
  }

  #gathered(answers: Answers): readonly RegisterWriteEffect[] {
    switch (this.#phase) {
      case "first":
        return this.#found(answers);
      case "settleRead":
        return this.#settleWrite(answers);
      case "settleWrite":
        return this.#settled(answers);
      case "prepare":
        return this.#prepared(answers);
      case "write":
        return this.#written(answers);
      case "idle":
      case "done":
        return [];
    }
  }

  #beginNext(): readonly RegisterWriteEffect[] {
    const data = this.#next;
    if (data === undefined) {
      this.#phase = "done";
      return [{ kind: "done" }];
    }
    this.#next = undefined;
    this.#isEarlier = false;
    this.#hasSettled = false;
    this.#phases = 0;
    const pending: PendingWrite = { data, version: [], previous: [], written: [], proof: [] };
    this.#journal = { ...this.#journal, pending: [pending] };
    // Replicas enter what they predict: from then on it must not be forgotten. Otherwise phase 1 leaves nothing behind.
    const isEntered = this.#options.register.variant === "optimized";
    return [...(isEntered ? [this.#persist()] : []), ...this.#first()];
  }

  // Phase 1.

  #first(): readonly RegisterWriteEffect[] {
    const { register, nonce, client, sign } = this.#options;
    const fresh = nonce();
    if (register.variant !== "optimized")
      return this.#ask("first", { kind: "readTimestamp", register, nonce: fresh });
    const hash = registerValueHash(this.#pending.data);
    const signature = sign({ kind: "asked", register, nonce: fresh, client, hash });
    const { written } = this.#journal;
    return this.#ask("first", {
      ...{ kind: "readAndPrepare", register, nonce: fresh, client, hash, written, signature },
    });
  }

  #found(answers: Answers): readonly RegisterWriteEffect[] {
    const all = answers.flatMap(([member, answer]) =>
      answer.kind === "timestamp" ? [[member, answer] as const] : [],
    );
    const [, best] = all.reduce((a, b) => (compareVersions(b[1].version, a[1].version) > 0 ? b : a));
    const isOne = all.every(([, { version }]) => sameVersion(version, best.version));
    if (isOne && all.every(([, { entered }]) => entered.length > 0)) return this.#predicted(best, all);
    const { variant } = this.#options.register;
    if (variant === "strong" && !isOne) return this.#settleRead();
    const { membership, version } = best;
    const signatures = all.flatMap(([member, { written }]) =>
      written.map((signature): MemberSignature => ({ member, signature })),
    );
    const proven: readonly WriteProof[] =
      isOne && signatures.length > 0 ? [{ version, membership, signatures }] : [];
    return this.#choose(best.proof, variant === "strong" ? proven : this.#journal.written);
  }

  /** Optimized: all have entered the same, and nothing is left to prepare. */
  #predicted(
    best: Timestamp,
    all: readonly (readonly [MemberIndex, Timestamp])[],
  ): readonly RegisterWriteEffect[] {
    const timestamp = successor(best.version.timestamp, this.#options.client);
    const version = { timestamp, hash: registerValueHash(this.#pending.data) };
    const signatures = all.flatMap(([member, { entered }]) =>
      entered.map((signature): MemberSignature => ({ member, signature })),
    );
    this.#change({ version: [version], previous: best.proof });
    return this.#proven("optimistic", version, signatures);
  }

  #choose(previous: readonly PrepareProof[], written: readonly WriteProof[]): readonly RegisterWriteEffect[] {
    const before = previous[0]?.version ?? UNWRITTEN;
    if (before.timestamp.counter >= INTEGER_MAX) return this.#failed("timestamps-used-up");
    const timestamp = successor(before.timestamp, this.#options.client);
    this.#change({
      version: [{ timestamp, hash: registerValueHash(this.#pending.data) }],
      previous,
      written,
    });
    return [this.#persist(), ...this.#prepare()];
  }

  // In between, where a write proof of the greatest version is needed: it is read, and written back.

  #settleRead(): readonly RegisterWriteEffect[] {
    const { register, nonce } = this.#options;
    this.#hasSettled = true;
    return this.#ask("settleRead", { kind: "read", register, nonce: nonce() });
  }

  #settleWrite(answers: Answers): readonly RegisterWriteEffect[] {
    const values = answers.flatMap(([, answer]) => (answer.kind === "value" ? [answer] : []));
    const best = values.reduce<Value>(
      (a, b) => (compareVersions(b.version, a.version) > 0 ? b : a),
      values[0] as Value,
    );
    const [proof] = best.proof;
    if (proof === undefined) return this.#goOn([], []);
    this.#settling = proof;
    const { register } = this.#options;
    return this.#ask("settleWrite", { kind: "write", register, proof, data: best.data });
  }

  #settled(answers: Answers): readonly RegisterWriteEffect[] {
    const proof = this.#settling as PrepareProof;
    const written = this.#writeProof(proof.version, answers);
    // A proof of whatever is written makes room as well as one of the client's own last write.
    this.#journal = { ...this.#journal, written: [written] };
    return this.#goOn([proof], [written]);
  }

  /** Prepares what was to be prepared, if that can still come next; otherwise what follows the version found. */
  #goOn(previous: readonly PrepareProof[], written: readonly WriteProof[]): readonly RegisterWriteEffect[] {
    const [version] = this.#pending.version;
    const found = previous[0]?.version ?? UNWRITTEN;
    if (version === undefined || compareTimestamps(version.timestamp, found.timestamp) <= 0)
      return this.#choose(previous, written);
    // Some replicas may have entered it: another one of this client would be refused there.
    this.#change({ written });
    return [this.#persist(), ...this.#prepare()];
  }

  // Phase 2.

  #prepare(): readonly RegisterWriteEffect[] {
    const { register, sign } = this.#options;
    const { version: chosen, previous, written } = this.#pending;
    const version = chosen[0] as RegisterVersion;
    const authorization = sign({ kind: "authorized", register, version });
    return this.#ask("prepare", { kind: "prepare", register, version, previous, written, authorization });
  }

  #prepared(answers: Answers): readonly RegisterWriteEffect[] {
    const version = this.#pending.version[0] as RegisterVersion;
    return this.#proven("prepared", version, signaturesOf(answers));
  }

  #proven(
    list: RegisterList,
    version: RegisterVersion,
    signatures: readonly MemberSignature[],
  ): readonly RegisterWriteEffect[] {
    const { register, sign, membership } = this.#options;
    const authorization = sign({ kind: "authorized", register, version });
    const proof: PrepareProof = { version, membership: membership.from, list, authorization, signatures };
    this.#change({ proof: [proof] });
    return [this.#persist(), ...this.#write(proof)];
  }

  // Phase 3.

  #write(proof: PrepareProof): readonly RegisterWriteEffect[] {
    const { register } = this.#options;
    return this.#ask("write", { kind: "write", register, proof, data: this.#pending.data });
  }

  #written(answers: Answers): readonly RegisterWriteEffect[] {
    const { version } = this.#pending.proof[0] as PrepareProof;
    this.#journal = { written: [this.#writeProof(version, answers)], pending: [] };
    const members = answers.map(([member]) => member);
    const { phases, isEarlier } = { phases: this.#phases, isEarlier: this.#isEarlier };
    const told = { kind: "written", version, isEarlier, phases, members } as const;
    return [this.#persist(), told, ...this.#beginNext()];
  }

  // What goes wrong.

  #refused(code: RegisterFailure): readonly RegisterWriteEffect[] {
    // An entry of this client is in the way, of a write that another journal knows: if it was done, that can be shown.
    const isInTheWay = code === "another-write-prepared" || code === "older-than-acknowledged";
    if (this.#phase === "prepare" && isInTheWay && !this.#hasSettled) return this.#settleRead();
    return this.#failed(code);
  }

  #failed(code: RegisterFailure): readonly RegisterWriteEffect[] {
    this.#phase = "done";
    return [{ kind: "failed", code }];
  }

  // Small change.

  #ask(phase: Phase, request: ConstructorParameters<typeof Round>[0]): readonly RegisterWriteEffect[] {
    this.#phase = phase;
    this.#phases++;
    this.#round = new Round(request, this.#options.membership);
    return [this.#round.send()];
  }

  get #pending(): PendingWrite {
    return this.#journal.pending[0] as PendingWrite;
  }

  #change(part: Partial<PendingWrite>): void {
    this.#journal = { ...this.#journal, pending: [{ ...this.#pending, ...part }] };
  }

  #persist(): RegisterWriteEffect {
    return { kind: "persist", journal: this.#journal };
  }

  #writeProof(version: RegisterVersion, answers: Answers): WriteProof {
    return { version, membership: this.#options.membership.from, signatures: signaturesOf(answers) };
  }
}

function signaturesOf(answers: Answers): readonly MemberSignature[] {
  return answers.map(([member, { signature }]) => ({ member, signature }));
}

/** The hash of a value, as versions have it. */
export function registerValueHash(data: Uint8Array): Hash {
  return sha256Hex(data) as Hash;
}
