// Several nodes asked as one: an answer counts when f + 1 of them give it, since then one of them is correct, whatever f of
// them do. Whoever disagrees or is silent is named. Stands wherever a node does: `sendTransfer({rpc: quorum, …})` submits to
// all. Keeps no connection and no opinion of nodes from one call to the next; of the chain it keeps the genesis.
import type { Chain } from "@witan/ledger";
import { assert, byzantineMax } from "@witan/primitives";
import type { CallParamsOf, MethodName, ResultOf } from "@witan/rpc";
import { fetchChain } from "./fetch-chain.ts";
import { isAskFailure } from "./outcome-loop.ts";
import { type ClientClock, PLATFORM_CLOCK, pause } from "./platform-clock.ts";
import { isComparable } from "./quorum-answers.ts";
import { disagreement, type NodeStance, QuorumError } from "./quorum-failures.ts";
import { Question, type QuorumAnswer } from "./quorum-question.ts";
import { isOfMoment, submissionAnswer } from "./quorum-submission.ts";
import { hasOwnProof, holds } from "./quorum-vetting.ts";
import { type CallOptions, type RpcCaller, TIMEOUT_MS, waitOf } from "./rpc-client.ts";
import { placeOfNode } from "./rpc-place.ts";
import { Term } from "./term.ts";

/** The nodes to ask. */
export interface QuorumClientOptions {
  /**
   * Of different operators: two nodes of one operator fail together, and one node under two names counts twice. Two of one
   * host and port are refused; that two names are one machine can't be seen from here.
   */
  readonly nodes: readonly RpcCaller[];
  /**
   * How many may lie, 0 or more: by default what a network of so many validators bears, f of 3f + 1. Give it if not all are
   * asked.
   */
  readonly faultyMax?: number;
  /** For how long nodes are asked again until enough agree, in milliseconds, beyond what a call waits; 10,000 by default. */
  readonly timeoutMs?: number;
  /** How long the others may still take once enough agree, in milliseconds, so that they can be told of; 500 by default. */
  readonly graceMs?: number;
  readonly clock?: ClientClock;
}

const GRACE_MS = 500;
/** Before nodes are asked again. */
const PAUSE_MS = 100;

/** Nodes that are believed only together. */
export class QuorumClient implements RpcCaller {
  /** All of them, for messages. */
  readonly url: string;
  /** How many must say the same. */
  readonly needed: number;
  readonly #nodes: readonly RpcCaller[];
  readonly #timeoutMs: number;
  readonly #graceMs: number;
  readonly #clock: ClientClock;
  #chain: Chain | undefined;

  /** @throws {QuorumError} `nodes-too-few`, `nodes-same` or `faulty-max-invalid` */
  constructor({ nodes, faultyMax, timeoutMs, graceMs, clock }: QuorumClientOptions) {
    const count = nodes.length;
    const places = nodes.map(({ url }) => placeOfNode(url));
    const twice = places.find((place, at) => places.indexOf(place) < at);
    if (twice !== undefined) {
      const message = `${twice} was given twice, and would count as two: name nodes of different operators.`;
      throw new QuorumError("nodes-same", message);
    }
    if (faultyMax !== undefined && (!Number.isSafeInteger(faultyMax) || faultyMax < 0)) {
      const message = `faultyMax is ${faultyMax}: give how many nodes may lie, an integer from 0, or leave it out.`;
      throw new QuorumError("faulty-max-invalid", message);
    }
    this.needed = (faultyMax ?? (count === 0 ? 0 : byzantineMax(count))) + 1;
    if (count < this.needed) {
      const message = `${count} different nodes were given, ${this.needed} must agree where ${this.needed - 1} may lie: name more nodes.`;
      throw new QuorumError("nodes-too-few", message);
    }
    this.#nodes = [...nodes];
    this.url = this.#nodes.map(({ url }) => url).join(", ");
    this.#timeoutMs = timeoutMs ?? TIMEOUT_MS;
    this.#graceMs = graceMs ?? GRACE_MS;
    this.#clock = clock ?? PLATFORM_CLOCK;
  }

  /**
   * What enough nodes say.
   * @throws {RpcCallError} enough nodes refuse for the same reason
   * @throws {QuorumError} too few say the same
   */
  async call<M extends MethodName>(
    method: M,
    params: CallParamsOf<M>,
    options: CallOptions = {},
  ): Promise<ResultOf<M>> {
    return (await this.ask(method, params, options)).value;
  }

  /**
   * What enough nodes say, and who says otherwise. Asks all, again and again until enough agree: nodes are at different
   * heights, and a moment later at the same.
   * @throws as `call`
   */
  async ask<M extends MethodName>(
    method: M,
    params: CallParamsOf<M>,
    options: CallOptions = {},
  ): Promise<QuorumAnswer<M>> {
    if (!isComparable(method))
      throw new QuorumError("of-one-node", `${method} is about a single node: ask each by itself.`);
    if (method === "chain_head") return (await this.#head(options)) as QuorumAnswer<M>;
    const question = new Question<M>(this.#nodes, this.needed);
    const submission =
      method === "transaction_submit" ? (question as unknown as Question<"transaction_submit">) : undefined;
    const term = new Term(
      this.#clock,
      options.timeoutMs ?? waitOf(method, params) + this.#timeoutMs,
      options.signal,
    );
    try {
      const asking = this.#nodes.map(async (node, at) => {
        while (!term.isOver && !question.isDecided) {
          await question.hear(at, method, () => node.call(method, params, term.call));
          if (!question.isDecided) await pause(this.#clock, PAUSE_MS, term.signal);
        }
      });
      const all = Promise.all(asking);
      await Promise.race([question.decided, all]);
      // The others are waited for, so that they can be told of; not for long, unless one of them may have what these refuse.
      const isOpen = submission !== undefined && isOfMoment(submission);
      if (question.isDecided && !isOpen)
        await Promise.race([all, pause(this.#clock, this.#graceMs, term.signal)]);
      else await all;
    } finally {
      term.end();
    }
    if (submission !== undefined) {
      const { transaction } = params as CallParamsOf<"transaction_submit">;
      return submissionAnswer(submission, transaction) as QuorumAnswer<M>;
    }
    const answer = question.answer(method);
    return hasOwnProof(method, answer.value) ? this.#vetted(method, answer, options) : answer;
  }

  /** The first answer whose proof or bytes hold: a node that agrees on the rest may lie about those. */
  async #vetted<M extends MethodName>(
    method: M,
    answer: QuorumAnswer<M>,
    { signal }: CallOptions,
  ): Promise<QuorumAnswer<M>> {
    const fetched = this.#chain ?? (await fetchChain(this, signal === undefined ? {} : { signal }));
    if ("ok" in fetched) assert(fetched.ok, "any chain would do");
    const chain = "ok" in fetched ? fetched.value : fetched;
    this.#chain = chain;
    const nodes: NodeStance<M>[] = [];
    for (const one of answer.nodes) {
      const isLie = one.stance === "agrees" && !(await holds(chain, method, one.value));
      nodes.push(isLie ? { ...one, stance: "disagrees" } : one);
    }
    const first = nodes.find((one) => one.stance === "agrees");
    if (first?.stance !== "agrees") throw disagreement(method, this.needed, nodes);
    return { value: first.value, nodes };
  }

  /**
   * The highest block that enough nodes vouch for: one of them is correct and has it, so it is final. Its hash and time are
   * then agreed upon by its height. The others are waited for: with the first answers only, a quick liar could hold the
   * head back.
   */
  async #head(options: CallOptions): Promise<QuorumAnswer<"chain_head">> {
    const term = new Term(this.#clock, options.timeoutMs ?? this.#timeoutMs, options.signal);
    const heights: number[] = [];
    const failures = new Map<string, Error>();
    const asked = this.#nodes.map(async (node) => {
      try {
        heights.push((await node.call("chain_head", {}, term.call)).height);
      } catch (error) {
        if (!isAskFailure(error)) throw error;
        failures.set(node.url, error);
      }
    });
    try {
      const all = Promise.all(asked);
      await Promise.race([enough(asked, () => heights.length >= this.needed), all]);
      await Promise.race([all, pause(this.#clock, this.#graceMs, term.signal)]);
    } finally {
      term.end();
    }
    const height = [...heights].sort((a, b) => b - a)[this.needed - 1];
    if (height === undefined) {
      const nodes = this.#nodes.map(
        ({ url }): NodeStance => ({ url, stance: "silent", error: failures.get(url) }),
      );
      throw disagreement("chain_head", this.needed, nodes);
    }
    const block = await this.ask("chain_block", { height }, options);
    const { hash, header } = block.value;
    const headOf = ({ value }: { readonly value: ResultOf<"chain_block"> }) => {
      return { height: value.height, hash: value.hash, timestamp: value.header.timestamp };
    };
    const nodes = block.nodes.map((one) => ("value" in one ? { ...one, value: headOf(one) } : one));
    return { value: { height, hash, timestamp: header.timestamp }, nodes };
  }
}

/** Resolves as soon as it holds after one of the promises; perhaps never. */
function enough(promises: readonly Promise<unknown>[], holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    for (const promise of promises) promise.then(() => holds() && resolve(), reject);
  });
}
