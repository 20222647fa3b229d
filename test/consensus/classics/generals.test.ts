// The engines of generals, sentence by sentence: what they say and take, and what they do not take.
import assert from "node:assert/strict";
import {
  majorityOrder,
  type OralEffect,
  OralMessages,
  oralMessageCount,
  type SignedEffect,
  SignedMessages,
  type SignedOrder,
  signedMessageCount,
  signedMessageMax,
  signedOrderChecks,
  signedText,
  TwoGenerals,
} from "@witan/consensus";

const GIVE = { kind: "request", request: { kind: "give", order: "attack" } } as const;
const TICK = { kind: "tick" } as const;

function sent(effects: readonly (OralEffect | SignedEffect)[]): readonly number[] {
  return effects.flatMap((effect) => (effect.kind === "send" ? [effect.to] : []));
}

describe("OM(m)", () => {
  it("sends as many messages as the formula says", () => {
    assert.deepEqual(
      [oralMessageCount(4, 0), oralMessageCount(4, 1), oralMessageCount(7, 2), oralMessageCount(10, 3)],
      [3, 3 + 3 * 2, 6 + 6 * 5 + 6 * 5 * 4, 9 + 9 * 8 + 9 * 8 * 7 + 9 * 8 * 7 * 6],
    );
  });

  it("is RETREAT where votes are level", () => {
    assert.equal(majorityOrder(["attack", "attack", "retreat"]), "attack");
    assert.equal(majorityOrder(["attack", "retreat"]), "retreat");
    assert.equal(majorityOrder([]), "retreat");
  });

  it("gives an order once, if it is the commander", () => {
    const commander = new OralMessages({ me: 0, generals: 4, traitorsMax: 1 });
    assert.deepEqual(sent(commander.step(GIVE)), [1, 2, 3]);
    assert.deepEqual(commander.step(GIVE), []);
    assert.deepEqual(new OralMessages({ me: 1, generals: 4, traitorsMax: 1 }).step(GIVE), []);
  });

  it("passes on what it heard to all who have not said it, as the round ends; said nothing is RETREAT", () => {
    const second = new OralMessages({ me: 2, generals: 4, traitorsMax: 1 });
    assert.deepEqual(second.step({ kind: "message", from: 0, message: { path: [0], order: "attack" } }), []);
    const said = second.step(TICK);
    assert.deepEqual(sent(said), [1, 3]);
    assert.deepEqual(said[0], { kind: "send", to: 1, message: { path: [0, 2], order: "attack" } });
    second.step({ kind: "message", from: 1, message: { path: [0, 1], order: "attack" } });
    assert.deepEqual(second.step(TICK), [{ kind: "tell", outcome: { kind: "obeys", order: "attack" } }]);
    assert.deepEqual(second.status().heard, [
      { path: [0], order: "attack" },
      { path: [0, 1], order: "attack" },
      { path: [0, 3], order: "retreat" },
    ]);
  });

  it("takes no word that is late, said twice, or came by a way that there is not", () => {
    const paths: readonly (readonly [from: number, path: readonly number[]])[] = [
      [1, [0]],
      [1, [1]],
      [1, [0, 0, 1]],
      [1, [0, 2, 1]],
      [1, [0, 9, 1]],
      [1, []],
      [3, [0, 1]],
      [1, [0, 3, 1]],
    ];
    const second = new OralMessages({ me: 2, generals: 4, traitorsMax: 1 });
    for (const [from, path] of paths)
      second.step({ kind: "message", from, message: { path, order: "attack" } });
    second.step(TICK);
    second.step({ kind: "message", from: 0, message: { path: [0], order: "attack" } });
    second.step({ kind: "message", from: 1, message: { path: [0, 1], order: "retreat" } });
    second.step({ kind: "message", from: 1, message: { path: [0, 1], order: "attack" } });
    second.step(TICK);
    assert.ok(second.status().heard.every(({ order }) => order === "retreat"));
    assert.deepEqual(second.step(TICK), [], "after the last round it has nothing to say");
  });
});

/** A chain as a host hands it on. */
function chain(order: "attack" | "retreat", ...signers: readonly number[]): SignedOrder {
  return { order, signers, signatures: signers.map(String) };
}

function hears(general: SignedMessages, message: SignedOrder): void {
  const from = message.signers.at(-1) ?? 0;
  assert.deepEqual(general.step({ kind: "message", from, message }), []);
}

describe("SM(m)", () => {
  it("sends as many messages as the formula says", () => {
    assert.deepEqual(
      [signedMessageCount(4, 0), signedMessageCount(4, 1), signedMessageCount(7, 2)],
      [3, 9, 36],
    );
    assert.deepEqual([signedMessageMax(4, 0), signedMessageMax(7, 2)], [3, 66]);
  });

  it("signs on what has fewer than m + 1 signatures, to all who have not signed", () => {
    const second = new SignedMessages({ me: 2, generals: 5, traitorsMax: 2 });
    hears(second, chain("attack", 0));
    const said = second.step(TICK);
    assert.deepEqual(sent(said), [1, 3, 4]);
    assert.deepEqual(said[0], {
      ...{ kind: "send", to: 1 },
      message: { order: "attack", signers: [0, 2], signatures: ["0"] },
    });
    hears(second, chain("retreat", 0, 1, 3));
    assert.deepEqual(sent(second.step(TICK)), [], "three signatures are m + 1");
    assert.deepEqual(second.step(TICK), [{ kind: "tell", outcome: { kind: "obeys", order: "retreat" } }]);
    assert.deepEqual(second.status().orders, ["attack", "retreat"]);
  });

  it("obeys the one order there is, and RETREAT where there is none", () => {
    const [one, none] = [1, 2].map((me) => new SignedMessages({ me, generals: 3, traitorsMax: 1 }));
    hears(one as SignedMessages, chain("attack", 0, 2));
    for (const general of [one, none]) for (const _ of [1, 2]) general?.step(TICK);
    assert.deepEqual([one?.status().obeys, none?.status().obeys], ["attack", "retreat"]);
  });

  it("takes no chain of k signatures after round k: nobody could be told of it any more", () => {
    const second = new SignedMessages({ me: 2, generals: 4, traitorsMax: 1 });
    second.step(TICK);
    hears(second, chain("attack", 0));
    assert.deepEqual(second.status().orders, []);
    hears(second, chain("attack", 0, 1));
    assert.deepEqual(second.status().orders, ["attack"]);
  });

  it("asks for every signature of a chain, and for none of what is no chain", () => {
    assert.deepEqual(signedOrderChecks(chain("attack", 0, 2), 2, 4), [
      { signer: 0, text: signedText("attack", [0]), signature: "0" },
      { signer: 2, text: signedText("attack", [0, 2]), signature: "2" },
    ]);
    for (const [message, from] of [
      [chain("attack", 1, 2), 2],
      [chain("attack", 0, 2), 1],
      [chain("attack", 0, 2, 2), 2],
      [chain("attack", 0, 9), 9],
      [{ ...chain("attack", 0, 2), signatures: ["0"] }, 2],
      [{ ...chain("attack", 0), order: "wait" as "attack" }, 0],
      [chain("attack"), 0],
    ] as const)
      assert.equal(signedOrderChecks(message, from, 4), undefined);
  });
});

describe("two generals", () => {
  it("agree if no messenger is caught, and do not if the last one is, however many go", () => {
    for (let messengers = 1; messengers <= 9; messengers++)
      for (let caught = 1; caught <= messengers + 1; caught++) {
        const both = [0, 1].map((me) => new TwoGenerals({ me, messengers, dawnTicks: 1 }));
        let effects = (both[0] as TwoGenerals).step(GIVE);
        for (let number = 1; effects.length > 0 && number !== caught; number++) {
          const [effect] = effects;
          assert.ok(effect?.kind === "send" && effects.length === 1 && effect.to === number % 2);
          effects = (both[effect.to] as TwoGenerals).step({
            ...{ kind: "message", from: 1 - effect.to, message: effect.message },
          });
        }
        for (const one of both) one.step(TICK);
        const attack = both.map((one) => one.status().obeys === "attack");
        if (caught === messengers) assert.notEqual(attack[0], attack[1], `${messengers} messengers`);
        if (caught > messengers) assert.deepEqual(attack, [true, true]);
      }
  });
});
