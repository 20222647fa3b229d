// Makes the files of genesis/ as their README says: by `witan network create --development`, whose keys, accounts and time
// are the same each time.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { main } from "../../packages/cli/src/main.ts";

/** Where the files are. */
export const GENESIS_FOLDER = new URL("../../genesis/", import.meta.url);

/** The modes that there is a ready genesis for. */
export const READY_MODES = ["pbft", "bp-fast-paxos", "pow"] as const;

/** The home of the first node of a ready genesis. */
export const FIRST_HOMES = { pbft: "v1", "bp-fast-paxos": "p1", pow: "m1" } as const;

/** Makes the homes of a ready genesis in a new folder. */
export async function makeReadyNetwork(mode: string, out: string): Promise<void> {
  let said = "";
  const hear = (text: string): void => {
    said += text;
  };
  const argv = ["network", "create", "--development", "--consensus", mode, "--out", out];
  assert.equal(await main(argv, { out: hear, err: hear }), 0, said);
}

/** The text of a ready genesis, made anew. */
export async function readyGenesis(mode: (typeof READY_MODES)[number]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "witan-genesis-"));
  try {
    await makeReadyNetwork(mode, join(folder, "network"));
    return await readFile(join(folder, "network", FIRST_HOMES[mode], "genesis.json"), "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
