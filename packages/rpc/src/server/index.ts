export { RpcServerError, type RpcServerErrorCode } from "./failure.ts";
export { openRpcServer, type RpcServer } from "./open.ts";
export {
  RPC_LIMITS,
  type RpcLimits,
  type RpcObserver,
  type RpcServerOptions,
  type RpcTls,
  type RpcTokens,
} from "./options.ts";
export { type Page, readPage } from "./page.ts";
