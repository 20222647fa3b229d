// A validator whose data folder is gone, and whose keys and guard are not: it fetches the chain, and is needed again.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { withNetwork } from "./harness.ts";
import { Load } from "./load.ts";

describe("a validator whose data folder is gone", function () {
  this.timeout(120_000);

  it("fetches the chain, says up to which height it is silent, and votes behind it", () =>
    withNetwork({}, async (network) => {
      const load = await Load.start(network);
      await load.more(30);
      await network.processes.stopNode(3);
      rmSync(join(network.home(3), "data"), { recursive: true });
      await load.more(30);
      await network.restart(3);
      const said = network
        .log(3)
        .find(({ msg }) => msg.startsWith("the data are older than the signer guard"));
      assert.ok(said !== undefined && typeof said["until"] === "number" && said["until"] > 0, "it says so");
      await network.reaches(3, said["until"]);
      await network.until("it votes again", async () => (await network.consensus(3)).me !== null);
      // Three of four are a quorum: the one that lost its data is needed.
      await network.processes.stopNode(0);
      const [height = 0] = await network.heights([3]);
      await network.reaches(3, height + 5);
      await load.stop();
    }));
});
