// What a field of the configuration is: its schema, default, the words of its help, and how a flag or an environment
// variable says it. Kinds of fields; which fields there are stands in fields.ts.
import { parsePeerId } from "@witan/crypto";
import type { AdmittedPeer } from "@witan/primitives";
import * as z from "zod";
import { parseHostPort } from "./host-port.ts";

/** One field. */
export interface Field<T = unknown> {
  readonly schema: z.ZodType<T>;
  readonly fallback: unknown;
  /** For `--help` and the comments of config.toml. */
  readonly help: string;
  /** What stands for the value in `--help`. */
  readonly valueName: string;
  /** What TOML would say for the text of a flag or variable; undefined: the text is no such thing. */
  read(text: string): unknown;
  /** Whether its texts are paths, taken from where they are written; an empty one is none. */
  readonly isPath: boolean;
}

interface FieldParts<T> {
  readonly schema: z.ZodType<T>;
  readonly valueName: string;
  readonly read?: (text: string) => unknown;
  readonly isPath?: boolean;
}

function field<T>(fallback: unknown, help: string, parts: FieldParts<T>): Field<T> {
  return Object.freeze({ fallback, help, read: (text: string) => text, isPath: false, ...parts });
}

/** Whole numbers are read as TOML reads them. */
function readNumber(text: string): unknown {
  return /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : text;
}

/** A list in a flag or variable has commas; an empty text is the empty list. */
function readList(text: string): readonly string[] {
  return text === "" ? [] : text.split(",").map((part) => part.trim());
}

/** HOST:PORT. With `optional` also the empty text: nowhere. */
export function address(fallback: string, help: string, optional = false): Field<string> {
  const expected = `HOST:PORT, such as 127.0.0.1:9600${optional ? ', or "" for none' : ""}`;
  const schema = z
    .string(expected)
    .refine((text) => (optional && text === "") || parseHostPort(text) !== undefined, expected);
  return field(fallback, help, { schema, valueName: "host:port" });
}

/** A file or folder; empty: none, unless `required`. */
export function path(fallback: string, help: string, required = false): Field<string> {
  const expected = required ? "a path" : 'a path, or "" for none';
  const schema = z.string(expected).refine((text) => !required || text !== "", expected);
  return field(fallback, help, { schema, valueName: "path", isPath: true });
}

/** Several files. */
export function paths(fallback: readonly string[], help: string): Field<readonly string[]> {
  const expected = "a list of paths";
  const schema = z.array(z.string(expected).min(1, expected), expected);
  return field(fallback, help, { schema, valueName: "path,…", read: readList, isPath: true });
}

/** A whole number. */
export function integer(
  fallback: number,
  [least, most]: readonly [number, number],
  help: string,
): Field<number> {
  const expected = `an integer from ${least} to ${most}`;
  const schema = z.int(expected).min(least, expected).max(most, expected);
  return field(fallback, help, { schema, valueName: "number", read: readNumber });
}

/** A share or a probability: a number from 0 to 1. */
export function share(fallback: number, help: string): Field<number> {
  const expected = "a number from 0 to 1, such as 0.1";
  const schema = z.number(expected).min(0, expected).max(1, expected);
  const read = (text: string) =>
    /^(?:0|1|0?\.[0-9]{1,15}|1\.0{1,15}|[1-9]e-[1-9][0-9]?)$/.test(text) ? Number(text) : text;
  return field(fallback, help, { schema, valueName: "number", read });
}

/** An address of the chain, to which money may be paid; empty: none. Whether it is one shows when the chain is known. */
export function payee(help: string): Field<string> {
  const schema = z.string('an address, or "" for none');
  return field("", help, { schema, valueName: "address" });
}

/** Yes or no. */
export function flag(fallback: boolean, help: string): Field<boolean> {
  const read = (text: string) => (text === "true" || text === "false" ? text === "true" : text);
  return field(fallback, help, { schema: z.boolean("true or false"), valueName: "true|false", read });
}

/** One of several words. */
export function choice<const T extends string>(fallback: T, words: readonly T[], help: string): Field<T> {
  const schema = z.enum(words, `one of ${words.join(", ")}`) as unknown as z.ZodType<T>;
  return field(fallback, help, { schema, valueName: words.join("|") });
}

/** Web origins. */
export function origins(help: string): Field<readonly string[]> {
  const expected = "origins such as https://example.org, without a path";
  const schema = z.array(z.string(expected).refine(isOrigin, expected), expected);
  return field([], help, { schema, valueName: "origin,…", read: readList });
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

const PEER_TEXT = /^([^=@]*)=([^=@]*)(?:@(.*))?$/;

/** A peer as flags and variables say it: NAME=ID@HOST:PORT, or NAME=ID for one that comes by itself. */
function readPeers(text: string): unknown {
  const parts = readList(text).map((part) => PEER_TEXT.exec(part));
  if (parts.some((part) => part === null)) return undefined;
  return parts.map((part) => {
    const [, name, id, where] = part as RegExpExecArray;
    return { name, id, ...(where === undefined ? {} : { address: where }) };
  });
}

/** Peers that may connect. */
export function peers(help: string): Field<readonly AdmittedPeer[]> {
  const name = z.string("1 to 32 of a-z, 0-9, -").regex(/^[a-z0-9-]{1,32}$/, "1 to 32 of a-z, 0-9, -");
  const id = z.string("a peer id, 12D3KooW…").transform((text, context) => {
    const parsed = parsePeerId(text);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message: `a peer id, 12D3KooW… (${parsed.detail})`, input: text });
    return z.NEVER;
  });
  const reachable = "HOST:PORT with a port from 1 to 65535";
  const where = z.string(reachable).refine((text) => (parseHostPort(text)?.port ?? 0) > 0, reachable);
  const peer = z
    .strictObject({ name, id, address: where.optional() }, "{ name, id, address }")
    .transform((one): AdmittedPeer => ({ ...one, address: one.address }));
  const schema = z.array(peer, "a list of { name, id, address }");
  return field([], help, { schema, valueName: "name=id@host:port,…", read: readPeers });
}
