// A network of a ready genesis file runs: a quorum of the homes that everyone can make, a transfer, and its proof by the file
// of genesis/ alone. (That of BP Fast Paxos runs in test/network/fast-paxos.test.ts.)
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts, nodeSpecs, ProcessNetwork, readNetwork, sampleTransfer } from "@witan/lab";
import { inFolder } from "../lab/in-folder.ts";
import { WITAN } from "../network/witan-process.ts";
import { GENESIS_FOLDER, makeReadyNetwork } from "./make.ts";

/** As many as decide. */
const ENOUGH = 3;

describe("a network of a ready genesis", function () {
  this.timeout(120_000);

  it("runs", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "net");
      await makeReadyNetwork("pbft", folder);
      const list = readNetwork(folder);
      const nodes = list.nodes.slice(0, ENOUGH);
      const ports = await freePorts(2 * nodes.length);
      const places = { rpc: ports.slice(0, nodes.length), p2p: ports.slice(nodes.length) };
      const specs = nodeSpecs(folder, { ...list, nodes }, places);
      const network = new ProcessNetwork({ command: WITAN, nodes: specs });
      try {
        const ready = await network.start();
        const genesisFile = fileURLToPath(new URL("pbft.json", GENESIS_FOLDER));
        const heard = { onSubmitted: () => {}, onFinal: () => {} };
        const { chainId, accounts } = list;
        const shown = await sampleTransfer({ chainId, accounts, genesisFile, nodes: ready }, heard);
        assert.ok(shown.proof.verified, shown.proof.detail);
      } finally {
        await network.killAll();
      }
    }));
});
