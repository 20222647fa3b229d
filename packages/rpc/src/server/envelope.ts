// JSON-RPC 2.0 by the letter: what is a request, and how answers are written.
import { RpcError } from "../errors.ts";

/** What answers are told apart by. */
export type CallId = string | number | null;

/** A request as it came in, its method and params not looked at yet. */
export interface CallRequest {
  /** Undefined: a notification, which is never answered. */
  readonly id: CallId | undefined;
  readonly method: string;
  readonly params: unknown;
}

/** One request, or the error that answers what is none. */
export type ReadRequest =
  | { readonly ok: true; readonly request: CallRequest }
  | { readonly ok: false; readonly answer: string };

/** Reads one element of a body. */
export function readRequest(value: unknown): ReadRequest {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refused(null, `a request is an object, this is ${kindOf(value)}`);
  const { jsonrpc, id, method, params } = value as Record<string, unknown>;
  if (id !== undefined && !isId(id))
    return refused(
      null,
      `the id is ${kindOf(id)}; it must be a text, null, or an integer from -(2^53 - 1) to 2^53 - 1`,
    );
  // What is no request is answered even without an id: it can't be told whether it was a notification.
  if (jsonrpc !== "2.0") return refused(id ?? null, `"jsonrpc" is ${kindOf(jsonrpc)}; it must be "2.0"`);
  if (typeof method !== "string")
    return refused(id ?? null, `"method" is ${kindOf(method)}; it must be the name of a method`);
  return { ok: true, request: { id, method, params } };
}

/** The id to answer with, whatever a request asks for and if it is none; undefined: it is a notification. */
export function answerableId(element: unknown): CallId | undefined {
  if (typeof element !== "object" || element === null || Array.isArray(element)) return null;
  const { jsonrpc, id, method } = element as { readonly [name: string]: unknown };
  if (isId(id)) return id;
  return id === undefined && jsonrpc === "2.0" && typeof method === "string" ? undefined : null;
}

/** The answer to a call that has a result. @param json the result as JSON */
export function resultAnswer(id: CallId, json: string): string {
  return `{"jsonrpc":"2.0","id":${idText(id)},"result":${json}}`;
}

/** The answer to a call that has none. */
export function errorAnswer(id: CallId, error: RpcError): string {
  return `{"jsonrpc":"2.0","id":${idText(id)},"error":${JSON.stringify(error.toObject())}}`;
}

function idText(id: CallId): string {
  return typeof id === "number" ? String(id) : JSON.stringify(id);
}

function isId(id: unknown): id is CallId {
  return typeof id === "string" || id === null || Number.isSafeInteger(id);
}

function refused(id: CallId, detail: string): ReadRequest {
  const message = `${detail}; send {"jsonrpc": "2.0", "id": 1, "method": "…", "params": {…}}`;
  return { ok: false, answer: errorAnswer(id, new RpcError("invalid-request", { message })) };
}

function kindOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  return `${typeof value === "number" ? "the number " : ""}${value}`;
}
