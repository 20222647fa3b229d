// What must hold of a request or an answer before a state machine sees it: form, and the signatures to be asked for. Pure:
// the host asks, and alone makes `Checked`. Which client may write what is the replica's to judge.
import {
  byzantineQuorum,
  type ChainId,
  type Hash,
  type Height,
  type MemberIndex,
  type MemberSignature,
  type Membership,
  type PublicKey,
  registerNameShape,
  type Signature,
  type SignatureCheck,
  sha256Hex,
  voters,
} from "@witan/primitives";
import type { ChecksAnswer, Memberships } from "../engine.ts";
import {
  type RegisterAnswer,
  type RegisterRequest,
  type RegisterStatement,
  registerDigest,
} from "./messages.ts";
import { REGISTER_RULES, type RegisterRules, underRules } from "./rules.ts";
import {
  compareTimestamps,
  isUnwritten,
  type PrepareProof,
  REGISTER_LIMITS,
  type RegisterId,
  type RegisterVersion,
  sameVersion,
  successor,
  UNWRITTEN,
  type WriteProof,
} from "./types.ts";

declare const checked: unique symbol;

/** A request or answer of which everything held that its checks ask. Only the host makes one, by `asChecked`. */
export type Checked<Message> = Message & { readonly [checked]: true };

/** Marks a request or answer as checked: for hosts, and for nobody else. */
export function asChecked<Message>(message: Message): Checked<Message> {
  return message as Checked<Message>;
}

/** What decides how requests and answers are checked. */
export interface RegisterCheckOptions {
  readonly chainId: ChainId;
  /** Proofs may be of members that decided long ago. */
  readonly memberships: Memberships;
  /** As nodes run them, unless a simulator shows what becomes of a rule that is left out. */
  readonly rules?: RegisterRules;
}

/** What an answer is checked against beside. */
export interface ExpectedAnswer {
  /** What was asked. */
  readonly request: RegisterRequest;
  /** Who answered, as the channel says. */
  readonly member: MemberIndex;
}

/** How many of the members make a quorum for registers: as many as decide a block of PBFT. */
export function registerQuorum(membership: Membership): number {
  return byzantineQuorum(voters(membership).length);
}

/** Thrown inside this file only, and turned into an answer. */
class Stop extends Error {
  readonly outcome: Exclude<ChecksAnswer, { kind: "checks" }>;
  constructor(outcome: Exclude<ChecksAnswer, { kind: "checks" }>) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

function demand(holds: boolean, code: string): asserts holds {
  if (!holds) throw new Stop({ kind: "fault", code });
}

function answered(run: (checker: Checker) => void, options: RegisterCheckOptions): ChecksAnswer {
  const checker = new Checker(options);
  try {
    run(checker);
    return { kind: "checks", checks: checker.checks };
  } catch (stop) {
    if (stop instanceof Stop) return stop.outcome;
    throw stop;
  }
}

/** What to ask of a request. A fault is the client's. */
export function registerRequestChecks(options: RegisterCheckOptions, request: RegisterRequest): ChecksAnswer {
  return answered((checker) => checker.request(request), options);
}

/** What to ask of an answer. A fault is the replica's; `notYet`: it knows members that are not known here. */
export function registerAnswerChecks(
  options: RegisterCheckOptions,
  answer: RegisterAnswer,
  expected: ExpectedAnswer,
): ChecksAnswer {
  return answered((checker) => checker.answer(answer, expected), options);
}

/** What to ask of a prepare proof that stands alone: of what is read from a disk that others write to. */
export function prepareProofChecks(
  options: RegisterCheckOptions,
  register: RegisterId,
  proof: PrepareProof,
): ChecksAnswer {
  return answered((checker) => checker.prepareProof(register, proof), options);
}

class Checker {
  readonly checks: SignatureCheck[] = [];
  readonly #options: RegisterCheckOptions;
  readonly #rules: RegisterRules;

  constructor(options: RegisterCheckOptions) {
    this.#options = options;
    this.#rules = options.rules ?? REGISTER_RULES;
  }

  request(request: RegisterRequest): void {
    if (request.kind === "list") {
      demand(request.limit >= 1 && request.limit <= REGISTER_LIMITS.listed, "limit");
      for (const register of request.after) this.#named(register);
      return;
    }
    const { register } = request;
    this.#named(register);
    if (request.kind === "prepare") this.#prepare(request);
    else if (request.kind === "readAndPrepare") this.#readAndPrepare(request);
    else if (request.kind === "write") {
      this.prepareProof(register, request.proof);
      demand(sha256Hex(request.data) === request.proof.version.hash, "hash");
    }
  }

  answer(answer: RegisterAnswer, { request, member }: ExpectedAnswer): void {
    if (answer.kind === "refused") return;
    const membership = this.#membership(answer.membership);
    const key = membership.members[member]?.votingKey;
    demand(key !== undefined && voters(membership).includes(member), "member");
    if (request.kind === "list") this.#listed(answer, request);
    else this.#held(answer, request, key);
  }

  prepareProof(register: RegisterId, proof: PrepareProof): void {
    const { version, membership, list, authorization, signatures } = proof;
    demand(!isUnwritten(version), "version");
    demand(list === "prepared" || register.variant === "optimized", "list");
    this.#sign(version.timestamp.client, { kind: "authorized", register, version }, authorization);
    this.#quorum(membership, signatures, { kind: "prepared", membership, register, list, version });
  }

  #writeProof(register: RegisterId, { version, membership, signatures }: WriteProof): void {
    demand(!isUnwritten(version), "version");
    this.#quorum(membership, signatures, { kind: "written", membership, register, version });
  }

  #prepare(request: Extract<RegisterRequest, { kind: "prepare" }>): void {
    const { register, version, previous, written, authorization } = request;
    const before = previous[0]?.version ?? UNWRITTEN;
    const { timestamp } = version;
    const follows = this.#rules.successor
      ? compareTimestamps(timestamp, successor(before.timestamp, timestamp.client)) === 0
      : compareTimestamps(timestamp, before.timestamp) > 0;
    demand(follows, "successor");
    for (const proof of previous) this.prepareProof(register, proof);
    for (const proof of written) this.#writeProof(register, proof);
    this.#sign(timestamp.client, { kind: "authorized", register, version }, authorization);
  }

  #readAndPrepare(request: Extract<RegisterRequest, { kind: "readAndPrepare" }>): void {
    const { register, nonce, client, hash, written, signature } = request;
    demand(register.variant === "optimized", "variant");
    for (const proof of written) this.#writeProof(register, proof);
    this.#sign(client, { kind: "asked", register, nonce, client, hash }, signature);
  }

  #held(
    answer: Exclude<RegisterAnswer, { kind: "refused" }>,
    request: Exclude<RegisterRequest, { kind: "list" }>,
    key: PublicKey,
  ): void {
    const { register } = request;
    const { membership } = answer;
    switch (answer.kind) {
      case "timestamp": {
        demand(request.kind === "readTimestamp" || request.kind === "readAndPrepare", "kind");
        this.#current(answer, request.register, request.nonce, key);
        const { version } = answer;
        demand(answer.written.length === (isUnwritten(version) ? 0 : 1), "written");
        for (const signature of answer.written)
          this.#sign(key, { kind: "written", membership, register, version }, signature);
        demand(answer.entered.length === 0 || request.kind === "readAndPrepare", "entered");
        if (request.kind !== "readAndPrepare") return;
        const entry = { timestamp: successor(version.timestamp, request.client), hash: request.hash };
        for (const signature of answer.entered)
          this.#sign(
            key,
            { kind: "prepared", membership, register, list: "optimistic", version: entry },
            signature,
          );
        return;
      }
      case "value":
        demand(request.kind === "read", "kind");
        this.#current(answer, register, request.nonce, key);
        if (isUnwritten(answer.version)) demand(answer.data.length === 0, "data");
        else demand(sha256Hex(answer.data) === answer.version.hash, "hash");
        return;
      case "prepared":
        demand(request.kind === "prepare" && sameVersion(answer.version, request.version), "version");
        this.#sign(
          key,
          { kind: "prepared", membership, register, list: "prepared", version: answer.version },
          answer.signature,
        );
        return;
      case "written":
        demand(request.kind === "write" && sameVersion(answer.version, request.proof.version), "version");
        this.#sign(key, { kind: "written", membership, register, version: answer.version }, answer.signature);
        return;
      case "listed":
        demand(false, "kind");
    }
  }

  /** What a replica says that it holds now. */
  #current(
    answer: Extract<RegisterAnswer, { kind: "timestamp" | "value" }>,
    register: RegisterId,
    nonce: Hash,
    key: PublicKey,
  ): void {
    const { version, proof, membership } = answer;
    demand(answer.nonce === nonce, "nonce");
    const [first] = proof;
    if (first === undefined) demand(sameVersion(version, UNWRITTEN), "proof");
    else {
      demand(sameVersion(first.version, version), "proof");
      this.prepareProof(register, first);
    }
    this.#sign(key, { kind: "held", membership, register, nonce, version }, answer.signature);
  }

  #listed(answer: RegisterAnswer, request: Extract<RegisterRequest, { kind: "list" }>): void {
    demand(answer.kind === "listed", "kind");
    demand(answer.registers.length <= request.limit, "limit");
    let before = request.after[0];
    for (const { register, proof } of answer.registers) {
      this.#named(register);
      demand(before === undefined || compareRegisters(before, register) < 0, "order");
      before = register;
      this.prepareProof(register, proof);
    }
  }

  #named({ name }: RegisterId): void {
    demand(registerNameShape(name), "name");
  }

  #quorum(from: Height, signatures: readonly MemberSignature[], statement: RegisterStatement): void {
    const membership = this.#membership(from);
    const voting = voters(membership);
    demand(signatures.length === registerQuorum(membership), "quorum");
    let before = -1;
    for (const { member, signature } of signatures) {
      demand(member > before && voting.includes(member), "signer");
      before = member;
      this.#sign(
        (membership.members[member] as Membership["members"][number]).votingKey,
        statement,
        signature,
      );
    }
  }

  #membership(from: Height): Membership {
    const membership = this.#options.memberships(from);
    if (membership === undefined) throw new Stop({ kind: "notYet", height: from });
    demand(membership.from === from, "membership");
    return membership;
  }

  #sign(publicKey: PublicKey, statement: RegisterStatement, signature: Signature): void {
    const digest = registerDigest(this.#options.chainId, underRules(this.#rules, statement));
    this.checks.push({ digest, publicKey, signature });
  }
}

/** The order of lists: by name, then by type as it is spelt. */
export function compareRegisters(a: RegisterId, b: RegisterId): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.variant === b.variant ? 0 : a.variant < b.variant ? -1 : 1;
}

/** The version that a proof is for; without one that of a register never written. */
export function provenVersion(proof: readonly PrepareProof[]): RegisterVersion {
  return proof[0]?.version ?? UNWRITTEN;
}
