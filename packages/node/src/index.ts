export { ChainError, type ChainErrorCode } from "./chain/chain-error.ts";
export { checkpointDigest } from "./chain/checkpoint.ts";
export type { FlushLimits, OpenProgress } from "./chain/types.ts";
export { BPFP_BUFFERED_MAX } from "./consensus/bp-fast-paxos/bpfp-host.ts";
export { DecidedInvalidError } from "./consensus/finalizer.ts";
export {
  type Convict,
  type Exhibit,
  type Fork,
  type Investigation,
  investigate,
  type StoredBlock,
} from "./consensus/pbft/investigate.ts";
export { BUFFERED_MAX } from "./consensus/pbft/pbft-host.ts";
export { StoredStatements } from "./consensus/pbft/stored-statements.ts";
export { UnreadableRecordError } from "./consensus/unreadable-record.ts";
export { Node } from "./node.ts";
export type { LastVotes, Log, Miner, MiningWork, PromiseSealer, VoteSigner, VoteSlot } from "./ports.ts";
export {
  type BlockEvent,
  type NodeObserver,
  type NodePorts,
  type NodeReadings,
  type NodeSettings,
  POW_DEFAULTS,
  type ProofOfWorkSettings,
} from "./settings.ts";
export {
  type BulkMessage,
  bulkMessageCodec,
  type DecidedBlock,
  PROTOCOL_VERSIONS,
  RANGE_BLOCKS_MAX,
  type Request,
  rangeCodec,
  requestCodec,
  type TransactionsMessage,
  transactionsMessageCodec,
} from "./wire.ts";
