// Four replicas of registers in this process, over stores in memory, for tests: each can be down, hold back, or lie.
import { type CallOptions, RpcCallError, type RpcCaller, RpcConnectionError, Wallet } from "@witan/client";
import { chooseScheme, chooseSign } from "@witan/crypto/node";
import { type Chain, type Client, GovernanceView, genesisGovernance } from "@witan/ledger";
import { type Hash, type Membership, type PublicKey, present, type SignatureScheme } from "@witan/primitives";
import { type CallParamsOf, type MethodName, type ResultOf, RpcError } from "@witan/rpc";
import { type CheckedStore, openMemoryStore } from "@witan/storage";
import { CheckedSignatures } from "../../packages/node/src/consensus/checked-signatures.ts";
import { Registers, type RegistersOptions } from "../../packages/node/src/registers/registers.ts";
import { registerCalls } from "../../packages/node/src/service/register-calls.ts";
import { keyOfName, memberOf, testChain, testGenesis } from "../ledger/build.ts";

const sign = chooseSign();

type RegisterMethod = Extract<MethodName, `register_${string}`>;
type Lie = (answer: string, method: RegisterMethod, request: string) => string | Promise<string>;

/** One replica, as a test may have it. */
export interface Replica extends RpcCaller {
  readonly store: CheckedStore;
  isDown: boolean;
  /** What is answered in place of the truth. */
  lie: Lie | undefined;
  /** Called before a request reaches it: what it throws, or waits for, is what the network does. */
  before: ((method: RegisterMethod) => Promise<void> | void) | undefined;
  readonly asked: RegisterMethod[];
}

/** Permits by names of keys. */
export type Permits = Readonly<Record<string, readonly string[]>>;

const USUAL: Permits = { alice: [""], bob: ["bob/", "shared"] };

/** Four replicas of one chain. */
export class Replicas {
  readonly chain: Chain;
  readonly scheme: SignatureScheme;
  readonly nodes: readonly Replica[];
  governance: GovernanceView;
  readonly memberships: Membership[];
  /** Writes of the stores that failed. */
  readonly failures: unknown[] = [];

  private constructor(chain: Chain, scheme: SignatureScheme, stores: readonly CheckedStore[]) {
    this.chain = chain;
    this.scheme = scheme;
    this.governance = genesisGovernance(chain);
    this.memberships = [this.governance.membership];
    this.nodes = stores.map((store, at) => this.#replica(store, at));
  }

  static async open(permits: Permits = USUAL, stores?: readonly CheckedStore[]): Promise<Replicas> {
    const chosen = await chooseScheme("auto");
    const scheme = present(chosen.ok ? chosen.value.scheme : undefined, "a scheme");
    const chain = testChain(testGenesis("pbft", { clients: clientsOf(permits) }));
    const opened = stores ?? (await Promise.all([0, 1, 2, 3].map(() => openMemoryStore())));
    return new Replicas(chain, scheme, opened);
  }

  /** The same disks, after all processes were killed. */
  restarted(permits?: Permits): Promise<Replicas> {
    return Replicas.open(
      permits,
      this.nodes.map(({ store }) => store),
    );
  }

  /** What governance does. */
  permit(permits: Permits): void {
    const { mode, state } = this.governance;
    this.governance = new GovernanceView(mode, { ...state, clients: clientsOf(permits) });
  }

  /** A change of the members: the last is taken for another of that name, from a height on. */
  replaceLast(name: string, from: number): void {
    const { mode, state } = this.governance;
    const members = [...state.members.slice(0, -1), memberOf(name)];
    this.governance = new GovernanceView(mode, { ...state, members, membersFrom: from as never });
    this.memberships.push(this.governance.membership);
  }

  wallet(name: string): Wallet {
    return new Wallet(keyOfName(name).secretKey);
  }

  #replica(store: CheckedStore, at: number): Replica {
    const replicas = this;
    const chain = {
      chain: this.chain,
      get governance() {
        return replicas.governance;
      },
      memberships: (height: number) =>
        height > present(this.memberships.at(-1), "members").from
          ? undefined
          : this.memberships.findLast(({ from }) => from <= height),
    };
    const own = ["a", "b", "c", "d"][at] ?? "";
    const verifier = {
      name: "direct",
      verify: async (checks: readonly never[]) => {
        return { ok: true, value: checks.map((check) => this.scheme.verify(check)) };
      },
    };
    const registers = new Registers({
      ...{ chain, store },
      signatures: new CheckedSignatures(this.scheme, verifier as never),
      onFailure: (error: unknown) => this.failures.push(error),
      signer: {
        publicKeys: [keyOfName(`${own} voting`).publicKey],
        signStatement: (_: PublicKey, digest: Hash) => sign(digest, keyOfName(`${own} voting`).secretKey),
      },
    } as unknown as RegistersOptions);
    const context = { registers, settings: { chain: this.chain }, isStopping: () => false };
    const service = registerCalls(context as unknown as Parameters<typeof registerCalls>[0]);
    const replica: Replica = {
      ...{ store, url: `http://${own}:1`, isDown: false, lie: undefined, before: undefined, asked: [] },
      call: async <M extends MethodName>(method: M, params: CallParamsOf<M>, options?: CallOptions) => {
        const asked = method as RegisterMethod;
        replica.asked.push(asked);
        if (!(asked in service)) throw refused(method, new RpcError("method-unknown"));
        const { request } = params as { readonly request: string };
        await new Promise((resolve) => setImmediate(resolve));
        if (replica.isDown) throw new RpcConnectionError("unreachable", "It is down.", { url: replica.url });
        await Promise.race([aborted(options), replica.before?.(asked)]);
        try {
          const context = { role: "submit", source: "", signal: new AbortController().signal } as const;
          const { answer } = await service[asked]({ request }, context);
          return { answer: (await replica.lie?.(answer, asked, request)) ?? answer } as ResultOf<M>;
        } catch (error) {
          throw error instanceof RpcError ? refused(method, error) : error;
        }
      },
    };
    return replica;
  }
}

function aborted(options: CallOptions | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const cancel = () => reject(new RpcConnectionError("cancelled", "Nobody waits.", { url: "" }));
    if (options?.signal?.aborted === true) cancel();
    else options?.signal?.addEventListener("abort", cancel);
  });
}

function refused(method: string, error: RpcError): RpcCallError {
  return new RpcCallError(method, error.toObject());
}

function clientsOf(permits: Permits): readonly Client[] {
  return Object.entries(permits)
    .map(([name, registerPrefixes]): Client => {
      const { publicKey } = keyOfName(name);
      return { publicKey, status: "permitted", registerPrefixes: [...registerPrefixes].sort() };
    })
    .sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
}
