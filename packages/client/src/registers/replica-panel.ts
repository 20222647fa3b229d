// The nodes that a client asks about registers: sends a request to one, and checks what comes back before anybody acts on it. No
// node is believed to be a member before a signature of that member has held.
import {
  asChecked,
  type Checked,
  type RegisterAnswer,
  type RegisterRequest,
  registerAnswerChecks,
  registerAnswerCodec,
  registerRequestCodec,
} from "@witan/consensus";
import type { Chain } from "@witan/ledger";
import {
  bytesToHex,
  hexToBytes,
  type MemberIndex,
  type SignatureCheck,
  type SignatureScheme,
  voters,
} from "@witan/primitives";
import type { MethodName } from "@witan/rpc";
import { isAskFailure } from "../outcome-loop.ts";
import type { CallOptions, RpcCaller } from "../rpc-client.ts";
import { RpcCallError } from "../rpc-failures.ts";
import type { ReplicaStance } from "./register-failures.ts";
import type { KnownMembers } from "./register-members.ts";

/** What came of asking a node. */
export type ReplicaWord =
  | { readonly kind: "answer"; readonly member: MemberIndex; readonly answer: Checked<RegisterAnswer> }
  /** It speaks of members that are not known here. */
  | { readonly kind: "newer" }
  | { readonly kind: "nothing" };

const METHODS: { readonly [Kind in RegisterRequest["kind"]]: Extract<MethodName, `register_${string}`> } = {
  readTimestamp: "register_readTimestamp",
  prepare: "register_prepare",
  readAndPrepare: "register_readAndPrepare",
  write: "register_write",
  read: "register_read",
  list: "register_list",
};

/** Signatures that held and are remembered: all replicas show the same proof. */
const REMEMBERED_MAX = 4_096;

/** The nodes, by their place in the list that was given. */
export class ReplicaPanel {
  readonly nodes: readonly RpcCaller[];
  readonly #chain: Chain;
  readonly #members: KnownMembers;
  readonly #scheme: SignatureScheme;
  /** Whose replica a node was shown to be. */
  readonly #shown = new Map<number, MemberIndex>();
  readonly #stances: (ReplicaStance | undefined)[];
  readonly #held = new Set<string>();

  constructor(
    nodes: readonly RpcCaller[],
    { chain, members, scheme }: { chain: Chain; members: KnownMembers; scheme: SignatureScheme },
  ) {
    this.nodes = nodes;
    this.#chain = chain;
    this.#members = members;
    this.#scheme = scheme;
    this.#stances = nodes.map(() => undefined);
  }

  /** What each said last. */
  get stances(): readonly ReplicaStance[] {
    return this.nodes.map(({ url }, at) => this.#stances[at] ?? { url, stance: "silent", error: undefined });
  }

  /** Whose replica a node was shown to be; undefined: not yet. */
  memberOf(node: number): MemberIndex | undefined {
    return this.#shown.get(node);
  }

  /** Who the members are has changed: their positions may mean others. */
  forgetMembers(): void {
    this.#shown.clear();
  }

  /** Asks one node. Total but for bugs: what goes wrong is what the node says. */
  async ask(node: number, request: RegisterRequest, options: CallOptions): Promise<ReplicaWord> {
    const caller = this.nodes[node] as RpcCaller;
    const { url } = caller;
    let hex: string;
    try {
      const params = { request: bytesToHex(registerRequestCodec.encode(request)) };
      hex = (await caller.call(METHODS[request.kind], params, options)).answer;
    } catch (error) {
      if (!isAskFailure(error)) throw error;
      this.#stances[node] =
        error instanceof RpcCallError ? { url, stance: "refuses", error } : { url, stance: "silent", error };
      return { kind: "nothing" };
    }
    const decoded = registerAnswerCodec.decode(hexToBytes(hex));
    if (!decoded.ok) return this.#lies(node, decoded.detail ?? decoded.code);
    return this.#judge(node, request, decoded.value);
  }

  #judge(node: number, request: RegisterRequest, answer: RegisterAnswer): ReplicaWord {
    const url = this.nodes[node]?.url ?? "";
    let fault = "none of the members signed it";
    for (const member of this.#candidates(node)) {
      const asked = registerAnswerChecks(
        { chainId: this.#chain.chainId, memberships: this.#members.at },
        answer,
        { request, member },
      );
      if (asked.kind === "notYet") {
        this.#stances[node] = { url, stance: "declines", code: "members-changed" };
        return { kind: "newer" };
      }
      if (asked.kind === "fault") fault = asked.code;
      else if (asked.checks.every((check) => this.#holds(check))) {
        const isSigned = answer.kind !== "refused" && answer.kind !== "listed";
        if (isSigned) this.#shown.set(node, member);
        const name = this.#members.newest.members[member]?.name ?? `member ${member}`;
        this.#stances[node] =
          answer.kind === "refused"
            ? { url, stance: "declines", code: answer.code }
            : { url, stance: "answered", member: name };
        return { kind: "answer", member, answer: asChecked(answer) };
      }
    }
    return this.#lies(node, fault);
  }

  /** Whose replica a node may be, the likeliest first: most often nodes are named in the order of the members. */
  #candidates(node: number): readonly MemberIndex[] {
    const known = this.#shown.get(node);
    if (known !== undefined) return [known];
    const taken = new Set(this.#shown.values());
    const voting = voters(this.#members.newest);
    const likely = voting[node];
    const order = likely === undefined ? voting : [likely, ...voting.filter((one) => one !== likely)];
    return order.filter((member) => !taken.has(member));
  }

  #lies(node: number, detail: string): ReplicaWord {
    this.#stances[node] = { url: this.nodes[node]?.url ?? "", stance: "lies", detail };
    return { kind: "nothing" };
  }

  #holds(check: SignatureCheck): boolean {
    const name = check.digest + check.publicKey + check.signature;
    if (this.#held.has(name)) return true;
    if (!this.#scheme.verify(check)) return false;
    if (this.#held.size >= REMEMBERED_MAX) this.#held.clear();
    this.#held.add(name);
    return true;
  }
}
