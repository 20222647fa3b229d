// What several nodes asked as one can end in other than an answer, and what each of them said.
import type { MethodName, ResultOf } from "@witan/rpc";
import type { RpcCallError } from "./rpc-failures.ts";

/** What one node said. */
export type NodeStance<M extends MethodName = MethodName> =
  | { readonly url: string; readonly stance: "agrees"; readonly value: ResultOf<M> }
  | { readonly url: string; readonly stance: "disagrees"; readonly value: ResultOf<M> }
  | { readonly url: string; readonly stance: "refuses"; readonly error: RpcCallError }
  /** No answer, or none that the contract knows. */
  | { readonly url: string; readonly stance: "silent"; readonly error: Error | undefined };

/**
 * Why there is no answer of a quorum. `nodes-too-few`: fewer nodes than it takes. `nodes-same`: one was given twice.
 * `faulty-max-invalid`: no number of nodes. `of-one-node`: a method about a single node. `no-agreement`: not enough said the
 * same in time.
 */
export type QuorumErrorCode =
  | "nodes-too-few"
  | "nodes-same"
  | "faulty-max-invalid"
  | "of-one-node"
  | "no-agreement";

/** Too few nodes said the same: `nodes` tells what each said last. */
export class QuorumError extends Error {
  override readonly name = "QuorumError";
  readonly code: QuorumErrorCode;
  readonly nodes: readonly NodeStance[];

  constructor(code: QuorumErrorCode, message: string, nodes: readonly NodeStance[] = []) {
    super(message);
    this.code = code;
    this.nodes = nodes;
  }
}

/** That too few nodes say the same, with what each says. */
export function disagreement(method: string, needed: number, nodes: readonly NodeStance[]): QuorumError {
  const told = nodes.map(({ url, stance }) => `${url} ${stance}`).join(", ");
  const message = `Fewer than ${needed} nodes say the same to ${method} (${told}): ask again, and look into those that differ.`;
  return new QuorumError("no-agreement", message, nodes);
}
