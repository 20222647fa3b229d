// Holds answers against the OpenRPC document itself, by a validator of JSON Schema that knows nothing of ours: what tools
// made by others will say. What does not fit is put in words only then: tests make many thousand calls.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isMethodName, type MethodName, openRpcDocument, REQUEST_REASONS, RPC_ERRORS } from "@witan/rpc";
import { Ajv, type ValidateFunction } from "ajv";

/** A part of the document, as JSON. */
type Part = { readonly [field: string]: unknown };

interface MethodPart {
  readonly name: string;
  readonly params: readonly { readonly name: string; readonly required: boolean; readonly schema: Part }[];
  readonly result: { readonly schema: Part };
  readonly errors: readonly { readonly code: number; readonly data: Part }[];
}

const document = openRpcDocument();
const ajv = new Ajv({ strict: true, strictTypes: false, allowUnionTypes: true });
ajv.addKeyword("components");
ajv.addSchema({ $id: "witan", components: document.components });

/** The methods of the document by their names. */
export const METHOD_PARTS: ReadonlyMap<string, MethodPart> = new Map(
  (document.methods as unknown as readonly MethodPart[]).map((part) => [part.name, part]),
);

/** A schema that names components, compiled. */
export function compiled(schema: Part): ValidateFunction {
  return ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"witan#/components')));
}

/** Reasons that are told before a method is looked at. */
const BEFORE_CALLS: ReadonlySet<string> = new Set(REQUEST_REASONS);

const results = new Map<MethodName, ValidateFunction>();
const errors = new Map<MethodName, ReadonlyMap<number, ValidateFunction>>();

function partOf(method: MethodName): MethodPart {
  const part = METHOD_PARTS.get(method);
  assert.ok(part !== undefined, `${method} is in the document`);
  return part;
}

/** Fails unless the document allows the method this result. */
export function assertFits(method: MethodName, result: unknown): void {
  const check = results.get(method) ?? compiled(partOf(method).result.schema);
  results.set(method, check);
  if (!check(result)) assert.fail(`${method} answers ${inspect(result)}: ${ajv.errorsText(check.errors)}`);
}

/** Fails unless the document allows the method this error. */
export function assertErrorFits(method: MethodName, error: unknown): void {
  const { code, message, data } = error as { code: number; message: string; data: unknown };
  const known =
    errors.get(method) ?? new Map(partOf(method).errors.map((one) => [one.code, compiled(one.data)]));
  errors.set(method, known);
  const check = known.get(code);
  assert.ok(
    check !== undefined,
    `${method} fails with ${code}, which the document does not name: ${message}`,
  );
  if (!check(data)) assert.fail(`${method} fails with ${inspect(error)}: ${ajv.errorsText(check.errors)}`);
  assert.ok(typeof message === "string" && message.length > 0);
}

/** Fails unless an answer to a request, as JSON, is one that the contract allows. */
export function assertAnswerFits(request: unknown, answer: unknown): void {
  const { jsonrpc, id, result, error, ...rest } = answer as Record<string, unknown>;
  assert.equal(jsonrpc, "2.0");
  assert.deepEqual(rest, {});
  if (id === undefined || (result === undefined) === (error === undefined)) assert.fail(inspect(answer));
  const method = (request as { method?: unknown } | null)?.method;
  const isKnown = typeof method === "string" && isMethodName(method);
  if (error === undefined) {
    if (!isKnown) assert.fail(`an answer to ${inspect(request)}`);
    assertFits(method, result);
    return;
  }
  const { code, data } = error as { code: number; data: { reason: string } };
  const known = RPC_ERRORS[data.reason as keyof typeof RPC_ERRORS];
  assert.equal(code, known?.code, inspect(error));
  // What is no call, or comes before there is one, is answered by the class of its number only.
  if (isKnown && !BEFORE_CALLS.has(data.reason)) assertErrorFits(method, error);
}
