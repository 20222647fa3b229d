// What a governance transaction changes, and the rules for a change by itself (docs/formats.md, section 8).
import { peerIdShape, publicKeyShape } from "@witan/crypto";
import {
  type Codec,
  choice,
  container,
  hexVector,
  LIMITS,
  list,
  type Member,
  type PeerId,
  type PolicyHash,
  type PublicKey,
  type Role,
  text,
  uint8,
  uint16,
  uint53,
  union,
} from "@witan/primitives";
import type { Rule } from "./codes.ts";
import { PARAMETER_NAMES, type ParameterName } from "./parameters.ts";

/** A member's new key, by its purpose. */
export type ReplacementKey =
  | { readonly kind: "voting"; readonly votingKey: PublicKey }
  | { readonly kind: "peer"; readonly peerId: PeerId }
  | { readonly kind: "operator"; readonly operatorKey: PublicKey };

/** What one governance transaction changes. */
export type Change =
  | { readonly kind: "addMember"; readonly member: Member }
  | { readonly kind: "removeMember"; readonly name: string }
  | { readonly kind: "replaceKey"; readonly name: string; readonly key: ReplacementKey }
  | {
      readonly kind: "permitClient";
      readonly publicKey: PublicKey;
      /** Beginnings of register names that the client may write, strictly ascending. */
      readonly registerPrefixes: readonly string[];
    }
  | { readonly kind: "revokeClient"; readonly publicKey: PublicKey }
  | {
      readonly kind: "registerAsset";
      readonly name: string;
      /** 0 to 18. */
      readonly decimals: number;
      readonly issuancePolicyHash: PolicyHash;
    }
  | { readonly kind: "changeParameter"; readonly parameter: ParameterName; readonly value: number }
  | { readonly kind: "changeRules"; readonly rulesVersion: number }
  /** Takes a client's record away: as if it had never had one. */
  | { readonly kind: "forgetClient"; readonly publicKey: PublicKey };

type Fields<Kind extends Change["kind"]> = Omit<Extract<Change, { kind: Kind }>, "kind">;

const nameCodec = text(LIMITS.nameBytes);

/** SSZ of register name prefixes. */
export const registerPrefixesCodec: Codec<readonly string[]> = list(
  text(LIMITS.registerPrefixBytes),
  LIMITS.registerPrefixes,
);

/** SSZ of a member. */
export const memberCodec: Codec<Member> = container<Member>({
  name: nameCodec,
  role: choice<Role>(["validator", "proposer", "acceptor"]),
  votingKey: hexVector(33),
  peerId: hexVector(38),
  operatorKey: hexVector(33),
  rewardPolicy: hexVector(32),
});

/** SSZ of a change. */
export const changeCodec: Codec<Change> = union<Change>({
  addMember: container<Fields<"addMember">>({ member: memberCodec }),
  removeMember: container<Fields<"removeMember">>({ name: nameCodec }),
  replaceKey: container<Fields<"replaceKey">>({
    name: nameCodec,
    key: union<ReplacementKey>({
      voting: container<{ votingKey: PublicKey }>({ votingKey: hexVector(33) }),
      peer: container<{ peerId: PeerId }>({ peerId: hexVector(38) }),
      operator: container<{ operatorKey: PublicKey }>({ operatorKey: hexVector(33) }),
    }),
  }),
  permitClient: container<Fields<"permitClient">>({
    publicKey: hexVector(33),
    registerPrefixes: registerPrefixesCodec,
  }),
  revokeClient: container<Fields<"revokeClient">>({ publicKey: hexVector(33) }),
  registerAsset: container<Fields<"registerAsset">>({
    name: nameCodec,
    decimals: uint8(),
    issuancePolicyHash: hexVector(32),
  }),
  changeParameter: container<Fields<"changeParameter">>({
    parameter: choice(PARAMETER_NAMES),
    value: uint53(),
  }),
  changeRules: container<Fields<"changeRules">>({ rulesVersion: uint16() }),
  forgetClient: container<Fields<"forgetClient">>({ publicKey: hexVector(33) }),
});

const MEMBER_NAME = /^[a-z0-9-]{1,32}$/;
const ASSET_NAME = /^[a-zA-Z0-9._-]{1,32}$/;

/** Whether a text may name a member or a network: 1 to 32 of `a-z`, `0-9`, `-`. */
export function memberNameShape(name: string): boolean {
  return MEMBER_NAME.test(name);
}

/** Whether a text may name an asset: 1 to 32 of letters, digits, `.`, `_`, `-`. */
export function assetNameShape(name: string): boolean {
  return ASSET_NAME.test(name);
}

/** Whether texts (or hex) are sorted, without repeats. ASCII sorts by code, hex as its bytes. */
export function strictlyAscending(texts: readonly string[]): boolean {
  return texts.every((text, at) => at === 0 || (texts[at - 1] as string) < text);
}

/** The rules for a change by itself, in their order. */
export const CHANGE_RULES: readonly Rule<Change>[] = [
  {
    code: "change-name",
    broken: (change) => {
      const name = nameIn(change);
      if (name === undefined) return undefined;
      const fits = change.kind === "registerAsset" ? assetNameShape(name) : memberNameShape(name);
      return fits ? undefined : JSON.stringify(name);
    },
  },
  { code: "change-key", broken: (change) => keysIn(change).find((key) => !publicKeyShape(key)) },
  {
    code: "change-peer-id",
    broken: (change) => {
      if (change.kind === "addMember")
        return peerIdShape(change.member.peerId) ? undefined : change.member.peerId;
      if (change.kind !== "replaceKey" || change.key.kind !== "peer") return undefined;
      return peerIdShape(change.key.peerId) ? undefined : change.key.peerId;
    },
  },
  {
    code: "change-prefixes",
    broken: (change) =>
      change.kind !== "permitClient" || strictlyAscending(change.registerPrefixes)
        ? undefined
        : change.registerPrefixes.join(" "),
  },
  {
    code: "change-decimals",
    broken: (change) =>
      change.kind !== "registerAsset" || change.decimals <= LIMITS.decimals
        ? undefined
        : `${change.decimals}`,
  },
];

function nameIn(change: Change): string | undefined {
  if (change.kind === "addMember") return change.member.name;
  return "name" in change ? change.name : undefined;
}

function keysIn(change: Change): readonly PublicKey[] {
  switch (change.kind) {
    case "addMember":
      return [change.member.votingKey, change.member.operatorKey];
    case "replaceKey":
      if (change.key.kind === "peer") return [];
      return [change.key.kind === "voting" ? change.key.votingKey : change.key.operatorKey];
    case "permitClient":
    case "revokeClient":
    case "forgetClient":
      return [change.publicKey];
    default:
      return [];
  }
}
