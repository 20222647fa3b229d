export {
  type AddressFault,
  formatAddress,
  parseAddress,
  parseSecretKey,
  type SecretKey,
} from "@witan/crypto";
export { type Chain, openGenesisFile, type SealedTransaction } from "@witan/ledger";
export { type Membership, quorumOf, voters } from "@witan/primitives";
export * from "./build-transfer.ts";
export type {
  EventStream,
  StreamedEvent,
  StreamOptions,
  StreamState,
  SubscriptionRequest,
} from "./event-stream.ts";
export * from "./fetch-chain.ts";
export * from "./follow-confirmations.ts";
export * from "./genesis-coins.ts";
export * from "./governance.ts";
export type { Fetch, FetchReader, FetchRequest, FetchResponse } from "./http-post.ts";
export {
  afterPolicy,
  allOf,
  anyOf,
  hashPolicy,
  keyPolicy,
  type Lock,
  openLock,
  type PolicyFaultCode,
  type Spender,
  thresholdPolicy,
} from "./lock.ts";
export * from "./lock-recipes.ts";
export { type AskFailure, isAskFailure, type WaitOptions } from "./outcome-loop.ts";
export * from "./partial-bytes.ts";
export * from "./partial-transfer.ts";
export * from "./plan-payments.ts";
export type { ClientClock } from "./platform-clock.ts";
export {
  type FetchProofOptions,
  fetchProof,
  formatProofFile,
  type ProofFile,
  type ProofFileProblem,
  type ProofFileResult,
  parseProofFile,
  verifyProofFile,
} from "./proof-file.ts";
export { QuorumClient, type QuorumClientOptions } from "./quorum-client.ts";
export { type NodeStance, QuorumError, type QuorumErrorCode } from "./quorum-failures.ts";
export type { QuorumAnswer } from "./quorum-question.ts";
export * from "./read-transaction.ts";
export {
  type RegisterCall,
  RegisterClient,
  type RegisterFound,
  type RegistersOptions,
  type RegisterWritten,
} from "./registers/register-client.ts";
export { RegisterError, type RegisterErrorCode, type ReplicaStance } from "./registers/register-failures.ts";
export {
  memoryRegisterJournal,
  type RegisterJournalPlace,
  type RegisterJournalStore,
} from "./registers/register-journal.ts";
export type { FoundRegister } from "./registers/register-list.ts";
export type { CallAnswer } from "./rpc-answer.ts";
export {
  type BatchAnswers,
  type BatchCall,
  type CallOptions,
  type RpcCaller,
  RpcClient,
  type RpcClientOptions,
} from "./rpc-client.ts";
export * from "./rpc-failures.ts";
export * from "./rpc-socket.ts";
export type { SpendChoice } from "./select-coins.ts";
export * from "./send-transfer.ts";
export * from "./settle-transaction.ts";
export * from "./spendable-coins.ts";
export * from "./submit-transaction.ts";
export * from "./swap-secret.ts";
export * from "./transfer-refusal.ts";
export type { AmountOf, FeeChoice, Payment, TransferRequest } from "./transfer-request.ts";
export * from "./trusted-state.ts";
export * from "./verify-expiry.ts";
export {
  type BlockProofRequest,
  type ProofFault,
  type ProofRequest,
  type UnverifiedProof,
  type VerifiedBlock,
  type VerifiedProof,
  verifyBlock,
  verifyProof,
} from "./verify-proof.ts";
export * from "./wait-for-transaction.ts";
export * from "./wallet.ts";
