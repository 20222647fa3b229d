// Checking the params of a call by the method's schema. What is wrong is told field by field: found, expected.
import type * as z from "zod";
import { RpcError } from "./errors.ts";
import { METHODS, type MethodName, type ParamsOf } from "./methods.ts";

/** One mistake in the params of a call. */
export interface ParamsProblem {
  /** Where, as people write it: `height`; empty for the params as a whole. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/** How many problems are told. */
const TOLD_MAX = 10;
/** Characters of a value that are repeated to who sent it. */
const SHOWN_MAX = 100;

/**
 * The params of a call, checked, with defaults filled in. Left out is the same as `{}`, and so are null and an empty list,
 * which libraries send where there are none.
 * @throws {RpcError} `params-invalid`, with every problem in `data.problems`
 */
export function parseParams<M extends MethodName>(method: M, params: unknown): ParamsOf<M> {
  const parsed = METHODS[method].params.safeParse(isNone(params) ? {} : params, { reportInput: true });
  if (parsed.success) return parsed.data as ParamsOf<M>;
  const problems = parsed.error.issues.flatMap((issue) => problemsOf(method, issue, params));
  // A number far out of range is too large, and no integer that can be told from the next: both in the same words.
  throw invalid(method, problems.filter(isFirst).slice(0, TOLD_MAX));
}

/** The fields that a method takes, in the order of the contract. */
export function fieldsOf(method: MethodName): readonly string[] {
  return Object.keys(METHODS[method].params.shape);
}

function invalid(method: MethodName, problems: readonly ParamsProblem[]): RpcError {
  const told = problems.map(({ field, found, expected }) => {
    const what = `found ${found}, expected ${expected}`;
    return field === "" ? what : `${field}: ${what}`;
  });
  return new RpcError("params-invalid", {
    message: `the params of ${method} are wrong: ${told.join("; ")}`,
    data: { method, problems },
  });
}

/** What the method takes, for people: `an object with height, hash, transactions`. */
function taken(method: MethodName): string {
  const fields = fieldsOf(method);
  return fields.length === 0 ? "an empty object" : `an object with ${fields.join(", ")}`;
}

function isNone(params: unknown): boolean {
  return params === undefined || params === null || (Array.isArray(params) && params.length === 0);
}

/** @param params as they came: an issue of all of them shows them with defaults filled in, which nobody sent */
function problemsOf(method: MethodName, issue: z.core.$ZodIssue, params: unknown): readonly ParamsProblem[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, TOLD_MAX).map((key) => ({
      field: key.slice(0, SHOWN_MAX),
      found: "a field of that name",
      expected: taken(method),
    }));
  }
  const field = issue.path.join(".");
  // An issue of the params as a whole is about their form, or about fields that exclude each other.
  const expected =
    field === "" && issue.code !== "custom" ? `params by name: ${taken(method)}` : issue.message;
  return [{ field, found: shown(field === "" ? params : issue.input), expected }];
}

/** Whether nothing before it says the same. */
function isFirst(problem: ParamsProblem, at: number, all: readonly ParamsProblem[]): boolean {
  const { field, expected } = problem;
  return all.findIndex((each) => each.field === field && each.expected === expected) === at;
}

/** A value in few words, however large it is. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) {
    const names = Object.keys(value);
    return names.length === 0
      ? "an empty object"
      : `an object with ${names.slice(0, TOLD_MAX).join(", ").slice(0, SHOWN_MAX)}`;
  }
  if (typeof value !== "string") return String(value).slice(0, SHOWN_MAX);
  return JSON.stringify(value.slice(0, SHOWN_MAX)) + (value.length > SHOWN_MAX ? "…" : "");
}
