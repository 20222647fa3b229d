// A world of a register: place 0 is the client, the others are servers. Runs a plan to its end or to the first violation.
import { EventQueue } from "../../world/event-queue.ts";
import { Network } from "../../world/network.ts";
import type { Recorder } from "../../world/recorder.ts";
import { Violation } from "../../world/violation.ts";
import type { RegisterPlan } from "./plan.ts";

/** Who has not answered is asked again. */
const AGAIN_US = 200_000;
const BYTES = 100;

interface RegisterWorldOptions {
  readonly arriving: ReadonlySet<string> | undefined;
  readonly recorder?: Recorder | undefined;
}

/** What the client waits for. */
interface Pending {
  readonly number: number;
  readonly kind: "write" | "read";
  /** What a write writes. */
  readonly value: number;
  /** By server. */
  readonly answers: Map<number, number>;
}

/** One world. */
export class RegisterWorld {
  readonly #plan: RegisterPlan;
  readonly #recorder: Recorder | undefined;
  readonly #queue = new EventQueue();
  readonly #network: Network;
  /** What each server holds; 0: nothing was written yet. */
  readonly #values: number[];
  #pending: Pending | undefined;
  /** The last value whose write was completed: values are written in their order. */
  #written = 0;
  #done = 0;
  #steps = 0;

  constructor(plan: RegisterPlan, { arriving, recorder }: RegisterWorldOptions) {
    this.#plan = plan;
    this.#recorder = recorder;
    this.#values = Array(plan.servers).fill(0);
    this.#network = new Network({
      ...{ seed: plan.seed, plan: plan.network, queue: this.#queue, recorder, arriving },
      isUp: () => true,
      count: () => {},
    });
  }

  run(): { readonly violation: Violation | undefined; readonly steps: number; readonly virtualUs: number } {
    const { kindAtUs, boundUs, operations } = this.#plan;
    let violation: Violation | undefined;
    try {
      this.#queue.at(kindAtUs, () => this.#network.turnKind());
      this.#beginNext();
      while (this.#done < operations.length && this.#queue.step(kindAtUs + boundUs));
      if (this.#done < operations.length) throw new Violation("liveness", this.#standing());
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      violation = error;
    }
    return { violation, steps: this.#steps, virtualUs: this.#queue.nowUs };
  }

  #standing(): string {
    const { servers, replies, boundUs } = this.#plan;
    const answered = this.#pending?.answers.size ?? 0;
    return `an operation is not done ${boundUs / 1_000_000} s after the world turned kind: ${answered} of ${servers} answered, ${replies} are waited for`;
  }

  // The client.

  #beginNext(): void {
    const operation = this.#plan.operations[this.#done];
    if (operation === undefined) return;
    this.#queue.at(operation.atUs, () => {
      const value = operation.kind === "write" ? this.#written + 1 : 0;
      this.#pending = { number: this.#done, kind: operation.kind, value, answers: new Map() };
      this.#does(0, "begin", operation.kind === "write" ? `begins to write ${value}` : "begins to read");
      this.#ask(this.#pending);
    });
  }

  #ask(pending: Pending): void {
    if (this.#pending !== pending) return;
    const { kind, value, number } = pending;
    const what = kind === "write" ? `WRITE ${value}` : `READ in operation ${number}`;
    for (let server = 0; server < this.#plan.servers; server++)
      if (!pending.answers.has(server)) this.#send(0, server + 1, what, () => this.#serve(server, pending));
    this.#queue.at(this.#queue.nowUs + AGAIN_US, () => this.#ask(pending));
  }

  #answered(server: number, pending: Pending, answer: number): void {
    if (this.#pending !== pending) return;
    pending.answers.set(server, answer);
    const same = [...pending.answers.values()].filter((other) => other === answer);
    if (same.length < this.#plan.replies) return;
    this.#pending = undefined;
    this.#done++;
    if (pending.kind === "write") this.#written = pending.value;
    this.#does(0, "done", pending.kind === "write" ? `has written ${pending.value}` : `has read ${answer}`);
    if (pending.kind === "read" && answer < this.#written)
      throw new Violation(
        "reads",
        `a read misses a completed write: ${answer} was read after ${this.#written} was written`,
      );
    this.#beginNext();
  }

  // The servers.

  #serve(server: number, pending: Pending): void {
    const lie = this.#plan.liars.find((one) => one.server === server)?.lie;
    if (lie === "silent") return;
    const { kind, value, number } = pending;
    if (kind === "write" && lie === undefined && value > (this.#values[server] as number)) {
      this.#values[server] = value;
      this.#does(server + 1, "write", `writes ${value}`);
    }
    const answer = kind === "write" ? value : (this.#values[server] as number);
    const what = kind === "write" ? `WRITTEN ${value}` : `HOLDS ${answer} in operation ${number}`;
    this.#send(server + 1, 0, what, () => this.#answered(server, pending, answer));
  }

  // The world.

  #send(from: number, to: number, what: string, deliver: () => void): void {
    const arrives = () => {
      this.#steps++;
      deliver();
    };
    this.#network.send({ from, to, bytes: BYTES, what: () => what, deliver: arrives });
  }

  #does(process: number, mark: "begin" | "done" | "write", what: string): void {
    this.#recorder?.happened(this.#queue.nowUs, { kind: "do", process, mark, what });
  }
}
