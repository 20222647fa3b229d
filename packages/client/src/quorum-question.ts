// One question to several nodes: what each has said so far, and what enough of them say. Asks nobody, and waits for nothing.
import { present } from "@witan/primitives";
import type { MethodName, ResultOf } from "@witan/rpc";
import { isAskFailure } from "./outcome-loop.ts";
import { comparedPart } from "./quorum-answers.ts";
import { disagreement, type NodeStance, type QuorumError } from "./quorum-failures.ts";
import type { RpcCaller } from "./rpc-client.ts";
import { RpcCallError } from "./rpc-failures.ts";

/** An answer that enough nodes gave, and what every node said. */
export interface QuorumAnswer<M extends MethodName> {
  readonly value: ResultOf<M>;
  readonly nodes: readonly NodeStance<M>[];
}

/** One node's last word, and all that it has said so far in this question. */
interface Voice<M extends MethodName> {
  readonly node: RpcCaller;
  readonly said: Map<string, ResultOf<M>>;
  /** Whether it may have done what it was asked at any time: it did not refuse, or its answer did not come. */
  mayHaveTaken: boolean;
  last: { readonly key: string } | { readonly error: Error } | undefined;
}

/** One question to all nodes. */
export class Question<M extends MethodName> {
  /** Resolves when enough have said the same. */
  readonly decided: Promise<void>;
  readonly #voices: readonly Voice<M>[];
  readonly #needed: number;
  #key: string | undefined;
  #decide: () => void = () => {};

  constructor(nodes: readonly RpcCaller[], needed: number) {
    this.#voices = nodes.map((node) => ({ node, said: new Map(), mayHaveTaken: false, last: undefined }));
    this.#needed = needed;
    this.decided = new Promise((resolve) => {
      this.#decide = resolve;
    });
  }

  get isDecided(): boolean {
    return this.#key !== undefined;
  }

  /** What enough have said; undefined: nothing yet, or that they refuse the call. */
  get decidedValue(): ResultOf<M> | undefined {
    const key = this.#key;
    if (key === undefined) return undefined;
    return this.#voices.map(({ said }) => said.get(key)).find((value) => value !== undefined);
  }

  /** Of what is brought in: whether every node has refused it, each time. */
  get isRefusedByAll(): boolean {
    return this.#voices.every(({ mayHaveTaken, last }) => last !== undefined && !mayHaveTaken);
  }

  /** Of what is brought in: whether a node has said that it took it. */
  get isTaken(): boolean {
    const values = this.#voices.flatMap(({ said }) => [...said.values()]);
    return values.some((value) => value !== undefined && !isRejection(value));
  }

  /** That too few say the same. */
  disagreement(method: M): QuorumError {
    const nodes = this.#voices.map((voice) => stanceOf(voice, this.#key));
    return disagreement(method, this.#needed, nodes);
  }

  /** Hears one node. Total: whatever goes wrong is what this node says. */
  async hear(at: number, method: M, call: () => Promise<ResultOf<M>>): Promise<void> {
    const voice = present(this.#voices[at], "a node");
    let key: string;
    try {
      const value = await call();
      key = comparedPart(method, value);
      voice.said.set(key, value);
      voice.last = { key };
      if (!isRejection(value)) voice.mayHaveTaken = true;
    } catch (error) {
      if (!isAskFailure(error)) throw error;
      if (!(error instanceof RpcCallError)) voice.mayHaveTaken = true;
      // Giving up when the others have agreed is not the node's silence.
      if (this.isDecided && !(error instanceof RpcCallError)) return;
      voice.last = { error };
      if (!(error instanceof RpcCallError)) return;
      key = refusalKey(error);
      voice.said.set(key, undefined as unknown as ResultOf<M>);
    }
    const agreeing = this.#voices.filter(({ said }) => said.has(key)).length;
    if (agreeing < this.#needed || this.isDecided) return;
    this.#key = key;
    this.#decide();
  }

  /** The answer. @throws as `QuorumClient.call` */
  answer(method: M): QuorumAnswer<M> {
    const key = this.#key;
    if (key === undefined) throw this.disagreement(method);
    const nodes = this.#voices.map((voice) => stanceOf(voice, key));
    const refusal = this.#voices
      .map(({ last }) => last)
      .find((last) => last && "error" in last && isRefusal(last.error, key));
    if (refusal !== undefined && "error" in refusal) throw refusal.error;
    const agreeing = present(
      nodes.find((one) => one.stance === "agrees"),
      "a node that agrees",
    );
    return { value: (agreeing as Extract<NodeStance<M>, { stance: "agrees" }>).value, nodes };
  }
}

/** Whether an answer says that the node has not taken what was brought in. */
function isRejection(value: object): boolean {
  return (value as { readonly status?: unknown }).status === "rejected";
}

function refusalKey({ code, reason }: RpcCallError): string {
  return `refused ${code} ${reason}`;
}

function isRefusal(error: Error, key: string): boolean {
  return error instanceof RpcCallError && refusalKey(error) === key;
}

/** What a node has said, held against what enough nodes say. */
function stanceOf<M extends MethodName>(
  { node, said, last }: Voice<M>,
  key: string | undefined,
): NodeStance<M> {
  const { url } = node;
  const agreed = key === undefined ? undefined : said.get(key);
  if (agreed !== undefined) return { url, stance: "agrees", value: agreed };
  if (last === undefined) return { url, stance: "silent", error: undefined };
  if ("error" in last) {
    const { error } = last;
    return error instanceof RpcCallError
      ? { url, stance: "refuses", error }
      : { url, stance: "silent", error };
  }
  return { url, stance: "disagrees", value: present(said.get(last.key), "what a node said last") };
}
