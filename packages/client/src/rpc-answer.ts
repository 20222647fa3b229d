// Reading what a node answered: which answer is for which call, and that each result is what the contract says. Believes
// nothing: the node may lie, be of another version, or be something else altogether.
import { METHODS, type MethodName, type ResultOf } from "@witan/rpc";
import { plainText } from "./plain-text.ts";
import { type AskedCall, type ReceivedError, RpcAnswerError, RpcCallError } from "./rpc-failures.ts";

/** Mistakes in a result that are told. */
const TOLD_MAX = 5;

/** What one call came to. */
export type CallAnswer<M extends MethodName = MethodName> =
  | { readonly ok: true; readonly value: ResultOf<M> }
  | { readonly ok: false; readonly error: RpcCallError | RpcAnswerError };

/** A JSON-RPC answer, its form checked, its result not. */
export interface ReadAnswer {
  readonly id: unknown;
  readonly body:
    | { readonly kind: "result"; readonly result: unknown }
    | { readonly kind: "error"; readonly error: ReceivedError };
}

/** A JSON-RPC answer, or undefined if the value is none. */
export function readAnswer(value: unknown): ReadAnswer | undefined {
  if (!isObject(value) || value["jsonrpc"] !== "2.0") return undefined;
  const id = value["id"];
  const hasResult = Object.hasOwn(value, "result");
  if (hasResult === Object.hasOwn(value, "error")) return undefined;
  if (hasResult) return { id, body: { kind: "result", result: value["result"] } };
  const error = readError(value["error"]);
  return error && { id, body: { kind: "error", error } };
}

function readError(value: unknown): ReceivedError | undefined {
  if (!isObject(value)) return undefined;
  const { code, message, data } = value as Readonly<Record<"code" | "message" | "data", unknown>>;
  if (!Number.isSafeInteger(code) || typeof message !== "string") return undefined;
  return { code: code as number, message, data: isObject(data) ? data : {} };
}

/** What an answer means for the call that it is for. */
export function judgeAnswer<M extends MethodName>(method: M, answer: ReadAnswer, url: string): CallAnswer<M> {
  if (answer.body.kind === "error") return { ok: false, error: new RpcCallError(method, answer.body.error) };
  const parsed = METHODS[method].result.safeParse(answer.body.result);
  if (parsed.success) return { ok: true, value: parsed.data as ResultOf<M> };
  const told = parsed.error.issues.slice(0, TOLD_MAX).map(({ path, message }) => {
    const field = path.length === 0 ? "the result" : plainText(path.join("."), 100);
    return `${field}: expected ${message}`;
  });
  return { ok: false, error: new RpcAnswerError("result", told.join("; "), { url, method }) };
}

/**
 * The answers to a batch in the order of its calls, in whatever order they came.
 * @throws {RpcCallError} if the node refused the batch as a whole
 * @throws {RpcAnswerError} if calls and answers do not belong together one to one
 */
export function orderBatch(ids: readonly number[], value: unknown, call: AskedCall): readonly ReadAnswer[] {
  if (!Array.isArray(value)) {
    const whole = readAnswer(value);
    if (whole?.body.kind === "error") throw new RpcCallError(call.method, whole.body.error);
    throw new RpcAnswerError("shape", "found no list of answers to a batch", call);
  }
  const byId = new Map<unknown, ReadAnswer>();
  for (const one of value) {
    const answer = readAnswer(one);
    if (answer === undefined) throw new RpcAnswerError("shape", "found something that is no answer", call);
    if (byId.has(answer.id))
      throw new RpcAnswerError("id", `found two answers of id ${shown(answer.id)}`, call);
    byId.set(answer.id, answer);
  }
  const stranger = [...byId.keys()].find((id) => !ids.includes(id as number));
  if (stranger !== undefined)
    throw new RpcAnswerError("id", `found an answer of id ${shown(stranger)}, which was not asked`, call);
  return ids.map((id) => {
    const answer = byId.get(id);
    if (answer === undefined) throw new RpcAnswerError("id", `found no answer of id ${id}`, call);
    return answer;
  });
}

/** An id as it is told. */
export function shown(id: unknown): string {
  return plainText(JSON.stringify(id) ?? "nothing", 40);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
