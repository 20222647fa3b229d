// Registers by the pure state machines alone: rounds, rules, journals, and what is refused.
import assert from "node:assert/strict";
import {
  asChecked,
  EMPTY_REGISTER,
  heldVersion,
  type PrepareProof,
  REGISTER_VARIANTS,
  type RegisterOperation,
  type RegisterVersion,
  registerRequestChecks,
  registerValueHash,
  serveRegister,
  successor,
  UNWRITTEN,
} from "@witan/consensus";
import { asciiBytes, type MemberIndex } from "@witan/primitives";
import { keyOf, MEMBERSHIP, PRINTED_RULES, REGISTER_RULES, REPLICAS, SCHEME, Stage } from "./stage.ts";

const BASE = { name: "prices/gold", variant: "base" } as const;
const PHASES = { base: 3, optimized: 2, strong: 3 } as const;

describe("consensus: registers", () => {
  for (const variant of REGISTER_VARIANTS)
    it(`${variant}: writes in ${PHASES[variant]} rounds, reads in one, and survives a silent replica`, () => {
      const stage = new Stage();
      const register = { name: "r", variant };
      assert.deepEqual(stage.read(register).text, "");
      const first = stage.write("alice", register, "one");
      assert.deepEqual([first.kind, first.phases, first.counter], ["written", PHASES[variant], 1]);
      stage.silent.add(2);
      const second = stage.write("bob", register, "two");
      assert.deepEqual([second.kind, second.phases, second.counter], ["written", PHASES[variant], 2]);
      const third = stage.write("alice", register, "three");
      assert.equal(third.counter, 3);
      assert.deepEqual([stage.read(register).text, stage.read(register).phases], ["three", 1]);
      stage.silent.add(1);
      assert.equal(stage.read(register).kind, "waiting");
    });

  it("a read of replicas that differ brings those that are behind up to date, in a second round", () => {
    const stage = new Stage();
    stage.silent.add(3);
    stage.write("alice", BASE, "one");
    stage.silent.clear();
    stage.silent.add(0);
    const read = stage.read(BASE);
    assert.deepEqual([read.text, read.phases], ["one", 2]);
    assert.equal(heldVersion(stage.states.get("3 prices/gold base") ?? EMPTY_REGISTER).timestamp.counter, 1);
    assert.equal(stage.read(BASE).phases, 1);
  });

  it("an optimized write whose replicas predict different timestamps takes the third round", () => {
    const stage = new Stage();
    const register = { name: "r", variant: "optimized" } as const;
    stage.silent.add(3);
    stage.write("alice", register, "one");
    stage.silent.clear();
    stage.silent.add(0);
    assert.equal(stage.write("bob", register, "two").phases, 3);
    assert.equal(stage.read(register).text, "two");
  });

  it("a strong write settles first what replicas disagree on", () => {
    const stage = new Stage();
    const register = { name: "r", variant: "strong" } as const;
    stage.silent.add(3);
    stage.write("alice", register, "one");
    stage.silent.clear();
    stage.silent.add(0);
    const second = stage.write("bob", register, "two");
    assert.deepEqual([second.phases, second.counter], [5, 2]);
  });

  for (const variant of REGISTER_VARIANTS)
    for (const lostFrom of ["readAndPrepare", "prepare", "write"] as const)
      it(`${variant}: a client that crashes before ${lostFrom} finishes that write first`, () => {
        const stage = new Stage();
        const register = { name: "r", variant };
        stage.write("alice", register, "one");
        stage.lostFrom = lostFrom;
        const isSent = stage.write("alice", register, "two").kind === "crashed";
        stage.lostFrom = undefined;
        const last = stage.write("alice", register, "three");
        assert.equal(last.kind, "written");
        assert.equal(
          last.counter,
          isSent ? 3 : lostFrom === "readAndPrepare" || variant === "optimized" ? 3 : 2,
        );
        assert.equal(stage.read(register).text, "three");
      });

  it("finishes what was left behind, and writes nothing else, where nothing is asked for", () => {
    const stage = new Stage();
    stage.lostFrom = "write";
    stage.write("alice", BASE, "one");
    stage.lostFrom = undefined;
    assert.equal(stage.read(BASE).text, "");
    assert.equal(stage.write("alice", BASE, undefined).counter, 1);
    assert.equal(stage.read(BASE).text, "one");
    assert.equal(stage.write("alice", BASE, undefined).kind, "waiting");
  });

  it("a key whose journal is elsewhere shows that its last write is done, and goes on", () => {
    const stage = new Stage();
    stage.write("alice", BASE, "one");
    stage.journals.clear();
    const second = stage.write("alice", BASE, "two");
    assert.deepEqual([second.kind, second.counter], ["written", 2]);
  });

  it("a key that has left a write prepared elsewhere is told so", () => {
    const stage = new Stage();
    stage.lostFrom = "write";
    stage.write("alice", BASE, "one");
    stage.lostFrom = undefined;
    stage.journals.clear();
    assert.deepEqual(stage.write("alice", BASE, "two").code, "another-write-prepared");
    assert.equal(stage.write("bob", BASE, "three").kind, "written");
  });

  it("who is not permitted is told so, and one liar's word for it is not enough", () => {
    const stage = new Stage();
    stage.lie = (place, _, answer) =>
      place === 0
        ? { kind: "refused", membership: answer.membership, code: "not-permitted", entry: [] }
        : answer;
    assert.equal(stage.write("alice", BASE, "one").kind, "written");
    stage.revoked.add(keyOf("alice"));
    assert.equal(stage.write("alice", BASE, "two").code, "not-permitted");
    assert.equal(stage.read(BASE).text, "one");
  });

  it("a replica that says something old or signs nothing changes no read", () => {
    const stage = new Stage();
    stage.write("alice", BASE, "one");
    const before = new Map(stage.states);
    stage.write("alice", BASE, "two");
    stage.lie = (place, request, answer) => {
      if (place !== 0 || (request.kind !== "read" && request.kind !== "readTimestamp")) return answer;
      const state = before.get("0 prices/gold base") ?? EMPTY_REGISTER;
      const options = { membership: MEMBERSHIP.from, permits: () => true, sign: stage.sign("v0") };
      return serveRegister(options, state, asChecked(request)).answer;
    };
    stage.silent.add(3);
    assert.equal(stage.read(BASE).text, "two");
    assert.equal(stage.write("bob", BASE, "three").counter, 3);
    stage.lie = (place, _, answer) =>
      place === 0 && answer.kind === "value" ? { ...answer, data: asciiBytes("forged") } : answer;
    assert.equal(stage.read(BASE).kind, "waiting");
  });
});

/** A proof of a version of alice's in a list. */
function proofBy(
  stage: Stage,
  version: RegisterVersion,
  register = BASE as typeof BASE | typeof OPTIMIZED,
): PrepareProof {
  const membership = MEMBERSHIP.from;
  const statement = { kind: "prepared", membership, register, list: "prepared", version } as const;
  return {
    ...{ version, membership, list: "prepared" },
    authorization: stage.sign("alice")({ kind: "authorized", register, version }),
    signatures: [0, 1, 2].map((place) => ({
      member: place as MemberIndex,
      signature: stage.sign(`v${place}`)(statement),
    })),
  };
}

const OPTIMIZED = { name: "r", variant: "optimized" } as const;
const FIRST = successor(UNWRITTEN.timestamp, keyOf("alice"));

function versionOf(text: string, timestamp = FIRST): RegisterVersion {
  return { timestamp, hash: registerValueHash(asciiBytes(text)) };
}

/** A PREPARE of alice's. */
function prepare(
  stage: Stage,
  version: RegisterVersion,
  parts: { previous?: PrepareProof; written?: RegisterVersion } = {},
): RegisterOperation {
  const { previous, written } = parts;
  const membership = MEMBERSHIP.from;
  const signatures = [0, 1, 2].map((place) => ({
    member: place as MemberIndex,
    signature: stage.sign(`v${place}`)({
      ...{ kind: "written", membership, register: BASE, version: written ?? version },
    }),
  }));
  return {
    ...{ kind: "prepare", register: BASE, version },
    previous: previous === undefined ? [] : [previous],
    written: written === undefined ? [] : [{ version: written, membership, signatures }],
    authorization: stage.sign("alice")({ kind: "authorized", register: BASE, version }),
  };
}

function codeOf(stage: Stage, request: RegisterOperation, place = 0): string {
  const answer = stage.ask(place, request);
  return answer === undefined ? "dropped" : answer.kind === "refused" ? answer.code : answer.kind;
}

describe("consensus: rules of a register's replica", () => {
  it("one open entry for a client, the very same again and again, and room by a write proof only", () => {
    const stage = new Stage();
    const [one, other] = [versionOf("one"), versionOf("other")];
    assert.equal(codeOf(stage, prepare(stage, one)), "prepared");
    assert.equal(codeOf(stage, prepare(stage, one)), "prepared");
    assert.equal(codeOf(stage, prepare(stage, other)), "another-write-prepared");
    const next = versionOf("next", successor(FIRST, keyOf("alice")));
    const previous = proofBy(stage, one);
    assert.equal(codeOf(stage, prepare(stage, next, { previous })), "another-write-prepared");
    assert.equal(codeOf(stage, prepare(stage, next, { previous, written: one })), "prepared");
  });

  it("M: no timestamp that it has acknowledged before, though that was written since; as printed it would", () => {
    const stage = new Stage();
    const one = versionOf("one");
    stage.ask(0, prepare(stage, one));
    assert.equal(
      codeOf(stage, prepare(stage, versionOf("other"), { written: one })),
      "older-than-acknowledged",
    );
    const printed = new Stage();
    printed.rules = { ...REGISTER_RULES, onlyGreater: PRINTED_RULES.onlyGreater };
    printed.ask(0, prepare(printed, one));
    assert.equal(codeOf(printed, prepare(printed, versionOf("other"), { written: one })), "prepared");
  });

  it("H: a write proof makes no room for an entry of its timestamp with a greater hash", () => {
    const stage = new Stage();
    const [low, high] = ["one", "other"]
      .map((text) => versionOf(text))
      .sort((a, b) => (a.hash < b.hash ? -1 : 1));
    assert(low && high);
    stage.ask(0, prepare(stage, high));
    const next = versionOf("next", successor(FIRST, keyOf("alice")));
    const previous = proofBy(stage, low);
    assert.equal(codeOf(stage, prepare(stage, next, { previous, written: low })), "another-write-prepared");
    assert.equal(codeOf(stage, prepare(stage, next, { previous, written: high })), "prepared");
  });

  it("drops what jumps, what others signed, and proofs of another register, list, chain, or of too few", () => {
    const stage = new Stage();
    const one = versionOf("one");
    const far = versionOf("far", { ...FIRST, counter: 7 });
    assert.equal(codeOf(stage, prepare(stage, far)), "dropped");
    const mallory = {
      ...prepare(stage, one),
      authorization: stage.sign("mallory")({ kind: "authorized", register: BASE, version: one }),
    };
    assert.equal(codeOf(stage, mallory as RegisterOperation), "dropped");
    const data = asciiBytes("one");
    const proof = proofBy(stage, one);
    const write = (changed: Partial<PrepareProof>, register: typeof BASE | typeof OPTIMIZED = BASE) =>
      codeOf(stage, { kind: "write", register, proof: { ...proof, ...changed }, data });
    assert.equal(write({}, { ...BASE, name: "other" } as unknown as typeof BASE), "dropped");
    assert.equal(write({}, { ...BASE, variant: "strong" } as unknown as typeof BASE), "dropped");
    assert.equal(write({ list: "optimistic" }), "dropped");
    assert.equal(write({ signatures: proof.signatures.slice(1) }), "dropped");
    assert.equal(write({ signatures: [...proof.signatures].reverse() }), "dropped");
    assert.equal(
      codeOf(stage, { kind: "write", register: BASE, proof, data: asciiBytes("else") }),
      "dropped",
    );
    const elsewhere = registerRequestChecks(
      {
        chainId: registerValueHash(asciiBytes("another chain")) as unknown as never,
        memberships: () => MEMBERSHIP,
      },
      { kind: "write", register: BASE, proof, data },
    );
    assert(elsewhere.kind === "checks");
    assert(!elsewhere.checks.some((check) => SCHEME.verify(check)));
    assert.equal(write({}), "written");
  });

  it("L: a proof of one list does not hold as one of the other", () => {
    const stage = new Stage();
    const version = versionOf("one");
    const proof = proofBy(stage, version, OPTIMIZED);
    const write = (list: PrepareProof["list"]): RegisterOperation => ({
      ...{ kind: "write", register: OPTIMIZED, proof: { ...proof, list }, data: asciiBytes("one") },
    });
    assert.equal(codeOf(stage, write("optimistic")), "dropped");
    assert.equal(codeOf(stage, write("prepared")), "written");
  });

  it("a write that came late is acknowledged, and changes nothing", () => {
    const stage = new Stage();
    stage.write("bob", BASE, "first");
    stage.write("bob", BASE, "second");
    const before = stage.states.get("0 prices/gold base");
    const late = proofBy(stage, versionOf("one"));
    assert.equal(
      codeOf(stage, { kind: "write", register: BASE, proof: late, data: asciiBytes("one") }),
      "written",
    );
    assert.equal(stage.states.get("0 prices/gold base"), before);
  });

  it("a strong register wants the proof that the version before was written", () => {
    const stage = new Stage();
    const strong = { name: "r", variant: "strong" } as const;
    stage.write("alice", strong, "one");
    const proof = stage.states.get("0 r strong")?.proof ?? [];
    const version = versionOf("two", successor(FIRST, keyOf("alice")));
    const authorization = stage.sign("alice")({ kind: "authorized", register: strong, version });
    const request = {
      kind: "prepare",
      register: strong,
      version,
      previous: proof,
      written: [],
      authorization,
    } as const;
    assert.equal(codeOf(stage, request), "no-write-proof");
  });

  it("the same at all replicas: what one has not heard of does not matter to the others", () => {
    const stage = new Stage();
    for (const place of REPLICAS)
      assert.equal(codeOf(stage, prepare(stage, versionOf("one")), place), "prepared");
  });
});
