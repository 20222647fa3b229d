// Mutations: the real engine of proof of work with one rule taken out of its text. Each must be found by the checks of
// ordinary worlds. Only data; whoever runs one loads the sources with the text replaced (test/simulator/pow/mutations.test.ts).
import { makePowPlan, type PowWishes } from "./make-plan.ts";
import type { PowPlan } from "./plan.ts";

/** A rule that is left out, and where that shows. */
export interface PowMutation {
  /** What is wrong with it. */
  readonly says: string;
  /** The file, below `packages/`. */
  readonly file: string;
  /** Text that is there once, and what stands in its place. */
  readonly replace: readonly [before: string, after: string];
  /** The checks any of which may find it. */
  readonly checks: readonly string[];
  readonly wishes?: Partial<PowWishes>;
  /** The first seed of the worlds that are run, and how many there are at most. */
  readonly from: number;
  readonly seeds: number;
}

const ENGINE = "consensus/src/pow";

/** Every mutation, by its name. */
export const POW_MUTATIONS: Readonly<Record<string, PowMutation>> = {
  "most-blocks": {
    says: "takes the branch with the most blocks, not with the most work",
    file: `${ENGINE}/state.ts`,
    replace: [
      "if (at.work > this.best.work) this.best = at;",
      "if (at.header.height > this.best.header.height) this.best = at;",
    ],
    checks: ["switches", "most-work", "engine"],
    ...{ from: 38, seeds: 20 },
  },
  "any-target": {
    says: "takes headers of any target",
    file: `${ENGINE}/header-rules.ts`,
    replace: ['if (header.target !== nextTarget(parameters, history)) return "header-target";', ""],
    checks: ["headers"],
    wishes: { conducts: ["bad-headers"] },
    ...{ from: 1, seeds: 20 },
  },
  "no-work": {
    says: "takes headers whose hash is above their target",
    file: `${ENGINE}/header-rules.ts`,
    replace: [
      'if (!meetsTarget(header.hash, header.target)) return "header-work";\n  return header',
      "return header",
    ],
    checks: ["headers"],
    wishes: { conducts: ["bad-headers"] },
    ...{ from: 1, seeds: 20 },
  },
  "any-time": {
    says: "takes headers that are no later than the median of the 11 before",
    file: `${ENGINE}/header-rules.ts`,
    replace: ["header.timestamp > medianTimestamp(history) ? undefined", "header.timestamp > 0 ? undefined"],
    checks: ["headers"],
    wishes: { conducts: ["bad-headers"] },
    ...{ from: 1, seeds: 20 },
  },
  "undo-in-order": {
    says: "undoes blocks in the order in which they were applied",
    file: `${ENGINE}/choice.ts`,
    replace: ["[...pathTo(tip, fork)].reverse()", "[...pathTo(tip, fork)]"],
    checks: ["switches"],
    ...{ from: 1, seeds: 20 },
  },
  "two-switches": {
    says: "asks for a switch while another is under way",
    file: `${ENGINE}/choice.ts`,
    replace: ["if (state.switching) return;\n", ""],
    checks: ["switches"],
    ...{ from: 1, seeds: 20 },
  },
  "old-target": {
    says: "mines under the target of the block before",
    file: `${ENGINE}/choice.ts`,
    replace: [
      "target: nextTarget(config.parameters, history),",
      "target: tip.header.target || config.parameters.initialTarget,",
    ],
    checks: ["mining"],
    ...{ from: 1, seeds: 20 },
  },
  "invalid-again": {
    says: "forgets at once which block broke a rule",
    file: `${ENGINE}/headers.ts`,
    replace: ["state.invalid.add(header.hash);", "state.invalid.delete(header.hash);"],
    checks: ["never-again"],
    wishes: { conducts: ["invalid-blocks"] },
    ...{ from: 1, seeds: 20 },
  },
  "asked-once": {
    says: "asks for a body once, and never again",
    file: `${ENGINE}/asking.ts`,
    replace: ["state.ticks - before.at < patience", "patience > 0"],
    checks: ["liveness"],
    ...{ from: 1, seeds: 20 },
  },
  "orphans-without-bound": {
    says: "keeps every block whose parent is unknown",
    file: `${ENGINE}/waiting-pool.ts`,
    replace: [
      "return this.size > this.#limit ? this.#drop() : undefined;",
      "return this.size < 0 ? this.#drop() : undefined;",
    ],
    checks: ["memory"],
    wishes: { conducts: ["made-up-parents"] },
    ...{ from: 1, seeds: 20 },
  },
  "early-blamed": {
    says: "blames who sends a block that came too early by this host's clock",
    file: `${ENGINE}/headers.ts`,
    replace: [
      "if (!parent || isEarly(state, header)) {",
      'if (parent && isEarly(state, header)) return refuse(state, offer, "header-timestamp");\n  if (!parent) {',
    ],
    checks: ["blame"],
    ...{ from: 1, seeds: 60 },
  },
};

/** The plan of a world in which a mutation may show. @param conducts all there are, for mutations that name none */
export function powPlanFor({ wishes }: PowMutation, seed: number, conducts: readonly string[]): PowPlan {
  return makePowPlan(seed, { conducts, ...wishes });
}
