// What tests of the lab share: a folder of their own, fake nodes, and waiting for a condition.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type NodeSpec, ProcessNetwork, type ProcessNetworkOptions } from "@witan/lab";

/** How a fake node behaves: see fake-node.ts. */
export type Behaviour = Readonly<Record<string, unknown>>;

/** Gives a test an empty folder, and takes it away afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "witan-lab-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The file of the fake node. */
export const FAKE_NODE: string = fileURLToPath(new URL("./fake-node.ts", import.meta.url));

/** A network of fake nodes, of which each behaves as `behaviour` says: it is stopped when the work is done. */
export function withFakes<T>(
  behaviour: Behaviour,
  count: number,
  work: (network: ProcessNetwork, nodes: readonly NodeSpec[]) => Promise<T>,
  options: Partial<ProcessNetworkOptions> = {},
): Promise<T> {
  return inFolder(async (folder) => {
    const nodes = Array.from({ length: count }, (_, at) => ({
      name: `v${at + 1}`,
      logFile: join(folder, `v${at + 1}.log`),
      arguments: ["--home", `v${at + 1}`],
    }));
    const command = { program: process.execPath, arguments: [FAKE_NODE, JSON.stringify(behaviour)] };
    const network = new ProcessNetwork({ command, nodes, ...options });
    try {
      return await work(network, nodes);
    } finally {
      await network.killAll();
    }
  });
}

const LOOK_MS = 5;

/** Waits until something holds, looking again and again, with a deadline. */
export function until(what: string, holds: () => boolean, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  return new Promise((resolve, reject) => {
    const timer = setInterval(() => {
      if (holds()) resolve();
      else if (performance.now() < end) return;
      else reject(new assert.AssertionError({ message: `not within ${timeoutMs} ms: ${what}` }));
      clearInterval(timer);
    }, LOOK_MS);
  });
}
