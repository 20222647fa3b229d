// Every limit and default that the ledger's formats and rules fix, each with its reason. Limits marked "format" are
// part of SSZ types: changing one changes hashes.

/** Limits on what is encoded, checked while decoding. */
export const LIMITS = {
  /** Bytes of a block, whatever the parameter says: bounds what a peer can make us hold. */
  blockBytes: 32 * 1024 * 1024,
  /** Transactions of a block (format): the depth of the inclusion branch, 16. */
  blockTransactions: 65_536,
  /** Bytes of a transaction (format): half of the smallest block that governance may allow. */
  transactionBytes: 65_536,
  /** Inputs and outputs of a transaction (format): each input is a read from disk. */
  inputs: 256,
  outputs: 256,
  /** Issued, and destroyed, assets of a transaction (format). */
  assetChanges: 64,
  /** Signatures of a transfer: 3.3 ms on one core by the native backend. */
  signatures: 64,
  /** Signatures of any transaction (format): a quorum of the largest membership can approve a change. */
  witnessSignatures: 256,
  /** Preimages of a transaction (format). */
  preimages: 64,
  /** Policies of a transaction (format): one per input and issued asset at most. */
  policies: 320,
  /** Bytes of a memo (format): a hash and a reference; documents do not belong on a ledger. */
  memoBytes: 256,
  /** Nodes of a policy, hidden ones included (format). */
  policyNodes: 32,
  /** Levels of a policy; the root is at level 1. Bounds recursion. */
  policyDepth: 4,
  /** Children of a threshold, hidden ones included. */
  policyChildren: 16,
  /** Members (format): a NEW-VIEW of 256 validators is still small enough to send. */
  members: 256,
  /** Assets (format): the list is hashed into every block that changes governance. */
  assets: 4_096,
  /** Clients with a record (format), as above. */
  clients: 16_384,
  /** Keys that were replaced or removed and must not come back (format). */
  retiredKeys: 65_536,
  /** Characters of the name of a member, an asset or a network (format). */
  nameBytes: 32,
  /** Characters of a register's name (format): a path of a few words. */
  registerNameBytes: 64,
  /** Bytes of a register's value (format): a price, a status, a hash; a replica writes it whole each time. */
  registerValueBytes: 65_536,
  /** Register name prefixes of a client, and characters of each (format). */
  registerPrefixes: 16,
  registerPrefixBytes: 64,
  /** Decimals of an asset: 2^64 - 1 has 20 digits. */
  decimals: 18,
  /** Characters of an address prefix (format). */
  addressPrefixBytes: 12,
  /** Membership changes in one finality proof (format). */
  proofMembershipChanges: 1_024,
  /** Headers in one proof-of-work proof (format). */
  proofHeaders: 16_384,
  /** Bytes of a piece of a checkpoint: large enough to be few, small enough to ask another peer for. */
  checkpointPieceBytes: 1024 * 1024,
  /** Pieces of a checkpoint (format): 2^20 of 1 MiB. */
  checkpointPieces: 1_048_576,
} as const;

/** What a signature adds to a transaction's weight, in bytes: checking costs more than carrying. */
export const SIGNATURE_WEIGHT = 200;

/** The rules this program knows. A chain that goes beyond stops here, and says so. */
export const RULES_VERSIONS: readonly number[] = [1];

/** Limits and defaults of what waits for a block; a node's own, not the chain's. */
export const MEMPOOL_LIMITS = {
  /** Memory, all told, not encoded bytes: 50,000 one-in two-out transfers at 3 KB each. */
  bytes: 160 * 1024 * 1024,
  transactions: 50_000,
  /** Unconfirmed ancestors of one transaction: bounds what selection and eviction walk. */
  ancestors: 25,
  /**
   * Unconfirmed descendants of one transaction: bounds what is ranked anew for each transaction of a block, and what
   * goes with one that is dropped. As many as ancestors, so that a chain may be as long as it may be deep.
   */
  descendants: 25,
  /** Pending transactions signed by one key: one client can't fill the pool. */
  perClient: 5_000,
  /** Transactions that wait for inputs not seen yet, and for how long. */
  orphans: 1_000,
  orphanMs: 30_000,
  /** Their memory: 1,000 ordinary transfers take 2.7 MiB, 1,000 large ones would take 310 MiB. */
  orphanBytes: 8 * 1024 * 1024,
  /** Of one source or key: ten must join to fill the room, and a wallet may still send a chain of 25 backwards. */
  orphansPerClient: 100,
  /** Refused and dropped ones that are remembered: about a minute of refusals at full load; 5 MiB. */
  rejections: 10_000,
} as const;
