// JSON Schema in few words, for people: the notation of TypeScript's types, with what a field means behind it.

/** A part of a schema. */
export type Schema = { readonly [field: string]: unknown };

/** How far a line may go before an object is written over several. */
const LINE_MAX = 100;

/** A schema as text. @param indent of the lines after the first */
export function schemaText(schema: Schema, indent = ""): string {
  const { $ref, anyOf, oneOf, allOf, type } = schema as {
    readonly $ref?: string;
    readonly anyOf?: readonly Schema[];
    readonly oneOf?: readonly Schema[];
    readonly allOf?: readonly Schema[];
    readonly type?: string;
  };
  if ($ref !== undefined) return $ref.replace("#/components/schemas/", "");
  if (allOf?.length === 1) return schemaText(allOf[0] as Schema, indent);
  const variants = anyOf ?? oneOf;
  if (variants !== undefined) return variantsText(variants, indent);
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if ("enum" in schema)
    return (schema["enum"] as readonly unknown[]).map((one) => JSON.stringify(one)).join(" | ");
  switch (type) {
    case "object":
      return objectText(schema, indent);
    case "array":
      return arrayText(schema, indent);
    case "integer":
      return rangeText(schema);
    case "string":
      return stringText(schema);
    default:
      return type ?? "JSON";
  }
}

function variantsText(variants: readonly Schema[], indent: string): string {
  const texts = variants.map((one) => schemaText(one, `${indent}  `));
  const line = texts.join(" | ");
  if (line.length <= LINE_MAX && !line.includes("\n")) return line;
  return texts.map((text) => `\n${indent}  | ${text}`).join("");
}

function objectText(schema: Schema, indent: string): string {
  const {
    properties = {},
    required = [],
    additionalProperties,
    propertyNames,
  } = schema as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
    readonly additionalProperties?: Schema | boolean;
    readonly propertyNames?: Schema;
  };
  const fields = Object.entries(properties);
  if (fields.length === 0) {
    if (typeof additionalProperties !== "object") return "{}";
    const key = propertyNames?.["pattern"] === undefined ? "text" : "asset's number";
    return `{ [${key}]: ${schemaText(additionalProperties, indent)} }`;
  }
  const inner = `${indent}  `;
  const lines = fields.map(([name, field]) => {
    const mark = required.includes(name) ? "" : "?";
    return {
      text: `${/^\w+$/.test(name) ? name : JSON.stringify(name)}${mark}: ${schemaText(field, inner)}`,
      note: noteOf(field),
    };
  });
  const line = `{ ${lines.map(({ text }) => text).join(", ")} }`;
  const isShort = line.length + indent.length <= LINE_MAX && !line.includes("\n");
  if (isShort && lines.every(({ note }) => note === "")) return line;
  return `{\n${lines.map(({ text, note }) => `${inner}${text}${note}`).join("\n")}\n${indent}}`;
}

/** What is said of a field, beyond its type. */
function noteOf(field: Schema): string {
  const {
    default: given,
    description,
    $ref,
  } = field as {
    readonly default?: unknown;
    readonly description?: string;
    readonly $ref?: string;
  };
  const notes = [
    ...(given === undefined ? [] : [`${JSON.stringify(given)} unless given`]),
    ...(description === undefined || $ref !== undefined ? [] : [description]),
  ];
  return notes.length === 0 ? "" : `   // ${notes.join("; ")}`;
}

function arrayText({ items, maxItems, minItems }: Schema, indent: string): string {
  const element = schemaText((items ?? {}) as Schema, indent);
  const max = maxItems === undefined ? "" : `≤ ${maxItems}`;
  const min = minItems === undefined ? "" : `≥ ${minItems}, `;
  const bound = max === "" ? "" : ` (${min}${max})`;
  return `[${element}]${bound}`;
}

function rangeText({ minimum, maximum }: Schema): string {
  if (maximum === Number.MAX_SAFE_INTEGER) return `integer ≥ ${minimum}`;
  return minimum === undefined ? "integer" : `integer ${minimum}…${maximum}`;
}

function stringText({ maxLength, minLength, pattern }: Schema): string {
  if (typeof pattern === "string" && pattern.includes("0-9a-f"))
    return minLength === undefined ? "hex" : `${Number(minLength) / 2} bytes of hex`;
  return maxLength === undefined ? "text" : `text (≤ ${maxLength})`;
}
