// Makes the homes of a whole network in one new folder, all of them or none, and the list of what was made.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { formatAddress, formatPeerId, peerIdOfEd25519, publicKeyOf, type SecretKey } from "@witan/crypto";
import type { AcceptorsKey, KeyPair } from "@witan/crypto/node";
import { type Client, type Genesis, policyHash } from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  type Member,
  type PeerId,
  type PolicyHash,
  type PublicKey,
  present,
  ZERO_HASH,
} from "@witan/primitives";
import { configText } from "../config/write.ts";
import { makeWholeFolder, writeNewText } from "../files.ts";
import { genesisFileOf } from "../genesis-input.ts";
import { HOME_FILES } from "./files.ts";
import type { KeySource } from "./key-source.ts";
import {
  type ChainFiles,
  newMember,
  writeChainFiles,
  writeMemberHome,
  writeMinerHome,
  writeObserverHome,
} from "./make.ts";
import type { Place } from "./network-plan.ts";
import type { NodeRole } from "./network-seats.ts";

/** The list of what a network consists of, in its folder. */
export const NETWORK_FILE = "network.json";

/** What each funded account holds: a million units of an asset with eight decimals. */
export const ACCOUNT_BALANCE = 100_000_000_000_000n;

/** A funded account for development: its secret lies open. */
export type Account = {
  readonly address: string;
  readonly publicKey: string;
  readonly secretKey: string;
  readonly balance: string;
};

/** A network as `network.json` lists it. Homes are named from its folder. */
export type NetworkList = {
  readonly chainId: string;
  readonly name: string;
  readonly consensus: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly role: NodeRole;
    readonly home: string;
    readonly peerId: string;
    readonly address: string;
    readonly rpc: string;
  }[];
  readonly accounts: readonly Account[];
};

/** What a network is made of. */
export interface NetworkInput {
  readonly out: string;
  readonly places: readonly Place[];
  /** Members and the allocations of accounts are put in. */
  readonly genesis: Genesis;
  readonly keys: KeySource;
  readonly accounts: number;
  /** Of each miner, in hashes a second; undefined: as many as it can. */
  readonly hashRate?: number | undefined;
  /** Its secrets lie open: every node serves this machine only, and is asked for balances. */
  readonly isForDevelopment: boolean;
  readonly passphrase: string | undefined;
  /** Called before each home: encrypting keys takes a while. */
  readonly onHome: (name: string) => void;
}

/** A node that is being made, in its place. */
interface NewNode {
  readonly place: Place;
  /** Undefined: an observer, or a miner. */
  readonly member: Member | undefined;
  /** Of a member its own three; of others the one that names them, and of a miner what it mines is paid to. */
  readonly keys: readonly KeyPair[];
  readonly peerId: PeerId;
}

/** Makes a network in a new folder. @throws {CommandFailure} if the folder exists or the genesis does not hold */
export async function makeNetwork(input: NetworkInput): Promise<NetworkList> {
  const { out, keys } = input;
  const nodes = input.places.map((place) => newNode(place, keys));
  const funded = Array.from({ length: input.accounts }, (_, at) =>
    newAccount(input.genesis.addressPrefix, keys.account(at + 1)),
  );
  const { text, chain } = genesisFileOf({
    ...input.genesis,
    members: nodes.flatMap(({ member }) => member ?? []),
    clients: permitsOf(input.genesis, funded),
    allocations: [...input.genesis.allocations, ...funded.map(({ output }) => output)],
  });
  const list: NetworkList = {
    chainId: chain.chainId,
    name: chain.genesis.name,
    consensus: chain.mode,
    nodes: nodes.map(({ place: { name, role, address, rpcListen }, peerId }) => ({
      ...{ name, role, home: name, peerId: formatPeerId(peerId), address },
      rpc: `http://${rpcListen}`,
    })),
    accounts: funded.map(({ account }) => account),
  };
  const { consensus } = chain.genesis;
  const isSealed = consensus.kind === "bp-fast-paxos" && consensus.promiseAuthentication === "mac";
  const acceptorsKey = isSealed ? keys.acceptors() : undefined;
  await makeWholeFolder(out, async (folder) => {
    for (const node of nodes) {
      const { name, role } = node.place;
      input.onHome(name);
      const own = role === "acceptor" ? acceptorsKey : undefined;
      const config = configOf({ node, nodes, acceptorsKey: own, input });
      const { passphrase } = input;
      await writeHome(join(folder, name), node, {
        ...{ chainId: chain.chainId, genesis: text, config, acceptorsKey: own, passphrase },
      });
    }
    // It may hold secrets of accounts.
    await writeNewText(join(folder, NETWORK_FILE), `${JSON.stringify(list, undefined, 2)}\n`, 0o600);
  });
  return list;
}

function newNode(place: Place, source: KeySource): NewNode {
  const { name, role } = place;
  if (role === "observer" || role === "miner") {
    const peer = source.key(name, "peer");
    const keys = role === "miner" ? [peer, source.key(name, "client")] : [peer];
    return { place, member: undefined, keys, peerId: peerIdOfEd25519(peer.publicKey) };
  }
  const { member, keys } = newMember(name, role, ZERO_HASH as PolicyHash, source);
  return { place, member, keys, peerId: member.peerId };
}

async function writeHome(home: string, { member, keys }: NewNode, chain: ChainFiles): Promise<void> {
  if (member === undefined) {
    const [first, reward] = keys;
    const peer = present(first, "the key that names a node");
    if (reward === undefined) return writeObserverHome(home, peer, chain);
    return writeMinerHome(home, { peer, reward }, chain);
  }
  await writeMemberHome(home, { member, keys }, chain.passphrase);
  await writeChainFiles(home, { member, keys }, chain);
}

function configOf({
  node: { place, member, keys },
  nodes,
  acceptorsKey,
  input: { isForDevelopment, hashRate, genesis },
}: {
  readonly node: NewNode;
  readonly nodes: readonly NewNode[];
  readonly acceptorsKey: AcceptorsKey | undefined;
  readonly input: NetworkInput;
}): string {
  const threads = Math.max(1, Math.floor(availableParallelism() / nodes.length));
  const peers = nodes.flatMap((node) =>
    node.place.name === place.name
      ? []
      : [{ name: node.place.name, id: formatPeerId(node.peerId), address: node.place.address }],
  );
  return configText({
    network: { listen: place.listen, peers },
    rpc: { listen: place.rpcListen },
    keys: {
      ...(member === undefined ? { voting: [] } : {}),
      ...(acceptorsKey === undefined ? {} : { acceptors: HOME_FILES.acceptors }),
      ...(isForDevelopment ? { development: true } : {}),
    },
    storage: isForDevelopment ? { addressIndex: true } : {},
    // All of them run on this machine: a node alone would take every core.
    verifier: isForDevelopment ? { workers: threads } : {},
    mining:
      place.role === "miner"
        ? {
            ...{ enabled: true, address: rewardAddress(genesis.addressPrefix, keys) },
            ...(isForDevelopment ? { threads } : {}),
            ...(hashRate === undefined ? {} : { hashRate }),
          }
        : {},
  });
}

/** The address of a miner's second key. */
function rewardAddress(prefix: string, [, reward]: readonly KeyPair[]): string {
  const publicKey = present(reward, "the key that a miner is paid to").publicKey as PublicKey;
  return formatAddress(prefix, present(policyHash([{ kind: "key", publicKey }]), "the policy of a key"));
}

/** Accounts may write every register, which nobody may without a permit (PBFT alone has any); and, where keys need one, pay. */
function permitsOf(
  { consensus, clientsMode }: Genesis,
  funded: readonly { readonly account: Account }[],
): readonly Client[] {
  const registerPrefixes = consensus.kind === "pbft" ? [""] : [];
  if (clientsMode === "open" && registerPrefixes.length === 0) return [];
  return funded
    .map(({ account }): Client => {
      return { publicKey: account.publicKey as PublicKey, status: "permitted", registerPrefixes };
    })
    .sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
}

function newAccount(prefix: string, secretKey: SecretKey) {
  const publicKey = publicKeyOf(secretKey);
  const hash = present(policyHash([{ kind: "key", publicKey }]), "the policy of a key");
  const account = {
    address: formatAddress(prefix, hash),
    publicKey,
    secretKey,
    balance: `${ACCOUNT_BALANCE}`,
  };
  const output = { asset: 0 as AssetId, amount: ACCOUNT_BALANCE as Amount, policyHash: hash };
  return { account, output };
}
