// How long commands that wait do so unless they are told: as long as it takes under proof of work, where blocks are slow.
import assert from "node:assert/strict";
import type { RpcCaller } from "@witan/client";
import { genesisToJson } from "@witan/ledger";
import { patienceMs } from "../../packages/cli/src/outcome.ts";
import { testChain, testGenesis } from "../ledger/build.ts";

const MINUTE_MS = 60_000;

/** A node of proof of work with a block every minute, as far as it is asked. */
function nodeOf(finalConfirmations: number | null, asked: string[]): RpcCaller {
  const genesis = testGenesis("pow");
  assert.ok(genesis.consensus.kind === "pow");
  const slow = { ...genesis, consensus: { ...genesis.consensus, blockIntervalMs: MINUTE_MS } };
  const { chainId } = testChain(slow);
  const answers: Readonly<Record<string, unknown>> = {
    consensus_status: { mode: "pow", finalConfirmations },
    chain_genesis: { chainId, genesis: genesisToJson(slow) },
  };
  const call = async (method: string): Promise<never> => {
    asked.push(method);
    return answers[method] as never;
  };
  return { url: "http://127.0.0.1:1", call };
}

describe("how long commands wait", () => {
  it("waits three times as long as proof of work takes in the mean, where nothing is said", async () => {
    const asked: string[] = [];
    assert.equal(await patienceMs(undefined, nodeOf(6, asked), true), 3 * 7 * MINUTE_MS);
    assert.deepEqual(asked, ["consensus_status", "chain_genesis"]);
    assert.equal(await patienceMs(undefined, nodeOf(null, []), true), 30_000, "never final: no longer");
    assert.equal(await patienceMs(undefined, nodeOf(100_000, []), true), 24 * 60 * MINUTE_MS, "a day");
  });

  it("asks nobody where it is said, or where nothing is waited for; and waits half a minute else", async () => {
    const asked: string[] = [];
    assert.equal(await patienceMs(1_000, nodeOf(6, asked), true), 1_000);
    assert.equal(await patienceMs(undefined, nodeOf(6, asked), false), 30_000);
    assert.deepEqual(asked, []);
    const gone: RpcCaller = {
      url: "http://127.0.0.1:1",
      call: () => Promise.reject(new Error("it is gone")),
    };
    assert.equal(await patienceMs(undefined, gone, true), 30_000, "the call that waits says so");
  });
});
