// Vectors for governance transactions: approvals, times, and each change by itself.
import type { Change } from "@witan/ledger";
import type { PeerId, PolicyHash, PublicKey, Role, Timestamp } from "@witan/primitives";
import { keyOfName, memberOf, testGenesis } from "../../ledger/build.ts";
import type { Verdict } from "../format.ts";
import { Scene } from "./scene.ts";

/** A change that holds in every state where it was not made. */
export const NEW_MEMBER: Change = { kind: "addMember", member: memberOf("e") };
const POLICY = keyOfName("mint").policyHash;
const X_TOO_LARGE = "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f" as PublicKey;
const PREFIX_04 = `04${"11".repeat(32)}` as PublicKey;

/** A scene whose cases are changes, approved as the mode asks. */
export class Changes extends Scene {
  readonly approvers: readonly string[] = ["a", "b", "c"];

  /** A case of a change. */
  change(name: string, change: Change, expected: Verdict, approvers = this.approvers): void {
    this.tx(name, this.ledger.governance(change, approvers), expected);
  }

  /** Makes a change in a block. */
  make(change: Change, approvers = this.approvers): void {
    this.ledger.grow(this.ledger.governance(change, approvers));
  }
}

/** A change of a parameter. */
export function parameter(
  name: Extract<Change, { kind: "changeParameter" }>["parameter"],
  value: number,
): Change {
  return { kind: "changeParameter", parameter: name, value };
}

/** An asset registered. */
export function registering(name: string, decimals = 2): Change {
  return { kind: "registerAsset", name, decimals, issuancePolicyHash: POLICY };
}

function approvals(scene: Changes): void {
  const change = parameter("feeRateMin", 5);
  scene.change("ok: three of four operators", change, "ok");
  scene.change("ok: all four operators", change, "ok", ["a", "b", "c", "d"]);
  scene.change("approvals-too-few: two of four operators", change, "approvals-too-few", ["b", "d"]);
  scene.change("approvals-too-few: none", change, "approvals-too-few", []);
  const seal = (...names: string[]) =>
    scene.ledger.seal(scene.ledger.governance(change).body, names.map(keyOfName));
  const three = ["a operator", "b operator", "c operator"];
  scene.tx("approval-stranger: one beside a quorum", seal(...three, "stranger"), "approval-stranger");
  scene.tx("approval-stranger: told before approvals-too-few", seal("stranger"), "approval-stranger");
  scene.tx(
    "approval-stranger: a voting key instead of an operator's",
    seal("a operator", "b operator", "c voting"),
    "approval-stranger",
  );
  approvalsAsTheyAre(scene, change);
  untilWhen(scene, change, three);
}

/** Approvals in another order, of another change, or with what does not belong there. */
function approvalsAsTheyAre(scene: Changes, change: Change): void {
  const good = scene.ledger.governance(change);
  const { body, witness } = good;
  const [one, two] = witness.signatures;
  if (!one || !two) throw new TypeError("operators signed");
  const with_ = (signatures: typeof witness.signatures) =>
    scene.ledger.sealRaw(body, { ...witness, signatures });
  scene.tx("signatures-order: an operator twice", with_([one, one, two]), "signatures-order");
  scene.tx(
    "signatures-order: approvals descending",
    with_([...witness.signatures].reverse()),
    "signatures-order",
  );
  scene.tx(
    "signature-shape: an approval of zeros",
    with_([{ ...one, signature: "00".repeat(64) as typeof one.signature }, two]),
    "signature-shape",
  );
  const elsewhere = scene.ledger.governance(parameter("feeRateMin", 6)).witness.signatures;
  scene.tx("signature-invalid: approvals of another change", with_(elsewhere), "signature-invalid");
  const unmade = scene.ledger.governance({ kind: "removeMember", name: "nobody" });
  scene.tx(
    "member-unknown: told before signature-invalid",
    scene.ledger.sealRaw(unmade.body, { ...unmade.witness, signatures: elsewhere }),
    "member-unknown",
  );
  const { policy } = keyOfName("a operator");
  scene.tx(
    "governance-witness: a policy",
    scene.ledger.sealRaw(body, { ...witness, policies: [policy] }),
    "governance-witness",
  );
  scene.tx(
    "governance-witness: a preimage",
    scene.ledger.sealRaw(body, { ...witness, preimages: ["11".repeat(32)] }),
    "governance-witness",
  );
  scene.tx(
    "governance-sequence: one ahead",
    scene.ledger.governance(change, scene.approvers, 1),
    "governance-sequence",
  );
  scene.tx(
    "governance-sequence: 2^53 - 1",
    scene.ledger.governance(change, scene.approvers, Number.MAX_SAFE_INTEGER),
    "governance-sequence",
  );
}

/** Sequence and time. */
function untilWhen(scene: Changes, change: Change, signers: readonly string[]): void {
  const { body } = scene.ledger.governance(change);
  const until = (time: number) =>
    scene.ledger.seal({ ...body, validUntil: time as Timestamp } as typeof body, signers.map(keyOfName));
  scene.tx("ok: governance valid until this very millisecond", until(scene.ledger.nextTime), "ok");
  scene.tx("expired: governance", until(scene.ledger.nextTime - 1), "expired");
  scene.tx(
    "ok: governance valid as far ahead as the chain allows",
    until(scene.ledger.nextTime + 604_800_000),
    "ok",
  );
  scene.tx(
    "valid-until-too-far: governance",
    until(scene.ledger.nextTime + 604_800_001),
    "valid-until-too-far",
  );
}

function byItself(scene: Changes): void {
  const member = memberOf("e");
  const add = (change: Partial<typeof member>): Change => ({
    kind: "addMember",
    member: { ...member, ...change },
  });
  const remove = (name: string): Change => ({ kind: "removeMember", name });
  scene.change("change-name: a member without a name", add({ name: "" }), "change-name");
  scene.change("change-name: a member in capitals", add({ name: "E" }), "change-name");
  scene.change("change-name: a member with a dot", add({ name: "e.f" }), "change-name");
  scene.change("change-name: a member with an underscore", add({ name: "e_f" }), "change-name");
  scene.change("ok: a member's name of 32 characters", add({ name: "az09-".repeat(7).slice(0, 32) }), "ok");
  scene.change("change-name: removeMember", remove("A"), "change-name");
  scene.change(
    "change-name: replaceKey",
    { kind: "replaceKey", name: " ", key: { kind: "voting", votingKey: member.votingKey } },
    "change-name",
  );
  scene.change("change-name: an asset without a name", registering(""), "change-name");
  scene.change("change-name: an asset with a space", registering("A B"), "change-name");
  scene.change("change-name: an asset with a slash", registering("A/B"), "change-name");
  scene.change("ok: an asset's name of every kind of character", registering("aZ09._-"), "ok");
  scene.change("ok: an asset's name of 32 characters", registering("X".repeat(32)), "ok");
  scene.change("change-key: a voting key", add({ votingKey: PREFIX_04 }), "change-key");
  scene.change("change-key: an operator key", add({ operatorKey: X_TOO_LARGE }), "change-key");
  scene.change(
    "change-key: a voting key to replace by",
    { kind: "replaceKey", name: "a", key: { kind: "voting", votingKey: PREFIX_04 } },
    "change-key",
  );
  scene.change(
    "change-key: an operator key to replace by",
    { kind: "replaceKey", name: "a", key: { kind: "operator", operatorKey: PREFIX_04 } },
    "change-key",
  );
  scene.change(
    "change-key: a client to permit",
    { kind: "permitClient", publicKey: PREFIX_04, registerPrefixes: [] },
    "change-key",
  );
  scene.change(
    "change-key: a client to revoke",
    { kind: "revokeClient", publicKey: X_TOO_LARGE },
    "change-key",
  );
  scene.change(
    "change-key: a client to forget",
    { kind: "forgetClient", publicKey: PREFIX_04 },
    "change-key",
  );
  const peer = `002408021220${"11".repeat(32)}` as PeerId;
  scene.change("change-peer-id: of a member", add({ peerId: peer }), "change-peer-id");
  scene.change(
    "change-peer-id: to replace by",
    { kind: "replaceKey", name: "a", key: { kind: "peer", peerId: peer } },
    "change-peer-id",
  );
  clientsAndAssets(scene);
  scene.change("change-name: told before change-key", add({ name: "", votingKey: PREFIX_04 }), "change-name");
  scene.change(
    "change-key: told before change-peer-id",
    add({ votingKey: PREFIX_04, peerId: peer }),
    "change-key",
  );
}

/** Prefixes and decimals. */
function clientsAndAssets(scene: Changes): void {
  const permit = (...registerPrefixes: string[]): Change => ({
    kind: "permitClient",
    publicKey: keyOfName("client").publicKey,
    registerPrefixes,
  });
  scene.change("change-prefixes: descending", permit("b/", "a/"), "change-prefixes");
  scene.change("change-prefixes: one twice", permit("a/", "a/"), "change-prefixes");
  scene.change("ok: prefixes ascending, one the beginning of another", permit("", "a", "a/", "b"), "ok");
  scene.change("change-decimals: 19", registering("COPPER", 19), "change-decimals");
  scene.change("ok: 18 decimals", registering("COPPER", 18), "ok");
  scene.change(
    "change-decimals: told before approvals-too-few",
    registering("COPPER", 255),
    "change-decimals",
    [],
  );
}

/** The least and greatest value of each parameter, from docs/formats.md. */
const RANGES = {
  blockBytesMax: [131_072, 33_554_432],
  blockTransactionsMax: [16, 65_536],
  blockSignaturesMax: [64, 65_536],
  feeRateMin: [0, 1_000_000_000_000],
  validUntilAheadMsMax: [60_000, 31_536_000_000],
  clockDriftMs: [100, 60_000],
  emptyBlockIntervalMs: [0, 86_400_000],
  checkpointInterval: [10, 1_000_000],
} as const;

function parameters(): Scene {
  const scene = new Changes(
    "parameters",
    testGenesis("pbft", { parameters: { feeRateMin: 7, blockTransactionsMax: 100, clockDriftMs: 1_000 } }),
  );
  for (const [name, [least, greatest]] of Object.entries(RANGES)) {
    const change = (value: number) => parameter(name as keyof typeof RANGES, value);
    scene.change(`ok: the least ${name}`, change(least), "ok");
    scene.change(`ok: the greatest ${name}`, change(greatest), "ok");
    if (least > 0)
      scene.change(`parameter-range: ${name} below the least`, change(least - 1), "parameter-range");
    scene.change(`parameter-range: ${name} above the greatest`, change(greatest + 1), "parameter-range");
  }
  scene.change(
    "parameter-range: 2^53 - 1",
    parameter("feeRateMin", Number.MAX_SAFE_INTEGER),
    "parameter-range",
  );
  scene.change("change-empty: a parameter as it is", parameter("feeRateMin", 7), "change-empty");
  scene.change(
    "change-empty: a parameter as it is by default",
    parameter("blockBytesMax", 2_097_152),
    "change-empty",
  );
  scene.change("ok: the next rules version", { kind: "changeRules", rulesVersion: 2 }, "ok");
  scene.change(
    "rules-not-next: the same rules version",
    { kind: "changeRules", rulesVersion: 1 },
    "rules-not-next",
  );
  scene.change("rules-not-next: two ahead", { kind: "changeRules", rulesVersion: 3 }, "rules-not-next");
  scene.change("rules-not-next: back to 0", { kind: "changeRules", rulesVersion: 0 }, "rules-not-next");
  scene.make(parameter("feeRateMin", 8));
  scene.change("ok: back to a value from before", parameter("feeRateMin", 7), "ok");
  scene.change("change-empty: the new value", parameter("feeRateMin", 8), "change-empty");
  scene.tx(
    "governance-sequence: one that was used",
    scene.ledger.governance(parameter("feeRateMin", 9), scene.approvers, 0),
    "governance-sequence",
  );
  return scene;
}

/** In proof of work nobody governs. */
function unavailable(): Scene {
  const scene = new Changes("no governance", testGenesis("pow"));
  scene.change(
    "governance-unavailable: in proof of work",
    parameter("feeRateMin", 5),
    "governance-unavailable",
  );
  scene.change(
    "governance-unavailable: told before approvals",
    parameter("feeRateMin", 5),
    "governance-unavailable",
    [],
  );
  scene.change(
    "change-decimals: told before governance-unavailable",
    registering("X", 19),
    "change-decimals",
  );
  return scene;
}

/** A reward as a transaction; its amount is judged with its block. */
function rewards(): Scene {
  const scene = new Scene("rewards", testGenesis());
  const policyHash = keyOfName("a pay").policyHash as PolicyHash;
  const reward = (height: number, amount: bigint) =>
    ({
      kind: "reward",
      height: height as never,
      outputs: [{ asset: 0 as never, amount: amount as never, policyHash }],
    }) as const;
  const none = { policies: [], signatures: [], preimages: [] };
  const signed = scene.ledger.seal(reward(1, 5n), [keyOfName("a pay")]).witness;
  scene.tx("ok: a reward of the next height", scene.ledger.sealRaw(reward(1, 5n), none), "ok");
  scene.tx("reward-height: one too high", scene.ledger.sealRaw(reward(2, 5n), none), "reward-height");
  scene.tx("reward-height: that of block 0", scene.ledger.sealRaw(reward(0, 5n), none), "reward-height");
  scene.tx("amount-zero: in a reward", scene.ledger.sealRaw(reward(1, 0n), none), "amount-zero");
  scene.tx("reward-witness: a signature", scene.ledger.sealRaw(reward(1, 5n), signed), "reward-witness");
  scene.tx(
    "reward-witness: a policy",
    scene.ledger.sealRaw(reward(1, 5n), { ...none, policies: [keyOfName("a pay").policy] }),
    "reward-witness",
  );
  scene.tx(
    "reward-witness: a preimage",
    scene.ledger.sealRaw(reward(1, 5n), { ...none, preimages: [policyHash] }),
    "reward-witness",
  );
  scene.tx(
    "reward-witness: told before amount-zero",
    scene.ledger.sealRaw(reward(2, 0n), { ...none, preimages: [policyHash] }),
    "reward-witness",
  );
  return scene;
}

/** The position of a member's role, for scenes of other modes. */
export function ofRole(name: string, role: Role): Change {
  return { kind: "addMember", member: memberOf(name, role) };
}

/** Governance transactions by themselves, and rewards. */
export function governanceScenes(): Scene[] {
  const scene = new Changes("governance", testGenesis());
  approvals(scene);
  byItself(scene);
  return [scene, parameters(), unavailable(), rewards()];
}
