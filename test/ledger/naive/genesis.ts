// The genesis, section 12 of docs/formats.md: its conditions, chain id and block 0.
import { H, H0, hex, sha, strictlyAscending, ZERO32 } from "./bytes.ts";
import {
  Body,
  Genesis,
  GovernanceState,
  Header,
  type Kind,
  type Transaction,
  TransactionNames,
  Witness,
} from "./formats.ts";
import {
  assetNameIsRight,
  firstGovernance,
  memberNameIsRight,
  membersDiffer,
  outsideRange,
  PARAMETER_RANGES,
  type ParameterName,
  proposes,
  votes,
} from "./governance.ts";
import { peerIdHasShape, publicKeyHasShape } from "./keys.ts";
import { decodeTarget } from "./pow.ts";
import { decode } from "./ssz.ts";

/** The witness of a reward. */
export const EMPTY_WITNESS: Witness = { policies: [], signatures: [], preimages: [] };

/** The chain id of an encoded genesis. */
export function naiveChainId(genesisBytes: Uint8Array): string {
  return H0("witan/genesis/1", genesisBytes);
}

/** The id of a transaction. */
export function transactionId(transaction: Transaction, chainId: string): string {
  return H("witan/transaction/1", chainId, Body.encode(transaction.body));
}

/** The witness hash of a transaction. */
export function witnessHash(transaction: Transaction, chainId: string): string {
  return H("witan/witness/1", chainId, Witness.encode(transaction.witness));
}

/** The transactionsRoot of transactions. */
export function transactionsRoot(transactions: readonly Transaction[], chainId: string): string {
  const names = transactions.map((transaction) => ({
    id: transactionId(transaction, chainId),
    witnessHash: witnessHash(transaction, chainId),
  }));
  return hex(TransactionNames.root(names));
}

/** The hash of a block. */
export function blockHash(header: Header, kind: Kind, chainId: string): string {
  const bytes = Header.encode(header);
  if (kind === "pow" && header.height > 0n) return sha(sha(hex(bytes)));
  return H("witan/block/1", chainId, bytes);
}

/** The governanceRoot of a state. */
export function governanceRoot(state: GovernanceState): string {
  return hex(GovernanceState.root(state));
}

/** Block 0. */
export function blockZero(
  genesis: Genesis,
  chainId: string,
): { header: Header; transactions: Transaction[] } {
  const transactions: Transaction[] = [];
  if (genesis.allocations.length > 0) {
    const value = { height: 0n, outputs: genesis.allocations };
    transactions.push({ body: { kind: "reward", value }, witness: EMPTY_WITNESS });
  }
  const header = {
    version: 1n,
    height: 0n,
    parent: ZERO32,
    timestamp: genesis.timestamp,
    transactionsRoot: transactionsRoot(transactions, chainId),
    governanceRoot: governanceRoot(firstGovernance(genesis)),
    proposer: 0n,
    target: 0n,
    nonce: 0n,
  };
  return { header, transactions };
}

function membersAreRight(genesis: Genesis): boolean {
  const { members } = genesis;
  const { kind } = genesis.consensus;
  for (const member of members) {
    if (!memberNameIsRight(member.name)) return false;
    if (!publicKeyHasShape(member.votingKey) || !publicKeyHasShape(member.operatorKey)) return false;
    if (!peerIdHasShape(member.peerId)) return false;
    if (!votes(member, kind) && !proposes(member, kind)) return false;
  }
  if (!membersDiffer(members)) return false;
  if (kind === "pow") return members.length === 0;
  return members.some((member) => votes(member, kind)) && members.some((member) => proposes(member, kind));
}

function parametersAreRight(genesis: Genesis): boolean {
  for (const name of Object.keys(PARAMETER_RANGES) as ParameterName[]) {
    if (outsideRange(name, genesis.parameters[name])) return false;
  }
  return genesis.parameters.rulesVersion === 1n;
}

function assetsAreRight(genesis: Genesis): boolean {
  const { assets } = genesis;
  if (assets.length === 0 || assets[0]!.issuancePolicyHash !== ZERO32) return false;
  for (const asset of assets) {
    if (!assetNameIsRight(asset.name) || asset.decimals > 18n) return false;
    if (assets.filter((other) => other.name === asset.name).length > 1) return false;
  }
  return true;
}

function clientsAreRight(genesis: Genesis): boolean {
  const { clients, members } = genesis;
  if (!strictlyAscending(clients.map((client) => client.publicKey))) return false;
  for (const client of clients) {
    if (!publicKeyHasShape(client.publicKey) || !strictlyAscending(client.registerPrefixes)) return false;
    if (client.status === "revoked" && client.registerPrefixes.length > 0) return false;
    for (const member of members) {
      if (client.publicKey === member.votingKey || client.publicKey === member.operatorKey) return false;
    }
  }
  return true;
}

function supplyIsRight(genesis: Genesis): boolean {
  let supply = 0n;
  for (const output of genesis.allocations) if (output.asset === 0n) supply += output.amount;
  const { consensus } = genesis;
  if (consensus.kind === "pow") supply += 2n * consensus.value.subsidy * consensus.value.halvingInterval;
  return supply <= 2n ** 64n - 1n;
}

function powIsRight(genesis: Genesis): boolean {
  if (genesis.consensus.kind !== "pow") return true;
  const pow = genesis.consensus.value;
  const initial = decodeTarget(pow.initialTarget);
  const limit = decodeTarget(pow.targetLimit);
  if (initial === undefined || limit === undefined || initial > limit) return false;
  const within = (value: bigint, least: bigint, greatest: bigint): boolean =>
    value >= least && value <= greatest;
  return (
    within(pow.blockIntervalMs, 1n, 86_400_000n) &&
    within(pow.retargetInterval, 2n, 1_000_000n) &&
    within(pow.halvingInterval, 1n, 1_000_000_000n) &&
    within(pow.coinbaseMaturity, 0n, 100_000n) &&
    within(pow.maxFutureDriftMs, 1_000n, 86_400_000n)
  );
}

/** The number of the first condition that a genesis breaks. */
export function naiveGenesisProblem(genesisBytes: Uint8Array): number | "encoding" | undefined {
  const genesis = decode(Genesis, genesisBytes);
  if (genesis === undefined) return "encoding";
  const heading =
    genesis.version === 1n && memberNameIsRight(genesis.name) && /^[a-z]{1,12}$/.test(genesis.addressPrefix);
  if (!heading) return 1;
  if (!membersAreRight(genesis)) return 2;
  if (!parametersAreRight(genesis)) return 3;
  if (!assetsAreRight(genesis)) return 4;
  if (!clientsAreRight(genesis)) return 5;
  const assetCount = BigInt(genesis.assets.length);
  if (genesis.allocations.some((output) => output.amount === 0n || output.asset >= assetCount)) return 6;
  if (!supplyIsRight(genesis)) return 7;
  if (!powIsRight(genesis)) return 8;
  return undefined;
}

/** The genesis that valid bytes encode. */
export function validGenesis(genesisBytes: Uint8Array): Genesis {
  const problem = naiveGenesisProblem(genesisBytes);
  if (problem !== undefined) throw new Error(`the genesis is not valid: ${problem}`);
  return decode(Genesis, genesisBytes)!;
}
