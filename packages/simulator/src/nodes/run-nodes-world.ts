// Runs the world of whole nodes of one seed, with every check.
import type { WorldResult } from "../engines/world.ts";
import type { Recorder } from "../world/recorder.ts";
import { nodeChecksOf } from "./checks/checks.ts";
import { makeNodesPlan, type NodesWishes } from "./make-nodes-plan.ts";
import type { NodesPlan } from "./plan.ts";
import { worldScheme } from "./signatures.ts";
import { NodesWorld } from "./world.ts";

/** What may be asked for. */
export interface NodesRunOptions {
  readonly wishes?: NodesWishes;
  /** In place of the plan that the seed makes. */
  readonly plan?: NodesPlan;
  readonly recorder?: Recorder | undefined;
  /** Until the world turns kind only these letters arrive, by their names. */
  readonly arriving?: ReadonlySet<string> | undefined;
}

/** Runs the world of a seed: the same to the last event, whenever and wherever. */
export async function runNodesWorld(seed: number, options: NodesRunOptions = {}): Promise<WorldResult> {
  const { wishes = {}, recorder, arriving } = options;
  const plan = options.plan ?? makeNodesPlan(seed, wishes);
  const checks = nodeChecksOf(plan);
  const scheme = await worldScheme(plan.signatures);
  return new NodesWorld(plan, { scheme, checks, recorder, arriving }).run();
}
