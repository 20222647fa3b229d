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
export const READY_MODES = ["pbft", "bp-fast-paxos"] as const;

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
export async function readyGenesis(mode: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "witan-genesis-"));
  try {
    await makeReadyNetwork(mode, join(folder, "network"));
    const first = mode === "pbft" ? "v1" : "p1";
    return await readFile(join(folder, "network", first, "genesis.json"), "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
