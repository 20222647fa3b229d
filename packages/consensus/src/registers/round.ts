// One question to all replicas, until a quorum has answered: what readers and writers of registers are made of.
import { byzantineMax, type MemberIndex, type Membership, voters } from "@witan/primitives";
import { type Checked, registerQuorum } from "./checks.ts";
import type { RegisterAnswer, RegisterRefusal, RegisterRequest } from "./messages.ts";

/** A request, and those it is for. */
export interface RegisterSend {
  readonly kind: "send";
  readonly request: RegisterRequest;
  readonly members: readonly MemberIndex[];
}

/** An answer that was checked against the request that it answers. */
export interface RegisterAnswered {
  readonly kind: "answer";
  readonly member: MemberIndex;
  /** The very object that was to be sent. */
  readonly request: RegisterRequest;
  readonly answer: Checked<RegisterAnswer>;
}

/** Why a client goes no further. */
export type RegisterFailure =
  | RegisterRefusal
  /** So many replicas speak as one of other members that the rest is no quorum: ask anew who the members are. */
  | "members-changed"
  /** No timestamp follows the greatest one. */
  | "timestamps-used-up";

type Accepted = Exclude<RegisterAnswer, { readonly kind: "refused" | "listed" }>;

/** The answers to one request. */
export class Round {
  readonly request: RegisterRequest;
  readonly #membership: Membership;
  readonly #voters: readonly MemberIndex[];
  readonly #needed: number;
  readonly #answers = new Map<MemberIndex, Accepted>();
  readonly #refusals = new Map<MemberIndex, RegisterRefusal | "members-changed">();

  /** @param needed so many answers are enough */
  constructor(request: RegisterRequest, membership: Membership, needed = registerQuorum(membership)) {
    this.request = request;
    this.#membership = membership;
    this.#voters = voters(membership);
    this.#needed = needed;
  }

  /** Takes in an answer; one of another round changes nothing. */
  take({ member, request, answer }: RegisterAnswered): void {
    if (request !== this.request || this.#answers.has(member) || !this.#voters.includes(member)) return;
    if (answer.membership !== this.#membership.from) this.#refusals.set(member, "members-changed");
    else if (answer.kind === "refused") this.#refusals.set(member, answer.code);
    else if (answer.kind !== "listed") {
      this.#answers.set(member, answer);
      this.#refusals.delete(member);
    }
  }

  /** The answers, by member, once there are enough: the first so many. */
  get enough(): readonly (readonly [MemberIndex, Accepted])[] | undefined {
    if (this.#answers.size < this.#needed) return undefined;
    return [...this.#answers].slice(0, this.#needed).sort(([a], [b]) => a - b);
  }

  /** Why there will never be enough: so many refuse that one of them is correct, and the rest is too few. */
  get hopeless(): RegisterFailure | undefined {
    const left = this.#voters.length - this.#refusals.size;
    if (left >= this.#needed) return undefined;
    const counts = new Map<RegisterFailure, number>();
    for (const code of this.#refusals.values()) counts.set(code, (counts.get(code) ?? 0) + 1);
    const liars = byzantineMax(this.#voters.length);
    const order = ["members-changed", "not-permitted", "no-write-proof", "older-than-acknowledged"] as const;
    return order.find((code) => (counts.get(code) ?? 0) > liars) ?? "another-write-prepared";
  }

  /** Asks those that have not answered, refusals aside: some of them may have changed their mind. */
  send(): RegisterSend {
    const members = this.#voters.filter((member) => !this.#answers.has(member));
    return { kind: "send", request: this.request, members };
  }

  /** The same, to some only. */
  sendTo(members: readonly MemberIndex[]): RegisterSend {
    return { kind: "send", request: this.request, members };
  }
}
