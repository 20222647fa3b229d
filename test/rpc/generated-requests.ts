// Requests made from the schemas of the OpenRPC document: such as every method takes them, such with one thing wrong, and
// such as are none at all.
import { METHODS, openRpcDocument } from "@witan/rpc";
import fc from "fast-check";
import { METHOD_PARTS } from "./document-check.ts";

type Schema = { readonly [field: string]: unknown };

const SCHEMAS = openRpcDocument().components["schemas"] as Readonly<Record<string, Schema>>;
const HEX = "0123456789abcdef";

/** Values that mean something at the node that is asked, by the name of the schema. */
export type Known = Readonly<Record<string, readonly unknown[]>>;

/** A body as it is sent, and the requests within that its answers are held against; undefined: there are none. */
export interface GeneratedBody {
  readonly text: string;
  readonly requests: readonly unknown[] | undefined;
}

/** Values that a schema allows; of some names mostly such as are known. */
function valuesOf(schema: Schema, known: Known): fc.Arbitrary<unknown> {
  const { $ref, allOf, anyOf, oneOf, type } = schema as {
    readonly $ref?: string;
    readonly allOf?: readonly Schema[];
    readonly anyOf?: readonly Schema[];
    readonly oneOf?: readonly Schema[];
    readonly type?: string;
  };
  if ($ref !== undefined) {
    const name = $ref.replace("#/components/schemas/", "");
    const made = valuesOf(SCHEMAS[name] ?? {}, known);
    const some = known[name] ?? [];
    return some.length === 0
      ? made
      : fc.oneof({ arbitrary: fc.constantFrom(...some), weight: 3 }, { arbitrary: made, weight: 1 });
  }
  const variants = anyOf ?? oneOf ?? allOf;
  if (variants !== undefined) return fc.oneof(...variants.map((one) => valuesOf(one, known)));
  if ("enum" in schema) return fc.constantFrom(...(schema["enum"] as readonly unknown[]));
  if ("const" in schema) return fc.constant(schema["const"]);
  switch (type) {
    case "integer":
      return integers(schema);
    case "string":
      return strings(schema);
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(valuesOf((schema["items"] ?? {}) as Schema, known), { minLength: 1, maxLength: 3 });
    default:
      return fc.constant(null);
  }
}

function integers({ minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema): fc.Arbitrary<unknown> {
  const [min, max] = [minimum as number, maximum as number];
  return fc.oneof(
    fc.integer({ min, max: Math.min(max, min + 50) }),
    fc.maxSafeNat().map((n) => Math.min(n, max)),
  );
}

function strings({ pattern, minLength, maxLength }: Schema): fc.Arbitrary<unknown> {
  if (typeof pattern === "string" && pattern.includes("0-9a-f")) {
    const length = {
      minLength: (minLength as number | undefined) ?? 2,
      maxLength: (minLength as number | undefined) ?? 200,
    };
    return fc
      .string({ unit: fc.constantFrom(...HEX), ...length })
      .map((hex) => (hex.length % 2 === 0 ? hex : `${hex}0`));
  }
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern), { size: "-1" });
  return fc.string({ maxLength: Math.min((maxLength as number | undefined) ?? 30, 30) });
}

/** How long calls wait at most: they are many. */
const WAIT_MAX_MS = 30;

/** A call of some method with params that its schema allows. */
function goodCalls(known: Known): fc.Arbitrary<Record<string, unknown>> {
  const calls = [...METHOD_PARTS.values()].map(({ name, params }) => {
    const fields = params.map((param) => {
      const value =
        param.name === "timeoutMs" ? fc.integer({ min: 0, max: WAIT_MAX_MS }) : valuesOf(param.schema, known);
      return [param.name, param.required ? value : fc.option(value, { nil: undefined })] as const;
    });
    return fc
      .record(Object.fromEntries(fields))
      .map((made) => {
        const given = Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined));
        // Unless it is told not to, it waits for ten seconds.
        return "timeoutMs" in METHODS[name as keyof typeof METHODS].params.shape
          ? { timeoutMs: 5, ...given }
          : given;
      })
      .map((given) => ({ method: name, params: given }));
  });
  return fc
    .tuple(fc.oneof(...calls), fc.oneof(fc.integer(), fc.string({ maxLength: 20 }), fc.constant(null)))
    .map(([call, id]) => ({ jsonrpc: "2.0", id, ...call }));
}

const JUNK: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 1.5, 2 ** 53, 1e308, "", "0x00", "ä", "\u0000", [], {}, [[]]),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: "binary", maxLength: 50 }),
  fc.constantFrom("__proto__", "constructor", "toString"),
);

/** A call with one thing wrong. */
function badCalls(known: Known): fc.Arbitrary<unknown> {
  return fc
    .tuple(goodCalls(known), fc.nat(), JUNK, fc.string({ maxLength: 12 }), fc.integer({ min: 0, max: 6 }))
    .map(([call, at, junk, name, how]): unknown => {
      const params = call["params"] as Record<string, unknown>;
      const fields = Object.keys(params);
      const field = fields[at % Math.max(1, fields.length)] ?? "field";
      switch (how) {
        case 0:
          return { ...call, params: { ...params, [field]: junk } };
        case 1:
          return {
            ...call,
            params: Object.fromEntries(Object.entries(params).filter(([one]) => one !== field)),
          };
        case 2:
          return { ...call, params: { ...params, [name]: junk } };
        case 3:
          return { ...call, params: junk };
        case 4:
          return { ...call, method: `${call["method"]}${name}` };
        case 5:
          return { ...call, [fields.length % 2 === 0 ? "id" : "jsonrpc"]: junk };
        default:
          return junk;
      }
    });
}

/** Bodies that are sent to a node. */
export function generatedBodies(known: Known): fc.Arbitrary<GeneratedBody> {
  const good = goodCalls(known);
  const bad = badCalls(known);
  const one = (request: unknown): GeneratedBody => {
    const isList = Array.isArray(request);
    const requests = isList ? (request.length === 0 ? undefined : request) : [request];
    return { text: JSON.stringify(request), requests };
  };
  const batch = fc.array(fc.oneof(good, bad), { minLength: 1, maxLength: 8 });
  const deep = fc.integer({ min: 1, max: 20_000 }).map((depth) => "[".repeat(depth) + "]".repeat(depth));
  return fc.oneof(
    { arbitrary: good.map(one), weight: 10 },
    { arbitrary: bad.map(one), weight: 10 },
    { arbitrary: batch.map((requests) => ({ text: JSON.stringify(requests), requests })), weight: 3 },
    {
      arbitrary: fc
        .oneof(
          fc.string({ maxLength: 200 }),
          fc.json(),
          deep,
          good.map((call) => JSON.stringify(call).slice(0, -7)),
        )
        .map((text) => ({ text, requests: undefined })),
      weight: 2,
    },
  );
}
