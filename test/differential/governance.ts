// Governance transactions of all kinds: what is valid in the state there is, and what is wrong with them.

import { peerIdOfEd25519 } from "@witan/crypto";
import {
  type Change,
  type Client,
  PARAMETER_NAMES,
  PARAMETER_RANGES,
  type ReplacementKey,
} from "@witan/ledger";
import {
  asciiBytes,
  type Member,
  type PeerId,
  type PolicyHash,
  type PublicKey,
  quorumOf,
  type Role,
  sha256Hex,
  votingRole,
} from "@witan/primitives";
import { keyOfName } from "../ledger/build.ts";
import type { Dice } from "./dice.ts";
import type { Draft, Loose } from "./draft.ts";
import { FRESH_NAMES, MEMBER_NAMES } from "./keyring.ts";
import { MISSHAPEN } from "./locks.ts";
import { timeAtLimit } from "./transfer-mutations.ts";
import { validUntilOf, type World } from "./transfers.ts";

type LooseGovernance = Extract<Draft["body"], { kind: "governance" }>;
/** A draft of a governance transaction. */
export type GovernanceDraft = Draft & { body: LooseGovernance };

const freshKey = (dice: Dice): PublicKey => keyOfName(dice.pick(FRESH_NAMES)).publicKey;
const peerOf = (name: string): PeerId => peerIdOfEd25519(sha256Hex(asciiBytes(`${name} peer`)));

/** A member with keys of its name. */
export function memberNamed(world: World, dice: Dice, name: string, role: Role): Member {
  return {
    name,
    role,
    votingKey: keyOfName(`${name} voting`).publicKey,
    peerId: peerOf(name),
    operatorKey: keyOfName(`${name} operator`).publicKey,
    rewardPolicy: dice.chance(30) ? ("00".repeat(32) as PolicyHash) : world.lock(dice),
  };
}

/** Names of members whose first voting key is retired. */
function retiredVoters(world: World): string[] {
  const view = world.pair.ledger.state.governance;
  return MEMBER_NAMES.filter((name) => view.keyRetired(keyOfName(`${name} voting`).publicKey));
}

function addMember(world: World, dice: Dice): Change {
  const { members } = world.pair.ledger.state.governance.state;
  const free = MEMBER_NAMES.filter((name) => !members.some((member) => member.name === name));
  const bp = world.pair.ledger.chain.mode === "bp-fast-paxos";
  const roles: Role[] = bp ? ["proposer", "acceptor"] : ["validator"];
  const role: Role = dice.chance(90) ? dice.pick(roles) : dice.pick(["validator", "proposer", "acceptor"]);
  const gone = retiredVoters(world);
  const names = gone.length > 0 && dice.chance(30) ? gone : free;
  const name = names.length > 0 && dice.chance(85) ? dice.pick(names) : dice.pick(MEMBER_NAMES);
  const member = memberNamed(world, dice, name, role);
  const other = dice.chance(80) ? member : { ...member, ...someKey(world, dice, member) };
  return { kind: "addMember", member: other };
}

/** A key that is in use or was, in one of the three places. */
function someKey(world: World, dice: Dice, member: Member): Partial<Member> {
  const { members, clients } = world.pair.ledger.state.governance.state;
  const keys = [
    ...members.flatMap(({ votingKey, operatorKey }) => [votingKey, operatorKey]),
    ...clients.map(({ publicKey }) => publicKey),
    ...MEMBER_NAMES.map((name) => keyOfName(`${name} voting`).publicKey),
    member.operatorKey,
    freshKey(dice),
  ];
  return dice.pick<Partial<Member>>([
    { votingKey: dice.pick(keys) },
    { operatorKey: dice.pick(keys) },
    { peerId: dice.pick([...members.map(({ peerId }) => peerId), peerOf(dice.pick(MEMBER_NAMES))]) },
    { votingKey: member.operatorKey },
  ]);
}

function replaceKey(world: World, dice: Dice, name: string): Change {
  const { members } = world.pair.ledger.state.governance.state;
  const used = [...members.flatMap(({ votingKey, operatorKey }) => [votingKey, operatorKey])];
  const retired = retiredVoters(world).map((voter) => keyOfName(`${voter} voting`).publicKey);
  const publicKey = dice.chance(75)
    ? freshKey(dice)
    : dice.pick([...used, keyOfName("bob").publicKey, ...retired]);
  const keys: ReplacementKey[] = [
    { kind: "voting", votingKey: publicKey },
    { kind: "operator", operatorKey: publicKey },
    { kind: "peer", peerId: peerOf(dice.pick([...FRESH_NAMES, ...MEMBER_NAMES])) },
  ];
  return { kind: "replaceKey", name, key: dice.pick(keys) };
}

function changeClient(world: World, dice: Dice): Change {
  const names = [
    "alice",
    "bob",
    "carol",
    "mint",
    "mallory",
    "dave",
    "a voting",
    "b operator",
    ...FRESH_NAMES,
  ];
  const gone = retiredVoters(world).map((voter) => `${voter} voting`);
  const publicKey = keyOfName(dice.pick([...names, ...gone])).publicKey;
  if (dice.chance(25)) return { kind: "revokeClient", publicKey };
  if (dice.chance(20)) return { kind: "forgetClient", publicKey };
  const { clients } = world.pair.ledger.state.governance.state;
  const known: Client[] = clients.filter((client) => client.publicKey === publicKey);
  const same = known[0] && dice.chance(30) ? known[0].registerPrefixes : undefined;
  const prefixes = dice.some(["", " ", "land/", "land/a", "~"], dice.below(4));
  return { kind: "permitClient", publicKey, registerPrefixes: same ?? prefixes };
}

function changeParameter(world: World, dice: Dice): Change {
  const parameter = dice.pick(PARAMETER_NAMES);
  const [least, greatest] = PARAMETER_RANGES[parameter];
  const present = world.pair.ledger.state.governance.state.parameters[parameter];
  const wrong = [least - 1, greatest + 1, Number.MAX_SAFE_INTEGER, present];
  const value = dice.chance(65) ? dice.pick([least, greatest, least + 1, greatest - 1]) : dice.pick(wrong);
  return { kind: "changeParameter", parameter, value: Math.max(0, value) };
}

function makeChange(world: World, dice: Dice): Change {
  const { members, assets, parameters } = world.pair.ledger.state.governance.state;
  const name = dice.chance(90)
    ? (members[dice.below(members.length)]?.name ?? "a")
    : dice.pick(["nobody", "f"]);
  const kind = dice.below(100);
  if (kind < 20) return addMember(world, dice);
  if (kind < 32) return { kind: "removeMember", name };
  if (kind < 55) return replaceKey(world, dice, name);
  if (kind < 72) return changeClient(world, dice);
  if (kind < 84) {
    const issuancePolicyHash = world.lock(dice);
    const asset = dice.chance(80) ? `ASSET.${assets.length}` : "GOLD";
    return { kind: "registerAsset", name: asset, decimals: dice.pick([0, 18]), issuancePolicyHash };
  }
  if (kind < 98) return changeParameter(world, dice);
  return {
    kind: "changeRules",
    rulesVersion: parameters.rulesVersion + (dice.chance(50) ? 1 : dice.below(3)),
  };
}

/** A governance transaction that should be valid, mostly, approved by exactly a quorum or by some more. */
export function draftGovernance(world: World, dice: Dice): GovernanceDraft {
  const { chain, state } = world.pair.ledger;
  const { members, sequence } = state.governance.state;
  const role = votingRole(chain.mode);
  const voters = members.filter((member) => member.role === role).map((member) => member.operatorKey);
  const quorum = chain.mode === "pow" ? 0 : quorumOf(chain.mode, voters.length);
  const keys = dice.some(voters, quorum + (dice.chance(20) ? 1 : 0));
  const body: LooseGovernance = {
    kind: "governance",
    sequence,
    change: structuredClone(makeChange(world, dice)) as Loose<Change>,
    validUntil: validUntilOf(world, dice) as LooseGovernance["validUntil"],
  };
  return { body, policies: [], keys, preimages: [], sorted: true, afterwards: [] };
}

type GovernanceMutation = (draft: GovernanceDraft, world: World, dice: Dice) => void;

function misshape(change: Loose<Change>, dice: Dice): void {
  const key = dice.pick(MISSHAPEN);
  if (change.kind === "permitClient" || change.kind === "revokeClient" || change.kind === "forgetClient")
    change.publicKey = key;
  if (change.kind === "addMember") change.member[dice.pick(["votingKey", "operatorKey"] as const)] = key;
  if (change.kind !== "replaceKey") return;
  if (change.key.kind === "voting") change.key.votingKey = key;
  if (change.key.kind === "operator") change.key.operatorKey = key;
}

/** Every mutation of a governance transaction's body and approvals, by name. */
export const GOVERNANCE_MUTATIONS: Record<string, GovernanceMutation> = {
  "another sequence": ({ body }, _, dice) => {
    body.sequence = Math.max(0, body.sequence + dice.pick([-1, 1, 1_000]));
  },
  "the time at its limit": ({ body }, world, dice) => {
    body.validUntil = timeAtLimit(world, dice) as LooseGovernance["validUntil"];
  },
  "one approval too few": (draft) => void draft.keys.pop(),
  "a stranger's approval": (draft, _, dice) =>
    void draft.keys.push(freshKey(dice), keyOfName("p operator").publicKey),
  "approved by voting keys": (draft, world) => {
    draft.keys = world.pair.ledger.state.governance.state.members
      .map((member) => member.votingKey)
      .slice(0, 3);
  },
  "another name": ({ body: { change } }, _, dice) => {
    const name = dice.pick(["", "Upper", "a b", "under_score", "x".repeat(32), "a.b"]);
    if ("name" in change) change.name = name;
    if (change.kind === "addMember") change.member.name = name;
  },
  "a misshapen key": ({ body: { change } }, _, dice) => misshape(change, dice),
  "a misshapen peer id": ({ body }, _, dice) => {
    const peerId = `00250801${"12".repeat(34)}` as PeerId;
    if (body.change.kind === "addMember") body.change.member.peerId = peerId;
    else
      body.change = { kind: "replaceKey", name: dice.pick(["a", "b", "p"]), key: { kind: "peer", peerId } };
  },
  "prefixes out of order": ({ body }, _, dice) => {
    const registerPrefixes = dice.pick([
      ["b", "a"],
      ["a", "a"],
      ["a", ""],
      [" ", "!"],
    ]);
    body.change = { kind: "permitClient", publicKey: freshKey(dice), registerPrefixes };
  },
  "too many decimals": ({ body }, _, dice) => {
    const issuancePolicyHash = dice.hash() as PolicyHash;
    const name = `ASSET.${dice.below(1_000)}`;
    body.change = { kind: "registerAsset", name, decimals: dice.pick([18, 19, 255]), issuancePolicyHash };
  },
  "a policy": (draft) => void draft.policies.push([{ kind: "after", time: 0 as never }]),
  "a preimage": (draft, _, dice) => void draft.preimages.push(dice.hash()),
};
