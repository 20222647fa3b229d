// The last thing that happens in some worlds: the members let rules hold that this program does not know. Each node that
// has their block stops there by itself, says why, and does so again whenever it is started; no block comes behind it.
import { readMeta } from "@witan/storage";
import { codeOf, type NodeProcess } from "./node-process.ts";
import type { NodesWorld } from "./world.ts";

/** Nodes that stop and are started again do so some times until then. */
const WATCHED_US = 4_000_000;

/** The end of one world. */
export class UnknownRules {
  readonly #world: NodesWorld;
  readonly #stopped = new Set<NodeProcess>();
  #areDue = false;

  constructor(world: NodesWorld) {
    this.#world = world;
  }

  /** A node failed. @returns whether it does what it must */
  failed(at: NodeProcess, error: unknown): boolean {
    if (!this.#areDue || codeOf(error) !== "rules-unknown") return false;
    if (!this.#world.isLiar(at)) this.#stopped.add(at);
    return true;
  }

  /** Lets them hold, and looks at what comes of it. */
  async run(): Promise<void> {
    const world = this.#world;
    this.#areDue = true;
    world.operators.want({ atUs: world.queue.nowUs, kind: "rules" });
    await world.goOn(world.plan.boundUs, () => this.#stopped.size > 0);
    await world.goOn(WATCHED_US, () => false);
    if (this.#stopped.size === 0)
      world.violate("rules", "the members let rules hold that no node knows, and none has stopped");
    const heights = new Map<NodeProcess, number>();
    for (const process of world.staying)
      heights.set(process, readMeta(await process.disk.openForOperator(), "tip")?.height ?? 0);
    const last = Math.min(...[...this.#stopped].map((process) => heights.get(process) ?? 0));
    for (const [{ place }, height] of heights)
      if (height > last)
        world.violate(
          "rules",
          `p${place} is at height ${height}, and behind ${last} no node knows the rules`,
        );
    for (const process of this.#stopped)
      if (process.running !== undefined)
        world.violate("rules", `p${process.place} runs on by rules that it does not know`);
    world.countAlso("unknown-rules");
  }
}
