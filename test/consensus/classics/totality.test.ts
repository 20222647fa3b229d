// The engines of generals, computers and strawmen take in anything, in any order, and keep what they keep bounded.
import assert from "node:assert/strict";
import {
  OralMessages,
  RedundantComputers,
  SignedMessages,
  STRAWMEN,
  StrawmanClient,
  StrawmanServer,
  TwoGenerals,
} from "@witan/consensus";
import { Random } from "@witan/simulator";

const VALUES = [-1, 0, 1, 2, 3, 4, 9, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER];

function anyMessage(random: Random): Record<string, unknown> {
  const number = () => random.pick(VALUES);
  const places = () => Array.from({ length: random.below(5) }, number);
  return {
    ...{ path: places(), signers: places(), signatures: places().map(String) },
    order: random.pick(["attack", "retreat", "wait"]),
    kind: random.pick(["input", "command", "write", "written", "read", "holds", "other"]),
    ...{
      frame: number(),
      value: random.pick<unknown>([number(), "a1"]),
      number: number(),
      operation: number(),
    },
  };
}

function anyInput(random: Random): unknown {
  const kind = random.pick(["tick", "message", "message", "message", "request"]);
  if (kind === "tick") return { kind };
  if (kind === "message") return { kind, from: random.pick(VALUES), message: anyMessage(random) };
  const request = { kind: random.pick(["give", "read", "write"]), order: "attack", frame: 1, value: "a1" };
  return { kind, request };
}

const general = { me: 1, generals: 4, traitorsMax: 1 };
const ENGINES: Readonly<Record<string, () => { step(input: never): readonly unknown[]; status(): unknown }>> =
  {
    "oral messages": () => new OralMessages(general),
    "signed messages": () => new SignedMessages(general),
    "two generals": () => new TwoGenerals({ me: 1, messengers: 4, dawnTicks: 5 }),
    "a computer": () => new RedundantComputers({ me: 1, computers: 3, patienceTicks: 2 }),
    "the surfaces": () => new RedundantComputers({ me: 4, computers: 3, patienceTicks: 2 }),
    "a client": () => new StrawmanClient({ ...STRAWMEN["strawman-3"](1), firstServer: 1, againTicks: 4 }),
    "a server": () => new StrawmanServer(),
  };

describe("engines of the classics are total", () => {
  for (const [name, begin] of Object.entries(ENGINES))
    it(name, () => {
      for (let seed = 1; seed <= 100; seed++) {
        const random = Random.of(seed, name);
        const [one, same] = [begin(), begin()];
        for (let count = 0; count < 60; count++) {
          const input = anyInput(random) as never;
          assert.deepEqual(one.step(input), same.step(input), "the same inputs, the same effects");
        }
        assert.deepEqual(one.status(), same.status());
        assert.ok(JSON.stringify(one.status()).length < 2_000);
      }
    });
});
