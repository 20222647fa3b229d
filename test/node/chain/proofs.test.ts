// Proofs as the keeper puts them together, checked by the ledger and noble, trusting the genesis alone.
import assert from "node:assert/strict";
import { createNobleScheme } from "@witan/crypto";
import { checkFinalityProof, finalityProofCodec, genesisGovernance } from "@witan/ledger";
import type { StoreChange } from "@witan/primitives";
import { keyOf, openMemoryStore } from "@witan/storage";
import { GrowingChain } from "./growing-chain.ts";
import { MemoryDisk, NO_FLUSHES, openOn, SMALL_FLUSHES, turn } from "./opening.ts";

/** A chain whose members change four times, with transactions before, between and after. */
function changingChain(seed: number): GrowingChain {
  const model = new GrowingChain(seed);
  model.grow(3);
  model.addMember("e");
  model.grow(2);
  model.addMember("f");
  model.removeMember("a");
  model.grow(3);
  model.change({ kind: "revokeClient", publicKey: REVOKED });
  model.removeMember("b");
  model.grow(3);
  return model;
}

const REVOKED = `02${"11".repeat(32)}` as never;

describe("chain keeper: finality proofs", () => {
  for (const [name, limits] of [
    ["from memory", NO_FLUSHES],
    ["from the disk", SMALL_FLUSHES],
  ] as const)
    it(`hold for every transaction, across changes of the members, ${name}`, async () => {
      const model = changingChain(51);
      const { chain } = model.ledger;
      const disk = new MemoryDisk();
      const first = await openOn(chain, await disk.open(), { limits });
      const trusted = genesisGovernance(chain).membership;
      const scheme = createNobleScheme();
      let proven = 0;
      for (let height = 1; height <= model.height; height++) await model.feed(first, height);
      const again = await openOn(chain, await disk.open(), { limits });
      for (const keeper of [first, again])
        for (let height = 1; height <= model.height; height++)
          for (const { id, witnessHash } of model.at(height).block.transactions.slice(0, 2)) {
            const proof = keeper.proof(id);
            assert.ok(typeof proof !== "string", `${proof}`);
            const bytes = finalityProofCodec.encode(proof);
            const decoded = finalityProofCodec.decode(bytes);
            assert.ok(decoded.ok);
            const checked = checkFinalityProof(chain, decoded.value, trusted, scheme);
            assert.ok(checked.ok, checked.ok ? "" : checked.code);
            assert.equal(checked.value.id, id);
            assert.equal(decoded.value.witnessHash, witnessHash);
            assert.deepEqual(checked.value.header, model.at(height).block.header);
            assert.deepEqual(checked.value.membership, model.at(height - 1).members);
            proven++;
          }
      assert.ok(proven > 20);
      await again.close();
    });

  it("hold while a flush is under way, and tell what the disk has lost", async () => {
    const model = changingChain(54);
    const { chain } = model.ledger;
    const disk = new MemoryDisk();
    const store = await disk.open();
    const keeper = await openOn(chain, store, { limits: { ...NO_FLUSHES, blocks: model.height } });
    for (let height = 1; height < model.height; height++) await model.feed(keeper, height);
    const last = await model.judged(keeper, model.height);
    let release = () => {};
    const applied = keeper.apply(last, model.at(model.height).certificate);
    // Its own write is on its way; the one of the flush behind it is not.
    disk.faulty.hold = new Promise((resolve) => {
      release = resolve;
    });
    await applied;
    await turn();
    assert.equal(keeper.cacheStatus().isFlushing, true);
    const id = last.block.transactions[0]?.id ?? model.at(model.height - 1).block.transactions[0]?.id;
    const proof = keeper.proof(id as never);
    assert.ok(typeof proof !== "string");
    assert.ok(checkFinalityProof(chain, proof, genesisGovernance(chain).membership, createNobleScheme()).ok);
    release();
    await keeper.close();
    await store.write([{ kind: "delete", key: keyOf("governance", 4) }], { sync: true });
    assert.throws(() => keeper.proof(id as never), /governance 4: the members changed there/);
    await store.write([{ kind: "delete", key: keyOf("block", 7) }], { sync: true });
    assert.throws(() => keeper.proof(id as never), /is damaged/);
  });

  it("says what it does not know, and what has no certificate", async () => {
    const model = changingChain(52);
    const store = await openMemoryStore();
    const keeper = await openOn(model.ledger.chain, store);
    const last = model.at(model.height).block;
    for (let height = 1; height < model.height; height++) await model.feed(keeper, height);
    await keeper.apply(await model.judged(keeper, model.height), undefined);
    const first = model.at(0).block.transactions[0];
    assert.ok(first !== undefined);
    assert.equal(keeper.proof(first.id), "no-certificate");
    for (const { id } of last.transactions) assert.equal(keeper.proof(id), "no-certificate");
    assert.equal(keeper.proof(last.hash as never), "unknown");
    // The certificate of a block that changed the members is gone: what rests on it can't be shown.
    const changing = model.at(4).block;
    const gone: StoreChange = { kind: "delete", key: keyOf("certificate", 4) };
    await store.write([gone], { sync: true });
    assert.equal(keeper.proof(changing.transactions[0]?.id as never), "no-certificate");
    const [after] = model.grown.slice(5).flatMap(({ block }) => block.transactions);
    assert.equal(keeper.proof(after?.id as never), "no-certificate");
    const [before] = model.at(3).block.transactions.concat(model.at(2).block.transactions);
    assert.notEqual(typeof keeper.proof(before?.id as never), "string");
    await keeper.close();
  });
});

describe("chain keeper: memberships", () => {
  it("are known for every height up to the next, also after a start", async () => {
    const model = changingChain(53);
    const disk = new MemoryDisk();
    const first = await openOn(model.ledger.chain, await disk.open());
    for (let height = 1; height <= model.height; height++) await model.feed(first, height);
    const again = await openOn(model.ledger.chain, await disk.open());
    for (const keeper of [first, again]) {
      for (let height = 1; height <= model.height + 1; height++)
        assert.deepEqual(keeper.memberships(height as never), model.at(height - 1).members, `${height}`);
      assert.deepEqual(keeper.memberships(0 as never), model.at(0).members);
      assert.equal(keeper.memberships((model.height + 2) as never), undefined);
    }
    await again.close();
  });
});
