// The contract as an OpenRPC document (https://spec.open-rpc.org), made of the schemas that check requests and answers.
// Numbers of errors are classes, as EIP-1474 has them; OpenRPC wants each number once for a method, so there is one error
// for each number, whose `data` is the schema of what comes with it: it lists the reasons.
import * as z from "zod";
import { type ErrorReason, RPC_ERRORS, SERVER_REASONS } from "./errors.ts";
import { METHOD_EXAMPLES } from "./examples.ts";
import { METHODS, type MethodName, type ResultOf } from "./methods.ts";
import { subscriptionNotice } from "./subscription-events.ts";

/** JSON, as it is built here. */
type JsonObject = { readonly [field: string]: unknown };

/** Of the contract: the first number changes when something is taken away or means something else. */
export const CONTRACT_VERSION = "1.0.0";

/** What each number says, whatever the reason. */
export const ERROR_CLASSES: Readonly<Record<number, string>> = {
  [-32700]: "no JSON",
  [-32600]: "no request",
  [-32601]: "no such method",
  [-32602]: "wrong params",
  [-32603]: "a mistake of the node's own",
  [-32000]: "invalid input",
  [-32001]: "not found",
  [-32002]: "not available now, or here",
  [-32004]: "not supported",
  [-32005]: "a limit is exceeded",
  [-32010]: "not permitted",
};

const INFO = {
  title: "Witan",
  version: CONTRACT_VERSION,
  description:
    "The RPC of a Witan node: JSON-RPC 2.0 over HTTP POST and WebSocket at one port. Params go by name. Heights and times (milliseconds) are numbers, amounts decimal strings, hashes and bytes lower-case hex.",
  license: { name: "MIT" },
};

/** Where a node is, unless the server that answers knows by which address it was asked: then it puts that in. */
export const OPENRPC_SERVERS = [{ name: "a node on this machine", url: "http://127.0.0.1:9545" }] as const;

let made: ResultOf<"rpc.discover"> | undefined;

/**
 * The document. Always the same object, and frozen in all its parts: a tool that puts components where they are referred to
 * would change it for everybody else of the process. Such a tool is given a copy (`structuredClone`).
 */
export function openRpcDocument(): ResultOf<"rpc.discover"> {
  made ??= frozen(makeDocument());
  return made;
}

/** The same, which nobody can change, nor anything in it. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const field of Object.values(value)) frozen(field);
  return Object.freeze(value);
}

function makeDocument(): ResultOf<"rpc.discover"> {
  const schemas = new Map<string, JsonObject>();
  const methods = (Object.keys(METHODS) as MethodName[]).map((name) => methodObject(name, schemas));
  const notice = hoisted(subscriptionNotice, "output", schemas);
  const named = [...schemas].sort(([a], [b]) => (a < b ? -1 : 1));
  const document = {
    openrpc: "1.3.2",
    info: INFO,
    servers: OPENRPC_SERVERS,
    methods,
    components: { schemas: Object.fromEntries(named) },
    "x-subscription-notification": notice,
    "x-error-reasons": Object.entries(RPC_ERRORS).map(([reason, { code, message }]) => ({
      reason,
      code,
      message,
    })),
  };
  return document as unknown as ResultOf<"rpc.discover">;
}

function methodObject(name: MethodName, schemas: Map<string, JsonObject>): JsonObject {
  const { summary, params, result, role, errors } = METHODS[name];
  const taken = hoisted(params, "input", schemas);
  const fields = Object.entries((taken["properties"] ?? {}) as Record<string, JsonObject>);
  const required = (taken["required"] ?? []) as readonly string[];
  // An optional param must not stand before a required one.
  const ordered = fields.toSorted(([a], [b]) => Number(required.includes(b)) - Number(required.includes(a)));
  const example = METHOD_EXAMPLES[name];
  return {
    name,
    summary,
    tags: [{ name: name.split(/[_.]/)[0] ?? name }],
    paramStructure: "by-name",
    params: ordered.map(([field, schema]) => ({
      name: field,
      required: required.includes(field),
      schema,
    })),
    result: { name: `${name}_result`, schema: hoisted(result, "output", schemas) },
    errors: errorObjects([...errors, ...SERVER_REASONS]),
    examples: [
      {
        name,
        params: ordered.flatMap(([field]) => {
          const value = (example.params as JsonObject)[field];
          return value === undefined ? [] : [{ name: field, value }];
        }),
        result: { name: "result", value: example.result },
      },
    ],
    "x-role": role,
  };
}

/** One error for each number. */
function errorObjects(reasons: readonly ErrorReason[]): readonly JsonObject[] {
  const byCode = new Map<number, ErrorReason[]>();
  for (const reason of new Set(reasons)) {
    const { code } = RPC_ERRORS[reason];
    byCode.set(code, [...(byCode.get(code) ?? []), reason]);
  }
  return [...byCode]
    .sort(([a], [b]) => b - a)
    .map(([code, of]) => ({
      code,
      message: ERROR_CLASSES[code],
      data: {
        type: "object",
        required: ["reason"],
        properties: { reason: { type: "string", enum: of } },
      },
    }));
}

/** A schema as JSON Schema, with the named ones it is made of moved to the document's components. */
function hoisted(schema: z.ZodType, io: "input" | "output", schemas: Map<string, JsonObject>): JsonObject {
  const made = z.toJSONSchema(schema, { target: "draft-7", io, unrepresentable: "any" }) as JsonObject;
  const { $schema: _, definitions = {}, ...whole } = pointed(made) as JsonObject;
  for (const [id, definition] of Object.entries(definitions as Record<string, JsonObject>)) {
    const { id: _id, ...rest } = definition;
    schemas.set(id, rest);
  }
  return whole;
}

/** The same, with references to the components; an `allOf` of one is that one. */
function pointed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointed);
  if (typeof value !== "object" || value === null) return value;
  const { allOf, ...fields } = value as Record<string, unknown>;
  if (Array.isArray(allOf) && allOf.length === 1 && Object.keys(fields).length === 0)
    return pointed(allOf[0]);
  const entries = Object.entries(value).map(([name, field]) =>
    name === "$ref" && typeof field === "string"
      ? [name, field.replace("#/definitions/", "#/components/schemas/")]
      : [name, pointed(field)],
  );
  return Object.fromEntries(entries);
}
