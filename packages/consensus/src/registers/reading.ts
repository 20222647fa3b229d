// A client that reads a register, as a state machine (protocols/bft-bc.md, "Read"): one round, and a second where not all
// replicas hold the same. Needs no key: what it writes back was proven by whoever wrote it. No clock: the host says when to ask
// again.
import type { Hash, MemberIndex, Membership } from "@witan/primitives";
import { registerQuorum } from "./checks.ts";
import { type RegisterAnswered, type RegisterFailure, type RegisterSend, Round } from "./round.ts";
import {
  compareVersions,
  isUnwritten,
  type PrepareProof,
  type RegisterId,
  type RegisterVersion,
  sameVersion,
  UNWRITTEN,
} from "./types.ts";

/** What every client of a register works with. */
export interface RegisterClientOptions {
  readonly register: RegisterId;
  /** The members that count now, from a source that is trusted. */
  readonly membership: Membership;
  /** 32 bytes that were never used before. */
  readonly nonce: () => Hash;
}

/** What a register was found to hold. */
export interface RegisterReading {
  readonly version: RegisterVersion;
  readonly data: Uint8Array;
  /** None: it was never written. */
  readonly proof: readonly PrepareProof[];
}

/** What the host does, in this order. */
export type RegisterReadEffect =
  | RegisterSend
  | {
      readonly kind: "read";
      readonly reading: RegisterReading;
      /** Rounds that it took. */
      readonly phases: number;
      /** Whose answers it rests on. */
      readonly members: readonly MemberIndex[];
    }
  | { readonly kind: "failed"; readonly code: RegisterFailure };

/** What a reader may leave out: in a simulator, to show what becomes of it. */
export interface RegisterReadRules {
  readonly writesBack: boolean;
}

/** Reads once. */
export class RegisterRead {
  readonly #options: RegisterClientOptions & { readonly rules?: RegisterReadRules };
  #round: Round | undefined;
  #found: RegisterReading | undefined;
  #holders: readonly MemberIndex[] = [];
  #asked: readonly MemberIndex[] = [];
  #isDone = false;

  constructor(options: RegisterClientOptions & { readonly rules?: RegisterReadRules }) {
    this.#options = options;
  }

  /** Begins. Called once. */
  begin(): readonly RegisterReadEffect[] {
    const { register, membership, nonce } = this.#options;
    this.#round = new Round({ kind: "read", register, nonce: nonce() }, membership);
    return [this.#round.send()];
  }

  /** Takes in an answer. */
  take(answered: RegisterAnswered): readonly RegisterReadEffect[] {
    const round = this.#round;
    if (round === undefined || this.#isDone) return [];
    round.take(answered);
    const answers = round.enough;
    if (answers === undefined) return this.#orFailed(round);
    return this.#found === undefined ? this.#values(answers) : this.#wroteBack(answers.map(([who]) => who));
  }

  /** Asks those again that have not answered: whenever the host thinks that a message may have been lost. */
  again(): readonly RegisterReadEffect[] {
    const round = this.#round;
    if (round === undefined || this.#isDone) return [];
    if (this.#found === undefined) return [round.send()];
    const { members } = round.send();
    return [round.sendTo(members.filter((member) => this.#asked.includes(member)))];
  }

  #values(answers: NonNullable<Round["enough"]>): readonly RegisterReadEffect[] {
    const found = answers.reduce<RegisterReading>(
      (best, [, answer]) =>
        answer.kind === "value" && compareVersions(answer.version, best.version) > 0 ? answer : best,
      { version: UNWRITTEN, data: new Uint8Array(0), proof: [] },
    );
    this.#found = { version: found.version, data: found.data, proof: found.proof };
    this.#holders = answers
      .filter(([, answer]) => answer.kind === "value" && sameVersion(answer.version, found.version))
      .map(([member]) => member);
    const all = answers.map(([member]) => member);
    const { writesBack } = this.#options.rules ?? { writesBack: true };
    if (this.#holders.length === answers.length || !writesBack) return this.#done(1, all);
    return this.#writeBack();
  }

  #writeBack(): readonly RegisterReadEffect[] {
    const { register, membership } = this.#options;
    const { data, proof } = this.#found as RegisterReading;
    const [first] = proof;
    if (first === undefined) return this.#done(1, this.#holders);
    const needed = registerQuorum(membership) - this.#holders.length;
    this.#round = new Round({ kind: "write", register, proof: first, data }, membership, needed);
    const { members } = this.#round.send();
    this.#asked = members.filter((member) => !this.#holders.includes(member));
    return [this.#round.sendTo(this.#asked)];
  }

  #wroteBack(members: readonly MemberIndex[]): readonly RegisterReadEffect[] {
    return this.#done(
      2,
      [...this.#holders, ...members].sort((a, b) => a - b),
    );
  }

  #done(phases: number, members: readonly MemberIndex[]): readonly RegisterReadEffect[] {
    this.#isDone = true;
    return [{ kind: "read", reading: this.#found as RegisterReading, phases, members }];
  }

  #orFailed(round: Round): readonly RegisterReadEffect[] {
    const code = round.hopeless;
    if (code === undefined) return [];
    this.#isDone = true;
    return [{ kind: "failed", code }];
  }
}

/** Whether a reading says that nothing was ever written. */
export function isNeverWritten({ version }: RegisterReading): boolean {
  return isUnwritten(version);
}
