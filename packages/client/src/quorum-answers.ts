// What of an answer several nodes must agree on. Nodes are at different heights, word their messages differently and gather
// different certificates without any of them lying: those parts are not compared, and nobody vouches for them.
import type { MethodName, ResultOf } from "@witan/rpc";

/**
 * Methods about one node: there is nothing to agree on. Asking them of a quorum is a mistake of the caller.
 */
const OF_ONE_NODE: ReadonlySet<string> = new Set<MethodName>([
  "node_peers",
  "node_health",
  "mempool_status",
  "mempool_transactions",
  "consensus_status",
  "consensus_explain",
  "consensus_evidence",
  "governance_pending",
  "governance_approve",
  // Each replica has its own word, which the client of registers puts together.
  "register_readTimestamp",
  "register_prepare",
  "register_readAndPrepare",
  "register_write",
  "register_read",
  "register_list",
  "subscribe",
  "unsubscribe",
  "rpc.discover",
]);

/** Whether answers of several nodes can agree. */
export function isComparable(method: MethodName): boolean {
  return !OF_ONE_NODE.has(method);
}

type Fields = Readonly<Record<string, unknown>>;

/** What is compared, as a text: equal if and only if the nodes say the same. */
export function comparedPart<M extends MethodName>(method: M, result: ResultOf<M>): string {
  const fields = result as Fields;
  switch (method) {
    case "node_status":
      return stable(only(fields, ["chainId", "network", "mode"]));
    // A proof shows by itself that it holds (quorum-vetting.ts), and each node has gathered its own signatures.
    case "chain_proof":
      return stable(only(fields, ["transaction", "height", "hash"]));
    case "chain_block":
      return stable(only(fields, ["height", "hash", "header", "transactions"]));
    // As of some block: which one differs from node to node.
    case "chain_balance":
    case "chain_outputs":
    case "chain_history":
    case "governance_state":
      return stable(without(fields, ["height"]));
    case "chain_transaction":
    case "transaction_submit":
    case "transaction_wait":
    case "transaction_check":
      return stable(only(fields, fateFields(fields["status"])));
    default:
      return stable(fields);
  }
}

/** What a transaction's fate consists of: beside it messages differ, and heights at which a node noticed. */
function fateFields(status: unknown): readonly string[] {
  switch (status) {
    // A block holds one witness of it, so the bytes are the same everywhere; of a pending one each node has its own.
    case "final":
    case "included":
      return ["transaction", "status", "height", "hash", "index", "bytes"];
    case "rejected":
      return ["transaction", "status", "code"];
    case "evicted":
      return ["transaction", "status", "possibleUntil"];
    default:
      return ["transaction", "status"];
  }
}

function only(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}

function without(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

/** JSON with the fields of objects in one order. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one !== "object" || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
