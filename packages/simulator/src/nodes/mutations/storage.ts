// Rules of the storage: what is on the disk when it says so, and what is noticed.
import { CALM, HONEST, type NodeMutation } from "./mutation.ts";

const STORAGE_SRC = "storage/src";

/** By name. */
export const STORAGE: Readonly<Record<string, NodeMutation>> = {
  "flush-without-outputs": {
    says: "writes down that it has flushed, and not what",
    file: `${STORAGE_SRC}/output-cache.ts`,
    replace: ["    yield gone[at] === 1 ? spent : put;\n", ""],
    checks: ["failures", "checkpoints"],
    ...HONEST,
    ...{ from: 1, seeds: 20 },
  },
  "spent-stays-on-disk": {
    says: "leaves outputs on the disk that were spent",
    file: `${STORAGE_SRC}/output-cache.ts`,
    replace: ["yield gone[at] === 1 ? spent : put;", "yield put;"],
    checks: ["failures", "checkpoints"],
    ...HONEST,
    ...{ from: 1, seeds: 20 },
  },
  "damage-served": {
    says: "serves records that are spoilt",
    file: `${STORAGE_SRC}/seal.ts`,
    replace: ["if (sealed[length + at] !== digest.charCodeAt(at)) return", "if (sealed.length < 0) return"],
    checks: ["damage"],
    ...CALM,
    plan: {
      ...CALM.plan,
      faults: [{ kind: "corruption", process: 3, atUs: 1_500_000, untilUs: 3_000_000 }],
    },
    ...{ from: 2, seeds: 20 },
  },
};
