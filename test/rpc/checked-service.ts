// A service whose results are held against the contract: what production leaves out for its cost, tests do.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import {
  type CallContext,
  METHODS,
  type MethodName,
  type RpcService,
  type ServiceMethodName,
  SUBSCRIPTION_METHODS,
} from "@witan/rpc";
import { assertFits } from "./document-check.ts";

type AnyCall = (params: unknown, context: CallContext) => Promise<unknown>;

/** Fails unless the result is one that the contract allows; also that it is the same once it was JSON. */
export function assertResult(method: MethodName, result: unknown): void {
  const parsed = METHODS[method].result.safeParse(result);
  if (!parsed.success) assert.fail(`${method} answers ${inspect(result)}: ${parsed.error.message}`);
  assertFits(method, result);
  assert.deepEqual(JSON.parse(JSON.stringify(result)), result, `${method}: not the same as JSON`);
}

/** The same service, which fails (as a bug would) when it answers what the contract does not allow. */
export function checkedService(service: RpcService): RpcService {
  const names = Object.keys(METHODS).filter((name) => !Object.hasOwn(SUBSCRIPTION_METHODS, name));
  const checked = (names as ServiceMethodName[]).map((method) => {
    const call = service[method] as AnyCall;
    return [
      method,
      async (params: unknown, context: CallContext) => {
        const result = await call.call(service, params, context);
        assertResult(method, result);
        return result;
      },
    ];
  });
  return Object.fromEntries(checked) as RpcService;
}
