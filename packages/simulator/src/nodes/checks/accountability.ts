// With more liars than f two blocks may be decided at one height. Then what correct nodes have on their disks must prove
// f + 1 members guilty, as `witan evidence` finds it in real stores. And nothing that any of them holds ever proves a
// correct one guilty.
import { type Investigation, investigate, StoredStatements } from "@witan/node";
import { byzantineMax } from "@witan/primitives";
import type { NodeCheckMaker } from "../check.ts";
import type { NodesWorld } from "../world.ts";

/** A fork ends a world of many liars, and is only then no violation, when the disks show who is to blame. */
export const accountability: NodeCheckMaker = (world) => {
  const first = new Map<number, string>();
  return {
    name: "accountability",
    decided: (at, { height, hash }) => {
      if (world.owed.agreement || world.isLiar(at)) return;
      const before = first.get(height);
      if (before === undefined) first.set(height, hash);
      else if (before !== hash) world.forked();
    },
    logged: (at, { message }) => {
      if (message.startsWith("a member voted twice") && !world.isLiar(at)) world.countAlso("evidence-kept");
    },
    forked: async () => {
      const unproven = forkUnproven(await investigation(world), byzantineMax(world.plan.members));
      if (unproven === undefined) world.countAlso("proven-forks");
      else world.violate("accountability", unproven);
    },
    ended: async () => {
      await investigation(world);
    },
  };
};

/**
 * What is missing where two blocks were decided at one height; undefined: it is shown, and who is to blame.
 * @param faultyMax with so many liars there is no fork
 */
export function forkUnproven(
  { fork, guilty }: Pick<Investigation, "fork" | "guilty">,
  faultyMax: number,
): string | undefined {
  if (fork === undefined) return "two blocks were decided at one height, and no disk shows it";
  if (fork.faultyMax < faultyMax)
    return `two blocks decided at height ${fork.height}, and the disks do not show who its members are`;
  const names = new Set(guilty.map(({ name }) => name));
  const needed = fork.faultyMax + 1;
  if (names.size >= needed) return undefined;
  return `two blocks decided at height ${fork.height}, and ${textOf(names)}: fewer than ${needed}`;
}

/** What the disks of the correct show. A correct member that they prove guilty is told to the world. */
async function investigation(world: NodesWorld): Promise<Investigation> {
  const { chain, scheme } = world.cast;
  const stores: StoredStatements[] = [];
  for (const { disk } of world.correct) {
    const found = await StoredStatements.read(chain, await disk.openForOperator());
    if (found !== undefined) stores.push(found);
  }
  const found = investigate(chain, stores, scheme);
  const liars = world.plan.liars.map(({ node }) => world.cast.nameOf(node));
  for (const { name, kind, first, second } of found.guilty)
    if (!liars.includes(name))
      world.violate(
        "accountability",
        `${name} is correct, and proven guilty (${kind}): ${first.says}; ${second.says}`,
      );
  if (found.unsigned > 0)
    world.violate(
      "accountability",
      `correct nodes keep ${found.unsigned} messages whose signatures do not hold`,
    );
  return found;
}

function textOf(names: ReadonlySet<string>): string {
  return names.size === 0 ? "nobody is proven guilty" : `proven guilty are ${[...names].join(", ")}`;
}
