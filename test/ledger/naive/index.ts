// A second ledger validator, written from docs/formats.md alone, slow and plain, to check the first by.
export { naiveAddress } from "./address.ts";
export { NaiveChain, type NaiveVerdict } from "./chain.ts";
export { naiveChainId, naiveGenesisProblem } from "./genesis.ts";
export { naivePolicy } from "./policy.ts";
export { naiveFinalityProof } from "./proof.ts";
export { naiveTransactionIds } from "./transaction.ts";
