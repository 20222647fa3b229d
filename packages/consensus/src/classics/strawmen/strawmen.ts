// The lecture's strawmen: a value on several servers of which some may be faulty, and clients that write and read it. They
// differ in how many servers there are and whose answers a client waits for. Nothing orders what several clients write, and
// nothing repairs a server that missed something: each of them fails, and shows what the next design needs.
import type { ClassicEffect, ClassicEngine, ClassicInput } from "../classic.ts";

/** What clients and servers say. `operation` counts from 1 at each client. */
export type StrawmanMessage =
  | { readonly kind: "write"; readonly operation: number; readonly value: string }
  | { readonly kind: "written"; readonly operation: number; readonly value: string }
  | { readonly kind: "read"; readonly operation: number }
  | { readonly kind: "holds"; readonly operation: number; readonly value: string };

/** What a client is to do, after what it is doing. */
export type StrawmanRequest = { readonly kind: "write"; readonly value: string } | { readonly kind: "read" };

/** What a client has done. */
export interface StrawmanOutcome {
  readonly kind: "wrote" | "read";
  readonly operation: number;
  readonly value: string;
}

/** Before anything was written. */
export const NOTHING_WRITTEN = "nothing";

/** A design. */
export interface StrawmanRule {
  readonly servers: number;
  /** So many servers must have answered … */
  readonly replies: number;
  /** … and so many of them alike. */
  readonly alike: number;
}

/** The designs of the lecture, for at most f faulty servers; of the first, which bears none, f only says how many there are. */
export const STRAWMEN = {
  "strawman-1": (f: number): StrawmanRule => ({ servers: 2 * f + 1, replies: 2 * f + 1, alike: 2 * f + 1 }),
  "strawman-2": (f: number): StrawmanRule => ({ servers: 2 * f + 1, replies: f + 1, alike: f + 1 }),
  "strawman-3": (f: number): StrawmanRule => ({ servers: 3 * f + 1, replies: 2 * f + 1, alike: f + 1 }),
} as const;

/** The name of one. */
export type StrawmanName = keyof typeof STRAWMEN;

/** What the engine takes in. */
export type StrawmanInput = ClassicInput<StrawmanMessage, StrawmanRequest>;
/** What it wants done. */
export type StrawmanEffect = ClassicEffect<StrawmanMessage, never, StrawmanOutcome>;

/** Whom a client knows, and how long it waits before it asks again who has not answered. */
export interface StrawmanClientConfig extends StrawmanRule {
  /** The place of the first server; the others follow. */
  readonly firstServer: number;
  readonly againTicks: number;
}

/** What a client does. */
export interface StrawmanClientStatus {
  /** Operations that are done. */
  readonly done: number;
  readonly waiting: number;
}

interface Pending {
  readonly operation: number;
  readonly request: StrawmanRequest;
  /** By server. */
  readonly answers: Map<number, string>;
  ticks: number;
}

/** A client: one operation after another. */
export class StrawmanClient
  implements ClassicEngine<StrawmanMessage, StrawmanRequest, never, StrawmanOutcome, StrawmanClientStatus>
{
  readonly #config: StrawmanClientConfig;
  /** Bounded by who asks. */
  readonly #waiting: StrawmanRequest[] = [];
  #pending: Pending | undefined;
  #done = 0;

  constructor(config: StrawmanClientConfig) {
    this.#config = config;
  }

  step(input: StrawmanInput): readonly StrawmanEffect[] {
    switch (input.kind) {
      case "request":
        this.#waiting.push(input.request);
        return this.#begin();
      case "message":
        return this.#hear(input.from, input.message);
      case "tick":
        return this.#passTime();
    }
  }

  status(): StrawmanClientStatus {
    return { done: this.#done, waiting: this.#waiting.length + (this.#pending ? 1 : 0) };
  }

  #begin(): readonly StrawmanEffect[] {
    if (this.#pending !== undefined) return [];
    const request = this.#waiting.shift();
    if (request === undefined) return [];
    this.#pending = { operation: this.#done + 1, request, answers: new Map(), ticks: 0 };
    return this.#ask(this.#pending);
  }

  /** Asks those who have not answered. */
  #ask({ operation, request, answers }: Pending): readonly StrawmanEffect[] {
    const { firstServer, servers } = this.#config;
    const all = Array.from({ length: servers }, (_, at) => firstServer + at);
    return all
      .filter((server) => !answers.has(server))
      .map((to): StrawmanEffect => ({ kind: "send", to, message: { ...request, operation } }));
  }

  #hear(from: number, message: StrawmanMessage): readonly StrawmanEffect[] {
    const { firstServer, servers, replies, alike } = this.#config;
    const pending = this.#pending;
    const isServer = from >= firstServer && from < firstServer + servers;
    if (pending === undefined || !isServer || message.operation !== pending.operation) return [];
    const isAnswer = message.kind === (pending.request.kind === "write" ? "written" : "holds");
    if (!isAnswer || !("value" in message) || pending.answers.has(from)) return [];
    pending.answers.set(from, message.value);
    const answers = [...pending.answers.values()];
    if (answers.length < replies) return [];
    const value = answers.find((one) => answers.filter((other) => other === one).length >= alike);
    return value === undefined ? [] : this.#finish(pending, value);
  }

  #finish({ operation, request }: Pending, value: string): readonly StrawmanEffect[] {
    this.#pending = undefined;
    this.#done++;
    const kind = request.kind === "write" ? "wrote" : "read";
    return [{ kind: "tell", outcome: { kind, operation, value } }, ...this.#begin()];
  }

  #passTime(): readonly StrawmanEffect[] {
    const pending = this.#pending;
    if (pending === undefined || ++pending.ticks % this.#config.againTicks !== 0) return [];
    return this.#ask(pending);
  }
}

/** What a server holds. */
export interface StrawmanServerStatus {
  readonly value: string;
  /** The last write that it took of each client, by place, in their order. */
  readonly taken: readonly (readonly [client: number, operation: number])[];
}

/** A server: it takes writes as they come, each once. */
export class StrawmanServer
  implements ClassicEngine<StrawmanMessage, StrawmanRequest, never, StrawmanOutcome, StrawmanServerStatus>
{
  /** By client: bounded by how many there are. */
  readonly #taken = new Map<number, number>();
  #value = NOTHING_WRITTEN;

  step(input: StrawmanInput): readonly StrawmanEffect[] {
    if (input.kind !== "message") return [];
    const { from, message } = input;
    const { operation } = message;
    switch (message.kind) {
      case "write":
        // What a client wrote before does not undo what it wrote since.
        if (operation > (this.#taken.get(from) ?? 0)) {
          this.#taken.set(from, operation);
          this.#value = message.value;
        }
        return [{ kind: "send", to: from, message: { kind: "written", operation, value: message.value } }];
      case "read":
        return [{ kind: "send", to: from, message: { kind: "holds", operation, value: this.#value } }];
      case "written":
      case "holds":
        return [];
    }
  }

  status(): StrawmanServerStatus {
    return { value: this.#value, taken: [...this.#taken].sort(([a], [b]) => a - b) };
  }
}
