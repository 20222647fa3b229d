// Errors of the RPC: one table of reasons, and the class that services throw. A reason never changes its
// meaning or its code; numbers are JSON-RPC's and, below -32000, in the ranges of EIP-1474.

/** Every reason, with its number and what a person is told unless the one who throws knows better. */
export const RPC_ERRORS = {
  "parse-error": { code: -32700, message: "the body is no JSON: send one request, or a list of them" },
  "invalid-request": {
    code: -32600,
    message:
      'this is no JSON-RPC 2.0 request: send {"jsonrpc": "2.0", "id": 1, "method": "…", "params": {…}}',
  },
  "method-unknown": { code: -32601, message: "there is no such method" },
  "params-invalid": { code: -32602, message: "the params are not those of the method" },
  internal: {
    code: -32603,
    message: "the node failed to answer, by a mistake of its own: its log says more; tell its operator",
  },

  "transaction-encoding": {
    code: -32000,
    message:
      "the bytes are not the canonical encoding of a transaction: build it anew with a current library",
  },
  "address-invalid": {
    code: -32000,
    message: "this is no address of this chain: compare its prefix, and copy it whole",
  },
  "cursor-invalid": {
    code: -32000,
    message: "the cursor is not one that this method gave: begin again without one",
  },

  "proposal-invalid": {
    code: -32000,
    message:
      "the proposal is no change that this chain would make: look at it with witan governance show, and propose it anew",
  },
  "proposal-out-of-turn": {
    code: -32000,
    message:
      "the proposal's sequence is not the chain's next, or its time is over: propose it anew, if it is still wanted",
  },
  "approval-invalid": {
    code: -32000,
    message:
      "the approval does not count: it must be a signature of the proposal's id by a voting member's operator key",
  },

  "register-request-invalid": {
    code: -32000,
    message:
      "the bytes are no request of this method, or what they show does not hold: make them with a current library",
  },

  "block-unknown": { code: -32001, message: "this node has no such block: compare with chain_head" },
  "transaction-unknown": {
    code: -32001,
    message: "this node knows no such transaction: submit it, or ask a node that has been up for longer",
  },
  "height-unknown": {
    code: -32001,
    message: "the chain has not come to that height: compare with chain_head",
  },

  syncing: { code: -32002, message: "the node is still fetching the chain: ask again, or ask another node" },
  stopping: { code: -32002, message: "the node is stopping: ask another node, or ask again when it is back" },
  "address-index-off": {
    code: -32002,
    message: "this node keeps no index by address: set storage.addressIndex, or ask another node",
  },
  "certificate-pending": {
    code: -32002,
    message: "the block's certificate is still being gathered: ask again in a moment",
  },
  "transaction-not-final": {
    code: -32002,
    message: "the transaction is in no final block, so there is nothing to prove: wait with transaction_wait",
  },
  "proof-needless": {
    code: -32002,
    message: "block 0 is shown by the genesis, not by a proof: compare with chain_genesis",
  },

  "mode-unsupported": { code: -32004, message: "a chain of this consensus mode has nothing to answer here" },

  "register-no-replica": {
    code: -32004,
    message:
      "this node keeps no registers, since it is no validator: ask the validators (consensus_membership)",
  },

  "websocket-needed": {
    code: -32004,
    message: "events can be told over WebSocket only: connect to the same address with ws:// or wss://",
  },

  busy: { code: -32005, message: "the node has more to check than it can hold: send again in a moment" },
  "approvals-too-many": {
    code: -32005,
    message:
      "the operator key has approved as many changes as one may at a time: wait until some are made or over",
  },
  "registers-too-many": {
    code: -32005,
    message: "this node keeps as many registers as it may: write one that is there, or ask its operator",
  },
  "calls-too-many": {
    code: -32005,
    message: "too many calls are being answered: wait for answers before you send more",
  },
  "waits-too-many": {
    code: -32005,
    message: "too many calls wait for transactions: wait for some to end, or ask with chain_transaction",
  },
  "subscriptions-too-many": {
    code: -32005,
    message:
      "the connection, or the node, has as many subscriptions as it may have: end some with unsubscribe",
  },
  "rate-limited": {
    code: -32005,
    message: "too many calls in a short time: send again after data.retryAfterMs, and more in one batch",
  },
  "connections-too-many": {
    code: -32005,
    message:
      "this address has as many connections open as one may have: close some, or use them for more calls",
  },
  "batch-too-large": { code: -32005, message: "the batch has too many calls: send them in several" },
  "body-too-large": { code: -32005, message: "the body has too many bytes: send it in several requests" },
  "answer-too-large": {
    code: -32005,
    message: "the answers to the batch became too large before this call: send it by itself",
  },

  "token-needed": {
    code: -32010,
    message: 'this needs a token: send it as "Authorization: Bearer TOKEN"',
  },
  "token-unknown": { code: -32010, message: "this node does not know the token: ask its operator for one" },
  "role-too-low": { code: -32010, message: "the token's role does not allow this method" },
  "host-not-allowed": {
    code: -32010,
    message: "the Host header names another machine: use the address that the node listens on",
  },
  "origin-not-allowed": {
    code: -32010,
    message: "pages of this origin may not ask this node: its operator can add it to rpc.allowedOrigins",
  },
} as const satisfies Readonly<Record<string, { readonly code: number; readonly message: string }>>;

/** A stable reason of an error. */
export type ErrorReason = keyof typeof RPC_ERRORS;

/** What a server may answer by itself, to a call of any method; what is no call at all it answers by other reasons. */
export const SERVER_REASONS: readonly ErrorReason[] = [
  "params-invalid",
  "internal",
  "stopping",
  "calls-too-many",
  "waits-too-many",
  "rate-limited",
  "answer-too-large",
  "role-too-low",
];

/** What a server answers where there is no call of a method: to a body, a batch, a connection. */
export const REQUEST_REASONS: readonly ErrorReason[] = [
  "parse-error",
  "invalid-request",
  "method-unknown",
  "batch-too-large",
  "body-too-large",
  "connections-too-many",
  "token-needed",
  "token-unknown",
  "host-not-allowed",
  "origin-not-allowed",
];

/** An error as it travels: the `error` of a JSON-RPC answer. */
export interface RpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly reason: string; readonly [field: string]: unknown };
}

/** What else an error may say. */
export interface RpcErrorDetails {
  /** In place of the table's sentence: what happened, why, what to do. */
  readonly message?: string;
  /** Fields beside `reason`, for programs. JSON. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/**
 * Why a call is not answered with a result: services throw it. What it becomes at the caller is `RpcCallError` of
 * `@witan/client`.
 */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  /** One of `RPC_ERRORS`; of a newer server perhaps one that is not there yet. */
  readonly reason: string;
  readonly data: RpcErrorObject["data"];

  constructor(reason: ErrorReason, details?: RpcErrorDetails);
  constructor(received: RpcErrorObject);
  constructor(from: ErrorReason | RpcErrorObject, details: RpcErrorDetails = {}) {
    const object = typeof from === "string" ? made(from, details) : from;
    super(object.message);
    this.code = object.code;
    this.reason = object.data.reason;
    this.data = object.data;
  }

  /** As it travels. */
  toObject(): RpcErrorObject {
    return { code: this.code, message: this.message, data: this.data };
  }
}

function made(reason: ErrorReason, { message, data }: RpcErrorDetails): RpcErrorObject {
  const known = RPC_ERRORS[reason];
  return { code: known.code, message: message ?? known.message, data: { ...data, reason } };
}
