// A replica of a world of registers that keeps the rules: the real state machine, its disk, and the order that its host owes
// it: one request at a time, durable before it is answered.
import {
  asChecked,
  EMPTY_REGISTER,
  type RegisterAnswer,
  type RegisterOperation,
  type RegisterState,
  registerRequestChecks,
  serveRegister,
} from "@witan/consensus";
import { RegistersProcess } from "./process.ts";

interface Waiting {
  readonly from: number;
  readonly request: RegisterOperation;
}

/** A replica that answers first writes so much later. */
const AT_LEISURE_US = 300_000;

/** One replica. */
export class ReplicaProcess extends RegistersProcess {
  /** What is durable, by name; and what it works with. */
  readonly #disk = new Map<string, RegisterState>();
  #memory = new Map<string, RegisterState>();
  #waiting: Waiting[] = [];
  #isWriting = false;

  begin(): void {
    this.#memory = new Map(this.#disk);
  }

  protected forget(): void {
    this.#memory = new Map();
    this.#waiting = [];
    this.#isWriting = false;
  }

  /** What it holds of a register. */
  stateOf(name: string): RegisterState {
    return this.#memory.get(name) ?? EMPTY_REGISTER;
  }

  /** A request has come. */
  ask(from: number, request: RegisterOperation): void {
    this.#waiting.push({ from, request });
    this.#goOn();
  }

  protected answer(to: number, request: RegisterOperation, answer: RegisterAnswer): void {
    this.world.answers(this.place, to, request, answer);
  }

  #goOn(): void {
    while (!this.#isWriting) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#serve(next);
      if (!this.up) return;
    }
  }

  #serve({ from, request }: Waiting): void {
    const { world } = this;
    const checked = registerRequestChecks(world.checkOptions, request);
    if (checked.kind !== "checks" || !world.cast.hold(checked.checks)) {
      world.happened("bad-requests");
      return;
    }
    const { name } = request.register;
    const options = {
      membership: world.cast.membership.from,
      permits: world.permitsAt(this.place),
      sign: world.signerAt(this.place),
      rules: world.options.rules,
    };
    const { changed, answer } = serveRegister(options, this.stateOf(name), asChecked(request));
    if (changed === undefined) {
      if (!world.stopsHere(this)) this.answer(from, request, answer);
      return;
    }
    this.#memory.set(name, changed);
    if (world.options.answersFirst && answer.kind === "prepared") {
      this.answer(from, request, answer);
      this.later(AT_LEISURE_US, () => this.#disk.set(name, this.stateOf(name)));
      return;
    }
    this.#keep(name, changed, () => {
      if (!world.stopsHere(this)) this.answer(from, request, answer);
    });
  }

  #keep(name: string, state: RegisterState, then: () => void): void {
    if (this.world.stopsHere(this)) return;
    this.#isWriting = true;
    this.writer.write(() => {
      this.#disk.set(name, state);
      // What the disk has taken when the process ends is there afterwards; the answer is not sent then.
      if (!this.up) return;
      this.#isWriting = false;
      then();
      if (this.up) this.#goOn();
    });
  }
}
