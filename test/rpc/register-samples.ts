// Samples of the methods of registers: all take bytes and give bytes.
import { METHOD_EXAMPLES } from "@witan/rpc";

const NO_REQUESTS: readonly unknown[] = [
  {},
  { request: "" },
  { request: "0" },
  { request: "0G" },
  { request: 7 },
  { request: "00".repeat(200_000) },
];

type RegisterMethod = Extract<keyof typeof METHOD_EXAMPLES, `register_${string}`>;

function sample<M extends RegisterMethod>(method: M) {
  const { params, result } = METHOD_EXAMPLES[method];
  return { params: [params], refused: NO_REQUESTS, result };
}

/** A sample of each. */
export const REGISTER_SAMPLES = {
  register_readTimestamp: sample("register_readTimestamp"),
  register_prepare: sample("register_prepare"),
  register_readAndPrepare: sample("register_readAndPrepare"),
  register_write: sample("register_write"),
  register_read: sample("register_read"),
  register_list: sample("register_list"),
};
