// Vectors for changes in their state: members, keys, clients and assets, as they come and go over blocks.
import type { Change } from "@witan/ledger";
import { type PolicyHash, type PublicKey, ZERO_HASH } from "@witan/primitives";
import { clientOf, keyOfName, memberOf, outputTo, testGenesis } from "../../ledger/build.ts";
import { Changes, ofRole, registering } from "./governance.ts";
import type { Scene } from "./scene.ts";
import { amountOf } from "./transfers.ts";

const key = (name: string): PublicKey => keyOfName(name).publicKey;
const remove = (name: string): Change => ({ kind: "removeMember", name });
const permit = (name: string, ...registerPrefixes: string[]): Change => ({
  kind: "permitClient",
  publicKey: key(name),
  registerPrefixes,
});
const revoke = (name: string): Change => ({ kind: "revokeClient", publicKey: key(name) });
const forget = (name: string): Change => ({ kind: "forgetClient", publicKey: key(name) });
const voting = (name: string, by: string): Change => ({
  kind: "replaceKey",
  name,
  key: { kind: "voting", votingKey: key(by) },
});
const operator = (name: string, by: string): Change => ({
  kind: "replaceKey",
  name,
  key: { kind: "operator", operatorKey: key(by) },
});
const peer = (name: string, by: string): Change => ({
  kind: "replaceKey",
  name,
  key: { kind: "peer", peerId: memberOf(by).peerId },
});
const add = (name: string, change: Partial<ReturnType<typeof memberOf>> = {}): Change => ({
  kind: "addMember",
  member: { ...memberOf(name), ...change },
});

function adding(scene: Changes): void {
  scene.change("ok: a new member", add("e"), "ok");
  scene.change("member-role: a proposer in PBFT", ofRole("e", "proposer"), "member-role");
  scene.change("member-role: an acceptor in PBFT", ofRole("e", "acceptor"), "member-role");
  scene.change("member-role: told before name-taken", add("a", { role: "acceptor" }), "member-role");
  scene.change("name-taken: by a member", add("e", { name: "a" }), "name-taken");
  scene.change("name-taken: told before key-in-use", add("a"), "name-taken");
  scene.change(
    "key-in-use: a voting key as voting key",
    add("e", { votingKey: key("a voting") }),
    "key-in-use",
  );
  scene.change(
    "key-in-use: an operator key as voting key",
    add("e", { votingKey: key("a operator") }),
    "key-in-use",
  );
  scene.change(
    "key-in-use: a voting key as operator key",
    add("e", { operatorKey: key("d voting") }),
    "key-in-use",
  );
  scene.change("key-in-use: a peer id", add("e", { peerId: memberOf("b").peerId }), "key-in-use");
  scene.change(
    "key-in-use: a client's key as operator key",
    add("e", { operatorKey: key("client") }),
    "key-in-use",
  );
  scene.change(
    "key-in-use: a revoked client's key as voting key",
    add("e", { votingKey: key("revoked") }),
    "key-in-use",
  );
  scene.change(
    "key-in-use: voting key and operator key are one",
    add("e", { operatorKey: key("e voting") }),
    "key-in-use",
  );
}

function removing(scene: Changes): void {
  scene.change("member-unknown: to remove", remove("nobody"), "member-unknown");
  scene.change("member-unknown: a key to replace", voting("nobody", "new"), "member-unknown");
  scene.change("member-unknown: told before key-in-use", voting("nobody", "a voting"), "member-unknown");
  scene.change("ok: a voting key replaced", voting("a", "new"), "ok");
  scene.change("ok: a peer id replaced", peer("a", "new"), "ok");
  scene.change("ok: an operator key replaced", operator("a", "new"), "ok");
  scene.change("key-in-use: a voting key replaced by itself", voting("a", "a voting"), "key-in-use");
  scene.change("key-in-use: a voting key replaced by another's", voting("a", "b voting"), "key-in-use");
  scene.change(
    "key-in-use: a voting key replaced by the own operator key",
    voting("a", "a operator"),
    "key-in-use",
  );
  scene.change("key-in-use: an operator key replaced by a client's", operator("a", "client"), "key-in-use");
  scene.change("key-in-use: a peer id replaced by another's", peer("a", "b"), "key-in-use");
  scene.make(voting("a", "a voting, second"));
  scene.change("key-retired: the old voting key comes back", voting("a", "a voting"), "key-retired");
  scene.change(
    "key-retired: the old voting key as another's operator key",
    operator("b", "a voting"),
    "key-retired",
  );
  scene.change(
    "key-retired: the old voting key as a new member's",
    add("e", { votingKey: key("a voting") }),
    "key-retired",
  );
  scene.change("key-retired: the old voting key as a client's", permit("a voting"), "key-retired");
  scene.change("ok: a retired key may be revoked as a client", revoke("a voting"), "ok");
  scene.change(
    "key-in-use: told before key-retired",
    add("e", { votingKey: key("a voting"), operatorKey: key("b voting") }),
    "key-in-use",
  );
  scene.make(peer("a", "a, second"));
  scene.change("key-retired: the old peer id comes back", peer("a", "a"), "key-retired");
  removed(scene);
}

/** Operators that are no more, and members that come back. */
function removed(scene: Changes): void {
  scene.make(operator("a", "a operator, second"));
  scene.change("approval-stranger: by the operator key that was replaced", remove("d"), "approval-stranger");
  scene.change("key-retired: the old operator key comes back", operator("b", "a operator"), "key-retired", [
    "b",
    "c",
    "d",
  ]);
  scene.make(remove("d"), ["b", "c", "d"]);
  scene.change(
    "approvals-too-few: two of three, whose quorum is two and one more",
    remove("c"),
    "approvals-too-few",
    ["b"],
  );
  scene.change("approval-stranger: by a member that was removed", remove("c"), "approval-stranger", [
    "b",
    "c",
    "d",
  ]);
  scene.change("member-unknown: removed before", remove("d"), "member-unknown", ["b", "c"]);
  scene.change("key-retired: a removed member comes back with its keys", add("d"), "key-retired", ["b", "c"]);
  const renewed = {
    votingKey: key("d voting, second"),
    operatorKey: key("d operator, second"),
    peerId: memberOf("d, second").peerId,
  };
  scene.change("ok: a removed member comes back with new keys", add("d", renewed), "ok", ["b", "c"]);
  scene.change(
    "key-retired: a removed member comes back with its peer id",
    add("d", { ...renewed, peerId: memberOf("d").peerId }),
    "key-retired",
    ["b", "c"],
  );
  scene.change(
    "key-retired: a removed member's operator key as a client's",
    permit("d operator"),
    "key-retired",
    ["b", "c"],
  );
}

function lastMember(): Scene {
  const scene = new Changes("one member", testGenesis("pbft", { members: [memberOf("a")] }));
  scene.change("members-too-few: the last validator", remove("a"), "members-too-few", ["a"]);
  scene.make(add("b"), ["a"]);
  scene.change("approvals-too-few: one of two, who are both needed", remove("a"), "approvals-too-few", ["a"]);
  scene.change("ok: the first validator, with another there", remove("a"), "ok", ["a", "b"]);
  return scene;
}

function clients(): Scene {
  const records = [
    clientOf(keyOfName("client"), "permitted", ["a/"]),
    clientOf(keyOfName("revoked"), "revoked"),
  ];
  const sorted = records.sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  const scene = new Changes("clients", testGenesis("pbft", { clients: sorted, clientsMode: "permitted" }));
  scene.change("ok: a new client", permit("alice"), "ok");
  scene.change("ok: a client's prefixes change", permit("client", "a/", "b/"), "ok");
  scene.change("ok: a client's prefixes are taken", permit("client"), "ok");
  scene.change("ok: a revoked client is permitted again", permit("revoked"), "ok");
  scene.change("ok: a client without a record is revoked", revoke("alice"), "ok");
  scene.change("ok: a permitted client is revoked", revoke("client"), "ok");
  scene.change(
    "key-in-use: a member's operator key is revoked as a client's",
    revoke("a operator"),
    "key-in-use",
  );
  scene.change(
    "key-in-use: a member's voting key is revoked as a client's",
    revoke("d voting"),
    "key-in-use",
  );
  scene.change("change-empty: a client permitted as it is", permit("client", "a/"), "change-empty");
  scene.change("change-empty: a client revoked twice", revoke("revoked"), "change-empty");
  scene.change("ok: a revoked client is forgotten", forget("revoked"), "ok");
  scene.change("ok: a permitted client is forgotten", forget("client"), "ok");
  scene.change("client-unknown: forgotten without a record", forget("alice"), "client-unknown");
  scene.change("key-in-use: a member's voting key as a client's", permit("a voting"), "key-in-use");
  scene.change("key-in-use: a member's operator key as a client's", permit("a operator"), "key-in-use");
  adding(scene);
  const alice = keyOfName("alice");
  const pay = () =>
    scene.ledger.seal(
      scene.ledger.transfer(scene.coins(alice.policyHash).slice(0, 1), [outputTo(alice, 1_000_000n)]),
      [alice],
    );
  scene.tx("client-not-permitted: before governance permits", pay(), "client-not-permitted");
  scene.make(permit("alice"));
  scene.tx("ok: once governance permits", pay(), "ok");
  scene.make(revoke("alice"));
  scene.tx("client-revoked: once governance revokes", pay(), "client-revoked");
  scene.make(permit("alice", "x/"));
  scene.tx("ok: once governance permits again", pay(), "ok");
  scene.make(forget("alice"));
  scene.tx("client-not-permitted: once governance forgets", pay(), "client-not-permitted");
  scene.make(permit("alice", "x/"));
  removing(scene);
  return scene;
}

function assets(): Scene {
  const scene = new Changes("assets", testGenesis());
  scene.change("ok: an asset", registering("COPPER"), "ok");
  scene.change("name-taken: by an asset", registering("GOLD"), "name-taken");
  scene.change("name-taken: by the native asset", registering("WITAN"), "name-taken");
  scene.change("ok: a name in other capitals is another", registering("gold"), "ok");
  const [alice, mint] = [keyOfName("alice"), keyOfName("mint")];
  const issue = () =>
    scene.ledger.seal(
      scene.ledger.transfer(
        scene.coins(alice.policyHash).slice(0, 1),
        [outputTo(alice, 1_000_000n), outputTo(alice, 5n, 3)],
        { issued: [amountOf(3, 5n)] },
      ),
      [alice, mint],
    );
  scene.tx("asset-unknown: before it is registered", issue(), "asset-unknown");
  scene.make(registering("COPPER"));
  scene.tx("ok: issued once it is registered", issue(), "ok");
  scene.change("name-taken: by an asset registered later", registering("COPPER"), "name-taken");
  return scene;
}

function fullAssets(): Scene {
  const issuancePolicyHash = ZERO_HASH as PolicyHash;
  const asset = (at: number) => ({ name: at.toString(36), decimals: 0, issuancePolicyHash });
  const full = Array.from({ length: 4_096 }, (_, at) => asset(at));
  const scene = new Changes("4,096 assets", testGenesis("pbft", { assets: full, allocations: [] }));
  scene.change("assets-full: there are 4,096", registering("COPPER"), "assets-full");
  scene.change("assets-full: told before name-taken", registering("1"), "assets-full");
  return scene;
}

function paxos(): Scene {
  const scene = new Changes("governance of BP Fast Paxos", testGenesis("bp-fast-paxos"));
  scene.change("ok: three of four acceptors", remove("p"), "ok");
  scene.change("approvals-too-few: two of four acceptors", remove("p"), "approvals-too-few", ["a", "b"]);
  scene.change("approval-stranger: a proposer", remove("p"), "approval-stranger", ["a", "b", "c", "p"]);
  scene.change("ok: a new proposer", ofRole("r", "proposer"), "ok");
  scene.change("ok: a new acceptor", ofRole("e", "acceptor"), "ok");
  scene.change("member-role: a validator in BP Fast Paxos", ofRole("e", "validator"), "member-role");
  scene.make(remove("q"));
  scene.change("members-too-few: the last proposer", remove("p"), "members-too-few");
  scene.make(remove("a"), ["a", "b", "c"]);
  scene.change("approvals-too-few: two of three acceptors", remove("b"), "approvals-too-few", ["b", "c"]);
  scene.make(remove("b"), ["b", "c", "d"]);
  scene.make(remove("c"), ["c", "d"]);
  scene.change("members-too-few: the last acceptor", remove("d"), "members-too-few", ["d"]);
  return scene;
}

function fullMembers(): Scene {
  const acceptors = ["a", "b", "c"].map((name) => memberOf(name, "acceptor"));
  const proposers = Array.from({ length: 253 }, (_, at) => memberOf(`p${at}`, "proposer"));
  const scene = new Changes(
    "256 members",
    testGenesis("bp-fast-paxos", { members: [...acceptors, ...proposers], allocations: [] }),
  );
  scene.change("members-full: there are 256", ofRole("e", "acceptor"), "members-full");
  scene.change("member-role: told before members-full", ofRole("e", "validator"), "member-role");
  scene.change("members-full: told before name-taken", ofRole("p0", "proposer"), "members-full");
  scene.make(remove("p252"));
  scene.change("ok: the 256th member", ofRole("e", "acceptor"), "ok");
  return scene;
}

/** Changes in their state. */
export function governanceStateScenes(): Scene[] {
  return [clients(), lastMember(), assets(), fullAssets(), paxos(), fullMembers()];
}
