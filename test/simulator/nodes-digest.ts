// Prints the digests of worlds of whole nodes, to be compared with those of another process. Arguments: seeds.
import { sha256Hex } from "@witan/primitives";
import { runNodesWorld } from "../../packages/simulator/src/nodes/run-nodes-world.ts";
import { lineOf } from "../../packages/simulator/src/world/recorder.ts";

/** The digest of everything that happens in the world of a seed. */
export async function digestOfWorld(seed: number): Promise<string> {
  const lines: string[] = [];
  const { violation, ...rest } = await runNodesWorld(seed, {
    recorder: { happened: (atUs, what) => lines.push(lineOf(atUs, what)) },
  });
  const counts = { faults: [...rest.faults], also: [...rest.also] };
  lines.push(JSON.stringify({ ...rest, ...counts, violation: violation?.message }));
  return sha256Hex(new TextEncoder().encode(lines.join("\n")));
}

if (process.argv[1]?.endsWith("nodes-digest.ts"))
  for (const seed of process.argv.slice(2)) process.stdout.write(`${await digestOfWorld(Number(seed))}\n`);
