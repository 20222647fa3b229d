// The node that serves this page: calls to it, its events, and the token if it wants one. Asks no other machine. The token
// stays in this tab (sessionStorage) and travels in headers only, never in an address.
import {
  type BatchAnswers,
  type BatchCall,
  type Chain,
  fetchChain,
  RpcAnswerError,
  RpcCallError,
  RpcClient,
  RpcSocket,
} from "@witan/client";
import type { ResultOf } from "@witan/rpc";

const TOKEN_KEY = "witan.token";

/** What is registered of the assets, by number. */
export type Assets = ReadonlyMap<number, { readonly name: string; readonly decimals: number }>;

/** The results of calls, in their order. */
type Values<Calls extends readonly BatchCall[]> = {
  readonly [I in keyof Calls]: Extract<BatchAnswers<Calls>[I], { readonly ok: true }>["value"];
};

/** One node, over HTTP for calls and over WebSocket for events. */
export class NodeLink {
  readonly rpc: RpcClient;
  readonly socket: RpcSocket;
  #chain: Promise<Chain> | undefined;
  #assets: Promise<ResultOf<"chain_assets">["assets"]> | undefined;

  /** @param origin where the page came from */
  constructor(origin: string, token: string | undefined) {
    const options = { url: origin, ...(token === undefined ? {} : { token }) };
    this.rpc = new RpcClient(options);
    this.socket = new RpcSocket(options);
  }

  /** The chain, from its genesis: fetched once. Its id is computed here. */
  chain(): Promise<Chain> {
    this.#chain ??= this.#fetchChain();
    return this.#chain;
  }

  async #fetchChain(): Promise<Chain> {
    try {
      const fetched = await fetchChain(this.rpc);
      if (fetched.ok) return fetched.value;
      throw new RpcAnswerError("result", fetched.code, { url: this.rpc.url, method: "chain_genesis" });
    } catch (error) {
      this.#chain = undefined;
      throw error;
    }
  }

  /** The assets' names and decimals: fetched once: a page that is opened again asks again. */
  async assets(): Promise<Assets> {
    this.#assets ??= this.rpc.call("chain_assets", {}).then(({ assets }) => assets);
    try {
      return new Map((await this.#assets).map((one) => [one.asset, one]));
    } catch (error) {
      this.#assets = undefined;
      throw error;
    }
  }

  /** Asks several things at one moment; all are answered, or it fails. @throws as `RpcClient.batch`, and for each call */
  async all<const Calls extends readonly BatchCall[]>(calls: Calls): Promise<Values<Calls>> {
    const answers = await this.rpc.batch(calls);
    const values = answers.map((answer) => {
      if (answer.ok) return answer.value;
      throw answer.error;
    });
    return values as unknown as Values<Calls>;
  }

  /** Nothing is asked any more. */
  close(): void {
    this.socket.close();
  }
}

/** The token that was given in this tab. */
export function storedToken(): string | undefined {
  try {
    return sessionStorage.getItem(TOKEN_KEY) ?? undefined;
  } catch {
    return undefined; // Storage is switched off: it is asked for with each visit.
  }
}

/** Keeps a token for this tab, or forgets it. */
export function storeToken(token: string | undefined): void {
  try {
    if (token === undefined) sessionStorage.removeItem(TOKEN_KEY);
    else sessionStorage.setItem(TOKEN_KEY, token);
  } catch {
    // As above.
  }
}

/** Whether a failure says that a token is wanted, or another one. */
export function wantsToken(error: unknown): boolean {
  return (
    error instanceof RpcCallError && (error.reason === "token-needed" || error.reason === "token-unknown")
  );
}
