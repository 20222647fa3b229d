// Loads the simulator with the engine, or with whole nodes, with a piece of their text replaced. Modules of a mutation, and
// all that load them, have its name in their addresses, so that each is loaded for itself and none meets another. What the
// checks count with stays as it is: a mutation must not mend the rule by which it is found.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import type {
  BpfpMutation,
  BpfpPlan,
  Level,
  Mutation,
  NodesPlan,
  PowMutation,
  PowPlan,
  WorldResult,
} from "@witan/simulator";
import type * as runPlanModule from "../../packages/simulator/src/bp-fast-paxos/run-plan.ts";
import type * as paxosModule from "../../packages/simulator/src/classics/paxos-protocols.ts";
import type * as nodeChecksModule from "../../packages/simulator/src/nodes/checks/checks.ts";
import type * as nodesWorldModule from "../../packages/simulator/src/nodes/world.ts";
import type * as agreementModule from "../../packages/simulator/src/pbft/checks/agreement.ts";
import type * as checksModule from "../../packages/simulator/src/pbft/checks/checks.ts";
import type * as conductsModule from "../../packages/simulator/src/pbft/conducts/conducts.ts";
import type { PbftPlan } from "../../packages/simulator/src/pbft/plan.ts";
import type * as realEngineModule from "../../packages/simulator/src/pbft/real-engine.ts";
import type * as twinsModule from "../../packages/simulator/src/pbft/twins.ts";
import type * as worldModule from "../../packages/simulator/src/pbft/world.ts";
import type * as runPowPlanModule from "../../packages/simulator/src/pow/run-plan.ts";
import type * as classicsModule from "../../packages/simulator/src/run/classics.ts";
import type * as powModule from "../../packages/simulator/src/run/pow.ts";
import { loadersOf } from "./reaches.ts";

const PACKAGES = new URL("../../packages/", import.meta.url).href;
const MARK = "?mutation=";
const CHECKS = ["engines", "pbft", "nodes", "bp-fast-paxos", "pow"].map(
  (of) => `${PACKAGES}simulator/src/${of}/checks/`,
);
/** What may be loaded anew beside the simulator: the package of the mutation, and whoever works with it in a node. */
const ANEW: Readonly<Record<string, readonly string[]>> = {
  consensus: ["consensus"],
  simulator: ["consensus"],
  node: ["node"],
  mempool: ["mempool", "node"],
  ledger: ["ledger", "mempool", "node"],
  storage: ["storage", "node"],
};

type AnyMutation = Pick<Mutation, "file" | "replace">;

/** A mutation that is loaded. */
interface Loading {
  readonly mutation: AnyMutation;
  readonly loads: (address: string) => boolean;
  isServed: boolean;
}

/** By what stands in addresses. */
const loading = new Map<string, Loading>();
/** Without types, by address: the same for all mutations but in one file. */
const plain = new Map<string, string>();

/** Begins to serve mutated modules. @returns ends it */
function serve(): () => void {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      const { parentURL = "" } = context;
      const at = parentURL.indexOf(MARK);
      if (at < 0 || found.url.includes(MARK)) return found;
      const name = parentURL.slice(at + MARK.length);
      return isOwn(found.url, parentURL, loading.get(name))
        ? { ...found, url: `${found.url}${MARK}${name}` }
        : found;
    },
    load(url, context, next) {
      const [address = "", name] = url.split(MARK);
      const one = loading.get(name ?? "");
      if (one === undefined) return next(url, context);
      const isMutated = address === `${PACKAGES}${one.mutation.file}`;
      one.isServed ||= isMutated;
      const source = isMutated ? mutated(address, one.mutation) : sourceOf(address);
      return { format: "module", source, shortCircuit: true };
    },
  });
  return () => hooks.deregister();
}

/** Whether a module is loaded anew for a mutation. */
function isOwn(url: string, parent: string, one: Loading | undefined): boolean {
  if (!url.startsWith(PACKAGES) || one?.loads(url) !== true) return false;
  if (url.startsWith(`${PACKAGES}simulator/src/`)) return true;
  if (CHECKS.some((folder) => parent.startsWith(folder))) return false;
  const [pack = ""] = one.mutation.file.split("/");
  if (pack === "primitives") return url.startsWith(PACKAGES);
  return (ANEW[pack] ?? []).some((one) => url.startsWith(`${PACKAGES}${one}/src/`));
}

function sourceOf(address: string): string {
  const known = plain.get(address);
  if (known !== undefined) return known;
  const made = stripTypeScriptTypes(readFileSync(fileURLToPath(address), "utf8"));
  plain.set(address, made);
  return made;
}

function mutated(address: string, { file, replace: [before, after] }: AnyMutation): string {
  const text = readFileSync(fileURLToPath(address), "utf8");
  assert.equal(text.split(before).length, 2, `${file} should say once: ${before}`);
  return stripTypeScriptTypes(text.replace(before, () => after));
}

/** What runs worlds of a mutation, with every check that holds in them. */
export async function worldsOf(name: string, mutation: Mutation): Promise<(plan: PbftPlan) => WorldResult> {
  return await loaded(name, mutation, async (load, begin) => {
    const { PbftWorld } = await load<typeof worldModule>("simulator/src/pbft/world.ts");
    const { checksOf } = await load<typeof checksModule>("simulator/src/pbft/checks/checks.ts");
    const { CONDUCT_MAKERS } = await load<typeof conductsModule>("simulator/src/pbft/conducts/conducts.ts");
    return (plan) => new PbftWorld(plan, { begin, checks: checksOf(plan), conducts: CONDUCT_MAKERS }).run();
  });
}

/** What runs worlds of BP Fast Paxos with a mutation, with every check. */
export async function bpfpWorldsOf(
  name: string,
  mutation: BpfpMutation,
): Promise<(plan: BpfpPlan) => WorldResult> {
  return await served(name, mutation, async (load) => {
    const { runBpfpPlan } = await load<typeof runPlanModule>("simulator/src/bp-fast-paxos/run-plan.ts");
    return (plan) => runBpfpPlan(plan);
  });
}

/** What runs worlds of proof of work with a mutation, with every check. */
export async function powWorldsOf(
  name: string,
  mutation: PowMutation,
): Promise<(plan: PowPlan) => WorldResult> {
  return await served(name, mutation, async (load) => {
    const { runPowPlan } = await load<typeof runPowPlanModule>("simulator/src/pow/run-plan.ts");
    return (plan) => runPowPlan(plan);
  });
}

/** What makes a world of proof of work small that breaks with a mutation. */
export async function powShrinkOf(
  name: string,
  mutation: PowMutation,
): Promise<NonNullable<Level["shrink"]>> {
  return await served(name, mutation, async (load) => {
    const { POW } = await load<typeof powModule>("simulator/src/run/pow.ts");
    const { shrink } = POW.levels.engines ?? {};
    assert.ok(shrink, "worlds of proof of work can be made small");
    return shrink;
  });
}

/** The first classics, with a mutation: as worlds know them. */
export async function classicsOf(
  name: string,
  mutation: AnyMutation,
): Promise<typeof classicsModule.CLASSIC_PROTOCOLS> {
  return await served(name, mutation, async (load) => {
    return (await load<typeof classicsModule>("simulator/src/run/classics.ts")).CLASSIC_PROTOCOLS;
  });
}

/** Paxos, Fast Paxos and Trust Change Paxos, with a mutation: as worlds know them. */
export async function paxosOf(
  name: string,
  mutation: AnyMutation,
): Promise<typeof paxosModule.PAXOS_PROTOCOLS> {
  return await served(name, mutation, async (load) => {
    return (await load<typeof paxosModule>("simulator/src/classics/paxos-protocols.ts")).PAXOS_PROTOCOLS;
  });
}

/** What runs scenarios of Twins with a mutation. */
export async function twinsOf(
  name: string,
  mutation: Mutation,
): Promise<(scenario: twinsModule.TwinsScenario) => WorldResult> {
  return await loaded(name, mutation, async (load, begin) => {
    // By agreement alone: other checks would find such an engine before it does harm.
    const { agreement } = await load<typeof agreementModule>("simulator/src/pbft/checks/agreement.ts");
    const { runTwinsScenario } = await load<typeof twinsModule>("simulator/src/pbft/twins.ts");
    return (scenario) => runTwinsScenario(scenario, { begin, checks: [agreement] });
  });
}

/** What runs worlds of whole nodes with a mutation, with every check. */
export async function nodeWorldsOf(
  name: string,
  mutation: AnyMutation,
): Promise<(plan: NodesPlan) => Promise<WorldResult>> {
  return await served(name, mutation, async (load) => {
    const { NodesWorld } = await load<typeof nodesWorldModule>("simulator/src/nodes/world.ts");
    const { nodeChecksOf } = await load<typeof nodeChecksModule>("simulator/src/nodes/checks/checks.ts");
    return (plan) => new NodesWorld(plan, { checks: nodeChecksOf(plan) }).run();
  });
}

type Load = <T>(file: string) => Promise<T>;

async function loaded<T>(
  name: string,
  mutation: Mutation,
  make: (load: Load, begin: worldModule.Begin) => Promise<T>,
): Promise<T> {
  return await served(name, mutation, async (load) => {
    const { realEngine } = await load<typeof realEngineModule>("simulator/src/pbft/real-engine.ts");
    return await make(load, realEngine);
  });
}

async function served<T>(name: string, mutation: AnyMutation, make: (load: Load) => Promise<T>): Promise<T> {
  const mark = markOf(name, mutation);
  const one = loading.get(mark) ?? {
    mutation,
    loads: loadersOf(`${PACKAGES}${mutation.file}`),
    isServed: false,
  };
  loading.set(mark, one);
  const stop = serve();
  try {
    const made = await make(async (file) => await import(`${PACKAGES}${file}${MARK}${mark}`));
    assert.ok(one.isServed, `nothing that was loaded loads ${mutation.file}`);
    return made;
  } finally {
    stop();
  }
}

const marks = new Map<string, string>();

/** Modules stay loaded, and mutations of two protocols may have one name: what is replaced tells them apart. */
function markOf(name: string, { file, replace }: AnyMutation): string {
  const content = JSON.stringify([name, file, replace]);
  const mark = marks.get(content) ?? `${name}-${marks.size}`;
  marks.set(content, mark);
  return mark;
}
