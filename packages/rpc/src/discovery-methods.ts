// The method that describes all others.
import type { Json } from "@witan/ledger";
import * as z from "zod";
import { method } from "./method.ts";
import { code, sentence } from "./values.ts";

const anything = z.custom<Json>((value) => value !== undefined, "JSON");
const object = z.record(z.string(), anything);

/** The method that OpenRPC gives its name. */
export const DISCOVERY_METHODS = {
  "rpc.discover": method({
    summary: "this contract as an OpenRPC document: every method with its schemas, errors and an example",
    params: z.strictObject({}),
    result: z.strictObject({
      openrpc: z.string(),
      info: object,
      servers: z.array(object),
      methods: z.array(object),
      components: object,
      "x-subscription-notification": object,
      "x-error-reasons": z.array(z.strictObject({ reason: code, code: z.int(), message: sentence })),
    }),
    role: "read",
    errors: [],
  }),
} as const;
