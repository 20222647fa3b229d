// Governance at its limits, in states that no chain of a test could grow into; through the naive validator as well
// where a genesis can begin with them.
import assert from "node:assert/strict";
import {
  applyChange,
  type Change,
  type Client,
  type GovernanceState,
  GovernanceView,
  genesisCodec,
  genesisGovernance,
  judgeTransaction,
  retiredKeyHash,
} from "@witan/ledger";
import { type Hash, type Height, LIMITS, type PolicyHash, type PublicKey } from "@witan/primitives";
import { keyOfName, memberOf, realVerdicts, TestLedger, testChain, testGenesis } from "./build.ts";
import { NaiveChain } from "./naive/index.ts";

const base = genesisGovernance(testChain(testGenesis())).state;
const numbered = (at: number): string => at.toString(16).padStart(64, "0");

function verdict(
  state: Partial<GovernanceState>,
  change: Change,
  mode: "pbft" | "bp-fast-paxos" = "pbft",
): string {
  const applied = applyChange(new GovernanceView(mode, { ...base, ...state }), change, 7 as Height);
  return applied.ok ? "ok" : applied.code;
}

function clientsOf(count: number): Client[] {
  return Array.from({ length: count }, (_, at): Client => {
    const publicKey = `02${numbered(at + 1)}` as PublicKey;
    return { publicKey, status: "permitted", registerPrefixes: [] };
  });
}

describe("limits reached", () => {
  it("members-full: 256 members, one more refused, one fewer not", () => {
    const members = Array.from({ length: 256 }, (_, at) => ({
      ...memberOf("a"),
      name: `m${at}`,
      votingKey: `02${numbered(2 * at)}` as PublicKey,
      operatorKey: `02${numbered(2 * at + 1)}` as PublicKey,
      peerId: `002408011220${numbered(at)}` as ReturnType<typeof memberOf>["peerId"],
    }));
    const change: Change = { kind: "addMember", member: memberOf("e") };
    assert.equal(verdict({ members }, change), "members-full");
    assert.equal(verdict({ members: members.slice(1) }, change), "ok");
  });

  it("assets-full: 4,096 assets", () => {
    const issuancePolicyHash = "00".repeat(32) as PolicyHash;
    const assets = Array.from({ length: 4_096 }, (_, at) => ({
      name: `A${at}`,
      decimals: 0,
      issuancePolicyHash,
    }));
    const change: Change = { kind: "registerAsset", name: "B", decimals: 0, issuancePolicyHash };
    assert.equal(verdict({ assets }, change), "assets-full");
    assert.equal(verdict({ assets: assets.slice(1) }, change), "ok");
  });

  it("clients-full: 16,384 records, known ones still change", () => {
    const clients = clientsOf(LIMITS.clients);
    const permit = (publicKey: PublicKey, ...registerPrefixes: string[]): Change => ({
      kind: "permitClient",
      publicKey,
      registerPrefixes,
    });
    const { publicKey } = keyOfName("client");
    const known = clients[5]?.publicKey ?? publicKey;
    assert.equal(verdict({ clients }, permit(publicKey)), "clients-full");
    assert.equal(verdict({ clients }, { kind: "revokeClient", publicKey }), "clients-full");
    assert.equal(verdict({ clients }, permit(known, "a/")), "ok");
    assert.equal(verdict({ clients }, { kind: "revokeClient", publicKey: known }), "ok");
    assert.equal(verdict({ clients }, permit(known)), "change-empty");
    assert.equal(verdict({ clients: clients.slice(1) }, permit(publicKey)), "ok");
  });

  it("clients-full: both validators, in a chain that begins with 16,384 clients", () => {
    const members = [memberOf("a")];
    const genesis = testGenesis("pbft", { members, clients: clientsOf(LIMITS.clients), allocations: [] });
    const ledger = new TestLedger(genesis);
    const naive = new NaiveChain(genesisCodec.encode(genesis));
    assert.equal(naive.governanceRoot, ledger.state.governance.root);
    const { publicKey } = keyOfName("client");
    const sealed = ledger.governance({ kind: "revokeClient", publicKey }, ["a"]);
    const { chain, governance } = ledger.state;
    const context = { chain, governance, height: 1 as Height, timestamp: ledger.nextTime };
    assert.equal(judgeTransaction(sealed, context, ledger, realVerdicts)?.code, "clients-full");
    assert.deepEqual(naive.checkTransaction(sealed.bytes, ledger.nextTime), {
      ok: false,
      code: "clients-full",
    });
  });

  it("retired-keys-full: a removal needs three places, a new key one", () => {
    const retired = (count: number) => ({
      retiredKeys: Array.from({ length: count }, (_, at) => numbered(at) as Hash),
    });
    const remove: Change = { kind: "removeMember", name: "a" };
    const { publicKey: votingKey } = keyOfName("new");
    const replace: Change = { kind: "replaceKey", name: "a", key: { kind: "voting", votingKey } };
    assert.equal(verdict(retired(65_533), remove), "ok");
    assert.equal(verdict(retired(65_534), remove), "retired-keys-full");
    assert.equal(verdict(retired(65_535), replace), "ok");
    assert.equal(verdict(retired(65_536), replace), "retired-keys-full");
    assert.equal(verdict(retired(65_536), { kind: "addMember", member: memberOf("e") }), "ok");
  });
});

describe("what a change does", () => {
  const view = new GovernanceView("pbft", base);
  const made = (change: Change): GovernanceState => {
    const applied = applyChange(view, change, 41 as Height);
    assert.ok(applied.ok);
    return applied.value.state;
  };
  const hashes = (...keys: string[]) => keys.map(retiredKeyHash);

  it("leaves the state before as it was", () => {
    const { root } = new GovernanceView("pbft", base);
    made({ kind: "removeMember", name: "b" });
    assert.equal(new GovernanceView("pbft", base).root, root);
  });

  it("removes a member, keeps the order of the others, retires voting key, peer id and operator key in this order", () => {
    const { members, membersFrom, retiredKeys, sequence } = made({ kind: "removeMember", name: "b" });
    assert.deepEqual(
      members.map(({ name }) => name),
      ["a", "c", "d"],
    );
    assert.deepEqual([membersFrom, sequence], [42, 1]);
    const b = memberOf("b");
    assert.deepEqual(retiredKeys, hashes(b.votingKey, b.peerId, b.operatorKey));
  });

  it("puts a new key in the place of the old, which is retired", () => {
    const { publicKey } = keyOfName("new");
    const state = made({ kind: "replaceKey", name: "c", key: { kind: "operator", operatorKey: publicKey } });
    assert.equal(state.members[2]?.operatorKey, publicKey);
    assert.equal(state.members[2]?.votingKey, memberOf("c").votingKey);
    assert.deepEqual(state.retiredKeys, hashes(memberOf("c").operatorKey));
    assert.equal(state.membersFrom, 42);
  });

  it("does not touch membersFrom unless members or keys change", () => {
    const changes: Change[] = [
      { kind: "permitClient", publicKey: keyOfName("client").publicKey, registerPrefixes: [] },
      { kind: "revokeClient", publicKey: keyOfName("client").publicKey },
      { kind: "registerAsset", name: "B", decimals: 1, issuancePolicyHash: keyOfName("mint").policyHash },
      { kind: "changeParameter", parameter: "feeRateMin", value: 4 },
      { kind: "changeRules", rulesVersion: 2 },
    ];
    for (const change of changes) {
      const { membersFrom, members, sequence } = made(change);
      assert.deepEqual([membersFrom, sequence], [1, 1], change.kind);
      assert.deepEqual(members, base.members);
    }
  });

  it("keeps clients sorted, each once, and takes the prefixes of who is revoked", () => {
    let present = view;
    for (const name of ["x", "y", "z", "x"]) {
      const { publicKey } = keyOfName(name);
      const applied = applyChange(
        present,
        { kind: "permitClient", publicKey, registerPrefixes: [name, `${name}${present.state.sequence}`] },
        2 as Height,
      );
      assert.ok(applied.ok);
      present = applied.value;
    }
    const { publicKey } = keyOfName("y");
    const revoked = applyChange(present, { kind: "revokeClient", publicKey }, 2 as Height);
    assert.ok(revoked.ok);
    const { clients } = revoked.value.state;
    assert.deepEqual(
      clients.map((one) => one.publicKey),
      ["x", "y", "z"].map((name) => keyOfName(name).publicKey).sort(),
    );
    assert.deepEqual(revoked.value.client(publicKey), { publicKey, status: "revoked", registerPrefixes: [] });
  });
});
