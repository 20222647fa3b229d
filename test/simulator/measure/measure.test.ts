// Calm worlds, measured: the same numbers of the same seed; what formulas say; what codecs say.
import assert from "node:assert/strict";
import { encodeBlock, transactionCodec } from "@witan/ledger";
import { ZERO_HASH } from "@witan/primitives";
import {
  INTERVAL_MS,
  MESSAGE_FORMULAS,
  type Measured,
  type MeasuredMode,
  type MeasureOptions,
  measure,
  messagesByFormula,
  pathUs,
  spreadUs,
  TRIES,
  waitsUs,
} from "@witan/simulator";
import { measuredNetwork, usualDelayUs } from "../../../packages/simulator/src/measure/networks.ts";
import { blockBytes, TRANSFER, TRANSFER_BYTES } from "../../../packages/simulator/src/measure/sizes.ts";

const MODES: readonly MeasuredMode[] = ["pbft", "bp-fast-paxos", "pow"];

function optionsOf(mode: MeasuredMode, more: Partial<MeasureOptions> = {}): MeasureOptions {
  return { seed: 3, mode, network: "lan", members: 4, blocks: 12, transactionsPerBlock: 5, ...more };
}

function countOf({ kinds }: Measured, kind: string): number {
  return kinds.find((one) => one.kind === kind)?.messages ?? 0;
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

describe("measured worlds", function () {
  this.timeout(30_000);

  for (const mode of MODES)
    it(`of ${mode} give the same numbers of the same seed, and others of another`, () => {
      const first = measure(optionsOf(mode));
      assert.deepEqual(measure(optionsOf(mode)), first);
      const other = measure(optionsOf(mode, { seed: 4 }));
      assert.notDeepEqual(other.everywhereUs, first.everywhereUs);
    });

  it("send what the formula has where answers come in time, and never more", () => {
    for (const mode of ["pbft", "bp-fast-paxos"] as const)
      for (const members of [4, 7]) {
        const world = measure(optionsOf(mode, { members }));
        const { kinds } = MESSAGE_FORMULAS[mode];
        for (const [kind, of] of Object.entries(kinds)) {
          const [sent, most] = [countOf(world, kind), world.blocks * of(members)];
          // Who decides before it has voted does not vote any more.
          assert.ok(sent <= most && sent >= 0.8 * most, `${mode} ${members} ${kind}: ${sent} of ${most}`);
        }
      }
    // Of PBFT the first message is one for each backup, always.
    assert.equal(countOf(measure(optionsOf("pbft")), "prePrepare"), 12 * 3);
  });

  it("say votes again around the world, where answers take longer than that", () => {
    const far = measure(optionsOf("pbft", { network: "world" }));
    assert.ok(countOf(far, "prepare") > 12 * 9);
  });

  it("count bytes as codecs have them, and every signature that others check", () => {
    const world = measure(optionsOf("pbft", { transactionsPerBlock: 20 }));
    const bytesOf = (kind: string) => {
      const found = world.kinds.find((one) => one.kind === kind);
      assert.ok(found, kind);
      return found.bytes / found.messages;
    };
    // Of a COMMIT: who, which view, height and block, and a signature of 64 bytes.
    assert.equal(bytesOf("commit"), 127);
    assert.equal(bytesOf("body"), blockBytes(20));
    assert.equal(bytesOf("transactions"), 20 * TRANSFER_BYTES);
    const votes = ["prePrepare", "prepare", "commit", "status"].reduce(
      (sum, kind) => sum + countOf(world, kind),
      0,
    );
    // Each is sent to three others, and checked by each.
    assert.equal(world.signaturesMade, votes / 3);
    assert.equal(world.signaturesChecked, votes);
    // Certificates alone are signed: votes are believed for the channel that they come over.
    const fast = measure(optionsOf("bp-fast-paxos"));
    assert.equal(fast.signaturesMade, 4 * 12);
    assert.equal(fast.signaturesChecked, countOf(fast, "decided"));
  });

  it("take about as long as the way of their messages", () => {
    for (const mode of ["pbft", "bp-fast-paxos"] as const)
      for (const network of ["lan", "continent", "world"] as const) {
        const world = measure(optionsOf(mode, { network, blocks: 24 }));
        const ways = Array.from(
          { length: world.processes },
          (_, place) => pathUs(mode, network, 4, place) ?? 0,
        );
        const ratio = medianOf(world.clientUs) / medianOf(ways);
        assert.ok(ratio > 0.8 && ratio < 1.6, `${mode} ${network}: ${ratio}`);
        for (const [at, us] of world.clientUs.entries()) assert.ok(us <= (world.everywhereUs[at] ?? 0));
      }
  });

  it("of miners have a chain with a block every ten seconds, and waits that grow by as much with each confirmation", () => {
    const { chain, blocks, hashes, virtualUs, kinds } = measure(optionsOf("pow", { blocks: 300 }));
    assert.ok(chain);
    const { foundUs, everywhereUs, included } = chain;
    for (const [at, us] of foundUs.entries()) {
      assert.ok(us <= (everywhereUs[at] ?? 0), `block ${at} was everywhere before it was found`);
      assert.ok(at === 0 || us >= (foundUs[at - 1] ?? 0), "blocks are found in order");
    }
    // Each is off by its own length in the mean: 300 of them by a seventeenth.
    const perBlockMs = virtualUs / blocks / 1_000;
    assert.ok(Math.abs(perBlockMs / INTERVAL_MS - 1) < 0.25, `${perBlockMs} ms between blocks`);
    assert.ok(Math.abs(hashes / blocks / TRIES - 1) < 0.25);
    const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length;
    const [one, ten] = [1, 10].map((confirmations) => mean(waitsUs(chain, confirmations)));
    assert.ok(included.length > 500);
    assert.ok(Math.abs(((ten ?? 0) - (one ?? 0)) / (9 * perBlockMs * 1_000) - 1) < 0.1, `${one} ${ten}`);
    assert.deepEqual(
      kinds.map(({ kind }) => kind).filter((kind) => kind !== "blockAsked"),
      ["block", "headers"],
    );
  });
});

describe("formulas of measured worlds", () => {
  it("are those of the papers", () => {
    for (const n of [4, 7, 16, 31, 100]) {
      assert.equal(messagesByFormula("pbft", n), 2 * n * (n - 1));
      assert.equal(messagesByFormula("bp-fast-paxos", n), n * n);
      assert.equal(messagesByFormula("pow", n), n * (n - 1));
    }
  });

  it("follow messages: PBFT is one delay behind BP Fast Paxos, and a client elsewhere one behind the leader's", () => {
    const delay = usualDelayUs("lan", 0, 1);
    const write = 1_000;
    // PRE-PREPARE, PREPARE, COMMIT, each written before it is sent, and the block.
    assert.equal(pathUs("pbft", "lan", 4, 0), 3 * delay + 4 * write);
    assert.equal(pathUs("pbft", "lan", 4, 1), 4 * delay + 4 * write);
    // Of a client at an acceptor: to the proposer, ACCEPT, LEARN.
    assert.equal(pathUs("bp-fast-paxos", "lan", 4, 2), 3 * delay + 3 * write);
    assert.equal(pathUs("pow", "lan", 4, 0), undefined);
    assert.equal(spreadUs("lan", 4), delay + 2 * write);
  });

  it("have delays that are the same both ways", () => {
    for (const network of ["lan", "continent", "world"] as const)
      for (let from = 0; from < 12; from++)
        for (let to = 0; to < 12; to++)
          assert.equal(usualDelayUs(network, from, to), usualDelayUs(network, to, from));
    const { betweenUs, regions } = measuredNetwork("world", 12);
    assert.equal(betweenUs?.length, new Set(regions).size);
  });
});

describe("sizes of blocks", () => {
  it("are those that the ledger encodes", () => {
    const bytes = transactionCodec.encode(TRANSFER);
    const chain = { blockHash: () => ZERO_HASH } as unknown as Parameters<typeof encodeBlock>[0];
    const header = {
      ...{ version: 1, height: 1, parent: ZERO_HASH, timestamp: 1, transactionsRoot: ZERO_HASH },
      ...{ governanceRoot: ZERO_HASH, proposer: 0, target: 0, nonce: 0n },
    } as unknown as Parameters<typeof encodeBlock>[1];
    for (const count of [1, 20]) {
      const sealed = Array(count).fill({ bytes });
      const block = encodeBlock(chain, header, sealed);
      assert.ok(block.ok);
      assert.equal(blockBytes(count), block.value.bytes.length);
    }
  });
});
