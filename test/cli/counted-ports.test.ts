// Ports that count: what passes is counted once and not changed, what does not pass is not counted.
import assert from "node:assert/strict";
import type { Miner, VoteSigner } from "@witan/node";
import type { Network, NetworkHandlers, SignatureScheme, SignatureVerifier } from "@witan/primitives";
import { countedPorts } from "../../packages/cli/src/running/counted-ports.ts";
import { NodeMetrics } from "../../packages/cli/src/running/metrics.ts";

const BYTES = new Uint8Array(10);

/** A network that sends when it is told that it can, and answers a request of its own at `start`. */
function networkOf(isSent: () => boolean, answers: (Uint8Array | undefined)[]): Network {
  return {
    self: "me",
    start: async (handlers: NetworkHandlers) => {
      answers.push(await handlers.request("peer" as never, BYTES));
    },
    send: isSent,
    isConnected: isSent,
    request: async () => ({ ok: true, value: BYTES }),
  } as unknown as Network;
}

describe("ports that count", () => {
  it("count messages, signatures and hashes, as the metrics show them", async () => {
    let isSent = true;
    const answers: (Uint8Array | undefined)[] = [];
    const miner = { hashes: 100 };
    const metrics = new NodeMetrics();
    let isSigned = true;
    const ports = countedPorts(
      {
        network: networkOf(() => isSent, answers),
        signer: {
          publicKeys: ["key"],
          signVote: async () =>
            isSigned ? { ok: true, value: "signature" } : { ok: false, code: "contradicts" },
          noteVote: async () => ({ ok: true, value: undefined }),
          signStatement: () => "statement",
        } as unknown as VoteSigner,
        verifier: {
          name: "native",
          verify: async (checks: readonly unknown[]) =>
            isSigned ? { ok: true, value: checks.map(() => true) } : { ok: false, code: "busy" },
        } as unknown as SignatureVerifier,
        scheme: { name: "native", verify: () => false } satisfies SignatureScheme,
        miner: miner as unknown as Miner,
      },
      metrics,
    );
    const { network, signer, verifier, scheme } = ports;
    const check = {} as never;
    await network.start({ request: async () => new Uint8Array(7) } as unknown as NetworkHandlers);
    assert.deepEqual([network.self, answers[0]?.length], ["me", 7]);
    assert.ok(network.send("peer" as never, "consensus", BYTES));
    await network.request("peer" as never, new Uint8Array(3), { timeoutMs: 1 });
    isSent = false;
    assert.ok(!network.send("peer" as never, "bulk", BYTES));
    await network.request("peer" as never, BYTES, { timeoutMs: 1 });
    await signer.signVote("key" as never, check, check);
    await signer.noteVote("key" as never, check, check);
    assert.equal(signer.signStatement("key" as never, check), "statement");
    assert.equal(scheme.verify(check), false);
    await verifier.verify([check, check]);
    isSigned = false;
    await signer.signVote("key" as never, check, check);
    await verifier.verify([check]);
    await metrics.text();
    miner.hashes = 250;
    const lines = (await metrics.text()).split("\n");
    for (const line of [
      'witan_messages_sent_total{kind="consensus"} 1',
      'witan_messages_sent_total{kind="request"} 1',
      'witan_bytes_sent_total{kind="request"} 3',
      'witan_bytes_sent_total{kind="answer"} 7',
      "witan_signatures_made_total 2",
      "witan_signatures_checked_total 3",
      "witan_hashes_tried_total 250",
    ])
      assert.ok(lines.includes(line), line);
    assert.ok(!lines.some((line) => line.includes('kind="bulk"')), "what was not sent");
  });
});
