// Links that can be cut: what goes through, and what does not.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { Links } from "../../packages/lab/src/links.ts";

async function echo(): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Whether a new connection through a port answers. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write("word");
  const heard = once(socket, "data").then(() => true);
  const closed = once(socket, "close").then(() => false);
  heard.catch(() => {});
  const answered = await Promise.race([heard, closed]);
  socket.destroy();
  return answered;
}

describe("links between nodes", () => {
  it("carry, are cut between groups both ways, with what goes through them, and are healed", async () => {
    const servers = [await echo(), await echo(), await echo()];
    const ports = servers.map((server) => (server.address() as AddressInfo).port);
    const links = await Links.open(ports);
    try {
      const pairs = [
        [0, 1],
        [1, 0],
        [0, 2],
        [2, 1],
      ] as const;
      const through = () => Promise.all(pairs.map(([from, to]) => answers(links.port(from, to))));
      assert.deepEqual(await through(), [true, true, true, true]);
      const open = connect(links.port(0, 1), "127.0.0.1");
      open.on("error", () => {});
      await once(open, "connect");
      open.write("word");
      await once(open, "data");
      const closed = once(open, "close");
      links.cut([[0], [1]]);
      await closed;
      assert.deepEqual(await through(), [false, false, true, true], "node 2 is in no group");
      links.heal();
      assert.deepEqual(await through(), [true, true, true, true]);
      assert.throws(() => links.port(0, 3), /no link from node 0 to node 3/);
    } finally {
      await links.close();
      for (const server of servers) server.close();
    }
  });
});
