// Paxos and its kin: the rules by which a new round picks its value, held against every way to vote; and what single engines
// answer, input by input.
import assert from "node:assert/strict";
import {
  type DecreeConfig,
  type DecreeEffect,
  type DecreeEngine,
  type DecreeMessage,
  type DecreeRecord,
  type DecreeVote,
  FastPaxos,
  growingPatience,
  Paxos,
  pickForced,
  pickHighest,
  TrustChangePaxos,
} from "@witan/consensus";
import { crashMax, majorityCrashMax } from "@witan/primitives";

/** Every way in which so many acceptors vote for x, y or nothing in one round. */
function* votesOf(acceptors: number): Generator<readonly (DecreeVote | undefined)[]> {
  for (let number = 0; number < 3 ** acceptors; number++)
    yield Array.from({ length: acceptors }, (_, at) => {
      const digit = Math.floor(number / 3 ** at) % 3;
      return digit === 0 ? undefined : { round: 0, value: digit === 1 ? "x" : "y" };
    });
}

/** Every choice of so many of a list. */
function* choices<T>(list: readonly T[], count: number): Generator<readonly T[]> {
  if (count === 0) yield [];
  for (let at = 0; count > 0 && at <= list.length - count; at++)
    for (const rest of choices(list.slice(at + 1), count - 1)) yield [list[at] as T, ...rest];
}

function chosen(votes: readonly (DecreeVote | undefined)[], quorum: number): string | undefined {
  return ["x", "y"].find((value) => votes.filter((vote) => vote?.value === value).length >= quorum);
}

describe("what a new round picks", () => {
  for (const acceptors of [4, 5, 6, 7])
    it(`Fast Paxos, ${acceptors} acceptors: what may be chosen, by whichever quorum promises`, () => {
      const quorum = acceptors - crashMax(acceptors);
      let forced = 0;
      for (const votes of votesOf(acceptors)) {
        const value = chosen(votes, quorum);
        for (const promises of choices(votes, quorum)) {
          const known = promises.flatMap((vote) => vote ?? []);
          const picked = pickForced(known, acceptors);
          if (value !== undefined) assert.equal(picked, value);
          else assert.equal(picked === undefined, known.length === 0);
          if (value !== undefined) forced++;
        }
      }
      assert.ok(forced > 0);
    });

  it("Paxos' own rule does not do where a round may have two values, nor that of Fast Paxos with 2t + 1", () => {
    const breaks = (acceptors: number, quorum: number, pick: typeof pickForced): boolean => {
      for (const votes of votesOf(acceptors)) {
        const value = chosen(votes, quorum);
        if (value === undefined) continue;
        for (const promises of choices(votes, quorum))
          if (
            pick(
              [...promises].reverse().flatMap((vote) => vote ?? []),
              acceptors,
            ) !== value
          )
            return true;
      }
      return false;
    };
    assert.ok(breaks(4, 3, pickHighest));
    assert.ok(breaks(3, 3 - majorityCrashMax(3), pickForced));
    assert.ok(!breaks(4, 3, pickForced));
  });

  it("the vote of the highest round counts, whatever order they come in", () => {
    const votes = [
      { round: 1, value: "x" },
      { round: 4, value: "y" },
      { round: 0, value: "z" },
    ];
    for (const pick of [pickHighest, (some: readonly DecreeVote[]) => pickForced(some, 4)]) {
      assert.equal(pick(votes), "y");
      assert.equal(pick([...votes].reverse()), "y");
      assert.equal(pick([]), undefined);
    }
  });

  it("waits grow up to a bound, and no two proposers wait alike", () => {
    const wait = (index: number, attempts: number) =>
      growingPatience({ index, attempts, roundTicks: 4, roundTicksMax: 16 });
    assert.deepEqual(
      [0, 1, 2, 3, 50].map((attempts) => wait(0, attempts)),
      [4, 8, 16, 16, 16],
    );
    assert.deepEqual(
      [0, 1, 2].map((index) => wait(index, 9)),
      [16, 20, 24],
    );
  });
});

const CONFIG: Omit<DecreeConfig, "me"> = {
  ...{ proposers: 2, acceptors: 3, roundTicks: 4, roundTicksMax: 16, resendTicks: 3 },
};

function said(effects: readonly DecreeEffect[]): readonly string[] {
  return effects.map((effect) => {
    if (effect.kind !== "send") return effect.kind;
    const { message, to } = effect;
    return `${message.kind}${"round" in message ? ` ${message.round}` : ""} to ${to}`;
  });
}

function hear(engine: DecreeEngine, from: number, message: DecreeMessage): readonly string[] {
  return said(engine.step({ kind: "message", from, message }));
}

function lastRecord(effects: readonly DecreeEffect[]): DecreeRecord | undefined {
  return effects.findLast((effect) => effect.kind === "persist")?.kept;
}

describe("single engines", () => {
  it("Paxos: an acceptor promises, votes, and refuses what is below its promise, over a crash too", () => {
    const acceptor = new Paxos({ ...CONFIG, me: 2 });
    assert.deepEqual(hear(acceptor, 1, { kind: "prepare", round: 3 }), ["persist", "promise 3 to 1"]);
    assert.deepEqual(hear(acceptor, 0, { kind: "prepare", round: 2 }), ["refuse 3 to 0"]);
    assert.deepEqual(hear(acceptor, 0, { kind: "accept", round: 2, value: "x", proof: [] }), [
      "refuse 3 to 0",
    ]);
    const accept = { kind: "accept", round: 3, value: "y", proof: [] } as const;
    assert.deepEqual(hear(acceptor, 0, accept), [], "the round is not p0's");
    const effects = acceptor.step({ kind: "message", from: 1, message: accept });
    assert.deepEqual(said(effects), ["persist", "learn 3 to 2", "learn 3 to 3", "learn 3 to 4"]);
    assert.deepEqual(hear(acceptor, 1, accept), [], "it votes once in a round");
    const again = new Paxos({ ...CONFIG, me: 2 }, lastRecord(effects));
    assert.deepEqual(hear(again, 0, { kind: "prepare", round: 2 }), ["refuse 3 to 0"]);
    const [, promise] = again.step({ kind: "message", from: 0, message: { kind: "prepare", round: 4 } });
    assert.deepEqual(promise?.kind === "send" && promise.message, {
      ...{ kind: "promise", acceptor: 2, round: 4, vote: { round: 3, value: "y" } },
    });
  });

  it("Paxos: a proposer proposes once in a round, and what the promises force; never a round again", () => {
    const proposer = new Paxos({ ...CONFIG, me: 1 });
    const effects = proposer.step({ kind: "request", request: { value: "y" } });
    assert.deepEqual(said(effects), [
      "persist",
      "persist",
      "prepare 1 to 2",
      "prepare 1 to 3",
      "prepare 1 to 4",
    ]);
    const promise = (acceptor: number, vote?: DecreeVote): DecreeMessage => ({
      ...{ kind: "promise", acceptor, round: 1, vote },
    });
    assert.deepEqual(hear(proposer, 2, promise(2)), []);
    assert.deepEqual(hear(proposer, 2, promise(2)), [], "one acceptor is no majority");
    const accept = proposer.step({ kind: "message", from: 3, message: promise(3, { round: 0, value: "x" }) });
    assert.equal(
      accept[1]?.kind === "send" && accept[1].message.kind === "accept" && accept[1].message.value,
      "x",
    );
    assert.deepEqual(hear(proposer, 4, promise(4)), [], "once");
    const again = new Paxos({ ...CONFIG, me: 1 }, lastRecord(effects));
    assert.deepEqual(said(again.step({ kind: "tick" })).slice(1, 2), ["prepare 3 to 2"]);
  });

  it("Fast Paxos: an acceptor votes in an open round for the first value, also one that came before", () => {
    const config = { ...CONFIG, acceptors: 4, recovery: "coordinated" } as const;
    const acceptor = new FastPaxos({ ...config, me: 2 });
    assert.deepEqual(hear(acceptor, 1, { kind: "propose", value: "y" }), []);
    assert.deepEqual(hear(acceptor, 0, { kind: "propose", value: "x" }), []);
    const effects = acceptor.step({ kind: "message", from: 0, message: { kind: "acceptAny", round: 0 } });
    assert.ok(
      effects.every(
        (one) => one.kind !== "send" || (one.message.kind === "learn" && one.message.value === "y"),
      ),
    );
    // The acceptors, and the leader, which may have to recover.
    assert.deepEqual(said(effects), ["persist", ...[2, 3, 4, 5, 0].map((to) => `learn 0 to ${to}`)]);
    assert.deepEqual(hear(acceptor, 0, { kind: "propose", value: "x" }), []);
  });

  it("Trust Change Paxos: a proposer begins nothing by itself; an acceptor follows one that suspects", () => {
    const config = { ...CONFIG, proofs: false };
    const proposer = new TrustChangePaxos({ ...config, me: 1 });
    assert.deepEqual(said(proposer.step({ kind: "request", request: { value: "y" } })), ["persist"]);
    for (let tick = 0; tick < 50; tick++) assert.deepEqual(proposer.step({ kind: "tick" }), []);
    const acceptor = new TrustChangePaxos({ ...config, me: 2 });
    assert.deepEqual(hear(acceptor, 3, { kind: "trustChange", round: 1 }), ["persist", "promise 1 to 1"]);
    assert.deepEqual(hear(acceptor, 1, { kind: "trustChange", round: 2 }), [], "proposers have no say");
    assert.deepEqual(hear(acceptor, 0, { kind: "accept", round: 0, value: "x", proof: [] }), []);
  });

  it("with proofs: what a quorum's promises do not support changes trust", () => {
    const acceptor = new TrustChangePaxos({ ...CONFIG, proofs: true, me: 2 });
    hear(acceptor, 3, { kind: "trustChange", round: 1 });
    const promise = (place: number, vote?: DecreeVote) => ({
      ...{ kind: "promise" as const, acceptor: place, round: 1, vote },
    });
    const voted = promise(3, { round: 0, value: "x" });
    const accept = (value: string, proof: readonly ReturnType<typeof promise>[]) =>
      hear(acceptor, 1, { kind: "accept", round: 1, value, proof });
    const asks = [2, 3, 4].map((to) => `trustChange 2 to ${to}`);
    assert.deepEqual(accept("y", [promise(2), voted]), asks);
    assert.deepEqual(accept("x", [voted]), asks);
    assert.deepEqual(accept("x", [voted, voted]), asks, "of distinct acceptors");
    assert.deepEqual(accept("x", [promise(2), voted])[0], "persist");
  });
});
