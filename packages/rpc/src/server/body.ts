// From the bytes of a body to its content. Looks at its form before it is parsed: parsing takes hundreds of times as long
// for what is nested deeply or made of many values as for what is long, and nothing else is done meanwhile.
import { RpcError } from "../errors.ts";

/** Lists and objects within each other. No params of the contract need more than four. */
export const DEPTH_MAX = 32;
/**
 * Characters outside of texts, without spaces: brackets, commas, colons, digits. A call has some 25, and one for each name
 * in a list; so many take 30 ms at most to parse, however they are put.
 */
export const SIGNS_MAX = 65_536;

/** What a body holds, or what is answered to it. */
export type BodyContent =
  | { readonly ok: true; readonly content: unknown }
  | { readonly ok: false; readonly error: RpcError };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** Reads a body: bytes as they came by HTTP, or a text that was decoded already. */
export function readBody(body: string | Uint8Array): BodyContent {
  const text = typeof body === "string" ? body : decoded(body);
  if (text === undefined)
    return refused("parse-error", "the body is no UTF-8: send JSON, which is text in UTF-8");
  const fault = faultOf(text);
  if (fault !== undefined) return { ok: false, error: fault };
  try {
    return { ok: true, content: JSON.parse(text) };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return refused("parse-error", `the body is no JSON (${said}): send one request, or a list of them`);
  }
}

function refused(reason: "parse-error", message: string): BodyContent {
  return { ok: false, error: new RpcError(reason, { message }) };
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Why a text is not parsed, found in one pass that ends with what is too much. */
function faultOf(text: string): RpcError | undefined {
  let depth = 0;
  let signs = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign <= SPACE) continue;
    if (sign === QUOTE) {
      at = endOfText(text, at);
      continue;
    }
    if (++signs > SIGNS_MAX) return tooMany();
    // "[" and "{", "]" and "}": they differ in this bit only.
    const bracket = sign | SPACE;
    if (bracket === 0x7b && ++depth > DEPTH_MAX) return tooDeep();
    if (bracket === 0x7d) depth--;
  }
  return undefined;
}

/** Where a text of JSON that begins here ends; what does not end goes on to the end of all. */
function endOfText(text: string, begin: number): number {
  const end = text.indexOf('"', begin + 1);
  if (end === -1) return text.length;
  if (text.charCodeAt(end - 1) !== BACKSLASH) return end;
  for (let at = begin + 1; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign === BACKSLASH) at++;
    else if (sign === QUOTE) return at;
  }
  return text.length;
}

function tooDeep(): RpcError {
  const message = `the body is nested more than ${DEPTH_MAX} deep, which no request is: compare it with docs/rpc.md`;
  return new RpcError("invalid-request", { message, data: { max: DEPTH_MAX } });
}

function tooMany(): RpcError {
  const message = `the body has more than ${SIGNS_MAX} brackets, commas, colons, digits and other characters outside of texts: send it in several requests`;
  return new RpcError("body-too-large", { message, data: { max: SIGNS_MAX } });
}
