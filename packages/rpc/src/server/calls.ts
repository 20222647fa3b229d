// From the text of a body to the text of its answer: reads requests, checks role, params and bounds, calls the service.
// Knows nothing of HTTP. No caller learns of a mistake of ours more than that there was one.
import { RpcError } from "../errors.ts";
import type { RpcRole } from "../method.ts";
import { type CallContext, isMethodName, METHODS, type MethodName, type RpcService } from "../methods.ts";
import { parseParams } from "../params.ts";
import { isEnough } from "./access.ts";
import { type CallRequest, errorAnswer, readRequest, resultAnswer } from "./envelope.ts";
import type { Connection, Load } from "./load.ts";
import { nearest } from "./nearest.ts";
import type { RpcLimits, RpcObserver } from "./options.ts";

/** Who sent a body. */
export interface Caller {
  readonly context: CallContext;
  readonly connection: Connection;
}

/** The answer to one call: undefined to a notification. */
type Answer = string | undefined;

/** A function of a service, whichever it is: params were checked by its own schema. */
type AnyCall = (params: unknown, context: CallContext) => Promise<unknown>;

const METHOD_NAMES = Object.keys(METHODS);

/** Answers bodies. */
export class Calls {
  readonly #service: RpcService;
  readonly #limits: RpcLimits;
  readonly #observer: RpcObserver;
  readonly #load: Load;

  constructor(service: RpcService, limits: RpcLimits, observer: RpcObserver, load: Load) {
    this.#service = service;
    this.#limits = limits;
    this.#observer = observer;
    this.#load = load;
  }

  /** The answer to a body; undefined if it holds notifications only. Never rejects. */
  async answer(body: string, caller: Caller): Promise<Answer> {
    let content: unknown;
    try {
      content = JSON.parse(body);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      const message = `the body is no JSON (${said}): send one request, or a list of them`;
      return errorAnswer(null, new RpcError("parse-error", { message }));
    }
    return Array.isArray(content) ? this.#answerBatch(content, caller) : this.#answerOne(content, caller);
  }

  async #answerBatch(elements: readonly unknown[], caller: Caller): Promise<Answer> {
    if (elements.length === 0) {
      const message = "the batch is empty: send at least one request in it";
      return errorAnswer(null, new RpcError("invalid-request", { message }));
    }
    const max = this.#limits.batchCalls;
    if (elements.length > max) {
      const message = `the batch has ${elements.length} calls, and ${max} are allowed: send them in several`;
      return errorAnswer(null, new RpcError("batch-too-large", { message, data: { max } }));
    }
    const answers: Answer[] = new Array(elements.length);
    const begun: Promise<void>[] = [];
    const large: number[] = [];
    elements.forEach((element, at) => {
      // What brings in or waits begins at once, all of it; its answers are small.
      if (!isSmall(element)) large.push(at);
      else
        begun.push(
          this.#answerOne(element, caller).then((answer) => {
            answers[at] = answer;
          }),
        );
    });
    begun.push(this.#answerLarge(elements, large, answers, caller));
    await Promise.all(begun);
    const given = answers.filter((answer) => answer !== undefined);
    return given.length === 0 ? undefined : `[${given.join(",")}]`;
  }

  /** Answers one after the other, so that no more than one more than fits is ever in memory. */
  async #answerLarge(
    elements: readonly unknown[],
    places: readonly number[],
    answers: Answer[],
    caller: Caller,
  ): Promise<void> {
    let room = this.#limits.batchAnswerBytes;
    for (const at of places) {
      const answer = await this.#answerOne(elements[at], caller, room <= 0);
      answers[at] = answer;
      room -= answer?.length ?? 0;
    }
  }

  /** @param isFull nothing that is large can be answered any more */
  async #answerOne(element: unknown, caller: Caller, isFull = false): Promise<Answer> {
    const read = readRequest(element);
    if (!read.ok) return read.answer;
    const { request } = read;
    try {
      const result = await this.#call(request, caller, isFull);
      return request.id === undefined ? undefined : resultAnswer(request.id, result);
    } catch (error) {
      const told = this.#told(error, request.method);
      return request.id === undefined ? undefined : errorAnswer(request.id, told);
    }
  }

  /** The result as JSON. @throws {RpcError} what the caller is told, or anything else: a bug */
  async #call({ method, params }: CallRequest, caller: Caller, isFull: boolean): Promise<string> {
    if (!isMethodName(method)) throw methodUnknown(method);
    if (!isEnough(METHODS[method].role, caller.context.role)) throw roleTooLow(method, caller.context.role);
    if (isFull) throw new RpcError("answer-too-large", { data: { max: this.#limits.batchAnswerBytes } });
    const checked = parseParams(method, params);
    const isWait = isWaiting(method, checked);
    if (this.#load.isClogged && METHODS[method].role === "read" && !isWait) throw clogged();
    const full = this.#load.enter(caller.connection, isWait);
    if (full !== undefined) throw new RpcError(full);
    try {
      const call = this.#service[method] as AnyCall;
      const json = JSON.stringify(await call.call(this.#service, checked, caller.context));
      // Only what is no JSON at all gives undefined: nothing, a function.
      if (json === undefined) throw new TypeError(`${method} gave ${json}`);
      return json;
    } finally {
      this.#load.leave(caller.connection, isWait);
    }
  }

  /** What a caller may know of what was thrown. */
  #told(error: unknown, method: string): RpcError {
    if (error instanceof RpcError) return error;
    this.#observer.bug(error, isMethodName(method) ? method : undefined);
    return new RpcError("internal");
  }
}

/** Whether the call holds on until a transaction is final, which may take as long as it allows. */
function isWaiting(method: MethodName, params: object): boolean {
  return method === "transaction_wait" || ("waitFor" in params && params.waitFor === "final");
}

function isSmall(element: unknown): boolean {
  if (typeof element !== "object" || element === null || !("method" in element)) return false;
  return element.method === "transaction_submit" || element.method === "transaction_wait";
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

function clogged(): RpcError {
  const message = "callers leave too many answers unread: read those that are on their way, then ask again";
  return new RpcError("busy", { message });
}
