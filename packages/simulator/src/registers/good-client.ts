// A good client of a world of registers: the real reader and writer, its journal, and what a host owes them: effects in their
// order, what is to be persisted before what follows, and checks of what comes.
import {
  asChecked,
  EMPTY_JOURNAL,
  type RegisterAnswer,
  type RegisterFailure,
  type RegisterJournal,
  RegisterRead,
  type RegisterReadEffect,
  type RegisterRequest,
  type RegisterVersion,
  RegisterWrite,
  type RegisterWriteEffect,
  registerAnswerChecks,
} from "@witan/consensus";
import { asciiBytes, type MemberIndex } from "@witan/primitives";
import { Violation } from "../world/violation.ts";
import { registerNamed } from "./cast.ts";
import type { RecordedOperation } from "./history.ts";
import type { OperationPlan } from "./plan.ts";
import { RegistersProcess } from "./process.ts";

type Effect = RegisterReadEffect | RegisterWriteEffect;

/** What it is doing. */
interface Running {
  readonly operation: RecordedOperation;
  readonly machine: RegisterRead | RegisterWrite;
}

/** One good client. */
export class GoodClient extends RegistersProcess {
  readonly #plan: readonly OperationPlan[];
  /** Durable: journals by register, and how many operations are behind it. */
  readonly #journals = new Map<number, RegisterJournal>();
  #next = 0;
  /** A write that is not known to have ended, of this or an earlier life. */
  #unfinished: RecordedOperation | undefined;
  #running: Running | undefined;
  #effects: Effect[] = [];
  #isCarryingOut = false;
  #turn = 0;

  constructor(
    world: ConstructorParameters<typeof RegistersProcess>[0],
    place: number,
    plan: readonly OperationPlan[],
  ) {
    super(world, place);
    this.#plan = plan;
  }

  /** Whether all that it was to do is done. */
  get isDone(): boolean {
    return this.#next >= this.#plan.length && this.#running === undefined && this.up;
  }

  /** What it waits for, in words. */
  get standing(): string {
    if (this.#running === undefined)
      return `p${this.place} has ${this.#plan.length - this.#next} operations left`;
    const { kind, register } = this.#running.operation;
    return `p${this.place} has not ended its ${kind} of r${register}`;
  }

  begin(): void {
    const left = [...this.#journals].find(([, { pending }]) => pending.length > 0);
    if (left !== undefined && this.#unfinished?.register === left[0]) {
      this.world.note(this, "begin", () => `finishes a write of r${left[0]} that it finds in its journal`);
      this.#start(this.#unfinished, this.#writer(left[0], undefined));
      return;
    }
    // It may have had an effect, and may never have one: nobody can tell any more.
    this.#unfinished = undefined;
    this.#beginNext();
  }

  protected forget(): void {
    this.#running = undefined;
    this.#effects = [];
    this.#isCarryingOut = false;
    this.#turn++;
  }

  /** An answer has come. */
  answered(member: number, request: RegisterRequest, answer: RegisterAnswer): void {
    const running = this.#running;
    if (running === undefined) return;
    const { world } = this;
    const expected = { request, member: member as MemberIndex };
    const checked = registerAnswerChecks(world.checkOptions, answer, expected);
    if (checked.kind !== "checks" || !world.cast.hold(checked.checks)) {
      world.happened("bad-answers");
      return;
    }
    const taken = { kind: "answer", ...expected, answer: asChecked(answer) } as const;
    this.#carryOut(running.machine.take(taken));
  }

  #beginNext(): void {
    const operation = this.#plan[this.#next];
    if (operation === undefined) return;
    const { nowUs } = this.world.queue;
    this.later(Math.max(0, operation.atUs - nowUs), () => {
      this.#next++;
      const { register, kind } = operation;
      const text = `p${this.place}-${this.#next}`;
      const value = kind === "write" ? text : "";
      this.world.note(this, "begin", () =>
        kind === "write" ? `begins to write ${text} to r${register}` : `begins to read r${register}`,
      );
      const recorded = this.world.history.begin({ client: this.place, register, kind, value });
      if (kind === "write") this.#unfinished = recorded;
      this.#start(
        recorded,
        kind === "write" ? this.#writer(register, asciiBytes(text)) : this.#reader(register),
      );
    });
  }

  #reader(register: number): RegisterRead {
    const { world } = this;
    return new RegisterRead({
      register: registerNamed(register, world.plan.variant),
      membership: world.cast.membership,
      nonce: () => world.nonce(),
      rules: { writesBack: world.options.writesBack },
    });
  }

  #writer(register: number, data: Uint8Array | undefined): RegisterWrite {
    const { world } = this;
    return new RegisterWrite({
      register: registerNamed(register, world.plan.variant),
      membership: world.cast.membership,
      nonce: () => world.nonce(),
      client: world.cast.keyOf(this.place),
      sign: world.signerAt(this.place),
      journal: this.#journals.get(register) ?? EMPTY_JOURNAL,
      data,
    });
  }

  #start(operation: RecordedOperation, machine: Running["machine"]): void {
    this.#running = { operation, machine };
    this.#turn++;
    this.#carryOut(machine.begin());
    this.#againLater(this.#turn);
  }

  #againLater(turn: number): void {
    this.later(this.world.plan.againUs, () => {
      if (this.#turn !== turn || this.#running === undefined) return;
      this.#carryOut(this.#running.machine.again());
      this.#againLater(turn);
    });
  }

  #carryOut(effects: readonly Effect[]): void {
    this.#effects.push(...effects);
    while (!this.#isCarryingOut) {
      const effect = this.#effects.shift();
      if (effect === undefined || this.world.stopsHere(this)) return;
      this.#do(effect);
    }
  }

  #do(effect: Effect): void {
    switch (effect.kind) {
      case "persist":
        this.#persist(effect.journal);
        return;
      case "send":
        for (const member of effect.members) this.world.asks(this.place, member, effect.request);
        return;
      case "read":
        this.#read(effect);
        return;
      case "written":
        this.#written(effect.version);
        return;
      case "done":
        return;
      case "failed":
        this.#failed(effect.code);
    }
  }

  #persist(journal: RegisterJournal): void {
    const register = (this.#running as Running).operation.register;
    this.#isCarryingOut = true;
    this.writer.write(() => {
      this.#journals.set(register, journal);
      if (!this.up) return;
      this.#isCarryingOut = false;
      this.#carryOut([]);
    });
  }

  #read({ reading, phases }: Extract<Effect, { kind: "read" }>): void {
    const { operation } = this.#running as Running;
    const { world } = this;
    const value = world.nameOfValue(reading.version, reading.data);
    world.note(this, "done", () => `has read ${value === "" ? "nothing" : value} in ${phases} phases`);
    world.history.end(operation, value, reading.version);
    this.#ended();
  }

  #written(version: RegisterVersion): void {
    const { operation } = this.#running as Running;
    this.world.note(this, "done", () => `has written ${operation.value} to r${operation.register}`);
    this.world.history.end(operation, operation.value, version);
    this.#unfinished = undefined;
    this.#ended();
  }

  #ended(): void {
    this.#running = undefined;
    this.#turn++;
    this.world.ended();
    this.#beginNext();
  }

  #failed(code: RegisterFailure): void {
    const { kind, register } = (this.#running as Running).operation;
    throw new Violation(
      "liveness",
      `a ${kind} of r${register} by p${this.place}, a good client, fails: ${code}`,
    );
  }
}
