// A hundred validators can change their chain, however few signatures its blocks may hold.
import assert from "node:assert/strict";
import { Mempool } from "@witan/mempool";
import type { Height } from "@witan/primitives";
import { memberOf, TestLedger, testGenesis } from "../ledger/build.ts";

describe("a change that a hundred validators approve", () => {
  it("is selected, though 67 signatures are more than transfers of a block may have", () => {
    const names = Array.from({ length: 100 }, (_, at) => `v${at}`);
    const members = names.map((name) => memberOf(name));
    const ledger = new TestLedger(testGenesis("pbft", { members, parameters: { blockSignaturesMax: 64 } }));
    const { chain, state, nextTime: now } = ledger;
    const tip = { governance: state.governance, height: 1 as Height, laterThan: state.laterThan };
    const pool = new Mempool({ chain, tip });
    const change = ledger.governance(
      { kind: "changeParameter", parameter: "feeRateMin", value: 5 },
      names.slice(0, 67),
    );
    const checked = pool.precheck(change, now);
    assert.ok(checked.status === "unverified");
    assert.equal(checked.checks.length, 67);
    const input = { signaturesHold: true, coins: ledger, now, from: "test", mayWait: () => false } as const;
    assert.equal(pool.admit(checked.prechecked, input).verdict.status, "admitted");
    const selected = pool.select({ timestamp: now });
    assert.deepEqual(selected, [change]);
    assert.ok(ledger.judge(ledger.block(selected), () => true).ok);
  });
});
