// A network whose nodes never come to one height fails, and says which node is where: whoever waits for them is not kept for
// ever.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { LabFailure } from "@witan/lab";
import { LoadedNetwork } from "../../packages/lab/src/load/loaded-network.ts";

/** Something that answers every call of `chain_head` with a height. */
async function serving(height: () => number): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => {
      text += part;
    });
    request.on("end", () => {
      const { id } = JSON.parse(text) as { id: unknown };
      const result = { height: height(), hash: "ab".repeat(32), timestamp: 1 };
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Nodes at these heights. @param stallMs how long they may be without a block */
async function withNodes(
  stallMs: number,
  heights: readonly (() => number)[],
  work: (network: LoadedNetwork) => Promise<void>,
): Promise<void> {
  const nodes = await Promise.all(heights.map(serving));
  const parts = {
    ...{ rpc: nodes.map(({ url }) => url), names: nodes.map((_, at) => `v${at + 1}`) },
    ...{ processes: { running: [0, 1] }, signal: new AbortController().signal, stallMs, metrics: [] },
  };
  type Parts = ConstructorParameters<typeof LoadedNetwork>[0];
  try {
    await work(new LoadedNetwork(parts as unknown as Parts, () => {}));
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}

describe("the common height of a loaded network", () => {
  it("is waited for until all have it", async () => {
    let asked = 0;
    const late = () => (asked++ === 0 ? 6 : 7);
    await withNodes(60_000, [() => 7, late], async (network) =>
      assert.equal(await network.commonHeight(), 7),
    );
  });

  it("fails where some never come to it", () =>
    withNodes(1, [() => 7, () => 5], async (network) => {
      await assert.rejects(
        network.commonHeight(),
        (error) =>
          error instanceof LabFailure &&
          /the nodes had different heights, at last v1 7, v2 5: some do not follow the others$/.test(
            error.message,
          ),
      );
    }));
});
