// What a node that does not vote tells of its blocks: as far as it can show them, once each time it gets further.
import assert from "node:assert/strict";
import type { Network, PeerId } from "@witan/primitives";
import type { ChainKeeper } from "../../packages/node/src/chain/chain-keeper.ts";
import { TipNotices } from "../../packages/node/src/sync/tip-notices.ts";
import { bulkMessageCodec } from "../../packages/node/src/wire.ts";

const MEMBER = "02" as PeerId;

function scene(votes = false) {
  const tip = { height: 0 };
  const shown = { upTo: 0 };
  const told: number[] = [];
  const toldMember: number[] = [];
  const network = {
    send: (to: PeerId, _channel: string, bytes: Uint8Array) => {
      const message = bulkMessageCodec.decode(bytes);
      assert.ok(message.ok && message.value.kind === "tip");
      (to === MEMBER ? toldMember : told).push(message.value.height);
      return true;
    },
  };
  const notices = new TipNotices({
    chain: { tip } as unknown as ChainKeeper,
    network: network as unknown as Network,
    connected: () => ["01" as PeerId, MEMBER],
    isMember: (peer) => peer === MEMBER,
    votes: () => votes,
    isShown: (height) => height <= shown.upTo,
  });
  return { notices, tip, shown, told, toldMember };
}

describe("notices of new blocks", () => {
  it("tell of a block once its certificate is there, and then no more", () => {
    const { notices, tip, shown, told } = scene();
    tip.height = 3;
    notices.update();
    assert.deepEqual(told, []);
    shown.upTo = 2;
    notices.update();
    notices.update();
    assert.deepEqual(told, [2]);
    shown.upTo = 3;
    notices.update();
    notices.update();
    assert.deepEqual(told, [2, 3]);
  });

  it("are told again now and then, and never by who votes", () => {
    const { notices, tip, shown, told, toldMember } = scene();
    [tip.height, shown.upTo] = [3, 3];
    notices.update();
    notices.repeat();
    assert.deepEqual(told, [3, 3]);
    // Members hear from voters of new blocks, unless they were away.
    assert.deepEqual(toldMember, [3]);
    const voting = scene(true);
    [voting.tip.height, voting.shown.upTo] = [3, 3];
    voting.notices.update();
    voting.notices.repeat();
    assert.deepEqual(voting.told, []);
  });
});
