export { BLOCKS_PAGE, HISTORY_PAGE, OUTPUTS_PAGE } from "./chain-methods.ts";
export { MEMBER_STATES, ROUND_PHASES, WAITING_FOR } from "./consensus-methods.ts";
export * from "./errors.ts";
export { METHOD_EXAMPLES, type MethodExample } from "./examples.ts";
export { PROPOSALS_OF_OPERATOR_MAX } from "./governance-methods.ts";
export { isLastingCode } from "./lasting-codes.ts";
export * from "./method.ts";
export * from "./methods.ts";
export { MEMPOOL_PAGE } from "./node-methods.ts";
export { CONTRACT_VERSION, ERROR_CLASSES, openRpcDocument } from "./openrpc.ts";
export type { TransactionOutcome, TransactionState, TransactionVerdict } from "./outcome.ts";
export * from "./params.ts";
export { REGISTER_ANSWER_BYTES_MAX, REGISTER_REQUEST_BYTES_MAX } from "./register-methods.ts";
export {
  CLOSE_CODES,
  LOSABLE,
  NOTICE_METHOD,
  SUBSCRIPTION_TOPICS,
  type SubscriptionEvent,
  type SubscriptionNotice,
  type SubscriptionTopic,
  subscriptionEvent,
  subscriptionNotice,
  WEBSOCKET_PROTOCOL,
  WEBSOCKET_TOKEN_PREFIX,
} from "./subscription-events.ts";
export {
  type EventFeed,
  type EventReader,
  type FeedBatch,
  SUBSCRIPTION_METHODS,
  SUBSCRIPTION_NAMES_MAX,
  type SubscribeParams,
  type ToldEvent,
} from "./subscription-methods.ts";
export { WAIT_MS } from "./transaction-methods.ts";
