// The choice between branches, rule by rule (protocols/proof-of-work.md).
import assert from "node:assert/strict";
import { powRecordCodec } from "@witan/consensus";
import { AssertionError, blockWork, compactOfTarget } from "@witan/primitives";
import { GENESIS, type Mine, PARAMETERS } from "./mining.ts";
import { hashes, only, peer, Stage } from "./stage.ts";

describe("the choice between branches", () => {
  it("follows what is built on the tip, and tells of it", () => {
    const stage = new Stage();
    const [first] = stage.mine.branch(GENESIS, 1);
    assert.deepEqual(stage.blocks([first as never]), [
      { kind: "switchTip", undo: [], apply: [first?.hash] },
      { kind: "announce", hash: first?.hash },
    ]);
    const work = blockWork(PARAMETERS.initialTarget);
    assert.deepEqual(stage.engine.status(), {
      ...{ mode: "pow", height: 1, hash: first?.hash, work, phase: "settled", searching: false },
      ...{ best: { height: 1, hash: first?.hash, work }, nextTarget: PARAMETERS.initialTarget },
      ...{ branches: 0, orphans: 0 },
    });
  });

  it("keeps the branch that was seen first, and leaves it for more work: undo from the tip on, apply from the fork on", () => {
    const stage = new Stage();
    const ours = stage.mine.branch(GENESIS, 3);
    const theirs = stage.mine.branch(ours[0] as never, 3);
    stage.blocks(ours);
    assert.deepEqual(only(stage.blocks(theirs.slice(0, 2)), "switchTip"), []);
    assert.equal(stage.engine.status().branches, 1);
    assert.deepEqual(only(stage.blocks(theirs.slice(2)), "switchTip"), [
      { kind: "switchTip", undo: hashes(ours.slice(1)).toReversed(), apply: hashes(theirs) },
    ]);
  });

  it("counts work, not blocks", () => {
    // After eight blocks in a hurry the target is twice as hard, after eight slow ones twice as easy.
    const stage = new Stage();
    const shared = stage.mine.branch(GENESIS, 7);
    const slow = stage.mine.branch(shared[6] as never, 3, { timestamp: GENESIS.timestamp + 60_000 });
    const [last] = stage.mine.branch(shared[6] as never, 1, { timestamp: GENESIS.timestamp + 4_500 });
    const quick = stage.mine.branch(last as never, 2);
    assert.ok(blockWork(quick[1]?.target ?? 0) > 3n * blockWork(slow[2]?.target ?? 0));
    stage.blocks([...shared, ...slow]);
    assert.equal(stage.tip, slow[2]);
    stage.blocks([last as never, ...quick]);
    assert.equal(stage.tip, quick.at(-1));
    const longer = stage.mine.branch(slow[2] as never, 1);
    assert.equal(longer[0]?.height, (quick[1]?.height ?? 0) + 1);
    stage.blocks(longer);
    assert.equal(stage.tip, quick.at(-1), "a longer branch with less work");
  });

  it("sees a block when it is at hand with all before it", () => {
    const stage = new Stage();
    const [a, b] = [stage.mine.branch(GENESIS, 2), stage.mine.branch(GENESIS, 2)];
    stage.headers(a);
    stage.blocks(a.slice(1));
    stage.blocks(b);
    assert.equal(stage.tip, b[1]);
    stage.blocks(a.slice(0, 1));
    assert.equal(stage.tip, b[1]);
  });

  it("never tries a branch with an invalid block again, nor what is built on it, also after a restart", () => {
    const stage = new Stage();
    const good = stage.mine.branch(GENESIS, 2);
    const bad = stage.mine.branch(GENESIS, 4);
    stage.bad.add(bad[1]?.hash as never);
    stage.blocks(good);
    const effects = stage.blocks(bad);
    assert.equal(stage.tip, good[1]);
    assert.equal(only(effects, "switchTip").length, 1);
    assert.deepEqual(only(effects, "reportPeer"), [
      { kind: "reportPeer", peer: peer(1), code: "invalid-block", hash: bad[1]?.hash },
      ...[bad[3]].map((last) => ({
        kind: "reportPeer",
        peer: peer(1),
        code: "invalid-block",
        hash: last?.hash,
      })),
    ]);
    const bytes = powRecordCodec.encode(stage.record as never);
    const read = powRecordCodec.decode(bytes);
    assert.ok(read.ok);
    assert.deepEqual(read.value, { kind: "invalid", hashes: hashes([bad[2], bad[1]] as never) });
    const again = new Stage({}, stage.mine, stage.chain, read.value);
    again.bad.add(bad[1]?.hash as never);
    for (const one of [stage, again]) {
      const known = one.blocks([...bad, ...one.mine.branch(bad[3] as never, 3)]);
      assert.deepEqual(only(known, "switchTip"), []);
      const refused = only(known, "reportPeer").map(({ hash }) => hash);
      for (const { hash } of bad.slice(1, 3)) assert.ok(refused.includes(hash));
      assert.equal(one.tip, good[1]);
    }
  });

  it("falls back to the second best branch when the best is invalid", () => {
    const stage = new Stage();
    const ours = stage.mine.branch(GENESIS, 1);
    const second = stage.mine.branch(GENESIS, 3);
    const best = stage.mine.branch(second[0] as never, 3);
    stage.bad.add(best[0]?.hash as never);
    stage.blocks(ours);
    stage.isWaiting = true;
    // The host is at work on something else while both come.
    stage.blocks([...second.slice(0, 2)]);
    const [begun] = only(stage.all.splice(0), "switchTip").slice(-1);
    stage.blocks([second[2] as never, ...best]);
    stage.isWaiting = false;
    stage.step(stage.carryOut(begun as never));
    assert.equal(stage.tip, second[2]);
  });

  it("takes the first seen of equals also where several have more work than the chain", () => {
    const stage = new Stage();
    const [first, second] = [stage.mine.branch(GENESIS, 3), stage.mine.branch(GENESIS, 3)];
    const [begun] = stage.mine.branch(GENESIS, 1);
    stage.isWaiting = true;
    const [step] = only(stage.blocks([begun as never]), "switchTip");
    stage.blocks([...first, ...second]);
    // Whether what is seen later changes the choice, or a choice that is made anew.
    assert.deepEqual(only(stage.step(stage.carryOut(step as never)), "switchTip")[0]?.apply, hashes(first));
    const other = new Stage({}, stage.mine);
    other.isWaiting = true;
    const bad = stage.mine.branch(GENESIS, 4);
    const [tried] = only(other.blocks(bad.slice(0, 1)), "switchTip");
    other.blocks([...second, ...first, ...bad.slice(1)]);
    other.bad.add(bad[0]?.hash as never);
    assert.deepEqual(only(other.step(other.carryOut(tried as never)), "switchTip")[0]?.apply, hashes(second));
  });

  it("tells of its tip again and again, for those who missed it", () => {
    const stage = new Stage();
    stage.blocks(stage.mine.branch(GENESIS, 2));
    const told = only(stage.ticks(30), "announce").map(({ hash }) => hash);
    assert.deepEqual(told, hashes([stage.tip, stage.tip, stage.tip]));
  });

  it("goes to the nearest block with more work first, however long the branch", () => {
    const stage = new Stage();
    const ours = stage.mine.branch(GENESIS, 40);
    const theirs = stage.mine.branch(GENESIS, 100);
    stage.blocks(ours);
    stage.headers(theirs);
    const steps = only(stage.blocks(theirs.toReversed()), "switchTip");
    assert.deepEqual(
      hashes(theirs),
      steps.flatMap(({ apply }) => apply),
    );
    const work = (hash: string) =>
      stage.mine
        .line(stage.mine.headers.get(hash as never) as never)
        .reduce((sum, { target }) => sum + blockWork(target), 0n);
    assert.ok(work(steps[0]?.apply.at(-1) as never) > work(ours[39]?.hash as never));
    assert.ok(work(steps[0]?.apply.at(-2) as never) <= work(ours[39]?.hash as never));
    assert.ok(steps.slice(1).every(({ undo, apply }) => undo.length === 0 && apply.length <= 32));
  });

  it("waits for the answer to a switch before the next, and stands where the host says", () => {
    const stage = new Stage();
    const [a, b] = [stage.mine.branch(GENESIS, 3), stage.mine.branch(GENESIS, 4)];
    stage.isWaiting = true;
    stage.headers(a);
    assert.deepEqual(only(stage.blocks(a.toReversed()), "switchTip"), [
      { kind: "switchTip", undo: [], apply: hashes(a) },
    ]);
    assert.deepEqual(only(stage.blocks(b), "switchTip"), []);
    assert.equal(stage.engine.status().phase, "switching");
    // Two of three were applied: the third is invalid.
    const effects = stage.step({ kind: "switched", tip: a[1]?.hash as never, invalid: a[2]?.hash });
    assert.deepEqual(only(effects, "switchTip"), [
      { kind: "switchTip", undo: hashes(a.slice(0, 2)).toReversed(), apply: hashes(b) },
    ]);
    const { engine } = stage;
    for (const answer of [
      { tip: GENESIS.hash, invalid: undefined },
      { tip: a[1]?.hash, invalid: undefined },
      { tip: b[0]?.hash, invalid: undefined },
      { tip: b[3]?.hash, invalid: b[3]?.hash },
    ])
      assert.throws(() => new Stage().engine.step({ kind: "switched", ...answer } as never), AssertionError);
    assert.throws(
      () => engine.step({ kind: "switched", tip: b[0]?.hash as never, invalid: undefined }),
      AssertionError,
    );
  });

  it("mines on the tip, and stops as soon as something better is at hand", () => {
    const stage = new Stage({ mines: true });
    const [first] = only(stage.ticks(1), "mine");
    assert.deepEqual(first, {
      ...{ kind: "mine", parent: GENESIS.hash, height: 1, target: PARAMETERS.initialTarget },
      laterThan: GENESIS.timestamp,
    });
    assert.deepEqual(only(stage.ticks(5), "mine"), []);
    const own = stage.mine.on(GENESIS);
    assert.deepEqual(
      stage.step({ kind: "mined", header: own }).map(({ kind }) => kind),
      [...["stopMining", "switchTip", "announce", "mine"]],
    );
    assert.equal(stage.tip, own);
    assert.ok(stage.engine.status().searching);
    // A rival of the same work stops nothing; nor does a header whose block nobody gives.
    const rival = stage.mine.branch(GENESIS, 2);
    assert.deepEqual(only(stage.blocks(rival.slice(0, 1)), "stopMining"), []);
    assert.deepEqual(only(stage.headers(rival.slice(1)), "stopMining"), []);
    assert.deepEqual(only(stage.blocks(rival.slice(1)), "mine").at(-1)?.parent, rival[1]?.hash);
    assert.deepEqual(only(new Stage().ticks(3), "mine"), []);
  });
});

describe("rules for headers", () => {
  const refused = (wanted: Parameters<Mine["on"]>[1], length = 12) => {
    const stage = new Stage();
    stage.blocks(stage.mine.branch(GENESIS, length));
    const header = stage.mine.on(stage.tip, wanted);
    const effects = stage.blocks([header]);
    assert.equal(stage.tip === header, only(effects, "reportPeer").length === 0);
    return only(effects, "reportPeer")[0]?.code;
  };
  const time = GENESIS.timestamp;

  it("a hash at most the target", () => assert.equal(refused({ works: false }), "header-work"));
  it("the target prescribed, not an easier one, nor a harder one", () => {
    assert.equal(refused({ target: PARAMETERS.targetLimit }), "header-target");
    assert.equal(refused({ target: compactOfTarget(1n << 251n) }), "header-target");
  });
  it("a compact form that is canonical", () =>
    assert.equal(refused({ target: 0x21000100 }), "header-target"));
  it("the height after the parent's", () => assert.equal(refused({ height: 14 }), "header-height"));
  it("a timestamp later than the median of the 11 before, though not than the parent's", () => {
    // Blocks 2 to 12 are the last 11: their median is that of block 7.
    assert.equal(refused({ timestamp: time + 7_000 }), "header-timestamp");
    assert.equal(refused({ timestamp: time + 7_001 }), undefined);
  });

  it("targets follow the time that blocks took", () => {
    const stage = new Stage();
    stage.blocks(stage.mine.branch(GENESIS, 8));
    // The first period is measured over seven intervals, and took them.
    assert.equal(stage.engine.status().nextTarget, PARAMETERS.initialTarget);
    const slow = stage.mine.branch(stage.tip, 8);
    stage.blocks(slow.slice(0, 7));
    stage.blocks([stage.mine.on(stage.tip, { timestamp: stage.tip.timestamp + 9_000 })]);
    // 16 seconds for eight: as the limit has it, no more.
    assert.equal(stage.engine.status().nextTarget, PARAMETERS.targetLimit);
  });

  it("wait until their time has come, and then count, with what is built on them", () => {
    const stage = new Stage();
    const early = stage.mine.on(GENESIS, { timestamp: stage.now + 5_001 });
    const child = stage.mine.on(early, { timestamp: stage.now + 5_002 });
    assert.deepEqual(stage.blocks([early, child]), []);
    assert.deepEqual([stage.engine.kept().early, stage.engine.kept().orphans], [1, 1]);
    assert.deepEqual(only(stage.ticks(1), "switchTip"), []);
    const kinds = stage.ticks(1, 1);
    assert.equal(stage.tip, early, JSON.stringify(kinds));
    assert.equal(stage.engine.kept().early, 1, "the child is early, still");
    stage.ticks(1, 1);
    assert.equal(stage.tip, child);
    assert.deepEqual(only(stage.all, "reportPeer"), []);
  });
});
