// The governance state: members, parameters, assets, clients; and what each change does to it (docs/formats.md,
// section 8). A state never changes: a change gives the next one.
import {
  type AssetId,
  type Codec,
  type ConsensusMode,
  choice,
  container,
  type Hash,
  type Height,
  hexToBytes,
  hexVector,
  LIMITS,
  list,
  type Member,
  type Membership,
  NO_CHAIN,
  type PolicyHash,
  type PublicKey,
  proposingRole,
  TAGS,
  TaggedHasher,
  text,
  uint8,
  uint53,
  votingRole,
} from "@witan/primitives";
import { type Change, memberCodec, type ReplacementKey, registerPrefixesCodec } from "./change.ts";
import type { Broken, RuleCode } from "./codes.ts";
import { type Parameters, parameterInRange, parametersCodec } from "./parameters.ts";

/** What may be held and moved. Its number is its position in the list; 0 is native. */
export interface Asset {
  readonly name: string;
  /** How many digits of an amount stand behind the point for people, 0 to 18. */
  readonly decimals: number;
  readonly issuancePolicyHash: PolicyHash;
}

/** What governance says of a client's key. */
export interface Client {
  readonly publicKey: PublicKey;
  readonly status: "revoked" | "permitted";
  readonly registerPrefixes: readonly string[];
}

/** All that governs the chain after a block. */
export interface GovernanceState {
  /** Of the next governance transaction. */
  readonly sequence: number;
  /** The first height that these members decide. */
  readonly membersFrom: Height;
  readonly members: readonly Member[];
  readonly parameters: Parameters;
  readonly assets: readonly Asset[];
  /** By public key, strictly ascending. */
  readonly clients: readonly Client[];
  /** Hashes of keys that must not come back, in the order they were retired. */
  readonly retiredKeys: readonly Hash[];
}

/** SSZ of the members. */
export const membersCodec: Codec<readonly Member[]> = list(memberCodec, LIMITS.members);

/** SSZ of the assets. */
export const assetsCodec: Codec<readonly Asset[]> = list(
  container<Asset>({ name: text(LIMITS.nameBytes), decimals: uint8(), issuancePolicyHash: hexVector(32) }),
  LIMITS.assets,
);

/** SSZ of the clients. */
export const clientsCodec: Codec<readonly Client[]> = list(
  container<Client>({
    publicKey: hexVector(33),
    status: choice<Client["status"]>(["revoked", "permitted"]),
    registerPrefixes: registerPrefixesCodec,
  }),
  LIMITS.clients,
);

/** SSZ of a governance state. */
export const governanceStateCodec: Codec<GovernanceState> = container<GovernanceState>({
  sequence: uint53(),
  membersFrom: uint53(),
  members: membersCodec,
  parameters: parametersCodec,
  assets: assetsCodec,
  clients: clientsCodec,
  retiredKeys: list(hexVector<Hash>(32), LIMITS.retiredKeys),
});

const retiredHasher = new TaggedHasher(TAGS.retiredKey, NO_CHAIN);

/** What `retiredKeys` keeps of a public key or peer id. */
export function retiredKeyHash(key: string): Hash {
  return retiredHasher.hash(hexToBytes(key));
}

/** A governance state with what is looked up in it often. Immutable; the root is computed when first asked for. */
export class GovernanceView {
  readonly mode: ConsensusMode;
  readonly state: GovernanceState;
  readonly #clients: ReadonlyMap<PublicKey, Client>;
  #root: Hash | undefined;
  #operators: ReadonlySet<PublicKey> | undefined;

  constructor(mode: ConsensusMode, state: GovernanceState) {
    this.mode = mode;
    this.state = state;
    this.#clients = new Map(state.clients.map((client) => [client.publicKey, client]));
  }

  /** The SSZ root of the state: what headers call `governanceRoot`. */
  get root(): Hash {
    this.#root ??= governanceStateCodec.root(this.state);
    return this.#root;
  }

  /** The members and the height from which they count. */
  get membership(): Membership {
    return { mode: this.mode, from: this.state.membersFrom, members: this.state.members };
  }

  /** The operator keys of the voting members: who may approve changes. */
  get operators(): ReadonlySet<PublicKey> {
    const role = votingRole(this.mode);
    this.#operators ??= new Set(
      this.state.members.filter((member) => member.role === role).map((member) => member.operatorKey),
    );
    return this.#operators;
  }

  /** What governance says of a client, if anything. */
  client(key: PublicKey): Client | undefined {
    // Mostly there are no records, and a key need not be hashed to see that.
    return this.#clients.size === 0 ? undefined : this.#clients.get(key);
  }

  /** Whether a client may write a register of this name: nobody may without a permit whose prefixes cover it. */
  mayWriteRegister(key: PublicKey, name: string): boolean {
    const client = this.client(key);
    return (
      client?.status === "permitted" && client.registerPrefixes.some((prefix) => name.startsWith(prefix))
    );
  }

  /** The asset of a number, if it is registered. */
  asset(id: AssetId): Asset | undefined {
    return this.state.assets[id];
  }

  /** Whether a key is a member's voting key, operator key or peer id, or has a record as a client. */
  keyInUse(key: string): boolean {
    return this.memberKey(key) || this.#clients.has(key as PublicKey);
  }

  /** Whether a key is a member's voting key, operator key or peer id. */
  memberKey(key: string): boolean {
    return this.state.members.some(
      (member) => member.votingKey === key || member.operatorKey === key || member.peerId === key,
    );
  }

  /** Whether a key was replaced or removed. */
  keyRetired(key: string): boolean {
    return this.state.retiredKeys.includes(retiredKeyHash(key));
  }
}

/**
 * The state after a change, made in the block at `height`, or the first rule of section 8 that it breaks here.
 * The change by itself must hold already (CHANGE_RULES).
 */
export function applyChange(
  view: GovernanceView,
  change: Change,
  height: Height,
): { readonly ok: true; readonly value: GovernanceView } | Broken {
  const code = changeBroken(view, change);
  if (code !== undefined) return { ok: false, code };
  const { state } = view;
  const next = { ...state, sequence: state.sequence + 1, ...changed(state, change, (height + 1) as Height) };
  return { ok: true, value: new GovernanceView(view.mode, next) };
}

function changeBroken(view: GovernanceView, change: Change): RuleCode | undefined {
  const { state } = view;
  switch (change.kind) {
    case "addMember":
      return addMemberBroken(view, change.member);
    case "removeMember": {
      const left = state.members.filter((member) => member.name !== change.name);
      if (left.length === state.members.length) return "member-unknown";
      if (!canDecide(view.mode, left)) return "members-too-few";
      return state.retiredKeys.length + 3 > LIMITS.retiredKeys ? "retired-keys-full" : undefined;
    }
    case "replaceKey": {
      const key = replacement(change.key);
      if (!state.members.some((member) => member.name === change.name)) return "member-unknown";
      if (view.keyInUse(key)) return "key-in-use";
      if (view.keyRetired(key)) return "key-retired";
      return state.retiredKeys.length + 1 > LIMITS.retiredKeys ? "retired-keys-full" : undefined;
    }
    case "permitClient": {
      if (view.memberKey(change.publicKey)) return "key-in-use";
      if (view.keyRetired(change.publicKey)) return "key-retired";
      const client = view.client(change.publicKey);
      const same =
        client?.status === "permitted" && sameTexts(client.registerPrefixes, change.registerPrefixes);
      return same ? "change-empty" : clientsFull(view, client);
    }
    case "revokeClient": {
      if (view.memberKey(change.publicKey)) return "key-in-use";
      const client = view.client(change.publicKey);
      return client?.status === "revoked" ? "change-empty" : clientsFull(view, client);
    }
    case "registerAsset":
      if (state.assets.length >= LIMITS.assets) return "assets-full";
      return state.assets.some((asset) => asset.name === change.name) ? "name-taken" : undefined;
    case "changeParameter":
      if (!parameterInRange(change.parameter, change.value)) return "parameter-range";
      return state.parameters[change.parameter] === change.value ? "change-empty" : undefined;
    case "changeRules":
      return change.rulesVersion === state.parameters.rulesVersion + 1 ? undefined : "rules-not-next";
    case "forgetClient":
      return view.client(change.publicKey) === undefined ? "client-unknown" : undefined;
  }
}

function addMemberBroken(view: GovernanceView, member: Member): RuleCode | undefined {
  const { members } = view.state;
  if (member.role !== votingRole(view.mode) && member.role !== proposingRole(view.mode)) return "member-role";
  if (members.length >= LIMITS.members) return "members-full";
  if (members.some((other) => other.name === member.name)) return "name-taken";
  const keys = [member.votingKey, member.operatorKey, member.peerId];
  if (keys.some((key) => view.keyInUse(key)) || member.votingKey === member.operatorKey) return "key-in-use";
  return keys.some((key) => view.keyRetired(key)) ? "key-retired" : undefined;
}

function clientsFull(view: GovernanceView, known: Client | undefined): RuleCode | undefined {
  return known === undefined && view.state.clients.length >= LIMITS.clients ? "clients-full" : undefined;
}

/** Whether some member can vote and some can propose. */
export function canDecide(mode: ConsensusMode, members: readonly Member[]): boolean {
  const has = (role: string | undefined) => members.some((member) => member.role === role);
  return has(votingRole(mode)) && has(proposingRole(mode));
}

/** What a change that holds puts in the place of the old. */
function changed(state: GovernanceState, change: Change, from: Height): Partial<GovernanceState> {
  switch (change.kind) {
    case "addMember":
      return { members: [...state.members, change.member], membersFrom: from };
    case "removeMember": {
      const gone = state.members.filter((member) => member.name === change.name);
      const keys = gone.flatMap((member) => [member.votingKey, member.peerId, member.operatorKey]);
      return {
        members: state.members.filter((member) => member.name !== change.name),
        membersFrom: from,
        retiredKeys: [...state.retiredKeys, ...keys.map(retiredKeyHash)],
      };
    }
    case "replaceKey":
      return { ...replaceKey(state, change.name, change.key), membersFrom: from };
    case "permitClient": {
      const { publicKey, registerPrefixes } = change;
      return { clients: withClient(state.clients, { publicKey, status: "permitted", registerPrefixes }) };
    }
    case "revokeClient": {
      const { publicKey } = change;
      return { clients: withClient(state.clients, { publicKey, status: "revoked", registerPrefixes: [] }) };
    }
    case "registerAsset": {
      const { name, decimals, issuancePolicyHash } = change;
      return { assets: [...state.assets, { name, decimals, issuancePolicyHash }] };
    }
    case "changeParameter":
      return { parameters: { ...state.parameters, [change.parameter]: change.value } };
    case "changeRules":
      return { parameters: { ...state.parameters, rulesVersion: change.rulesVersion } };
    case "forgetClient":
      return { clients: state.clients.filter((client) => client.publicKey !== change.publicKey) };
  }
}

function replaceKey(
  state: GovernanceState,
  name: string,
  key: ReplacementKey,
): Pick<GovernanceState, "members" | "retiredKeys"> {
  const retired: Hash[] = [];
  const members = state.members.map((member) => {
    if (member.name !== name) return member;
    const field = key.kind === "voting" ? "votingKey" : key.kind === "peer" ? "peerId" : "operatorKey";
    retired.push(retiredKeyHash(member[field]));
    return { ...member, [field]: replacement(key) };
  });
  return { members, retiredKeys: [...state.retiredKeys, ...retired] };
}

function replacement(key: ReplacementKey): string {
  if (key.kind === "voting") return key.votingKey;
  return key.kind === "peer" ? key.peerId : key.operatorKey;
}

function withClient(clients: readonly Client[], client: Client): readonly Client[] {
  const others = clients.filter((other) => other.publicKey !== client.publicKey);
  return [...others, client].sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}
