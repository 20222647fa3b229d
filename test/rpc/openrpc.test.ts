// The OpenRPC document: tools made by others take it, its examples hold, and it says what the contract says.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import {
  ERROR_CLASSES,
  type ErrorReason,
  isMethodName,
  METHOD_EXAMPLES,
  METHODS,
  type MethodName,
  openRpcDocument,
  parseParams,
  REQUEST_REASONS,
  RPC_ERRORS,
  SERVER_REASONS,
} from "@witan/rpc";
import { Ajv } from "ajv";
import { assertResult } from "./checked-service.ts";
import { compiled, METHOD_PARTS } from "./document-check.ts";

const document = openRpcDocument();
const NAMES = Object.keys(METHODS) as MethodName[];

/** OpenRPC's own tools. Their package is CommonJS, and its types are sources that our compiler finds fault with. */
interface OpenRpcTools {
  parseOpenRPCDocument(document: object): Promise<object>;
  readonly MethodCallValidator: new (
    document: object,
  ) => { validate(method: string, params: object): unknown };
}
const tools = createRequire(import.meta.url)("@open-rpc/schema-utils-js") as OpenRpcTools;

/** Every reference in the document. */
function references(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    name === "$ref" ? [String(field)] : references(field),
  );
}

describe("OpenRPC document", () => {
  it("is one by the meta-schema of OpenRPC", () => {
    // Its package is CommonJS, and says `exports.default`.
    const found: unknown = createRequire(import.meta.url)("@open-rpc/meta-schema");
    const metaSchema = (found as { readonly default?: object }).default ?? (found as object);
    const ajv = new Ajv({ strict: false, validateFormats: false });
    // What a JSON Schema is, it leaves to another page: here each schema is compiled by itself, below.
    ajv.addSchema({ $id: "https://any" });
    const local = JSON.stringify(metaSchema).replaceAll(
      /"https:\/\/meta\.json-schema\.tools[^"]*"/g,
      '"https://any"',
    );
    const check = ajv.compile(JSON.parse(local));
    assert.ok(check(document), ajv.errorsText(check.errors));
    assert.ok(!check({ ...document, methods: [{ name: 7 }] }));
  });

  it("is read by OpenRPC's own tools, which tell a call that fits from one that does not", async () => {
    const calls = new tools.MethodCallValidator(await tools.parseOpenRPCDocument(structuredClone(document)));
    for (const name of NAMES) {
      const { params } = METHOD_EXAMPLES[name];
      assert.deepEqual(calls.validate(name, params), [], name);
      for (const field of Object.keys(params)) {
        const wrong = calls.validate(name, { ...params, [field]: { no: "such" } });
        assert.ok(Array.isArray(wrong) && wrong.length === 1, `${name} takes anything as ${field}`);
      }
    }
    assert.ok(!Array.isArray(calls.validate("chain_nothing", {})));
    await assert.rejects(
      tools.parseOpenRPCDocument({ ...structuredClone(document), methods: [{ name: 7 }] }),
    );
  });

  it("is changed by nobody, whatever a tool would do to it", () => {
    const methods = document.methods as unknown as { result: { schema: object } }[];
    for (const method of methods)
      assert.throws(() => {
        method.result.schema = {};
      }, TypeError);
    assert.throws(() => Object.assign(document.components["schemas"] as object, { more: {} }), TypeError);
    assert.ok(JSON.stringify(document).includes("$ref"));
  });

  it("is JSON, the same every time, and small", () => {
    const text = JSON.stringify(document);
    assert.deepEqual(JSON.parse(text), document);
    assert.equal(openRpcDocument(), document);
    assert.ok(text.length < 200_000, `${text.length}`);
    assertResult("rpc.discover", document);
  });

  it("has every method once, and every reference leads to a component", () => {
    assert.deepEqual([...METHOD_PARTS.keys()], NAMES);
    const known = Object.keys(document.components["schemas"] as object);
    const named = references(document);
    assert.ok(named.length > 100, `${named.length} references`);
    for (const reference of named)
      assert.ok(known.includes(reference.replace("#/components/schemas/", "")), reference);
    assert.ok(known.length > 20);
  });

  it("has schemas that are JSON Schema, and an example of each method that fits them", () => {
    for (const name of NAMES) {
      const { params, result } = METHOD_EXAMPLES[name];
      parseParams(name, params);
      assertResult(name, result);
      const fields = params as Record<string, unknown>;
      const part = METHOD_PARTS.get(name);
      for (const { name: field, required, schema } of part?.params ?? []) {
        const check = compiled(schema);
        assert.ok(field in fields || !required, `${name} has no ${field}`);
        if (field in fields) assert.ok(check(fields[field]), `${name} ${field}`);
      }
    }
  });

  it("gives each method its errors, each number once, with all the reasons that it stands for", () => {
    for (const name of NAMES) {
      const errors = METHOD_PARTS.get(name)?.errors ?? [];
      const codes = errors.map(({ code }) => code);
      assert.equal(new Set(codes).size, codes.length, name);
      for (const reason of [...METHODS[name].errors, ...SERVER_REASONS]) {
        const { code } = RPC_ERRORS[reason];
        const error = errors.find((one) => one.code === code);
        assert.ok(error !== undefined && compiled(error.data)({ reason, more: 1 }), `${name} ${reason}`);
        assert.ok(!compiled(error.data)({ reason: "other" }) && !compiled(error.data)({}));
      }
    }
  });

  it("knows of each reason who gives it, and what its number says", () => {
    const given = new Set<ErrorReason>([...SERVER_REASONS, ...REQUEST_REASONS]);
    for (const name of NAMES) for (const reason of METHODS[name].errors) given.add(reason);
    assert.deepEqual([...given].sort(), Object.keys(RPC_ERRORS).sort());
    for (const { code } of Object.values(RPC_ERRORS)) assert.ok(ERROR_CLASSES[code] !== undefined, `${code}`);
    assert.ok(!SERVER_REASONS.some((reason) => REQUEST_REASONS.includes(reason)));
  });

  it("tells params by name, with the role that a method asks for", () => {
    for (const part of document.methods as readonly Record<string, unknown>[]) {
      const name = part["name"] as string;
      assert.ok(isMethodName(name));
      assert.equal(part["paramStructure"], "by-name");
      assert.equal(part["x-role"], METHODS[name].role);
    }
    const submit = METHOD_PARTS.get("transaction_submit")?.params.map(({ name, required }) => [
      name,
      required,
    ]);
    assert.deepEqual(submit, [
      ["transaction", true],
      ["waitFor", false],
      ["timeoutMs", false],
    ]);
  });
});
