// Makes the homes of a whole network in one new folder, all of them or none, and the list of what was made.
import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { formatAddress, formatPeerId, generateSecretKey, publicKeyOf } from "@witan/crypto";
import { type Genesis, policyHash } from "@witan/ledger";
import { type Amount, type AssetId, type PolicyHash, present, ZERO_HASH } from "@witan/primitives";
import { configText } from "../config/write.ts";
import { makeWholeFolder, writeNewText } from "../files.ts";
import { genesisFileOf } from "../genesis-input.ts";
import { type NewMember, newMember, writeChainFiles, writeMemberHome } from "./make.ts";
import type { Place } from "./network-plan.ts";

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
  readonly accounts: number;
  readonly passphrase: string | undefined;
  /** Called before each home: encrypting keys takes a while. */
  readonly onHome: (name: string) => void;
}

/** Makes a network in a new folder. @throws {CommandFailure} if the folder exists or the genesis does not hold */
export async function makeNetwork(input: NetworkInput): Promise<NetworkList> {
  const { out, places } = input;
  const members = places.map(({ name }) => newMember(name, "validator", ZERO_HASH as PolicyHash));
  const funded = Array.from({ length: input.accounts }, () => newAccount(input.genesis.addressPrefix));
  const { text, chain } = genesisFileOf({
    ...input.genesis,
    members: members.map(({ member }) => member),
    allocations: [...input.genesis.allocations, ...funded.map(({ output }) => output)],
  });
  const list: NetworkList = {
    chainId: chain.chainId,
    name: chain.genesis.name,
    consensus: chain.mode,
    nodes: places.map(({ name, address, rpcListen }, at) => ({
      name,
      home: name,
      peerId: peerIdText(members[at]),
      address,
      rpc: `http://${rpcListen}`,
    })),
    accounts: funded.map(({ account }) => account),
  };
  await makeWholeFolder(out, async (folder) => {
    for (const [at, place] of places.entries()) {
      input.onHome(place.name);
      const home = join(folder, place.name);
      const member = present(members[at], "a member for each place");
      await writeMemberHome(home, member, input.passphrase);
      const config = configOf(place, { places, members, isForDevelopment: input.accounts > 0 });
      await writeChainFiles(home, member, { chainId: chain.chainId, genesis: text, config });
    }
    // It may hold secrets of accounts.
    await writeNewText(join(folder, NETWORK_FILE), `${JSON.stringify(list, undefined, 2)}\n`, 0o600);
  });
  return list;
}

interface ConfigInput {
  readonly places: readonly Place[];
  readonly members: readonly NewMember[];
  /** Its accounts have open secrets, and every node is asked for balances. */
  readonly isForDevelopment: boolean;
}

function configOf(own: Place, { places, members, isForDevelopment }: ConfigInput): string {
  const peers = places.flatMap((place, at) =>
    place.name === own.name
      ? []
      : [{ name: place.name, id: peerIdText(members[at]), address: place.address }],
  );
  return configText({
    network: { listen: own.listen, peers },
    rpc: { listen: own.rpcListen },
    keys: isForDevelopment ? { development: true } : {},
    storage: isForDevelopment ? { addressIndex: true } : {},
    // All of them run on this machine: a node alone would take every core.
    verifier: isForDevelopment
      ? { workers: Math.max(1, Math.floor(availableParallelism() / places.length)) }
      : {},
  });
}

function peerIdText(member: NewMember | undefined): string {
  return formatPeerId(present(member, "a member for each place").member.peerId);
}

function newAccount(prefix: string) {
  const secretKey = generateSecretKey((count) => randomBytes(count));
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
