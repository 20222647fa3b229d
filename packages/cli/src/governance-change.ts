// Changes of governance as people name them on the command line, and in words.
import { formatPeerId, parsePeerId, parsePublicKey } from "@witan/crypto";
import {
  assetNameShape,
  CHANGE_RULES,
  type Change,
  memberNameShape,
  PARAMETER_NAMES,
  PARAMETER_RANGES,
  parameterInRange,
  type ReplacementKey,
  RULES,
} from "@witan/ledger";
import { isHex, LIMITS, type PolicyHash, type PublicKey } from "@witan/primitives";
import { badInput } from "./exit.ts";
import { readMemberFile } from "./genesis-input.ts";
import { wholeNumber } from "./numbers.ts";

/** What the options of a change say beside its argument. */
export interface ChangeOptions {
  readonly member?: string;
  readonly votingKey?: string;
  readonly peerId?: string;
  readonly operatorKey?: string;
  readonly prefix: readonly string[];
}

/** The kinds of change as arguments: what they take, and what they are for. */
export const CHANGE_KINDS = {
  "add-member": "--member FILE",
  "remove-member": "NAME",
  "replace-key": "NAME --voting-key KEY | --peer-id ID | --operator-key KEY",
  "permit-client": "KEY [--prefix TEXT …]",
  "revoke-client": "KEY",
  "forget-client": "KEY",
  "register-asset": "NAME:DECIMALS:POLICY-HASH",
  "change-parameter": "NAME=VALUE",
  "change-rules": "VERSION",
} as const;

/** The name of a kind of change. */
export type ChangeKind = keyof typeof CHANGE_KINDS;

/** Whether there is a kind of change of that name. */
export function isChangeKind(text: string): text is ChangeKind {
  return Object.hasOwn(CHANGE_KINDS, text);
}

/** The change that a command line names. What it does to a chain is for the chain to say. */
export async function changeOf(
  kind: ChangeKind,
  argument: string | undefined,
  options: ChangeOptions,
): Promise<Change> {
  refuseForeign(kind, options);
  const change = await read(kind, argument, options);
  refuseMalformed(change);
  return change;
}

/** Refuses a change that no chain would take, whatever its state: names and keys that are none. */
export function refuseMalformed(change: Change): void {
  for (const rule of CHANGE_RULES) {
    const detail = rule.broken(change);
    if (detail !== undefined) throw badInput(rule.code, `${RULES[rule.code]}: ${detail}`);
  }
}

async function read(kind: ChangeKind, argument: string | undefined, options: ChangeOptions): Promise<Change> {
  if (kind === "add-member") {
    if (argument !== undefined || options.member === undefined) throw usage(kind);
    return { kind: "addMember", member: await readMemberFile(options.member) };
  }
  if (argument === undefined) throw usage(kind);
  switch (kind) {
    case "remove-member":
      return { kind: "removeMember", name: memberName(argument) };
    case "replace-key":
      return { kind: "replaceKey", name: memberName(argument), key: replacementOf(options) };
    case "permit-client":
      return {
        kind: "permitClient",
        publicKey: keyOf("KEY", argument),
        registerPrefixes: [...options.prefix].sort(),
      };
    case "revoke-client":
      return { kind: "revokeClient", publicKey: keyOf("KEY", argument) };
    case "forget-client":
      return { kind: "forgetClient", publicKey: keyOf("KEY", argument) };
    case "register-asset":
      return assetOf(argument);
    case "change-parameter":
      return parameterOf(argument);
    case "change-rules":
      return { kind: "changeRules", rulesVersion: wholeNumber("change-rules", argument, 0xffff, 1) };
  }
}

/** An option that belongs to another change was meant for that one. */
function refuseForeign(kind: ChangeKind, { member, prefix, ...options }: ChangeOptions): void {
  const keys = [options.votingKey, options.peerId, options.operatorKey];
  const given: readonly (readonly [boolean, string, ChangeKind])[] = [
    [member !== undefined, "--member", "add-member"],
    [prefix.length > 0, "--prefix", "permit-client"],
    [keys.some((key) => key !== undefined), "a new key", "replace-key"],
  ];
  for (const [isGiven, what, owner] of given)
    if (isGiven && kind !== owner)
      throw badInput("arguments", `${what} is for ${owner}, and the change is ${kind}`);
}

function usage(kind: ChangeKind) {
  return badInput("arguments", `expected: witan governance propose ${kind} ${CHANGE_KINDS[kind]}`);
}

function memberName(text: string): string {
  if (memberNameShape(text)) return text;
  throw badInput("name", `${text}: expected the name of a member, 1 to 32 of a-z, 0-9, -`);
}

function keyOf(what: string, text: string): PublicKey {
  const parsed = parsePublicKey(text);
  if (parsed.ok) return parsed.value;
  throw badInput("public-key", `${what}: ${parsed.detail}`);
}

function replacementOf({ votingKey, peerId, operatorKey }: ChangeOptions): ReplacementKey {
  const given = [votingKey, peerId, operatorKey].filter((one) => one !== undefined);
  if (given.length !== 1) throw usage("replace-key");
  if (votingKey !== undefined) return { kind: "voting", votingKey: keyOf("--voting-key", votingKey) };
  if (operatorKey !== undefined)
    return { kind: "operator", operatorKey: keyOf("--operator-key", operatorKey) };
  const parsed = parsePeerId(peerId ?? "");
  if (parsed.ok) return { kind: "peer", peerId: parsed.value };
  throw badInput("peer-id", `--peer-id: ${parsed.detail}`);
}

function assetOf(text: string): Change {
  const [name = "", decimals = "", hash = "", ...more] = text.split(":");
  if (more.length > 0 || !assetNameShape(name) || !isHex(hash, 32)) throw usage("register-asset");
  const issuancePolicyHash = hash as string as PolicyHash;
  return {
    kind: "registerAsset",
    name,
    decimals: wholeNumber("DECIMALS", decimals, LIMITS.decimals),
    issuancePolicyHash,
  };
}

function parameterOf(text: string): Change {
  const [name, value, ...more] = text.split("=");
  const parameter = PARAMETER_NAMES.find((one) => one === name);
  if (parameter === undefined || value === undefined || more.length > 0)
    throw badInput(
      "parameter",
      `${text}: expected NAME=VALUE, the name one of ${PARAMETER_NAMES.join(", ")}`,
    );
  const number = wholeNumber(parameter, value);
  const [least, greatest] = PARAMETER_RANGES[parameter];
  if (parameterInRange(parameter, number)) return { kind: "changeParameter", parameter, value: number };
  throw badInput("parameter", `${parameter} ${value}: expected ${least} to ${greatest}`);
}

/** The policy that a member's rewards go to. The hash of zeros is no policy's. */
export function shownRewardPolicy(rewardPolicy: string): string {
  return /^0+$/.test(rewardPolicy) ? "none: fees are destroyed" : rewardPolicy;
}

/** A change in words: all that whoever approves it agrees to. */
export function changeText(change: Change): string {
  switch (change.kind) {
    case "addMember": {
      const { name, role, votingKey, peerId, operatorKey, rewardPolicy } = change.member;
      return (
        `add ${name} as ${role}, with voting key ${votingKey}, peer id ${formatPeerId(peerId)}, ` +
        `operator key ${operatorKey}, reward policy ${shownRewardPolicy(rewardPolicy)}`
      );
    }
    case "removeMember":
      return `remove the member ${change.name}; its keys never come back`;
    case "replaceKey":
      return `replace the ${change.key.kind} key of ${change.name} by ${replacementText(change.key)}; the old one never comes back`;
    case "permitClient": {
      const { publicKey, registerPrefixes } = change;
      const names =
        registerPrefixes.length === 0
          ? "no registers"
          : `registers beginning with ${registerPrefixes.map((prefix) => JSON.stringify(prefix)).join(", ")}`;
      return `permit the client ${publicKey} to sign, and to write ${names}`;
    }
    case "revokeClient":
      return `revoke the client ${change.publicKey}: what it signs is refused`;
    case "forgetClient":
      return `forget the client ${change.publicKey}: as if it had never been permitted or revoked`;
    case "registerAsset": {
      const { name, decimals, issuancePolicyHash } = change;
      return `register the asset ${name} with ${decimals} decimals, issued by policy ${issuancePolicyHash}`;
    }
    case "changeParameter":
      return `change the parameter ${change.parameter} to ${change.value}`;
    case "changeRules":
      return `let rules version ${change.rulesVersion} hold: nodes that do not know it stop`;
  }
}

function replacementText(key: ReplacementKey): string {
  if (key.kind === "peer") return formatPeerId(key.peerId);
  return key.kind === "voting" ? key.votingKey : key.operatorKey;
}
