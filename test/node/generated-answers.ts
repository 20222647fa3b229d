// Answers to generated bodies, held against the OpenRPC document one by one, and what was seen of them in all.
import assert from "node:assert/strict";
import { METHODS, SUBSCRIPTION_METHODS } from "@witan/rpc";
import { assertAnswerFits } from "../rpc/document-check.ts";
import type { GeneratedBody } from "../rpc/generated-requests.ts";

/** Reasons of errors that must have come, or the requests are not what they should be. */
const REASONS_MIN = 12;

/** What answers there were: names of methods that had results, and reasons of errors. */
export class Seen {
  readonly results = new Set<string>();
  readonly reasons = new Set<string>();

  /** Holds an answer against the document, and notes what it was. */
  note(request: unknown, answer: unknown): void {
    assertAnswerFits(request, answer);
    const { error } = answer as { readonly error?: { readonly data: { readonly reason: string } } };
    if (error === undefined) this.results.add((request as { readonly method: string }).method);
    else this.reasons.add(error.data.reason);
  }
}

/** Holds what came of a body against the document. @param answered the answer's text; empty where there was none */
export function checkAnswer({ text, requests }: GeneratedBody, answered: string, seen: Seen): void {
  const answer: unknown = answered === "" ? undefined : JSON.parse(answered);
  if (requests === undefined) {
    // What is no JSON, or no request: whatever came of it is well-formed.
    for (const one of Array.isArray(answer) ? answer : [answer])
      if (one !== undefined) seen.note(undefined, one);
    return;
  }
  if (!Array.isArray(answer)) {
    assert.ok(requests.length === 1 || answer === undefined, answered);
    if (answer !== undefined) seen.note(requests[0], answer);
    return;
  }
  // Answers stand in the order of their requests; notifications have none.
  const owed = requests.filter((request) => !isNotification(request));
  assert.equal(answer.length, owed.length, `${text}\n${answered}`);
  for (const [at, one] of answer.entries()) seen.note(owed[at], one);
}

/** Whether every method that may be asked by HTTP has answered, but for some, and many reasons of errors were told. */
export function assertAllSeen(seen: Seen, but: readonly string[] = []): void {
  const isAsked = (name: string): boolean =>
    !Object.hasOwn(SUBSCRIPTION_METHODS, name) && !but.includes(name);
  const methods = Object.keys(METHODS).filter(isAsked);
  const results = [...seen.results].filter(isAsked);
  assert.deepEqual(results.sort(), methods.sort(), "every method has answered");
  assert.ok(seen.reasons.size >= REASONS_MIN, `reasons seen: ${[...seen.reasons].join(", ")}`);
}

/** A request without an id that is one otherwise. */
export function isNotification(request: unknown): boolean {
  if (typeof request !== "object" || request === null || Array.isArray(request)) return false;
  const { jsonrpc, method, id } = request as Record<string, unknown>;
  return jsonrpc === "2.0" && typeof method === "string" && id === undefined;
}
