// `witan transaction get --watch` at a real validator: it is killed, the transaction becomes final through the others, and
// the watch tells of it when the validator is back.
import assert from "node:assert/strict";
import { fetchChain, openWallet, prepareTransfer, sendTransfer, submitTransaction } from "@witan/client";
import { main } from "../../packages/cli/src/main.ts";
import { until } from "./conditions.ts";
import { type TestNetwork, withNetwork } from "./harness.ts";

/** A watch at a node, and what it has told so far. */
function watch(network: TestNetwork, node: number, id: string) {
  let out = "";
  const streams = {
    out: (text: string) => {
      out += text;
    },
    err: () => {},
  };
  const argv = ["transaction", "get", id, "--watch", "--json", "--rpc", network.client(node).url];
  const ended = main(argv, streams);
  const lines = (): readonly Readonly<Record<string, unknown>>[] =>
    out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
  return { ended, lines };
}

describe("a watched transaction", function () {
  this.timeout(120_000);

  it("is told to be final, though the validator that is asked was killed before", () =>
    withNetwork({}, async (network) => {
      const [from, to] = network.list.accounts;
      const wallet = openWallet(from?.secretKey ?? "");
      const chain = await fetchChain(network.client(1));
      assert.ok(wallet.ok && chain.ok && to !== undefined);
      const request = { from: wallet.value, chain: chain.value, payments: [{ to: to.address, amount: 5n }] };
      // One that is final from the first, and one that comes when the watched node is away.
      const first = await sendTransfer({ ...request, rpc: network.client(0) });
      assert.ok(first.ok && first.value.outcome.status === "final");
      const { height } = first.value.outcome;
      const told = watch(network, 0, first.value.transaction.id);
      assert.equal(await told.ended, 0);
      assert.equal(told.lines().at(-1)?.["height"], height);
      await network.reaches(1, height);
      const next = await prepareTransfer({ ...request, rpc: network.client(1) });
      assert.ok(next.ok);
      const { transaction } = next.value;
      const watching = watch(network, 0, transaction.id);
      await until("it listens", () => watching.lines().length > 0);
      await network.kill(0);
      await until("it tells of the loss", () =>
        watching.lines().some(({ event }) => event === "disconnected"),
      );
      const outcome = await submitTransaction(network.client(1), transaction);
      assert.equal(outcome.status, "final", JSON.stringify(outcome));
      await network.restart(0);
      assert.equal(await watching.ended, 0);
      const { status, height: at } = watching.lines().at(-1) ?? {};
      assert.deepEqual([status, at], ["final", outcome.status === "final" ? outcome.height : 0]);
      const finals = watching.lines().filter((line) => line["status"] === "final");
      assert.equal(finals.length, 1);
    }));
});
