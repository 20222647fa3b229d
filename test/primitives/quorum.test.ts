// Quorum arithmetic, for every number of members up to 100, held against the properties themselves.
import assert from "node:assert/strict";
import {
  AssertionError,
  byzantineMax,
  byzantineQuorum,
  crashMax,
  fastQuorum,
  forcingVotes,
  type Height,
  type Member,
  type Membership,
  majorityCrashMax,
  proposingRole,
  quorumOf,
  voters,
  votingRole,
} from "@witan/primitives";
import { memberOf } from "../ledger/build.ts";

/** The least number of members that any two groups of `size` out of `n` share. */
const overlap = (n: number, size: number): number => Math.max(0, 2 * size - n);

describe("quorums", () => {
  for (let n = 1; n <= 100; n++)
    it(`of ${n} members have the properties they are for`, () => {
      const f = byzantineMax(n);
      assert.ok(n >= 3 * f + 1 && n < 3 * (f + 1) + 1, "f is the most there can be");
      const q = byzantineQuorum(n);
      assert.ok(overlap(n, q) >= f + 1, "any two quorums share a correct member");
      assert.ok(q <= n - f, "the correct members are a quorum");
      assert.ok(overlap(n, q - 1) < f + 1, "no smaller number will do");
      const t = crashMax(n);
      assert.ok(n >= 3 * t + 1 && n < 3 * (t + 1) + 1, "t is the most there can be");
      const fast = fastQuorum(n);
      assert.equal(fast, n - t, "those that have not crashed are a quorum, and no more can be asked for");
      const forcing = forcingVotes(n);
      // Of a value that all of a quorum voted for, every other quorum saw at least so many votes.
      assert.ok(overlap(n, fast) >= forcing, "a chosen value is seen");
      assert.equal(forcing, overlap(n, fast), "and no greater number is sure to be seen");
      // What is left in a quorum for any other value, where one was chosen by a quorum.
      assert.ok(fast - forcing < forcing, "no other value can be seen as often");
      assert.ok(n - fast < forcing, "members outside a quorum can't bring another value there");
      const most = majorityCrashMax(n);
      assert.ok(n >= 2 * most + 1 && n < 2 * (most + 1) + 1, "as many as may crash, and no more");
      assert.ok(overlap(n, n - most) >= 1, "any two majorities meet");
      assert.equal(quorumOf("pbft", n), q);
      assert.equal(quorumOf("bp-fast-paxos", n), fast);
    });

  it("of small memberships are these", () => {
    const table = [1, 2, 3, 4, 5, 6, 7, 10].map((n) => [
      n,
      byzantineMax(n),
      byzantineQuorum(n),
      fastQuorum(n),
      forcingVotes(n),
    ]);
    assert.deepEqual(table, [
      [1, 0, 1, 1, 1],
      [2, 0, 2, 2, 2],
      [3, 0, 2, 3, 3],
      [4, 1, 3, 3, 2],
      [5, 1, 4, 4, 3],
      [6, 1, 4, 5, 4],
      [7, 2, 5, 5, 3],
      [10, 3, 7, 7, 4],
    ]);
  });

  it("of nobody there are none", () => {
    for (const n of [0, -1, 1.5, Number.NaN]) {
      for (const one of [byzantineMax, byzantineQuorum, crashMax, fastQuorum, forcingVotes])
        assert.throws(() => one(n), AssertionError);
    }
  });
});

describe("membership", () => {
  const of = (mode: Membership["mode"], members: readonly Member[]): Membership => ({
    mode,
    from: 1 as Height,
    members,
  });

  it("names voters by their position in the list of members", () => {
    const members = [
      memberOf("p", "proposer"),
      memberOf("a", "acceptor"),
      memberOf("q", "proposer"),
      memberOf("b", "acceptor"),
    ];
    assert.deepEqual(voters(of("bp-fast-paxos", members)), [1, 3]);
    assert.deepEqual(voters(of("pbft", members)), []);
    assert.deepEqual(voters(of("pbft", [memberOf("a"), memberOf("b")])), [0, 1]);
    assert.deepEqual(voters(of("pow", members)), []);
  });

  it("gives each mode its roles", () => {
    const roles = (["pbft", "bp-fast-paxos", "pow"] as const).map((mode) => [
      votingRole(mode),
      proposingRole(mode),
    ]);
    assert.deepEqual(roles, [
      ["validator", "validator"],
      ["acceptor", "proposer"],
      [undefined, undefined],
    ]);
  });
});
