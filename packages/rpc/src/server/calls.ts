// From the text of a body to the text of its answer: reads requests, checks role, params and bounds, calls the service.
// Knows nothing of HTTP. No caller learns of a mistake of ours more than that there was one.
import { type ErrorReason, RpcError } from "../errors.ts";
import type { RpcRole } from "../method.ts";
import {
  type CallContext,
  isMethodName,
  METHODS,
  type MethodName,
  type ParamsOf,
  type RpcService,
  type SubscriptionMethodName,
} from "../methods.ts";
import { OPENRPC_SERVERS } from "../openrpc.ts";
import { parseParams } from "../params.ts";
import { SUBSCRIPTION_METHODS, type SubscribeParams } from "../subscription-methods.ts";
import { isEnough } from "./access.ts";
import { readBody } from "./body.ts";
import { answerableId, type CallRequest, errorAnswer, readRequest, resultAnswer } from "./envelope.ts";
import type { Connection, Load } from "./load.ts";
import { nearest } from "./nearest.ts";
import type { RpcLimits, RpcObserver } from "./options.ts";
import { SUSPECT_BYTES } from "./sources.ts";
import type { Subscriptions } from "./subscriptions.ts";
import type { Turns } from "./turns.ts";

/** Who sent a body. */
export interface Caller {
  readonly context: CallContext;
  readonly connection: Connection;
  /** The address that it has asked, as it names it: `http://HOST:PORT`. */
  readonly url: string;
  /** Where its events can go; undefined over HTTP. */
  readonly subscriptions?: Subscriptions;
  /** Names of the subscriptions that this body has begun: they hear of events when its answer has been sent. */
  readonly begun?: string[];
}

/** The answer to one call: undefined to a notification. */
type Answer = string | undefined;

/** A function of a service, whichever it is: params were checked by its own schema. */
type AnyCall = (params: unknown, context: CallContext) => Promise<unknown>;

const METHOD_NAMES = Object.keys(METHODS);

/** Codes, and reasons of others, that are a fault of who called: the same again would be as wrong. */
const FAULT_CODES: ReadonlySet<number> = new Set([-32700, -32600, -32601, -32602, -32000, -32010]);
const FAULT_REASONS: ReadonlySet<string> = new Set<ErrorReason>([
  ...(["calls-too-many", "waits-too-many", "batch-too-large", "subscriptions-too-many"] as const),
  ...(["rate-limited", "websocket-needed"] as const),
]);
/** What a wrong call costs to refuse, and what so many bytes or milliseconds of reading do, against a request with one. */
const CALL_COST = 0.25;
/** What is left of a batch is refused without a look at what it asks for. */
const UNREAD_COST = 0.01;
const BYTES_OF_COST = 32_768;
/** What holds many values takes many times as long to read as its bytes say. */
const MS_OF_COST = 0.2;
/** No body takes longer to read than so many milliseconds (body.ts); what is more went by while others had the core. */
const READ_MS_MAX = 30;

/** What of one batch begins at once may take so many milliseconds before others get their turn of the loop. */
const SLICE_MS = 20;
/**
 * Of a source that owes time, over a connection that is not proven, so many of a batch begin at once, and the next when these have ended or so many milliseconds
 * later: what is wrong with them is then known before more of them have cost anything.
 */
const STEP_CALLS = 16;
const STEP_MS = 20;

/** Who sent a body, and what came of it so far. */
class Asker {
  readonly caller: Caller;
  /** What the request itself costs to refuse. It is counted once, with the first that is wrong in it. */
  #cost: number;
  /** Bytes of the answer that are held already. */
  heldBytes = 0;
  #hasErred = false;
  #isCutShort = false;

  constructor(caller: Caller, body: string | Uint8Array) {
    this.caller = caller;
    this.#cost = 1 - CALL_COST + body.length / BYTES_OF_COST;
  }

  /** The body took so long to read. */
  read(ms: number): void {
    this.#cost += Math.min(ms, READ_MS_MAX) / MS_OF_COST;
  }

  get hasErred(): boolean {
    return this.#hasErred;
  }

  /** Whether its source owes time. */
  get owes(): boolean {
    return this.caller.connection.source.waitMs(performance.now()) > 0;
  }

  /** Whether it may well be wrong, for all that is known of its source and of its connection. */
  get isDoubtful(): boolean {
    return !this.caller.connection.isProven && this.owes;
  }

  /** Whether something in it was wrong, and its source owes time: then nothing is done for the rest of it. */
  get isCutShort(): boolean {
    this.#isCutShort ||= this.#hasErred && this.owes;
    return this.#isCutShort;
  }

  /** The answer to one of those that nothing is done for; undefined to a notification. */
  refuse(element: unknown): Answer {
    const { source } = this.caller.connection;
    const now = performance.now();
    source.wrong(UNREAD_COST, now);
    const id = answerableId(element);
    if (id === undefined) return undefined;
    return errorAnswer(id, new RpcError("rate-limited", { data: { retryAfterMs: source.waitMs(now) } }));
  }

  /** Something in it was wrong. */
  wrong(): void {
    const { connection } = this.caller;
    connection.erred();
    this.#hasErred = true;
    connection.source.wrong(CALL_COST + this.#cost, performance.now());
    this.#cost = 0;
  }
}

/** What answers are made with. */
export interface CallsParts {
  readonly service: RpcService;
  readonly limits: RpcLimits;
  readonly observer: RpcObserver;
  readonly load: Load;
  readonly turns: Turns;
}

/** Answers bodies. */
export class Calls {
  readonly #parts: CallsParts;
  /** What never changes and is large, as JSON. */
  readonly #texts = new WeakMap<object, string>();

  constructor(parts: CallsParts) {
    this.#parts = parts;
  }

  /**
   * The answer to a body; undefined if it holds notifications only. Never rejects. Its bytes are held for the connection:
   * whoever sends it releases them when it has left.
   */
  async answer(body: string | Uint8Array, caller: Caller): Promise<Answer> {
    const asker = new Asker(caller, body);
    const answer = await this.#answerBody(body, asker);
    if (body.length > SUSPECT_BYTES && !asker.hasErred) caller.connection.isProven = true;
    this.#parts.load.hold(caller.connection, (answer?.length ?? 0) - asker.heldBytes);
    return answer;
  }

  async #answerBody(body: string | Uint8Array, asker: Asker): Promise<Answer> {
    const begun = performance.now();
    const read = readBody(body);
    asker.read(performance.now() - begun);
    if (!read.ok) {
      asker.wrong();
      return errorAnswer(null, read.error);
    }
    const { content } = read;
    if (Array.isArray(content)) return this.#answerBatch(content, asker);
    const [answer] = await this.#answerAll([content], asker);
    return answer;
  }

  async #answerBatch(elements: readonly unknown[], asker: Asker): Promise<Answer> {
    if (elements.length === 0) {
      asker.wrong();
      const message = "the batch is empty: send at least one request in it";
      return errorAnswer(null, new RpcError("invalid-request", { message }));
    }
    const max = this.#parts.limits.batchCalls;
    if (elements.length > max) {
      asker.wrong();
      const message = `the batch has ${elements.length} calls, and ${max} are allowed: send them in several`;
      return errorAnswer(null, new RpcError("batch-too-large", { message, data: { max } }));
    }
    const given = (await this.#answerAll(elements, asker)).filter((answer) => answer !== undefined);
    return given.length === 0 ? undefined : `[${given.join(",")}]`;
  }

  /** What brings in or waits begins at once, all of it; its answers are small. What reads is answered in turn. */
  async #answerAll(elements: readonly unknown[], asker: Asker): Promise<readonly Answer[]> {
    const answers: Answer[] = new Array(elements.length);
    const begun: Promise<void>[] = [];
    const reads: number[] = [];
    let since = performance.now();
    for (const [at, element] of elements.entries()) {
      if (isRead(element)) {
        reads.push(at);
        continue;
      }
      begun.push(
        this.#answerOne(element, asker).then((answer) => {
          answers[at] = answer;
        }),
      );
      if (begun.length % STEP_CALLS === 0 && asker.isDoubtful)
        await Promise.race([Promise.all(begun.slice(-STEP_CALLS)), passed(STEP_MS)]);
      if (performance.now() - since < SLICE_MS) continue;
      await passed(0);
      since = performance.now();
    }
    if (reads.length > 0)
      begun.push(asker.caller.connection.inOrder(() => this.#answerReads(elements, reads, answers, asker)));
    await Promise.all(begun);
    return answers;
  }

  /** Answers one after the other, so that no more than one more than fits is ever in memory. */
  async #answerReads(
    elements: readonly unknown[],
    places: readonly number[],
    answers: Answer[],
    asker: Asker,
  ): Promise<void> {
    const { load, turns, limits } = this.#parts;
    const { connection } = asker.caller;
    await load.room(connection);
    let room = limits.batchAnswerBytes;
    for (const at of places) {
      if (asker.isCutShort) {
        answers[at] = asker.refuse(elements[at]);
        continue;
      }
      const answer = await turns.take(connection, async () =>
        // Nobody waits for it any more.
        connection.isClosed ? undefined : this.#answerOne(elements[at], asker, room <= 0),
      );
      answers[at] = answer;
      const bytes = answer?.length ?? 0;
      room -= bytes;
      asker.heldBytes += bytes;
      load.hold(connection, bytes);
    }
  }

  /** @param isFull nothing that is large can be answered any more */
  async #answerOne(element: unknown, asker: Asker, isFull = false): Promise<Answer> {
    if (asker.isCutShort) return asker.refuse(element);
    const read = readRequest(element);
    if (!read.ok) {
      asker.wrong();
      return read.answer;
    }
    const { request } = read;
    try {
      const result = await this.#call(request, asker, isFull);
      return request.id === undefined ? undefined : resultAnswer(request.id, result);
    } catch (error) {
      const told = this.#told(error, request.method);
      if (FAULT_CODES.has(told.code) || FAULT_REASONS.has(told.reason)) asker.wrong();
      return request.id === undefined ? undefined : errorAnswer(request.id, told);
    }
  }

  /** The result as JSON. @throws {RpcError} what the caller is told, or anything else: a bug */
  async #call({ method, params }: CallRequest, asker: Asker, isFull: boolean): Promise<string> {
    const { caller } = asker;
    const { service, limits, load } = this.#parts;
    if (!isMethodName(method)) throw methodUnknown(method);
    if (!isEnough(METHODS[method].role, caller.context.role)) throw roleTooLow(method, caller.context.role);
    const retryAfterMs = caller.connection.source.call(performance.now());
    if (retryAfterMs > 0) throw new RpcError("rate-limited", { data: { retryAfterMs } });
    if (isFull) throw new RpcError("answer-too-large", { data: { max: limits.batchAnswerBytes } });
    const checked = parseParams(method, params);
    if (isSubscriptionMethod(method)) return JSON.stringify(subscriptionCall(method, checked, caller));
    const isWait = isWaiting(method, checked);
    const full = load.enter(caller.connection, isWait);
    if (full !== undefined) throw new RpcError(full);
    try {
      const call = service[method] as AnyCall;
      const result = await call.call(service, checked, caller.context);
      if (isRejected(method, result)) asker.wrong();
      const json =
        method === "rpc.discover" ? this.#document(result as object, caller) : JSON.stringify(result);
      // Only what is no JSON at all gives undefined: nothing, a function.
      if (json === undefined) throw new TypeError(`${method} gave ${json}`);
      return json;
    } finally {
      load.leave(caller.connection, isWait);
    }
  }

  /** The OpenRPC document as JSON, which is always the same but for the address that was asked. */
  #document(result: object, { url }: Caller): string {
    const text = this.#texts.get(result) ?? JSON.stringify(result);
    this.#texts.set(result, text);
    const servers = JSON.stringify([{ name: "the address that this was asked at", url }]);
    return text.replace(JSON.stringify(OPENRPC_SERVERS), () => servers);
  }

  /** What a caller may know of what was thrown. */
  #told(error: unknown, method: string): RpcError {
    if (error instanceof RpcError) return error;
    this.#parts.observer.bug(error, isMethodName(method) ? method : undefined);
    return new RpcError("internal");
  }
}

/** Whether what was handed in breaks a rule: finding that out costs as much as taking it in. */
function isRejected(method: MethodName, result: unknown): boolean {
  if (METHODS[method].role === "read") return false;
  return typeof result === "object" && result !== null && "status" in result && result.status === "rejected";
}

/** Subscribing and unsubscribing, where there is a connection that events can go to. */
function subscriptionCall(
  method: SubscriptionMethodName,
  params: object,
  { subscriptions, begun }: Caller,
): object {
  if (subscriptions === undefined) throw new RpcError("websocket-needed");
  if (method === "unsubscribe")
    return { ended: subscriptions.unsubscribe((params as ParamsOf<"unsubscribe">).subscription) };
  const result = subscriptions.subscribe(params as SubscribeParams);
  begun?.push(result.subscription);
  return result;
}

function isSubscriptionMethod(method: MethodName): method is SubscriptionMethodName {
  return Object.hasOwn(SUBSCRIPTION_METHODS, method);
}

/** Whether the call holds on until a transaction is final, which may take as long as it allows. */
function isWaiting(method: MethodName, params: object): boolean {
  return method === "transaction_wait" || ("waitFor" in params && params.waitFor === "final");
}

/** Whether it is answered in turn: what asks, and what is wrong. Not what brings in, or waits for it. */
function isRead(element: unknown): boolean {
  if (typeof element !== "object" || element === null || !("method" in element)) return true;
  const { method } = element;
  if (typeof method !== "string" || !isMethodName(method)) return true;
  return METHODS[method].role === "read" && method !== "transaction_wait";
}

/** Ends when so many milliseconds have passed; with none, when others have had their turn of the loop. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms === 0) setImmediate(resolve);
    else setTimeout(resolve, ms);
  });
}

function methodUnknown(method: string): RpcError {
  const near = nearest(method, METHOD_NAMES) as MethodName | undefined;
  const hint = near === undefined ? `the methods are ${METHOD_NAMES.join(", ")}` : `did you mean ${near}?`;
  const message = `there is no method ${JSON.stringify(method.slice(0, 64))}: ${hint}`;
  return new RpcError("method-unknown", { message, data: near === undefined ? {} : { nearest: near } });
}

function roleTooLow(method: MethodName, role: RpcRole): RpcError {
  const wanted = METHODS[method].role;
  const message = `${method} asks for the role ${wanted}, and this caller has ${role}: send a token for ${wanted}`;
  return new RpcError("role-too-low", { message, data: { wanted, role } });
}
