// Runs a state machine of registers against nodes: sends what it asks for, brings it what was checked, asks again those that
// were silent, until it is done or the time is up. Decides nothing about registers.
import {
  type RegisterAnswered,
  type RegisterRequest,
  type RegisterSend,
  registerQuorum,
} from "@witan/consensus";
import { voters } from "@witan/primitives";
import { NOT_NOW } from "../outcome-loop.ts";
import { type ClientClock, pause } from "../platform-clock.ts";
import { RpcCallError } from "../rpc-failures.ts";
import type { Term } from "../term.ts";
import { RegisterError, stancesText } from "./register-failures.ts";
import type { KnownMembers } from "./register-members.ts";
import type { ReplicaPanel, ReplicaWord } from "./replica-panel.ts";

/** What a machine says, beside what it is for. */
type Effect = { readonly kind: string };

/** A machine: what reads and what writes are. */
export interface RegisterMachine<E extends Effect> {
  begin(): readonly (E | RegisterSend)[];
  take(answered: RegisterAnswered): readonly (E | RegisterSend)[];
  again(): readonly (E | RegisterSend)[];
}

/** What a run works with. */
export interface RunParts {
  readonly panel: ReplicaPanel;
  readonly members: KnownMembers;
  readonly clock: ClientClock;
}

/** How a run ended: the machine was done, or it must begin anew since other members count now. */
export type RunEnd = "done" | "other-members";

/** After so long without an answer a node is asked again. */
const AGAIN_MS = 250;
/** How long one node is asked who the members are now. */
const LEARN_MS = 2_000;
/** Before they are asked again. */
const LEARN_PAUSE_MS = 200;
/** How long replicas that are not needed any more may still take over what is written, so that reads find all alike. */
const STRAGGLERS_MS = 100;
/** How long the last nodes may take to decline as the others do. */
const LAST_WORDS_MS = 1_000;

/** One run of one machine. */
export class RegisterRun<E extends Effect> {
  readonly #machine: RegisterMachine<E>;
  readonly #parts: RunParts;
  readonly #term: Term;
  readonly #inbox: { readonly request: RegisterRequest; readonly word: ReplicaWord }[] = [];
  /** The request that each node was asked last and has not answered. */
  readonly #asked = new Map<number, { readonly request: RegisterRequest; readonly ended: Promise<void> }>();
  #wake: () => void = () => {};
  #learnedMs = Number.NEGATIVE_INFINITY;
  #failure: unknown;

  constructor(machine: RegisterMachine<E>, parts: RunParts, term: Term) {
    this.#machine = machine;
    this.#parts = parts;
    this.#term = term;
  }

  /**
   * Runs until `on` says that it is over.
   * @param on does what an effect asks; what follows waits for it. True: nothing more is wanted.
   * @throws {RegisterError} `no-quorum`, `nodes-refuse`, and what `on` throws
   */
  async end(on: (effect: E) => Promise<boolean>): Promise<RunEnd> {
    let effects = this.#machine.begin();
    for (;;) {
      for (const effect of effects) {
        if (isSend(effect)) this.#send(effect);
        else if (await on(effect)) return "done";
      }
      this.#refuseHopeless();
      const heard = await this.#next();
      if (this.#failure !== undefined) throw this.#failure;
      if (heard === undefined) effects = this.#machine.again();
      else if (heard.word.kind === "answer")
        effects = this.#machine.take({ ...heard.word, request: heard.request });
      else {
        if (heard.word.kind === "newer" && (await this.#learnAgain())) return "other-members";
        effects = [];
      }
    }
  }

  /** Asks who the members are now. @returns whether they are others than were known */
  async learn(): Promise<boolean> {
    const { panel, members } = this.#parts;
    const options = { timeoutMs: LEARN_MS, signal: this.#term.signal };
    if (!(await members.learn(panel.nodes, options))) return false;
    panel.forgetMembers();
    return true;
  }

  /** The same, but not for every answer that speaks of others: one that lies would keep all nodes busy. */
  async #learnAgain(): Promise<boolean> {
    const { clock, panel, members } = this.#parts;
    if (clock.monotonicMs() < this.#learnedMs + LEARN_PAUSE_MS) return false;
    this.#learnedMs = clock.monotonicMs();
    if (await this.learn()) return true;
    const speaking = panel.stances.filter(
      (one) => one.stance === "declines" && one.code === "members-changed",
    );
    if (panel.nodes.length - speaking.length >= registerQuorum(members.newest)) return false;
    const sentence = "The members of the chain have changed, and no final transaction shows who they are";
    throw new RegisterError("members-changed", `${sentence}: try again after the next one.`, panel.stances);
  }

  /** Waits for those that still take over what was written: not for long. */
  async stragglers(): Promise<void> {
    await this.#ended(({ kind }) => kind === "write", STRAGGLERS_MS);
  }

  /** Whether every node has declined, and by this code: then none of them has entered anything. Waits for the last words. */
  async isDeclinedByAll(code: string): Promise<boolean> {
    await this.#ended(() => true, LAST_WORDS_MS);
    return this.#parts.panel.stances.every((one) => one.stance === "declines" && one.code === code);
  }

  async #ended(isMeant: (request: RegisterRequest) => boolean, timeMs: number): Promise<void> {
    const under = [...this.#asked.values()].filter(({ request }) => isMeant(request));
    const all = Promise.all(under.map(({ ended }) => ended));
    if (under.length > 0) await Promise.race([all, pause(this.#parts.clock, timeMs)]);
  }

  #send({ request, members }: RegisterSend): void {
    const { panel } = this.#parts;
    for (const at of panel.nodes.keys()) {
      const member = panel.memberOf(at);
      if (member !== undefined && !members.includes(member)) continue;
      if (this.#asked.get(at)?.request === request) continue;
      const ended = panel.ask(at, request, this.#term.call).then(
        (word) => {
          if (this.#asked.get(at)?.request === request) this.#asked.delete(at);
          this.#inbox.push({ request, word });
          this.#wake();
        },
        (error: unknown) => {
          this.#failure = error;
          this.#wake();
        },
      );
      this.#asked.set(at, { request, ended });
    }
  }

  /** What was heard next; undefined: nothing for so long that it is time to ask again. @throws {RegisterError} the time is up */
  async #next() {
    const first = this.#inbox.shift();
    if (first !== undefined) return first;
    if (this.#term.isOver) throw this.#noQuorum("no-quorum", "in time");
    await new Promise<void>((resolve) => {
      const end = (): void => {
        stop();
        this.#term.signal.removeEventListener("abort", end);
        resolve();
      };
      const stop = this.#parts.clock.after(AGAIN_MS, end);
      this.#term.signal.addEventListener("abort", end, { once: true });
      this.#wake = end;
      if (this.#inbox.length > 0 || this.#failure !== undefined) end();
    });
    return this.#inbox.shift();
  }

  /** Nobody waits for nodes that will say the same tomorrow. */
  #refuseHopeless(): void {
    const { panel, members } = this.#parts;
    const refusing = panel.stances.filter(
      (one) =>
        one.stance === "refuses" &&
        one.error instanceof RpcCallError &&
        !NOT_NOW.includes(one.error.reason) &&
        one.error.reason !== "internal",
    );
    if (panel.nodes.length - refusing.length < registerQuorum(members.newest))
      throw this.#noQuorum("nodes-refuse", "ever");
  }

  #noQuorum(code: "no-quorum" | "nodes-refuse", when: string): RegisterError {
    const { panel, members } = this.#parts;
    const quorum = registerQuorum(members.newest);
    const count = voters(members.newest).length;
    const message =
      `Fewer than ${quorum} of the ${count} validators gave answers that fit together ${when}: ` +
      `${stancesText(panel.stances)}. Nothing is half done: what was begun is finished by the next try.`;
    return new RegisterError(code, message, panel.stances);
  }
}

function isSend(effect: Effect): effect is RegisterSend {
  return effect.kind === "send";
}
