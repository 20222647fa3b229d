// Subscriptions of the client against real validators under load, over a connection that is cut again and again, and a node
// that is killed: every block and every final transaction once and in order, as the chain has them. And a quorum of real nodes.
import assert from "node:assert/strict";
import { type EventStream, QuorumClient, RpcSocket } from "@witan/client";
import { checkChains } from "./chains-agree.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { withNetwork } from "./harness.ts";
import { Load } from "./load.ts";

interface Told {
  readonly type: string;
  readonly height: number;
  readonly transaction: string;
  readonly hash: string;
}

/** Reads a stream into a list, until it ends. */
async function gather(stream: EventStream, into: Told[]): Promise<void> {
  for await (const { event } of stream)
    if (event.type === "block" || event.type === "final") into.push({ transaction: "", ...event });
}

describe("streams of events", () => {
  it("cut at random, and over the death of their node, tell every final thing once and in order", () =>
    withNetwork({}, async (network) => {
      const proxy = await new CuttingProxy(network.rpcPort).start();
      const socket = new RpcSocket({ url: proxy.url });
      const blocks: Told[] = [];
      const finals: Told[] = [];
      let failure: unknown;
      const fail = (error: unknown) => {
        failure = error;
      };
      network.guards.push(() => assert.equal(failure, undefined));
      const [ofBlocks, ofFinals] = [
        socket.subscribe({ to: "blocks" }),
        socket.subscribe({ to: "transactions" }),
      ];
      const reading = [gather(ofBlocks, blocks).catch(fail), gather(ofFinals, finals).catch(fail)];
      await network.until("both begin", () => ofBlocks.cursor !== undefined && ofFinals.cursor !== undefined);

      const load = await Load.start(network, { lanes: 3 });
      for (let cut = 0; cut < 8; cut++) {
        await load.more(3 + Math.floor(network.random() * 5));
        proxy.cut();
      }
      await network.kill(0);
      await load.more(5);
      await network.restart(0);
      await load.more(5);
      await load.stop();
      const head = Math.max(...(await network.heights()));
      await network.reaches(0, head);
      const last = () => blocks.at(-1)?.height ?? 0;
      await network.until("all blocks were told", () => last() >= head);
      const known = () => new Set(finals.map(({ transaction }) => transaction));
      await network.until("all finals were told", () => {
        const told = known();
        return load.finals.every(({ transaction }) => told.has(transaction));
      });
      socket.close();
      await Promise.all(reading);
      await proxy.stop();
      assert.ok(proxy.cuts >= 5, `${proxy.cuts} cuts`);

      assert.deepEqual(
        blocks.map(({ height }) => height),
        blocks.map((_, at) => (blocks[0]?.height ?? 0) + at),
        "each height once and in order",
      );
      for (const { height, hash } of blocks) {
        const block = await network.client(1).call("chain_block", { height });
        assert.equal(hash, block.hash);
      }
      assert.equal(known().size, finals.length, "no transaction was told final twice");
      const heights = finals.map(({ height }) => height);
      assert.deepEqual(
        heights,
        [...heights].sort((a, b) => a - b),
      );
      for (const { transaction, height, hash } of load.finals) {
        const told = finals.find((one) => one.transaction === transaction);
        assert.deepEqual([told?.height, told?.hash], [height, hash]);
      }
      await checkChains(network, load.finals);
    })).timeout(180_000);

  it("and a quorum: what two of four nodes say, one of which is dead", () =>
    withNetwork({}, async (network) => {
      const load = await Load.start(network, { lanes: 1 });
      await load.more(2);
      await load.stop();
      await network.kill(3);
      const nodes = network.clients.slice(0, 4);
      const quorum = new QuorumClient({ nodes });
      const head = await quorum.ask("chain_head", {});
      assert.ok(head.value.height >= 1);
      const address = network.list.accounts[0]?.address ?? "";
      const { nodes: said } = await quorum.ask("chain_balance", { address });
      assert.deepEqual(
        said.map(({ stance }) => stance),
        ["agrees", "agrees", "agrees", "silent"],
      );
    })).timeout(120_000);
});
