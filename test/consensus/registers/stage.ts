// Four replicas and their clients, without a network: whoever is asked answers at once, unless a test says otherwise.
import {
  asChecked,
  EMPTY_JOURNAL,
  EMPTY_REGISTER,
  PRINTED_RULES,
  REGISTER_RULES,
  type RegisterAnswer,
  type RegisterId,
  type RegisterJournal,
  type RegisterOperation,
  RegisterRead,
  type RegisterReadEffect,
  type RegisterRequest,
  type RegisterRules,
  type RegisterState,
  type RegisterStatement,
  RegisterWrite,
  type RegisterWriteEffect,
  registerAnswerChecks,
  registerAnswerCodec,
  registerDigest,
  registerJournalCodec,
  registerRequestChecks,
  registerRequestCodec,
  registerStateCodec,
  serveRegister,
} from "@witan/consensus";
import { createFakeScheme } from "@witan/crypto";
import {
  asciiBytes,
  type ChainId,
  type Hash,
  type MemberIndex,
  type Membership,
  type PeerId,
  type PolicyHash,
  type PublicKey,
  sha256Hex,
  toHeight,
  ZERO_HASH,
} from "@witan/primitives";

export { PRINTED_RULES, REGISTER_RULES };

export const SCHEME = createFakeScheme();
export const CHAIN = sha256Hex(asciiBytes("registers")) as ChainId;
export const REPLICAS = [0, 1, 2, 3];

export function keyOf(name: string): PublicKey {
  return SCHEME.publicKeyOf(name);
}

export const MEMBERSHIP: Membership = {
  mode: "pbft",
  from: toHeight(1),
  members: REPLICAS.map((place) => ({
    ...{
      name: `v${place}`,
      role: "validator",
      votingKey: keyOf(`v${place}`),
      operatorKey: keyOf(`v${place}`),
    },
    ...{ peerId: `v${place}` as PeerId, rewardPolicy: ZERO_HASH as unknown as PolicyHash },
  })),
};

/** What one operation came to. */
export interface Ended {
  readonly kind: "read" | "written" | "failed" | "waiting" | "crashed";
  readonly text: string;
  readonly phases: number;
  readonly code: string;
  readonly counter: number;
}

const NOTHING: Ended = { kind: "waiting", text: "", phases: 0, code: "", counter: 0 };

/** Replicas with their disks. */
export class Stage {
  readonly states = new Map<string, RegisterState>();
  readonly journals = new Map<string, RegisterJournal>();
  readonly revoked = new Set<PublicKey>();
  /** Who does not answer. */
  readonly silent = new Set<number>();
  /** Says something else than a replica would. */
  lie: ((place: number, request: RegisterOperation, answer: RegisterAnswer) => RegisterAnswer) | undefined;
  /** Requests are lost from the one of this kind on. */
  lostFrom: RegisterRequest["kind"] | undefined;
  rules: RegisterRules = REGISTER_RULES;
  #nonces = 0;

  nonce(): Hash {
    return sha256Hex(asciiBytes(`nonce ${this.#nonces++}`)) as Hash;
  }

  sign(name: string): (statement: RegisterStatement) => ReturnType<typeof SCHEME.sign> {
    return (statement) => SCHEME.sign(registerDigest(CHAIN, statement), keyOf(name));
  }

  get checkOptions() {
    return { chainId: CHAIN, memberships: () => MEMBERSHIP, rules: this.rules };
  }

  /** What a replica answers; undefined: the request does not hold. */
  ask(place: number, request: RegisterOperation): RegisterAnswer | undefined {
    const bytes = registerRequestCodec.encode(request);
    const came = registerRequestCodec.decode(bytes);
    if (!came.ok || came.value.kind === "list") return undefined;
    const checked = registerRequestChecks(this.checkOptions, came.value);
    if (checked.kind !== "checks" || !checked.checks.every((check) => SCHEME.verify(check))) return undefined;
    const { name, variant } = request.register;
    const key = `${place} ${name} ${variant}`;
    const served = serveRegister(
      {
        membership: MEMBERSHIP.from,
        permits: (client) => !this.revoked.has(client),
        sign: this.sign(`v${place}`),
        rules: this.rules,
      },
      this.states.get(key) ?? EMPTY_REGISTER,
      asChecked(came.value),
    );
    if (served.changed !== undefined) {
      const kept = registerStateCodec.decode(registerStateCodec.encode(served.changed));
      if (kept.ok) this.states.set(key, kept.value);
    }
    const answer = registerAnswerCodec.decode(registerAnswerCodec.encode(served.answer));
    return answer.ok ? answer.value : undefined;
  }

  write(client: string, register: RegisterId, text: string | undefined): Ended {
    const key = `${client} ${register.name} ${register.variant}`;
    const machine = new RegisterWrite({
      ...{ register, membership: MEMBERSHIP, nonce: () => this.nonce() },
      ...{ client: keyOf(client), sign: this.sign(client) },
      journal: this.journals.get(key) ?? EMPTY_JOURNAL,
      data: text === undefined ? undefined : asciiBytes(text),
    });
    return this.#run(machine, (journal) => this.journals.set(key, journal));
  }

  read(register: RegisterId): Ended {
    const options = { register, membership: MEMBERSHIP, nonce: () => this.nonce() };
    return this.#run(new RegisterRead(options), () => {});
  }

  /** Lets it run until nothing more happens. */
  #run(machine: RegisterRead | RegisterWrite, persist: (journal: RegisterJournal) => void): Ended {
    let ended = NOTHING;
    const left: (RegisterReadEffect | RegisterWriteEffect)[] = [...machine.begin()];
    for (;;) {
      const effect = left.shift();
      if (effect === undefined) return ended;
      if (effect.kind === "persist") {
        const kept = registerJournalCodec.decode(registerJournalCodec.encode(effect.journal));
        if (kept.ok) persist(kept.value);
      } else if (effect.kind === "send") {
        if (effect.request.kind === this.lostFrom) return { ...ended, kind: "crashed" };
        for (const member of effect.members) left.push(...this.#exchange(machine, member, effect.request));
      } else ended = endedBy(effect, ended);
    }
  }

  #exchange(machine: RegisterRead | RegisterWrite, member: MemberIndex, request: RegisterRequest) {
    if (request.kind === "list" || this.silent.has(member)) return [];
    const true_ = this.ask(member, request);
    if (true_ === undefined) return [];
    const answer = this.lie?.(member, request, true_) ?? true_;
    const checked = registerAnswerChecks(this.checkOptions, answer, { request, member });
    if (checked.kind !== "checks" || !checked.checks.every((check) => SCHEME.verify(check))) return [];
    return machine.take({ kind: "answer", member, request, answer: asChecked(answer) });
  }
}

function endedBy(
  effect: Exclude<RegisterReadEffect | RegisterWriteEffect, { kind: "persist" | "send" }>,
  before: Ended,
): Ended {
  switch (effect.kind) {
    case "read": {
      const { reading, phases } = effect;
      const text = new TextDecoder().decode(reading.data);
      return { ...NOTHING, kind: "read", text, phases, counter: reading.version.timestamp.counter };
    }
    case "written": {
      const { phases, version } = effect;
      return { ...NOTHING, kind: "written", phases, counter: version.timestamp.counter };
    }
    case "failed":
      return { ...NOTHING, kind: "failed", code: effect.code };
    case "done":
      return before;
  }
}
