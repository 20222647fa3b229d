// Every check of worlds of whole nodes can fail: each is shown what it must not let pass.
import assert from "node:assert/strict";
import { ballotMessage, digestOf, signedMessageCodec } from "@witan/consensus";
import type { BlockHash, Height, MemberIndex, View } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { keyOf } from "@witan/storage";
import { NODE_CHECKS } from "../../packages/simulator/src/nodes/checks/checks.ts";
import { Replay } from "../../packages/simulator/src/nodes/checks/replay.ts";
import type { Dealing } from "../../packages/simulator/src/nodes/dealing.ts";
import type { NodeNetwork } from "../../packages/simulator/src/nodes/node-network.ts";
import type { NodeProcess } from "../../packages/simulator/src/nodes/node-process.ts";
import { NodesWorld } from "../../packages/simulator/src/nodes/world.ts";
import { calmNodesPlan, foundBy, withSpoiler } from "./calm-nodes.ts";

const id = "ab".repeat(32);
const dealing: Dealing = {
  ...{ kind: "pay", transaction: undefined, hex: "", spends: [], taken: [], rivals: [], fate: undefined },
  owner: undefined as never,
};
const final = (height: number): TransactionOutcome => ({
  ...{ transaction: id, status: "final", height, hash: "cd".repeat(32), index: 0 },
});

describe("the checks of worlds of whole nodes", () => {
  it("let a calm world pass, every one of them", async () => {
    const checks = Object.values(NODE_CHECKS).map(({ make }) => make);
    const result = await new NodesWorld(calmNodesPlan(), { checks }).run();
    assert.equal(result.violation?.message, undefined);
    assert.ok(result.decisions > 0);
  });

  it("agreement: two blocks at one height", async () => {
    const found = await foundBy("agreement", (world, [p0, p1]) => {
      world.decided(p0 as NodeProcess, { height: 1, hash: "aa" });
      world.decided(p1 as NodeProcess, { height: 1, hash: "bb" });
    });
    assert.equal(found, "agreement");
  });

  it("fates: two heights of one transaction, or final and expired", async () => {
    for (const other of [final(2), { transaction: id, status: "expired", height: 9 } as const]) {
      const found = await foundBy("fates", (world, [p0, p1]) => {
        world.told(p0 as NodeProcess, dealing, final(1));
        world.told(p1 as NodeProcess, dealing, other);
      });
      assert.equal(found, "fates");
    }
  });

  it("fates: what a client was told is final is nowhere", async () => {
    const found = await foundBy("fates", (world, [p0]) => world.told(p0 as NodeProcess, dealing, final(1)));
    assert.ok(found !== undefined);
  });

  it("checkpoints: two digests of the state after one block", async () => {
    const found = await foundBy("checkpoints", (world, [p0, p1]) => {
      world.logged(p0 as NodeProcess, { message: "checkpoint", fields: { height: 10, digest: "aa" } });
      world.logged(p1 as NodeProcess, { message: "checkpoint", fields: { height: 10, digest: "bb" } });
    });
    assert.equal(found, "checkpoints");
  });

  it("votes: two messages of one key for one slot", async () => {
    const found = await foundBy("votes", (world, [p0]) => {
      const { chain, scheme } = world.cast;
      for (const digit of ["a", "b"]) {
        const message = ballotMessage("prepare", {
          ...{ membership: 1 as Height, height: 1 as Height, view: 0 as View },
          blockHash: digit.repeat(64) as BlockHash,
        });
        const key = p0?.keys[0];
        assert.ok(key);
        const signature = scheme.sign(digestOf(chain.chainId, message), key);
        const bytes = signedMessageCodec.encode({ sender: 0 as MemberIndex, message, signature });
        world.saidBy({ place: 0 } as NodeNetwork, bytes);
      }
    });
    assert.equal(found, "votes");
  });

  it("validity: a vote for a bad block, one that is final, and one that is kept", async () => {
    const bad = "ba".repeat(32) as BlockHash;
    const voted = await foundBy("validity", (world, [p0]) => {
      world.liars.conspiracy.bad.set(bad, "bad-money");
      const { chain, scheme } = world.cast;
      const message = ballotMessage("commit", {
        ...{ membership: 1 as Height, height: 1 as Height, view: 0 as View, blockHash: bad },
      });
      const key = p0?.keys[0];
      assert.ok(key);
      const signature = scheme.sign(digestOf(chain.chainId, message), key);
      const bytes = signedMessageCodec.encode({ sender: 0 as MemberIndex, message, signature });
      world.saidBy({ place: 0 } as NodeNetwork, bytes);
    });
    assert.equal(voted, "validity");
    const final = await foundBy("validity", (world, [p0]) => {
      world.liars.conspiracy.bad.set(bad, "bad-money");
      world.decided(p0 as NodeProcess, { height: 1, hash: bad });
    });
    assert.equal(final, "validity");
    const kept = await withSpoiler("validity", async (world) => {
      world.liars.conspiracy.bad.set(bad, "bad-money");
      const store = await world.processes[1]?.disk.openForOperator();
      const value = new Uint8Array(200);
      await store?.write([{ kind: "put", key: keyOf("proposal", bad), value }], { sync: true });
    });
    assert.equal(kept?.check, "validity", kept?.message);
  });

  it("guard: a signature that was refused", async () => {
    assert.equal(
      await foundBy("guard", (world, [p0]) => world.refused(p0 as NodeProcess, "contradicts")),
      "guard",
    );
  });

  it("blame: a correct node that is blamed", async () => {
    const found = await foundBy("blame", (world) =>
      world.faulted({ place: 0 } as NodeNetwork, world.cast.peerIds(1)[0], "serious", "bulk-encoding"),
    );
    assert.equal(found, "blame");
  });

  it("failures: a node that stops by itself, unless its disk is why", async () => {
    const fails = (world: NodesWorld, [p0]: readonly NodeProcess[]) =>
      world.failed(p0 as NodeProcess, new Error("no"));
    assert.equal(await foundBy("failures", fails), "failures");
    const excused = await foundBy("failures", (world, processes) => {
      processes[0]?.excuses.add({});
      fails(world, processes);
    });
    assert.equal(excused, undefined);
  });

  it("bounds: timers, requests or transactions without end", async () => {
    const timers = await foundBy("bounds", (_world, [p0]) => {
      Object.defineProperty(p0, "timers", { value: 100_000 });
    });
    assert.equal(timers, "bounds");
    const asked = await foundBy("bounds", (_world, [p0]) => {
      Object.defineProperty(p0, "network", { value: { asked: 1_000, died: () => {} } });
    });
    assert.equal(asked, "bounds");
    const pool = await foundBy("bounds", (_world, [p0]) => {
      const limits = { transactions: 1, bytes: 1_000_000 };
      const call = async () => ({ transactions: 3, bytes: 10, waiting: 0, limits, oldestMs: null });
      Object.defineProperty(p0, "call", { value: call });
    });
    assert.equal(pool, "bounds");
    for (const too of [{ syncBytes: 2 ** 28 }, { kept: { prepares: 10_000 } }]) {
      const found = await foundBy("bounds", (_world, [p0]) => {
        const readings = () => ({ syncBytes: 0, kept: {}, ...too });
        const running = { readings, tip: { height: -1 } };
        Object.defineProperty(p0, "running", { value: running });
        Object.defineProperty(p0, "call", { value: () => new Promise(() => {}) });
      });
      assert.equal(found, "bounds", JSON.stringify(too));
    }
  });

  it("checkpoints: what all tell of is not the state of their chain", async () => {
    const found = await withSpoiler("replay", (world) => {
      for (const process of world.correct)
        world.logged(process, { message: "checkpoint", fields: { height: 1, digest: "ab".repeat(32) } });
    });
    assert.equal(found?.check, "checkpoints", found?.message);
  });

  it("liveness: one waits too long though others go on", async () => {
    const dealings = Array.from({ length: 40 }, (_, count) => ({
      ...{ atUs: (count + 1) * 200_000, client: count === 0 ? 0 : 1, kind: "pay" as const },
    }));
    const plan = calmNodesPlan({ dealings, kindAtUs: 500_000, boundUs: 3_000_000 });
    const found = await foundBy(
      "agreement",
      (world) => {
        for (const process of world.processes)
          process.tap = {
            serves: (one) => one.witness.signatures[0]?.publicKey !== world.cast.clients[0]?.publicKey,
          };
      },
      plan,
    );
    assert.equal(found, "liveness");
  });

  it("proofs: a node that has none", async () => {
    const found = await withSpoiler("fates", (world) => {
      for (const process of world.processes) {
        const call = process.call.bind(process);
        const value: typeof call = (method, params, signal) =>
          method === "chain_proof" ? Promise.reject(new Error("no")) : call(method, params, signal);
        Object.defineProperty(process, "call", { value });
      }
    });
    assert.equal(found?.check, "proofs", found?.message);
  });

  it("replay: a chain that is another on a disk, or is not there", async () => {
    const gone = await withSpoiler("replay", (world) => world.processes[1]?.disk.replace());
    assert.equal(gone?.check, "replay", gone?.message);
    const first = await withSpoiler("replay", (world) => world.processes[0]?.disk.replace());
    assert.equal(first?.check, "replay", first?.message);
  });

  it("supply: money that nobody gave, and balances that nodes make up", async () => {
    const lies = await withSpoiler("replay", (world) => {
      const liar = world.processes[2];
      Object.defineProperty(liar, "call", { value: async () => ({ balances: { "0": "1" } }) });
    });
    assert.equal(lies?.check, "supply", lies?.message);
    const ledger = new Replay(new NodesWorld(calmNodesPlan(), { checks: [] }));
    assert.deepEqual(ledger.wrongSums, []);
    const [key] = ledger.coins.keys();
    ledger.coins.delete(key as never);
    assert.equal(ledger.wrongSums.length, 1);
  });

  it("liveness: what is not final in time", async () => {
    const found = await foundBy("agreement", () => {}, calmNodesPlan({ boundUs: 0, kindAtUs: 1_000_000 }));
    assert.equal(found, "liveness");
  });

  it("validity: a client is told that what is too late is final", async () => {
    const plan = calmNodesPlan({ dealings: [{ atUs: 200_000, client: 0, kind: "expired" }] });
    const found = await foundBy(
      "agreement",
      (_world, processes) => {
        for (const process of processes)
          Object.defineProperty(process, "call", { value: async () => final(1) });
      },
      plan,
    );
    assert.equal(found, "validity");
  });

  it("damage: a flipped bit that nobody sees", async () => {
    const faults = [{ kind: "corruption", process: 0, atUs: 500_000, untilUs: 900_000 }] as const;
    const noticed = await foundBy("agreement", () => {}, calmNodesPlan({ faults }));
    assert.equal(noticed, undefined);
    const clean = new NodesWorld(calmNodesPlan(), { checks: [] }).processes[0]?.disk;
    const unseen = await foundBy(
      "agreement",
      (_world, [p0]) => {
        Object.defineProperty(p0?.disk, "openForOperator", { value: () => clean?.openForOperator() });
      },
      calmNodesPlan({ faults }),
    );
    assert.equal(unseen, "damage");
  });
});
