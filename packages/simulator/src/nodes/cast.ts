// Who takes part in a world of whole nodes: members, clients, the mint, with keys by their names; and the chain that they
// begin.
import { peerIdOfEd25519 } from "@witan/crypto";
import {
  type Body,
  type Chain,
  type Genesis,
  type Output,
  openChain,
  PARAMETER_DEFAULTS,
  type Policy,
  policyHash,
  type SealedTransaction,
  sealTransaction,
} from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  asciiBytes,
  assert,
  type Hash,
  type Member,
  type PeerId,
  type PolicyHash,
  type PublicKey,
  present,
  sha256Hex,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";
import { BEGIN_MS } from "./node-clock.ts";
import { type NodesConsensus, type NodesPlan, nodeNameOf, roleOf } from "./plan.ts";
import type { WorldScheme } from "./signatures.ts";

/** Somebody who can own and sign. */
export interface Person {
  readonly name: string;
  readonly publicKey: PublicKey;
  readonly policy: Policy;
  readonly policyHash: PolicyHash;
}

/** Coins that several may spend together. */
export interface Vault {
  readonly owner: Person;
  /** What its witnesses may show, and who signs then. */
  readonly ways: readonly { readonly policy: Policy; readonly signers: readonly PublicKey[] }[];
}

/** Coins that each client has in the beginning, of asset 0 and of asset 1, and what each is worth. */
const COINS = 10;
const GOLD_COINS = 3;
export const COIN_WORTH = 1_000_000n;
const GENESIS_LAG_MS = 3_600_000;
/** The least that a chain may have: so few that they are met. */
const TIGHT = { blockBytesMax: 131_072, blockTransactionsMax: 16, blockSignaturesMax: 64 };
/** Who shares the vault, of whom two must sign. */
const VAULT_KEYS = 3;

/** The cast of one world. */
export class NodeCast {
  readonly scheme: WorldScheme;
  readonly clients: readonly Person[];
  readonly mint: Person;
  /** Two of three sign for it: so one transaction may have several witnesses that hold. */
  readonly vault: Vault;
  readonly chain: Chain;
  readonly #plan: NodesPlan;
  readonly #persons = new Map<string, Person>();

  constructor(plan: NodesPlan, scheme: WorldScheme) {
    this.scheme = scheme;
    this.#plan = plan;
    this.clients = Array.from({ length: plan.clients }, (_, index) => this.person(`client ${index}`));
    this.mint = this.person("mint");
    this.vault = this.#makeVault();
    const opened = openChain(this.#genesis(plan));
    assert(opened.ok, opened.ok ? "" : JSON.stringify(opened.problems));
    this.chain = opened.value;
  }

  person(name: string): Person {
    const known = this.#persons.get(name);
    if (known) return known;
    const publicKey = this.scheme.publicKeyOf(name);
    const policy: Policy = [{ kind: "key", publicKey }];
    const person = { name, publicKey, policy, policyHash: present(policyHash(policy), "a key's policy") };
    this.#persons.set(name, person);
    return person;
  }

  #makeVault(): Vault {
    const persons = Array.from({ length: VAULT_KEYS }, (_, index) => this.person(`vault ${index}`));
    const threshold = { kind: "threshold", required: VAULT_KEYS - 1, children: VAULT_KEYS } as const;
    /** Without one of them. */
    const ways = persons.map((absent) => ({
      policy: [
        threshold,
        ...persons.flatMap(
          (one): Policy => (one === absent ? [{ kind: "hidden", hash: one.policyHash }] : one.policy),
        ),
      ],
      signers: persons.filter((one) => one !== absent).map(({ publicKey }) => publicKey),
    }));
    const [first] = persons;
    const policy: Policy = [threshold, ...persons.flatMap((one) => one.policy)];
    const { publicKey } = present(first, "who shares the vault");
    const owner = { name: "vault", publicKey, policy, policyHash: present(policyHash(policy), "its policy") };
    return { owner, ways };
  }

  /** How everybody calls a node. */
  nameOf(node: number): string {
    return nodeNameOf(this.#plan, node);
  }

  /** Whom a member's rewards go to; undefined: they are destroyed. Members are at the places of their nodes. */
  payee(node: number): Person | undefined {
    // One in three takes no reward.
    return node % 3 === 2 ? undefined : this.person(`${this.nameOf(node)} pay`);
  }

  /** The voting keys of a node: the first, and the one that may take its place; none of an observer. */
  votingKeys(node: number): readonly PublicKey[] {
    if (roleOf(this.#plan, node) === "observer") return [];
    return [0, 1].map((number) => this.scheme.publicKeyOf(`${this.nameOf(node)} voting ${number}`));
  }

  /** The names of a node on the network: the first, and the one that may take its place. */
  peerIds(node: number): readonly [PeerId, PeerId] {
    const named = (key: string): PeerId =>
      peerIdOfEd25519(sha256Hex(asciiBytes(`${this.nameOf(node)} ${key}`)));
    return [named("peer"), named("peer 1")];
  }

  /** A node as a member. @param node no observer */
  member(node: number): Member {
    const role = roleOf(this.#plan, node);
    assert(role !== "observer", "an observer is no member");
    return {
      ...{ name: this.nameOf(node), role },
      votingKey: present(this.votingKeys(node)[0], "a key"),
      peerId: this.peerIds(node)[0],
      operatorKey: this.scheme.publicKeyOf(`${this.nameOf(node)} operator`),
      rewardPolicy: this.payee(node)?.policyHash ?? (ZERO_HASH as PolicyHash),
    };
  }

  /** A transaction of these signers, who show the policies of their own keys unless it is a change that they approve. */
  seal(body: Body, signers: readonly PublicKey[], policies: readonly Policy[]): SealedTransaction {
    const id = this.chain.transactions.id(body);
    const signatures = [...new Set(signers)]
      .sort()
      .map((publicKey) => ({ publicKey, signature: this.scheme.sign(id as string as Hash, publicKey) }));
    return this.sealWith(body, { policies: sorted(policies), signatures, preimages: [] });
  }

  sealWith(body: Body, witness: SealedTransaction["witness"]): SealedTransaction {
    const sealed = sealTransaction(this.chain.transactions, { body, witness });
    assert(sealed.ok, sealed.ok ? "" : `${sealed.code}: ${sealed.detail}`);
    return sealed.value;
  }

  #genesis({ consensus, members, emptyBlockIntervalMs, limits }: NodesPlan): Genesis {
    const owners = [...this.clients, this.vault.owner];
    const allocations = owners.flatMap(({ policyHash: owner }): Output[] => [
      ...Array.from({ length: COINS }, () => coin(owner, 0)),
      ...Array.from({ length: GOLD_COINS }, () => coin(owner, 1)),
    ]);
    return {
      version: 1,
      name: "simulation",
      addressPrefix: "sim",
      timestamp: (BEGIN_MS - GENESIS_LAG_MS) as Timestamp,
      consensus: inGenesis(consensus),
      clientsMode: "open",
      members: Array.from({ length: members }, (_, node) => this.member(node)),
      // As many checkpoints as governance may ask for.
      parameters: {
        ...{ ...PARAMETER_DEFAULTS, ...(limits === "tight" && TIGHT) },
        ...{ emptyBlockIntervalMs, checkpointInterval: 10 },
      },
      assets: [
        { name: "WITAN", decimals: 8, issuancePolicyHash: ZERO_HASH as PolicyHash },
        { name: "GOLD", decimals: 2, issuancePolicyHash: this.mint.policyHash },
      ],
      clients: [],
      allocations,
    };
  }
}

function coin(owner: PolicyHash, asset: number): Output {
  return { asset: asset as AssetId, amount: COIN_WORTH as Amount, policyHash: owner };
}

/** As a witness shows them: by their hashes, none twice. */
function sorted(policies: readonly Policy[]): readonly Policy[] {
  const byHash = new Map(policies.map((policy) => [present(policyHash(policy), "a policy's hash"), policy]));
  return [...byHash].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, policy]) => policy);
}

/** Without what is a setting of each node. */
function inGenesis(consensus: NodesConsensus): Genesis["consensus"] {
  if (consensus.kind === "pbft") return consensus;
  const { kind, promiseAuthentication, detectByzantineAcceptors } = consensus;
  return { kind, promiseAuthentication, detectByzantineAcceptors };
}
