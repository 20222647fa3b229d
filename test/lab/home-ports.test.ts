// Where the nodes of a network on this machine listen: kept from start to start, moved where a port is taken, written into
// the homes without touching what else stands there.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import {
  choosePorts,
  freePorts,
  isPortFree,
  LabFailure,
  type NetworkList,
  portsInHomes,
  writePorts,
} from "@witan/lab";
import { inFolder } from "./in-folder.ts";

const LIST: NetworkList = {
  chainId: "ab",
  name: "n",
  nodes: [
    { name: "v1", home: "v1", peerId: "ID1" },
    { name: "v2", home: "v2", peerId: "ID2" },
  ],
  accounts: [],
};

const CONFIG = `# mine
[network]
# where
listen = "127.0.0.1:9600" # here
peers = [
  { name = "v2", id = "ID2", address = "127.0.0.1:9601" },
  { name = "v5", id = "ID5", address = "10.0.0.9:9600" },
]

[rpc]
listen = '127.0.0.1:9545'
[metrics]
listen = "127.0.0.1:9700"
`;

/** Homes of which the second has no configuration. */
function homes(folder: string): void {
  for (const { home } of LIST.nodes) mkdirSync(join(folder, home));
  writeFileSync(join(folder, "v1/config.toml"), CONFIG, { mode: 0o640 });
  writeFileSync(join(folder, "network.json"), JSON.stringify({ ...LIST, more: 1 }), { mode: 0o600 });
}

async function listening(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

describe("the ports in homes", () => {
  it("are read, and written without touching what else the files say", () =>
    inFolder(async (folder) => {
      homes(folder);
      assert.deepEqual(portsInHomes(folder, LIST), { rpc: [9545, undefined], p2p: [9600, undefined] });
      const ports = { rpc: [1, 2], p2p: [11, 12] };
      writePorts(folder, LIST, ports);
      assert.deepEqual(portsInHomes(folder, LIST), ports);
      const file = join(folder, "v1/config.toml");
      assert.equal(
        readFileSync(file, "utf8"),
        CONFIG.replace("127.0.0.1:9600", "127.0.0.1:11")
          .replace("127.0.0.1:9601", "127.0.0.1:12")
          .replace("'127.0.0.1:9545'", '"127.0.0.1:1"'),
      );
      assert.equal(statSync(file).mode & 0o777, 0o640);
      const list = JSON.parse(readFileSync(join(folder, "network.json"), "utf8"));
      assert.deepEqual(
        [list.more, list.nodes[1].address, list.nodes[1].rpc],
        [1, "127.0.0.1:12", "http://127.0.0.1:2"],
      );
      assert.equal(statSync(join(folder, "network.json")).mode & 0o777, 0o600);
      const before = statSync(file).ino;
      writePorts(folder, LIST, ports);
      assert.equal(statSync(file).ino, before, "what says so already is not written again");
    }));

  it("stay what they were, as long as nobody else has them", async () => {
    const [a = 0, b = 0, c = 0, d = 0] = await freePorts(4);
    const before = { rpc: [a, b], p2p: [c, d] };
    assert.deepEqual(await choosePorts(LIST, 0, before), { ports: before, moved: [] });
    const server = await listening(d);
    try {
      const { ports, moved } = await choosePorts(LIST, 0, before);
      const now = ports.p2p[1] ?? 0;
      assert.deepEqual([ports.rpc, ports.p2p[0]], [[a, b], c]);
      assert.ok(now !== d && (await isPortFree(now)));
      assert.deepEqual(moved, [{ node: "v2", role: "validator", what: "p2p", was: d, now }]);
    } finally {
      server.close();
    }
  });

  it("are the caller's where it names them, and nobody gets one twice", async () => {
    const [p2p = 0] = await freePorts(1);
    // What the homes have for each other is wanted for clients now; and both homes say the same.
    const before = { rpc: [1, 2], p2p: [p2p, p2p] };
    const { ports, moved } = await choosePorts({ ...LIST, nodes: LIST.nodes.slice(0, 1) }, p2p, before);
    assert.deepEqual(ports.rpc, [p2p]);
    assert.notEqual(ports.p2p[0], p2p);
    assert.deepEqual(
      moved.map(({ what }) => what),
      ["p2p"],
    );
    const twice = await choosePorts(LIST, 0, before);
    assert.equal(new Set([...twice.ports.rpc, ...twice.ports.p2p]).size, 4);
  });

  it("are any free ones for a new network, and refused where those asked for are taken", async () => {
    const { ports, moved } = await choosePorts(LIST, 0, undefined);
    assert.equal(new Set([...ports.rpc, ...ports.p2p]).size, 4);
    assert.deepEqual(moved, []);
    const [port = 0] = await freePorts(1);
    const server = await listening(port);
    try {
      await assert.rejects(choosePorts(LIST, port, undefined), (error) => {
        assert.ok(error instanceof LabFailure && error.code === "ports-in-use");
        assert.match(error.message, new RegExp(`port ${port} is in use .*--rpc-port`));
        return true;
      });
    } finally {
      server.close();
    }
  });
});
