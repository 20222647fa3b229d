export {
  type AddressFault,
  formatAddress,
  parseAddress,
  parseSecretKey,
  type SecretKey,
} from "@witan/crypto";
export { type Chain, openGenesisFile, type SealedTransaction } from "@witan/ledger";
export * from "./build-transfer.ts";
export * from "./fetch-chain.ts";
export * from "./genesis-coins.ts";
export * from "./governance.ts";
export type { Fetch, FetchReader, FetchRequest, FetchResponse } from "./http-post.ts";
export type { AskFailure, WaitOptions } from "./outcome-loop.ts";
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
export type { CallAnswer } from "./rpc-answer.ts";
export * from "./rpc-client.ts";
export * from "./rpc-failures.ts";
export * from "./send-transfer.ts";
export * from "./spendable-coins.ts";
export * from "./submit-transaction.ts";
export * from "./transfer-refusal.ts";
export {
  type ProofFault,
  type ProofRequest,
  type UnverifiedProof,
  type VerifiedProof,
  verifyProof,
} from "./verify-proof.ts";
export * from "./wait-for-transaction.ts";
export * from "./wallet.ts";
