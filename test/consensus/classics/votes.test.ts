// Flight computers and strawmen: whose answers count, and when they are enough.
import assert from "node:assert/strict";
import {
  commandFor,
  type FlightEffect,
  NOTHING_WRITTEN,
  RedundantComputers,
  STRAWMEN,
  StrawmanClient,
  type StrawmanEffect,
  StrawmanServer,
} from "@witan/consensus";

const TICK = { kind: "tick" } as const;

function told(effects: readonly (FlightEffect | StrawmanEffect)[]): readonly unknown[] {
  return effects.flatMap((effect) => (effect.kind === "tell" ? [effect.outcome] : []));
}

describe("redundant computers", () => {
  const part = (me: number) => new RedundantComputers({ me, computers: 3, patienceTicks: 2 });
  const command = (from: number, value: number, frame = 1) =>
    ({ kind: "message", from, message: { kind: "command", frame, value } }) as const;

  it("tell the surfaces what the law makes of the stick, once for each frame", () => {
    const stick = part(0).step({ kind: "request", request: { frame: 1, value: 21 } });
    assert.deepEqual(
      stick.map((effect) => effect.kind === "send" && effect.to),
      [1, 2, 3],
    );
    const computer = part(2);
    const input = { kind: "message", from: 0, message: { kind: "input", frame: 1, value: 21 } } as const;
    assert.deepEqual(computer.step(input), [
      { kind: "send", to: 4, message: { kind: "command", frame: 1, value: commandFor(21) } },
    ]);
    assert.deepEqual(computer.step(input), []);
    assert.deepEqual(computer.step({ ...input, from: 3 }), [], "only the stick is asked");
  });

  it("move as soon as two of three say the same, and not again", () => {
    const surfaces = part(4);
    assert.deepEqual(surfaces.step(command(1, 7)), []);
    assert.deepEqual(surfaces.step(command(1, 42)), [], "nobody votes twice");
    assert.deepEqual(surfaces.step(command(2, 42)), []);
    assert.deepEqual(told(surfaces.step(command(3, 42))), [{ kind: "moves", frame: 1, value: 42 }]);
    assert.deepEqual(surfaces.step(command(0, 42, 2)), [], "the stick has no vote");
    assert.deepEqual(surfaces.step(command(2, 5, 2)), []);
    assert.deepEqual(surfaces.step(command(1, 42, 1)), [], "the frame before is over");
  });

  it("hold where all differ, or where too few have come for too long", () => {
    const all = part(4);
    for (const from of [1, 2]) all.step(command(from, from));
    assert.deepEqual(told(all.step(command(3, 3))), [{ kind: "holds", frame: 1 }]);
    const few = part(4);
    few.step(command(1, 1));
    assert.deepEqual(few.step(TICK), []);
    assert.deepEqual(told(few.step(TICK)), [{ kind: "holds", frame: 1 }]);
    assert.deepEqual(few.step(TICK), []);
  });
});

describe("strawmen", () => {
  const client = (rule: ReturnType<(typeof STRAWMEN)["strawman-1"]>) =>
    new StrawmanClient({ ...rule, firstServer: 1, againTicks: 2 });
  const read = { kind: "request", request: { kind: "read" } } as const;
  const holds = (from: number, value: string, operation = 1) =>
    ({ kind: "message", from, message: { kind: "holds", operation, value } }) as const;

  it("have the servers and answers of the lecture", () => {
    assert.deepEqual(STRAWMEN["strawman-1"](1), { servers: 3, replies: 3, alike: 3 });
    assert.deepEqual(STRAWMEN["strawman-2"](2), { servers: 5, replies: 3, alike: 3 });
    assert.deepEqual(STRAWMEN["strawman-3"](1), { servers: 4, replies: 3, alike: 2 });
  });

  it("1: waits for all, and for ever where one differs", () => {
    const one = client(STRAWMEN["strawman-1"](1));
    one.step(read);
    for (const from of [1, 2]) assert.deepEqual(one.step(holds(from, "a1")), []);
    assert.deepEqual(one.step(holds(3, "b1")), []);
    assert.equal(one.status().waiting, 1);
  });

  it("2: f + 1 alike are enough; 3: not before 2f + 1 have answered", () => {
    const two = client(STRAWMEN["strawman-2"](1));
    two.step(read);
    two.step(holds(1, "a1"));
    assert.deepEqual(two.step(holds(1, "a1")), [], "nobody answers twice");
    assert.deepEqual(two.step(holds(9, "a1")), [], "a stranger's answer is none");
    assert.deepEqual(two.step(holds(2, "a1", 7)), [], "an answer to something else is none");
    assert.deepEqual(told(two.step(holds(3, "a1"))), [{ kind: "read", operation: 1, value: "a1" }]);
    const three = client(STRAWMEN["strawman-3"](1));
    three.step(read);
    three.step(holds(1, "a1"));
    assert.deepEqual(three.step(holds(2, "a1")), []);
    assert.deepEqual(told(three.step(holds(4, "b1"))), [{ kind: "read", operation: 1, value: "a1" }]);
  });

  it("ask again who has not answered, and begin the next operation when one is done", () => {
    const one = client(STRAWMEN["strawman-2"](1));
    one.step({ kind: "request", request: { kind: "write", value: "a1" } });
    assert.deepEqual(one.step(read), []);
    one.step({ kind: "message", from: 2, message: { kind: "written", operation: 1, value: "a1" } });
    assert.deepEqual(one.step(TICK), []);
    const again = one.step(TICK);
    assert.deepEqual(
      again.map((effect) => effect.kind === "send" && effect.to),
      [1, 3],
    );
    const next = one.step({
      kind: "message",
      from: 3,
      message: { kind: "written", operation: 1, value: "a1" },
    });
    assert.deepEqual(
      next.map(({ kind }) => kind),
      ["tell", "send", "send", "send"],
    );
  });

  it("servers take each write once, in the order in which they come", () => {
    const server = new StrawmanServer();
    const write = (from: number, operation: number, value: string) =>
      server.step({ kind: "message", from, message: { kind: "write", operation, value } });
    assert.equal(server.status().value, NOTHING_WRITTEN);
    write(0, 1, "a1");
    write(1, 1, "b1");
    assert.deepEqual(write(0, 1, "a1"), [
      { kind: "send", to: 0, message: { kind: "written", operation: 1, value: "a1" } },
    ]);
    assert.deepEqual(server.status(), {
      value: "b1",
      taken: [
        [0, 1],
        [1, 1],
      ],
    });
    assert.deepEqual(server.step({ kind: "message", from: 1, message: { kind: "read", operation: 2 } }), [
      { kind: "send", to: 1, message: { kind: "holds", operation: 2, value: "b1" } },
    ]);
  });
});
