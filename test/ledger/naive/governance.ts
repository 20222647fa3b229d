// Governance, section 8 of docs/formats.md: the rules of a change and what it does.
import { allDiffer, H0, type Rule, strictlyAscending, unhex } from "./bytes.ts";
import type { Change, Client, Genesis, GovernanceState, Kind, Member } from "./formats.ts";
import { peerIdHasShape, publicKeyHasShape } from "./keys.ts";

/** The least and greatest value of each parameter. */
export const PARAMETER_RANGES = {
  blockBytesMax: [131_072n, 33_554_432n],
  blockTransactionsMax: [16n, 65_536n],
  blockSignaturesMax: [64n, 65_536n],
  feeRateMin: [0n, 1_000_000_000_000n],
  validUntilAheadMsMax: [60_000n, 31_536_000_000n],
  clockDriftMs: [100n, 60_000n],
  emptyBlockIntervalMs: [0n, 86_400_000n],
  checkpointInterval: [10n, 1_000_000n],
} as const;
export type ParameterName = keyof typeof PARAMETER_RANGES;

/** Whether a value is outside the range of its parameter. */
export function outsideRange(parameter: ParameterName, value: bigint): boolean {
  const [least, greatest] = PARAMETER_RANGES[parameter];
  return value < least || value > greatest;
}

/** Whether this is the name of a member. */
export function memberNameIsRight(name: string): boolean {
  return /^[a-z0-9-]{1,32}$/.test(name);
}

/** Whether this is the name of an asset. */
export function assetNameIsRight(name: string): boolean {
  return /^[a-zA-Z0-9._-]{1,32}$/.test(name);
}

/** The state after block 0. */
export function firstGovernance(genesis: Genesis): GovernanceState {
  const { members, parameters, assets, clients } = genesis;
  return { sequence: 0n, membersFrom: 1n, members, parameters, assets, clients, retiredKeys: [] };
}

/** Whether a member votes. */
export function votes(member: Member, kind: Kind): boolean {
  if (kind === "pbft") return member.role === "validator";
  return kind === "bp-fast-paxos" && member.role === "acceptor";
}

/** Whether a member proposes. */
export function proposes(member: Member, kind: Kind): boolean {
  if (kind === "pbft") return member.role === "validator";
  return kind === "bp-fast-paxos" && member.role === "proposer";
}

/** The quorum of section 7. */
export function quorum(members: readonly Member[], kind: Kind): number {
  const N = members.filter((member) => votes(member, kind)).length;
  const F = Math.floor((N - 1) / 3);
  return kind === "pbft" ? Math.floor((N + F) / 2) + 1 : N - F;
}

function publicKeysIn(change: Change): string[] {
  switch (change.kind) {
    case "addMember":
      return [change.value.member.votingKey, change.value.member.operatorKey];
    case "replaceKey": {
      const { key } = change.value;
      if (key.kind === "voting") return [key.value.votingKey];
      return key.kind === "operator" ? [key.value.operatorKey] : [];
    }
    case "permitClient":
    case "revokeClient":
    case "forgetClient":
      return [change.value.publicKey];
    default:
      return [];
  }
}

function peerIdsIn(change: Change): string[] {
  if (change.kind === "addMember") return [change.value.member.peerId];
  if (change.kind === "replaceKey" && change.value.key.kind === "peer")
    return [change.value.key.value.peerId];
  return [];
}

function nameIsWrong(change: Change): boolean {
  if (change.kind === "addMember") return !memberNameIsRight(change.value.member.name);
  if (change.kind === "removeMember" || change.kind === "replaceKey")
    return !memberNameIsRight(change.value.name);
  return change.kind === "registerAsset" && !assetNameIsRight(change.value.name);
}

/** The rules of a change by itself. */
export function changeRules(change: Change): Rule[] {
  return [
    ["change-name", () => nameIsWrong(change)],
    ["change-key", () => !publicKeysIn(change).every(publicKeyHasShape)],
    ["change-peer-id", () => !peerIdsIn(change).every(peerIdHasShape)],
    [
      "change-prefixes",
      () => change.kind === "permitClient" && !strictlyAscending(change.value.registerPrefixes),
    ],
    ["change-decimals", () => change.kind === "registerAsset" && change.value.decimals > 18n],
  ];
}

function retiredHash(key: string): string {
  return H0("witan/retired-key/1", unhex(key));
}

function newKeyOf(change: Extract<Change, { kind: "replaceKey" }>): string {
  const { key } = change.value;
  if (key.kind === "voting") return key.value.votingKey;
  return key.kind === "peer" ? key.value.peerId : key.value.operatorKey;
}

interface InState {
  state: GovernanceState;
  kind: Kind;
  isMembersKey(key: string): boolean;
  isClient(key: string): boolean;
  isUsed(key: string): boolean;
  isRetired(key: string): boolean;
}

function inState(state: GovernanceState, kind: Kind): InState {
  const { members, clients, retiredKeys } = state;
  const isClient = (key: string): boolean => clients.some((client) => client.publicKey === key);
  const isMembersKey = (key: string): boolean =>
    members.some((member) => member.votingKey === key || member.operatorKey === key);
  const isUsed = (key: string): boolean =>
    isMembersKey(key) || members.some((member) => member.peerId === key) || isClient(key);
  const isRetired = (key: string): boolean => retiredKeys.includes(retiredHash(key));
  return { state, kind, isMembersKey, isClient, isUsed, isRetired };
}

function memberUnknown({ state }: InState, name: string): Rule {
  return ["member-unknown", () => !state.members.some((member) => member.name === name)];
}

function retiredKeysFull({ state }: InState, more: number): Rule {
  return ["retired-keys-full", () => state.retiredKeys.length + more > 65536];
}

function clientsFull({ state, isClient }: InState, key: string): Rule {
  return ["clients-full", () => !isClient(key) && state.clients.length === 16384];
}

function addMemberRules(member: Member, present: InState): Rule[] {
  const { members } = present.state;
  const keys = [member.votingKey, member.operatorKey, member.peerId];
  return [
    ["member-role", () => !votes(member, present.kind) && !proposes(member, present.kind)],
    ["members-full", () => members.length === 256],
    ["name-taken", () => members.some((other) => other.name === member.name)],
    ["key-in-use", () => keys.some(present.isUsed) || member.votingKey === member.operatorKey],
    ["key-retired", () => keys.some(present.isRetired)],
  ];
}

function removeMemberRules(name: string, present: InState): Rule[] {
  const { state, kind } = present;
  const left = state.members.filter((member) => member.name !== name);
  const tooFew = (): boolean =>
    !left.some((member) => votes(member, kind)) || !left.some((member) => proposes(member, kind));
  return [memberUnknown(present, name), ["members-too-few", tooFew], retiredKeysFull(present, 3)];
}

function permitClientRules(publicKey: string, prefixes: readonly string[], present: InState): Rule[] {
  const isThatVeryRecord = (client: Client): boolean =>
    client.publicKey === publicKey &&
    client.status === "permitted" &&
    JSON.stringify(client.registerPrefixes) === JSON.stringify(prefixes);
  return [
    ["key-in-use", () => present.isMembersKey(publicKey)],
    ["key-retired", () => present.isRetired(publicKey)],
    ["change-empty", () => present.state.clients.some(isThatVeryRecord)],
    clientsFull(present, publicKey),
  ];
}

function revokeClientRules(publicKey: string, present: InState): Rule[] {
  const isRevoked = (client: Client): boolean =>
    client.publicKey === publicKey && client.status === "revoked";
  return [
    ["key-in-use", () => present.isMembersKey(publicKey)],
    ["change-empty", () => present.state.clients.some(isRevoked)],
    clientsFull(present, publicKey),
  ];
}

/** The rules of a change in its state, in the order of its kind. */
export function changeStateRules(change: Change, state: GovernanceState, kind: Kind): Rule[] {
  const present = inState(state, kind);
  switch (change.kind) {
    case "addMember":
      return addMemberRules(change.value.member, present);
    case "removeMember":
      return removeMemberRules(change.value.name, present);
    case "replaceKey":
      return [
        memberUnknown(present, change.value.name),
        ["key-in-use", () => present.isUsed(newKeyOf(change))],
        ["key-retired", () => present.isRetired(newKeyOf(change))],
        retiredKeysFull(present, 1),
      ];
    case "permitClient":
      return permitClientRules(change.value.publicKey, change.value.registerPrefixes, present);
    case "revokeClient":
      return revokeClientRules(change.value.publicKey, present);
    case "registerAsset":
      return [
        ["assets-full", () => state.assets.length === 4096],
        ["name-taken", () => state.assets.some((asset) => asset.name === change.value.name)],
      ];
    case "changeParameter": {
      const { parameter, value } = change.value;
      return [
        ["parameter-range", () => outsideRange(parameter, value)],
        ["change-empty", () => state.parameters[parameter] === value],
      ];
    }
    case "changeRules":
      return [["rules-not-next", () => change.value.rulesVersion !== state.parameters.rulesVersion + 1n]];
    case "forgetClient":
      return [
        [
          "client-unknown",
          () => !state.clients.some((client) => client.publicKey === change.value.publicKey),
        ],
      ];
  }
}

function setClient(state: GovernanceState, client: Client): void {
  const others = state.clients.filter((other) => other.publicKey !== client.publicKey);
  const before = others.filter((other) => other.publicKey < client.publicKey);
  const after = others.filter((other) => other.publicKey > client.publicKey);
  state.clients = [...before, client, ...after];
}

function replaceKey(state: GovernanceState, change: Extract<Change, { kind: "replaceKey" }>): void {
  const { name, key } = change.value;
  const member = state.members.find((other) => other.name === name)!;
  const field = key.kind === "voting" ? "votingKey" : key.kind === "peer" ? "peerId" : "operatorKey";
  state.retiredKeys.push(retiredHash(member[field]));
  member[field] = newKeyOf(change);
}

/** The state after a change whose rules hold, made in the block of this height. */
export function stateAfterChange(before: GovernanceState, change: Change, height: bigint): GovernanceState {
  const state = structuredClone(before);
  state.sequence = state.sequence + 1n;
  switch (change.kind) {
    case "addMember":
      state.members.push(change.value.member);
      break;
    case "removeMember": {
      const gone = state.members.find((member) => member.name === change.value.name)!;
      state.members = state.members.filter((member) => member.name !== change.value.name);
      for (const key of [gone.votingKey, gone.peerId, gone.operatorKey])
        state.retiredKeys.push(retiredHash(key));
      break;
    }
    case "replaceKey":
      replaceKey(state, change);
      break;
    case "permitClient":
      setClient(state, { ...change.value, status: "permitted" });
      break;
    case "revokeClient":
      setClient(state, { publicKey: change.value.publicKey, status: "revoked", registerPrefixes: [] });
      break;
    case "registerAsset":
      state.assets.push(change.value);
      break;
    case "changeParameter":
      state.parameters[change.value.parameter] = change.value.value;
      break;
    case "changeRules":
      state.parameters.rulesVersion = change.value.rulesVersion;
      break;
    case "forgetClient":
      state.clients = state.clients.filter((client) => client.publicKey !== change.value.publicKey);
      break;
  }
  if (["addMember", "removeMember", "replaceKey"].includes(change.kind)) state.membersFrom = height + 1n;
  return state;
}

/** Whether names, keys and peer ids of members all differ. */
export function membersDiffer(members: readonly Member[]): boolean {
  const keys = members.flatMap((member) => [member.votingKey, member.operatorKey]);
  return (
    allDiffer(members.map((member) => member.name)) &&
    allDiffer(keys) &&
    allDiffer(members.map((member) => member.peerId))
  );
}
