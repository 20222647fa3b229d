// The genesis: what a chain begins with, what makes it valid, and block 0 (docs/formats.md, section 12).
import {
  assert,
  type BlockHash,
  boolean,
  type ChainId,
  type Codec,
  choice,
  container,
  type Height,
  LIMITS,
  type Member,
  type MemberIndex,
  NO_CHAIN,
  none,
  type Result,
  refuse,
  TAGS,
  TaggedHasher,
  type TargetParameters,
  type Timestamp,
  text,
  uint16,
  uint32,
  uint53,
  uint64,
  union,
  ZERO_HASH,
} from "@witan/primitives";
import { type Block, encodeBlock } from "./block.ts";
import { Chain } from "./chain.ts";
import { addOutputs, CoinView, NO_COINS } from "./coin.ts";
import { type GenesisProblem, genesisProblems } from "./genesis-rules.ts";
import {
  type Asset,
  assetsCodec,
  type Client,
  clientsCodec,
  GovernanceView,
  membersCodec,
} from "./governance.ts";
import { type Header, transactionsRoot } from "./header.ts";
import { type Parameters, parametersCodec } from "./parameters.ts";
import {
  EMPTY_WITNESS,
  type Output,
  outputsCodec,
  type SealedTransaction,
  sealTransaction,
} from "./transaction.ts";

/** What BP Fast Paxos is like on a chain (protocols/bp-fast-paxos.md). */
export interface BpFastPaxosParameters {
  readonly kind: "bp-fast-paxos";
  /** How acceptors authenticate promises: by a MAC under a key that they share, or by signatures. */
  readonly promiseAuthentication: "mac" | "signature";
  /** Whether proposers sign, so that lying acceptors can be named (the paper, section VI). */
  readonly detectByzantineAcceptors: boolean;
}

/** What proof of work is like on a chain. */
export interface ProofOfWorkParameters extends TargetParameters {
  readonly kind: "pow";
  /** Base units that block 1 may create. */
  readonly subsidy: bigint;
  /** Blocks after which the subsidy halves. */
  readonly halvingInterval: number;
  /** Blocks before a mined reward can be spent. */
  readonly coinbaseMaturity: number;
  /** How far ahead of its clock a node takes a header; no part of validity. */
  readonly maxFutureDriftMs: number;
}

/** How blocks come to count on a chain. */
export type ConsensusParameters = { readonly kind: "pbft" } | BpFastPaxosParameters | ProofOfWorkParameters;

/** What a chain begins with. */
export interface Genesis {
  /** 1. */
  readonly version: number;
  /** 1 to 32 characters of `a-z`, `0-9`, `-`. */
  readonly name: string;
  /** 1 to 12 letters `a-z`. */
  readonly addressPrefix: string;
  readonly timestamp: Timestamp;
  readonly consensus: ConsensusParameters;
  /** `open`: anyone but revoked keys may sign; `permitted`: permitted keys only. */
  readonly clientsMode: "open" | "permitted";
  readonly members: readonly Member[];
  readonly parameters: Parameters;
  /** The first is the native one. */
  readonly assets: readonly Asset[];
  readonly clients: readonly Client[];
  readonly allocations: readonly Output[];
}

/** SSZ of a genesis. */
export const genesisCodec: Codec<Genesis> = container<Genesis>({
  version: uint16(),
  name: text(LIMITS.nameBytes),
  addressPrefix: text(LIMITS.addressPrefixBytes),
  timestamp: uint53(),
  consensus: union<ConsensusParameters>({
    pbft: none,
    "bp-fast-paxos": container<Omit<BpFastPaxosParameters, "kind">>({
      promiseAuthentication: choice<"mac" | "signature">(["mac", "signature"]),
      detectByzantineAcceptors: boolean(),
    }),
    pow: container<Omit<ProofOfWorkParameters, "kind">>({
      initialTarget: uint32(),
      targetLimit: uint32(),
      blockIntervalMs: uint53(),
      retargetInterval: uint53(),
      subsidy: uint64(),
      halvingInterval: uint53(),
      coinbaseMaturity: uint53(),
      maxFutureDriftMs: uint53(),
    }),
  }),
  clientsMode: choice<"open" | "permitted">(["open", "permitted"]),
  members: membersCodec,
  parameters: parametersCodec,
  assets: assetsCodec,
  clients: clientsCodec,
  allocations: outputsCodec,
});

/** The chain id of a genesis, valid or not. @throws {AssertionError} if it can't be encoded */
export function chainIdOf(genesis: Genesis): ChainId {
  return new TaggedHasher(TAGS.genesis, NO_CHAIN).hash<ChainId>(genesisCodec.encode(genesis));
}

/** Why there is no chain of this genesis: every mistake, not only the first. */
export interface GenesisRefusal {
  readonly ok: false;
  readonly code: "genesis-invalid";
  readonly problems: readonly GenesisProblem[];
}

/** The chain that a genesis begins, if it is valid. */
export function openChain(genesis: Genesis): { readonly ok: true; readonly value: Chain } | GenesisRefusal {
  const encoded = genesisCodec.tryEncode(genesis);
  const problems = encoded.ok
    ? genesisProblems(genesis)
    : [{ condition: 0, field: "", found: encoded.detail ?? "", expected: "a genesis that can be encoded" }];
  if (problems.length > 0) return { ok: false, code: "genesis-invalid", problems };
  return { ok: true, value: new Chain(Object.freeze(genesis), chainIdOf(genesis)) };
}

/** Reads a genesis from its canonical bytes and opens its chain. */
export function openChainBytes(
  bytes: Uint8Array,
):
  | { readonly ok: true; readonly value: Chain }
  | GenesisRefusal
  | Extract<Result<Chain, "encoding">, { ok: false }> {
  const decoded = genesisCodec.decode(bytes);
  return decoded.ok ? openChain(decoded.value) : refuse("encoding", decoded.detail);
}

/** Those of chains that were asked for, since all who open a chain ask, and its root is costly; gone with their chains. */
const FIRST_GOVERNANCE = new WeakMap<Chain, GovernanceView>();

/** The governance state after block 0. */
export function genesisGovernance(chain: Chain): GovernanceView {
  let first = FIRST_GOVERNANCE.get(chain);
  if (first === undefined) {
    const { members, parameters, assets, clients } = chain.genesis;
    const membersFrom = 1 as Height;
    const state = { sequence: 0, membersFrom, members, parameters, assets, clients, retiredKeys: [] };
    first = new GovernanceView(chain.mode, state);
    FIRST_GOVERNANCE.set(chain, first);
  }
  return first;
}

/** Block 0, and the coins it makes. */
export function genesisBlock(chain: Chain): { readonly block: Block; readonly coins: CoinView } {
  const { allocations, timestamp } = chain.genesis;
  const height = 0 as Height;
  const transactions: SealedTransaction[] = [];
  if (allocations.length > 0) {
    const body = { kind: "reward", height, outputs: allocations } as const;
    const sealed = sealTransaction(chain.transactions, { body, witness: EMPTY_WITNESS });
    assert(sealed.ok, "the allocations of a valid genesis can't be encoded");
    transactions.push(sealed.value);
  }
  const header: Header = {
    version: 1,
    height,
    parent: ZERO_HASH as BlockHash,
    timestamp,
    transactionsRoot: transactionsRoot(transactions),
    governanceRoot: genesisGovernance(chain).root,
    proposer: 0 as MemberIndex,
    target: 0,
    nonce: 0n,
  };
  const block = encodeBlock(chain, header, transactions);
  assert(block.ok, "block 0 of a valid genesis can't be encoded");
  const coins = new CoinView(NO_COINS);
  for (const transaction of transactions) addOutputs(coins, transaction, height);
  return { block: block.value, coins };
}
