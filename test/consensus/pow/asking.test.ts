// What a node asks of its peers, what it tells them, and that nothing they send makes it keep more than it should.
import assert from "node:assert/strict";
import { type ChainHeader, HEADERS_MAX, type PowEffect } from "@witan/consensus";
import { GENESIS, PARAMETERS } from "./mining.ts";
import { hashes, only, peer, Stage } from "./stage.ts";

describe("orphans", () => {
  it("wait while what lies before them is asked for, of who sent them", () => {
    const stage = new Stage();
    const line = stage.mine.branch(GENESIS, 4);
    stage.step({ kind: "connected", peer: peer(1) });
    assert.deepEqual(stage.blocks([line[3] as never]), [
      { kind: "requestHeaders", to: peer(1), locator: [GENESIS.hash] },
    ]);
    // Before the answer nothing is asked twice.
    assert.deepEqual(stage.blocks([line[2] as never]), []);
    assert.equal(stage.engine.kept().orphans, 2);
    const effects = stage.headers(line);
    assert.deepEqual(
      only(effects, "fetchBody").map(({ hash }) => hash),
      hashes(line.slice(0, 2)),
    );
    assert.ok(only(effects, "fetchBody").every(({ from }) => from.length === 1 && from[0] === peer(1)));
    assert.equal(stage.engine.kept().orphans, 0);
    stage.blocks(line.slice(0, 2));
    assert.equal(stage.tip, line[3]);
  });

  it("are asked for again when no answer comes, and not of who is gone", () => {
    const stage = new Stage();
    const line = stage.mine.branch(GENESIS, 2);
    stage.step({ kind: "connected", peer: peer(1) });
    stage.headers([line[1] as never]);
    assert.equal(only(stage.ticks(30), "requestHeaders").length, 3);
    stage.step({ kind: "disconnected", peer: peer(1) });
    assert.equal(only(stage.ticks(30), "requestHeaders").length, 0);
  });

  it("are asked for of whoever sent them last", () => {
    const stage = new Stage();
    const line = stage.mine.branch(GENESIS, 2);
    stage.headers(line.slice(1), peer(9));
    stage.step({ kind: "connected", peer: peer(1) });
    assert.deepEqual(
      only(stage.headers(line.slice(1)), "requestHeaders").map(({ to }) => to),
      [peer(1)],
    );
  });

  it("are dropped when nobody ever sends what lies before them", () => {
    const stage = new Stage();
    stage.blocks(stage.mine.branch(GENESIS, 2).slice(1));
    stage.ticks(600);
    assert.equal(stage.engine.kept().orphans, 1);
    assert.equal(only(stage.ticks(60), "forgetBodies").length, 1);
    assert.equal(stage.engine.kept().orphans, 0);
  });

  it("have cost work, or are refused", () => {
    const stage = new Stage();
    const parent = stage.mine.on(GENESIS);
    for (const [wanted, code] of [
      [{ works: false }, "header-work"],
      [{ target: 0x21008000 }, "header-target"],
    ] as const) {
      const effects = stage.blocks([stage.mine.on(parent, wanted)]);
      assert.deepEqual(
        only(effects, "reportPeer").map((report) => report.code),
        [code],
      );
      assert.equal(only(effects, "forgetBodies").length, 1);
    }
    assert.equal(stage.engine.kept().orphans, 0);
  });

  it("of a flood go before those of others", () => {
    const stage = new Stage({ waitingMax: 16 });
    const honest = stage.mine.branch(GENESIS, 2);
    stage.blocks(honest.slice(1), peer(2));
    const lost = stage.mine.on(GENESIS);
    for (let made = 0; made < 40; made++) stage.blocks([stage.mine.on(lost)]);
    assert.equal(stage.engine.kept().orphans, 16);
    stage.blocks(honest.slice(0, 1), peer(2));
    assert.equal(stage.tip, honest[1]);
  });
});

describe("headers", () => {
  it("are served from the first block that both have, and the tip is told who connects", () => {
    const stage = new Stage();
    const line = stage.mine.branch(GENESIS, 30);
    stage.blocks(line);
    assert.deepEqual(stage.step({ kind: "connected", peer: peer(2) }), [
      { kind: "sendHeaders", to: peer(2), hashes: [line[29]?.hash] },
    ]);
    const side = stage.mine.branch(line[9] as never, 3);
    stage.headers(side);
    const asked = stage.step({
      ...{ kind: "headersAsked", from: peer(2) },
      locator: [...hashes(side).toReversed(), ...hashes([line[9], line[4], GENESIS] as never)],
    });
    assert.deepEqual(asked, [{ kind: "sendHeaders", to: peer(2), hashes: hashes(line.slice(10)) }]);
    const strange = stage.step({ kind: "headersAsked", from: peer(2), locator: ["ab".repeat(32) as never] });
    assert.deepEqual(strange, [{ kind: "sendHeaders", to: peer(2), hashes: hashes(line) }]);
  });

  it("of many messages are asked for on and on, by locators that go back ever faster", function () {
    this.timeout(30_000);
    const stage = new Stage();
    // Under a minute a block, so that times stay in the past.
    const line: ChainHeader[] = [];
    for (let parent = GENESIS; line.length < HEADERS_MAX + 100; parent = line.at(-1) as ChainHeader) {
      const header = stage.mine.on(parent, {
        timestamp: parent.timestamp + 100,
        target: PARAMETERS.targetLimit,
      });
      line.push(header);
    }
    // Rules aside: a chain of these targets is given, not judged.
    const behind = new Stage({}, stage.mine, [GENESIS, ...line.slice(0, HEADERS_MAX)]);
    behind.step({ kind: "connected", peer: peer(1) });
    const [request] = only(behind.headers([line.at(-1) as ChainHeader]), "requestHeaders");
    const heights = request?.locator.map((hash) => stage.mine.headers.get(hash)?.height);
    assert.deepEqual(
      heights?.slice(0, 12),
      [2000, 1999, 1998, 1997, 1996, 1995, 1994, 1993, 1992, 1991, 1989, 1985],
    );
    assert.equal(heights?.at(-1), 0);
    assert.ok((heights?.length ?? 99) < 25);
    const [answer] = only(
      new Stage({}, stage.mine, [GENESIS, ...line]).step({
        ...{ kind: "headersAsked", from: peer(1), locator: request?.locator.slice(15) as never },
      }),
      "sendHeaders",
    );
    assert.ok((answer?.hashes.length ?? 0) <= HEADERS_MAX);
  });

  describe("asked of who does not answer, or says the same for ever", () => {
    /** A node that has a long chain, and knows it all. */
    const known = () => {
      const stage = new Stage();
      const line: ChainHeader[] = [];
      for (let parent = GENESIS; line.length < HEADERS_MAX + 40; parent = line.at(-1) as ChainHeader)
        line.push(
          stage.mine.on(parent, { timestamp: parent.timestamp + 100, target: PARAMETERS.targetLimit }),
        );
      const behind = new Stage({}, stage.mine, [GENESIS, ...line]);
      behind.step({ kind: "connected", peer: peer(1) });
      /** A full answer that ends so many blocks after the first such. */
      const full = (after: number) => behind.headers(line.slice(after, after + HEADERS_MAX));
      return { behind, full };
    };

    it("are asked for again at once only where an answer leads on, whatever else comes between", function () {
      this.timeout(30_000);
      const { behind, full } = known();
      assert.equal(only(full(10), "requestHeaders").length, 1);
      assert.equal(only(full(20), "requestHeaders").length, 1, "it leads on");
      for (let turn = 0; turn < 5; turn++) {
        assert.deepEqual(only(full(10), "requestHeaders"), [], "back");
        assert.deepEqual(only(full(20), "requestHeaders"), [], "and forth");
        assert.deepEqual(only(behind.headers([]), "requestHeaders"), [], "nothing");
      }
      full(20);
      assert.equal(only(behind.ticks(30), "requestHeaders").length, 3, "now and then it may have more");
    });

    it("are asked for of another who has them, at once, while the first is silent", () => {
      const stage = new Stage();
      const line = stage.mine.branch(GENESIS, 4);
      for (const one of [1, 2]) stage.step({ kind: "connected", peer: peer(one) });
      const asked = (effects: readonly PowEffect[]) => only(effects, "requestHeaders").map(({ to }) => to);
      assert.deepEqual(asked(stage.headers(line.slice(3))), [peer(1)]);
      assert.deepEqual(asked(stage.headers(line.slice(3), peer(2))), [peer(2)]);
      // It goes on saying that it has a block, and never says more.
      for (let turn = 0; turn < 20; turn++) assert.deepEqual(asked(stage.headers(line.slice(3))), []);
      stage.headers(line.slice(0, 3), peer(2));
      assert.equal(stage.engine.status().best.hash, line[3]?.hash);
    });

    it("are given up after sixty-four times, if a block is all that shows that there are any", () => {
      const stage = new Stage();
      stage.step({ kind: "connected", peer: peer(1) });
      stage.headers(stage.mine.branch(GENESIS, 2).slice(1));
      assert.equal(only(stage.ticks(2_000), "requestHeaders").length, 64);
    });
  });

  it("that are wrong end what their sender says, and nobody asks it again at once", () => {
    const stage = new Stage();
    stage.step({ kind: "connected", peer: peer(1) });
    const line = stage.mine.branch(GENESIS, 2);
    const wrong = stage.mine.on(line[1] as never, { works: false });
    const effects = stage.headers([...line, wrong, ...stage.mine.branch(wrong, 3)]);
    assert.deepEqual(
      only(effects, "reportPeer").map(({ code }) => code),
      ["header-work"],
    );
    assert.deepEqual(only(effects, "requestHeaders"), []);
    assert.equal(stage.engine.kept().orphans, 0);
  });
});

describe("bodies", () => {
  it("are fetched of branches with more work only, so many at a time, and again after a while", () => {
    const stage = new Stage({ fetchMax: 4 });
    stage.blocks(stage.mine.branch(GENESIS, 6));
    const theirs = stage.mine.branch(GENESIS, 9);
    assert.deepEqual(only(stage.headers(theirs.slice(0, 5)), "fetchBody"), []);
    const first = only(stage.headers(theirs.slice(5)), "fetchBody");
    assert.deepEqual(
      first.map(({ hash }) => hash),
      hashes(theirs.slice(0, 4)),
    );
    assert.deepEqual(
      only(stage.blocks(theirs.slice(0, 2)), "fetchBody").map(({ hash }) => hash),
      hashes(theirs.slice(4, 6)),
    );
    // Nobody answers: others are asked for, then these again, ever less often.
    const asked = new Map<string, number>();
    for (const { hash } of only(stage.ticks(200), "fetchBody")) asked.set(hash, (asked.get(hash) ?? 0) + 1);
    for (const header of theirs.slice(2)) {
      const times = asked.get(header.hash) ?? 0;
      assert.ok(times >= 2 && times <= 8, `block ${header.height}: ${times} times`);
    }
  });

  it("that are withheld keep no other branch from being fetched", () => {
    const stage = new Stage({ fetchMax: 4 });
    stage.headers(stage.mine.branch(GENESIS, 20), peer(9));
    const honest = stage.mine.branch(GENESIS, 3);
    stage.headers(honest);
    for (let turns = 0; stage.tip !== honest[2]; turns++) {
      assert.ok(turns < 100, "never fetched");
      for (const { hash } of only(stage.ticks(10), "fetchBody")) {
        const header = honest.find((each) => each.hash === hash);
        if (header) stage.blocks([header]);
      }
    }
  });

  it("off the chain are few, and those on the way to more work are kept", () => {
    const stage = new Stage({ sideBodiesMax: 4 });
    stage.blocks(stage.mine.branch(GENESIS, 20));
    for (let made = 0; made < 10; made++) stage.blocks(stage.mine.branch(GENESIS, 1));
    assert.equal(stage.engine.kept().sideBodies, 4);
    assert.equal(only(stage.all, "forgetBodies").flatMap((effect) => effect.hashes).length, 6);
    const theirs = stage.mine.branch(GENESIS, 21);
    stage.headers(theirs);
    stage.blocks(theirs);
    assert.equal(stage.tip, theirs[20]);
    assert.ok(stage.engine.kept().sideBodies <= 4, "what was undone goes, too");
  });
});

describe("the memory of a node", () => {
  it("is bounded against floods of headers: those with the least work go first, the chain never", () => {
    const stage = new Stage({ sideHeadersMax: 64, invalidMax: 4 });
    stage.blocks(stage.mine.branch(GENESIS, 30));
    const rival = stage.mine.branch(GENESIS, 28);
    stage.headers(rival);
    for (let made = 0; made < 300; made++) {
      stage.headers(stage.mine.branch(stage.chain[made % 20] as never, 1 + (made % 3)));
      assert.ok(stage.engine.kept().sideHeaders <= 64);
    }
    // The rival has more work than the flood: it is there still, and wins with three more.
    const tip = stage.mine.branch(rival[27] as never, 3);
    stage.headers(tip);
    stage.blocks([...rival, ...tip]);
    assert.equal(stage.tip, tip[2]);
    for (let made = 0; made < 10; made++) {
      const bad = stage.mine.on(stage.tip);
      stage.bad.add(bad.hash);
      stage.blocks([bad]);
    }
    assert.equal(stage.engine.kept().invalid, 4);
    assert.equal(stage.record?.hashes.length, 4);
  });

  it("is bounded as soon as a chain with more work has fewer blocks: then more headers than before are beside it", () => {
    const most = 12;
    const stage = new Stage({ sideHeadersMax: most });
    const shared = stage.mine.branch(GENESIS, 7);
    // Eight slow blocks make those behind them easier, eight in a hurry harder.
    const late = stage.mine.on(shared[6] as never, { timestamp: GENESIS.timestamp + 60_000 });
    const slow = [late, ...stage.mine.branch(late, 15)];
    stage.blocks([...shared, ...slow]);
    assert.equal(stage.tip, slow.at(-1));
    let quick = stage.mine.on(shared[6] as never, { timestamp: GENESIS.timestamp + 4_500 });
    let length = 1;
    // Nothing comes after the block that is the switch: what comes next would be bounded in any case.
    for (stage.blocks([quick]); stage.tip !== quick; length++) {
      quick = stage.mine.on(quick);
      stage.blocks([quick]);
    }
    assert.ok(length < slow.length && slow.length > most, `${length} blocks against ${slow.length}`);
    const { sideHeaders } = stage.engine.kept();
    assert.ok(sideHeaders > 0 && sideHeaders <= most, `${sideHeaders} headers are beside the chain`);
  });
});
