// Forensics: what convicts, what does not, and that f + 1 are always convicted where two blocks were decided at one height.
import assert from "node:assert/strict";
import {
  type Ballot,
  ballotMessage,
  digestOf,
  type Guilt,
  type GuiltKind,
  guiltChecks,
  guiltsOf,
  type Held,
  type PbftMessage,
  type PreparedCertificate,
  primaryOf,
  type SignedMessage,
  statementCheck,
  statementsOf,
  type ViewChangeContent,
} from "@witan/consensus";
import {
  asciiBytes,
  type BlockHash,
  byzantineMax,
  byzantineQuorum,
  type ChainId,
  type Height,
  type MemberIndex,
  type Membership,
  type PbftCertificate,
  type Signature,
  type SignatureCheck,
  sha256Hex,
  type View,
} from "@witan/primitives";
import { memberOf } from "../ledger/build.ts";

const CHAIN = sha256Hex(asciiBytes("forensics")) as ChainId;
const [A, B] = ["a", "b"].map((name) => sha256Hex(asciiBytes(name)) as BlockHash) as [BlockHash, BlockHash];

function membershipOf(n: number): Membership {
  const members = Array.from({ length: n }, (_, at) => memberOf(`m${at}`));
  return { mode: "pbft", from: 1 as Height, members };
}

/** A signature that only its maker's key and what it is over determine. */
function signatureOf({ publicKey, digest }: Pick<SignatureCheck, "publicKey" | "digest">): Signature {
  return sha256Hex(asciiBytes(`${publicKey} ${digest}`)).repeat(2) as Signature;
}

function holds(check: SignatureCheck): boolean {
  return check.signature === signatureOf(check);
}

/** The members of a chain, who sign. */
class Members {
  readonly membership: Membership;
  readonly memberships = (height: Height) => (height <= 100 ? this.membership : undefined);

  constructor(n: number) {
    this.membership = membershipOf(n);
  }

  get n(): number {
    return this.membership.members.length;
  }

  get quorum(): number {
    return byzantineQuorum(this.n);
  }

  sign(sender: number, message: PbftMessage): SignedMessage {
    const publicKey = this.membership.members[sender]?.votingKey;
    assert.ok(publicKey);
    const signature = signatureOf({ publicKey, digest: digestOf(CHAIN, message) });
    return { sender: sender as MemberIndex, signature, message };
  }

  certificate(at: Ballot, signers: readonly number[]): PbftCertificate {
    const message = ballotMessage("commit", at);
    const signatures = signers.map((member) => ({
      member: member as MemberIndex,
      signature: this.sign(member, message).signature,
    }));
    return { ...at, kind: "pbft", signatures };
  }

  /** By the primary and the first q - 1 of these others. */
  prepared(at: Ballot, members: readonly number[]): PreparedCertificate {
    const primary = primaryOf(at.view, this.n);
    const others = members.filter((member) => member !== primary).slice(0, this.quorum - 1);
    const message = ballotMessage("prepare", at);
    return {
      ...at,
      primary: this.sign(primary, ballotMessage("prePrepare", at)).signature,
      prepares: others.map((member) => ({
        member: member as MemberIndex,
        signature: this.sign(member, message).signature,
      })),
    };
  }

  newView(view: number, contents: ReadonlyMap<number, ViewChangeContent>): SignedMessage {
    const viewChanges = [...contents].map(([sender, content]) => {
      const { signature } = this.sign(sender, { kind: "viewChange", ...content });
      return { sender: sender as MemberIndex, signature, content };
    });
    return this.sign(primaryOf(view, this.n), {
      ...{ kind: "newView", membership: 1 as Height, view: view as View },
      viewChanges,
    });
  }

  /** Who is guilty by what is held, whose proofs must hold. */
  guilts(held: Partial<Held>): readonly Guilt[] {
    const all: Held = { certificates: [], prepared: [], newViews: [], evidence: [], ...held };
    const guilts = guiltsOf(statementsOf(all, this.memberships));
    for (const guilt of guilts) {
      const answer = guiltChecks(CHAIN, guilt, this.membership);
      assert.ok(answer.kind === "checks" && answer.checks.every(holds), `a proof of ${guilt.kind} holds`);
    }
    return guilts;
  }
}

function ballot(blockHash: BlockHash, view = 0, height = 5): Ballot {
  return { membership: 1 as Height, view: view as View, height: height as Height, blockHash };
}

function asks(view: number, decidedHeight: number, prepared?: PreparedCertificate): ViewChangeContent {
  return {
    ...{ membership: 1 as Height, view: view as View, decidedHeight: decidedHeight as Height },
    ...{ decided: [], prepared: prepared ? [prepared] : [] },
  };
}

function upTo(count: number, from = 0): readonly number[] {
  return Array.from({ length: count }, (_, at) => from + at);
}

const SIZES = [4, 5, 6, 7, 8, 9, 10, 13];

describe("forensics of a fork", () => {
  for (const n of SIZES) {
    const members = new Members(n);
    const { quorum } = members;
    const first = upTo(quorum);
    const last = upTo(quorum, n - quorum);
    const both = first.filter((member) => last.includes(member));

    it(`of ${n} members, in one view: everybody who is in both quorums`, () => {
      const guilts = members.guilts({
        certificates: [members.certificate(ballot(A), first), members.certificate(ballot(B), last)],
      });
      assert.deepEqual(
        guilts.map(({ member, kind }) => [member, kind]),
        both.map((member) => [member, "double-vote"]),
      );
      assert.ok(guilts.length >= byzantineMax(n) + 1);
    });

    it(`of ${n} members, across views: everybody who forgot that it was prepared`, () => {
      const view = n - 1;
      const asked = new Map(last.map((member) => [member, asks(view, 4)]));
      const guilts = members.guilts({
        certificates: [members.certificate(ballot(A), first), members.certificate(ballot(B, view), last)],
        newViews: [members.newView(view, asked)],
      });
      assert.deepEqual(
        guilts.map(({ member, kind }) => [member, kind]),
        both.map((member) => [member, "forgotten-lock"]),
      );
      assert.ok(guilts.length >= byzantineMax(n) + 1);
    });

    it(`of ${n} members, after several views: what a later NEW-VIEW shows, an earlier one proves`, () => {
      // View 2 shows that B was prepared in view 1, which is what a correct one may have seen; view 1 began by a lie.
      const middle = members.prepared(ballot(B, 1), [...last].reverse());
      const newViews = [
        members.newView(1, new Map(last.map((member) => [member, asks(1, 4)]))),
        members.newView(2, new Map(last.map((member) => [member, asks(2, 4, middle)]))),
      ];
      const certificates = [members.certificate(ballot(A), first), members.certificate(ballot(B, 2), last)];
      const proven = new Set(members.guilts({ certificates, newViews }).map(({ member }) => member));
      assert.deepEqual([...proven], both);
      assert.deepEqual(members.guilts({ certificates, newViews: newViews.slice(1) }), []);
    });

    it(`of ${n} members, by VIEW-CHANGEs that hide a decided height`, () => {
      const asked = new Map(last.map((member) => [member, asks(1, 3)]));
      const guilts = members.guilts({
        certificates: [members.certificate(ballot(A), first)],
        newViews: [members.newView(1, asked)],
      });
      assert.deepEqual(
        guilts.map(({ member, kind }) => [member, kind]),
        both.map((member) => [member, "forgotten-decision"]),
      );
    });
  }
});

describe("what convicts a member, and what does not", () => {
  const members = new Members(4);
  const vote = (kind: "prePrepare" | "prepare" | "commit", at: Ballot) => ballotMessage(kind, at);
  const viewChange = (...of: Parameters<typeof asks>): PbftMessage => ({
    kind: "viewChange",
    ...asks(...of),
  });
  const preparedA = members.prepared(ballot(A), [1, 2]);
  const preparedB = members.prepared(ballot(B, 1), [2, 3]);
  const otherA = members.prepared(ballot(B), [1, 2]);
  const newView = (...of: Parameters<Members["newView"]>) => members.newView(...of).message;
  const shown = (prepared?: PreparedCertificate, decided = 4) =>
    new Map([0, 1, 2].map((member) => [member, asks(2, decided, prepared)]));

  const CASES: readonly (readonly [string, GuiltKind | undefined, PbftMessage, PbftMessage])[] = [
    ["PREPAREs of two blocks", "double-vote", vote("prepare", ballot(A)), vote("prepare", ballot(B))],
    [
      "PREPARE and COMMIT of two blocks",
      "double-vote",
      vote("prepare", ballot(A)),
      vote("commit", ballot(B)),
    ],
    ["PREPARE and COMMIT of one block", undefined, vote("prepare", ballot(A)), vote("commit", ballot(A))],
    ["votes in two views", undefined, vote("commit", ballot(A)), vote("commit", ballot(B, 1))],
    ["votes at two heights", undefined, vote("commit", ballot(A)), vote("commit", ballot(B, 0, 6))],
    ["COMMIT, then nothing prepared", "forgotten-lock", vote("commit", ballot(A)), viewChange(1, 4)],
    ["COMMIT, then prepared for it", undefined, vote("commit", ballot(A)), viewChange(1, 4, preparedA)],
    ["COMMIT, then prepared later", undefined, vote("commit", ballot(A)), viewChange(2, 4, preparedB)],
    [
      "COMMIT, then prepared for another there",
      "forgotten-lock",
      vote("commit", ballot(A)),
      viewChange(1, 4, otherA),
    ],
    [
      "COMMIT in a later view, then prepared earlier",
      "forgotten-lock",
      vote("commit", ballot(B, 1)),
      viewChange(2, 4, preparedA),
    ],
    [
      "COMMIT, then prepared earlier for it",
      "forgotten-lock",
      vote("commit", ballot(B, 2)),
      viewChange(3, 4, preparedB),
    ],
    ["COMMIT, then decided", undefined, vote("commit", ballot(A)), viewChange(1, 5)],
    ["PREPARE, then nothing prepared", undefined, vote("prepare", ballot(A)), viewChange(1, 4)],
    ["COMMIT in the view that was asked for", undefined, vote("commit", ballot(A, 1)), viewChange(1, 4)],
    [
      "a vote behind a height that was not decided",
      "forgotten-decision",
      vote("prepare", ballot(A)),
      viewChange(1, 3),
    ],
    ["a view asked for twice, at two heights", undefined, viewChange(1, 4, preparedA), viewChange(1, 5)],
    ["a view asked for in two ways", "double-view-change", viewChange(1, 4, preparedA), viewChange(1, 4)],
    ["prepared, then not", "forgotten-lock", viewChange(1, 4, preparedA), viewChange(2, 4)],
    ["not prepared, then prepared", undefined, viewChange(1, 4), viewChange(2, 4, preparedA)],
    ["a height decided, then not", "forgotten-decision", viewChange(1, 5), viewChange(2, 4)],
    ["two NEW-VIEWs", "double-new-view", newView(2, shown()), newView(2, shown(preparedA))],
    ["one NEW-VIEW", undefined, newView(2, shown()), newView(2, shown())],
    [
      "a proposal other than forced",
      "against-new-view",
      newView(2, shown(preparedA)),
      vote("prePrepare", ballot(B, 2)),
    ],
    ["the forced proposal", undefined, newView(2, shown(preparedA)), vote("prePrepare", ballot(A, 2))],
    ["a free proposal", undefined, newView(2, shown()), vote("prePrepare", ballot(B, 2))],
    [
      "a proposal behind the forced one",
      undefined,
      newView(2, shown(preparedA)),
      vote("prePrepare", ballot(B, 2, 6)),
    ],
    [
      "a vote below the beginning of a view",
      "against-new-view",
      newView(2, shown(undefined, 6)),
      vote("commit", ballot(A, 2)),
    ],
  ];

  for (const [what, kind, one, other] of CASES)
    it(`${what}: ${kind ?? "nothing"}`, () => {
      for (const [first, second] of [
        [one, other],
        [other, one],
      ] as const) {
        const guilts = guiltsOf([members.sign(2, first), members.sign(2, second)]);
        assert.deepEqual(
          guilts.map((guilt) => [guilt.member, guilt.kind]),
          kind === undefined ? [] : [[2, kind]],
        );
      }
      assert.deepEqual(guiltsOf([members.sign(1, one), members.sign(2, other)]), [], "of two members");
    });
});

describe("a proof of guilt", () => {
  const members = new Members(4);
  const [first, second] = [A, B].map((hash) => members.sign(2, ballotMessage("prepare", ballot(hash))));
  assert.ok(first && second);
  const guilt: Guilt = {
    ...{ kind: "double-vote", membership: 1 as Height, member: 2 as MemberIndex },
    ...{ first, second },
  };
  const codeOf = (wrong: Guilt, membership = members.membership) => {
    const answer = guiltChecks(CHAIN, wrong, membership);
    return answer.kind === "fault" ? answer.code : answer.kind;
  };

  it("needs two signatures of the member, and nothing else", () => {
    const answer = guiltChecks(CHAIN, guilt, members.membership);
    assert.ok(answer.kind === "checks");
    assert.deepEqual(answer.checks.map(holds), [true, true]);
    const made = { ...second, signature: first.signature };
    const other = guiltChecks(CHAIN, { ...guilt, second: made }, members.membership);
    assert.ok(other.kind === "checks");
    assert.deepEqual(other.checks.map(holds), [true, false]);
  });

  it("proves nothing with another member, membership or kind, or without a contradiction", () => {
    assert.equal(codeOf(guilt), "checks");
    assert.equal(codeOf({ ...guilt, member: 1 as MemberIndex }), "sender");
    assert.equal(codeOf({ ...guilt, member: 4 as MemberIndex }), "membership");
    assert.equal(codeOf({ ...guilt, membership: 2 as Height }), "membership");
    assert.equal(codeOf(guilt, { ...members.membership, from: 2 as Height }), "membership");
    assert.equal(codeOf({ ...guilt, kind: "forgotten-lock" }), "no-contradiction");
    assert.equal(codeOf({ ...guilt, second: first }), "no-contradiction");
  });

  it("is made of what members signed: of made up statements none passes", () => {
    const made = { ...second, signature: first.signature };
    const all = statementsOf(
      {
        certificates: [],
        prepared: [],
        newViews: [],
        evidence: [
          { first, second },
          { first, second: made },
        ],
      },
      members.memberships,
    );
    // What is made up stands beside what is true, and hides it from nobody.
    assert.equal(all.length, 3);
    const signed = all.filter((one) => {
      const check = statementCheck(CHAIN, one, members.memberships);
      return check !== undefined && holds(check);
    });
    assert.equal(guiltsOf(signed).length, 1);
    const stranger = { ...first, sender: 9 as MemberIndex };
    assert.equal(statementCheck(CHAIN, stranger, members.memberships), undefined);
    const later = { ...first, message: { ...first.message, membership: 200 as Height } } as SignedMessage;
    assert.equal(statementCheck(CHAIN, later, members.memberships), undefined);
  });
});
