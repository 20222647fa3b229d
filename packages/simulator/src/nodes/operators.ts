// The operators of a world's members: they approve changes of members, parameters, assets and clients, one after the other,
// and hand them in until they hold.
import { formatPeerId } from "@witan/crypto";
import type { Body, Change } from "@witan/ledger";
import { bytesToHex, type Member, type Timestamp } from "@witan/primitives";
import type { ResultOf } from "@witan/rpc";
import { Random } from "../random.ts";
import { BEGIN_MS } from "./node-clock.ts";
import type { NodeProcess } from "./node-process.ts";
import type { ChangePlan, MemberChange } from "./plan.ts";
import type { NodesWorld } from "./world.ts";

const CALL_US = 500;
const WAIT_MS = 2_000;
const PATIENCE_US = 3_000_000;
const AGAIN_US = 300_000;
const LASTS_MS = 600_000;
/** Of new chains. */
const KNOWN_RULES = 1;

/** All operators, who agree. */
export class Operators {
  readonly #world: NodesWorld;
  readonly #random: Random;
  #left: number;
  readonly #due: ChangePlan[] = [];

  constructor(world: NodesWorld) {
    this.#world = world;
    this.#random = Random.of(world.plan.seed, "operators");
    this.#left = world.plan.changes.length;
  }

  /** Whether all that they want holds. */
  get isDone(): boolean {
    return this.#left === 0;
  }

  describe(): string {
    return `${this.#left} changes left that operators approve`;
  }

  begin(): void {
    const { queue, plan } = this.#world;
    for (const change of plan.changes) queue.at(change.atUs, () => this.#begin(change));
  }

  /** Something more. */
  want(change: ChangePlan): void {
    this.#left++;
    this.#begin(change);
  }

  #begin(change: ChangePlan): void {
    this.#due.push(change);
    if (this.#due.length === 1) this.#work();
  }

  #work(): void {
    const { queue, correct } = this.#world;
    const [change] = this.#due;
    if (change === undefined) return;
    const running = correct.filter((process) => process.running !== undefined);
    let isOver = false;
    const again = (afterUs: number): void => {
      if (isOver) return;
      isOver = true;
      queue.at(queue.nowUs + afterUs, () => this.#work());
    };
    if (running.length === 0) {
      again(AGAIN_US);
      return;
    }
    const at = this.#random.pick(running);
    queue.at(queue.nowUs + PATIENCE_US, () => again(0));
    queue.at(queue.nowUs + CALL_US, () =>
      at.enter(() => {
        this.#approve(at, change).then(
          (isDone) => {
            if (isDone && !isOver && this.#due[0] === change) {
              this.#due.shift();
              this.#left--;
              this.#holds(change);
            }
            again(AGAIN_US);
          },
          () => again(AGAIN_US),
        );
      }),
    );
  }

  #holds(change: ChangePlan): void {
    const world = this.#world;
    world.countAlso("node" in change ? "members-changed" : "other-changes");
    // Of BP Fast Paxos no message counts but over the line of who says it: so not before.
    if (change.kind === "replace-peer-key") world.processes[change.node]?.takeNextPeerKey();
  }

  /** @returns whether it holds already */
  async #approve(at: NodeProcess, change: ChangePlan): Promise<boolean> {
    const { cast, queue } = this.#world;
    const { signal } = new AbortController();
    const state = await at.call("governance_state", {}, signal);
    const { sequence, members } = state;
    const wanted = this.#change(change, state);
    if (wanted === undefined) return true;
    const now = BEGIN_MS + Math.floor(queue.nowUs / 1_000);
    const body: Body = {
      kind: "governance",
      ...{ sequence, change: wanted, validUntil: (now + LASTS_MS) as Timestamp },
    };
    // Proposers approve nothing.
    const approvals = members
      .filter(({ role }) => role !== "proposer")
      .map(({ operatorKey }) => operatorKey as Member["operatorKey"]);
    const { bytes } = cast.seal(body, approvals, []);
    const transaction = bytesToHex(bytes);
    await at.call("transaction_submit", { transaction, waitFor: "final", timeoutMs: WAIT_MS }, signal);
    return false;
  }

  /** Undefined: it is so. */
  #change(change: ChangePlan, now: ResultOf<"governance_state">): Change | undefined {
    switch (change.kind) {
      case "parameter": {
        const { parameter, value } = change;
        return now.parameters[parameter] === value
          ? undefined
          : { kind: "changeParameter", parameter, value };
      }
      case "asset": {
        const { name } = change;
        if (now.assets.some((asset) => asset.name === name)) return undefined;
        const { policyHash: issuancePolicyHash } = this.#world.cast.mint;
        return { kind: "registerAsset", name, decimals: 2, issuancePolicyHash };
      }
      case "rules":
        return now.parameters.rulesVersion === KNOWN_RULES
          ? { kind: "changeRules", rulesVersion: KNOWN_RULES + 1 }
          : undefined;
      case "permit-client":
      case "revoke-client":
      case "forget-client":
        return this.#changeOfGuest(change.kind, change.guest, now);
      default:
        return this.#changeOfMember(change.kind, change.node, now);
    }
  }

  #changeOfGuest(
    kind: "permit-client" | "revoke-client" | "forget-client",
    guest: number,
    { clients }: ResultOf<"governance_state">,
  ): Change | undefined {
    const { publicKey } = this.#world.cast.person(`guest ${guest}`);
    const status = clients.find((one) => one.publicKey === publicKey)?.status;
    switch (kind) {
      case "permit-client":
        return status === "permitted" ? undefined : { kind: "permitClient", publicKey, registerPrefixes: [] };
      case "revoke-client":
        return status === "revoked" ? undefined : { kind: "revokeClient", publicKey };
      case "forget-client":
        return status === undefined ? undefined : { kind: "forgetClient", publicKey };
    }
  }

  #changeOfMember(
    kind: MemberChange,
    node: number,
    { members }: ResultOf<"governance_state">,
  ): Change | undefined {
    const { cast } = this.#world;
    const name = cast.nameOf(node);
    const member = members.find((one) => one.name === name);
    if (kind === "add") return member ? undefined : { kind: "addMember", member: cast.member(node) };
    if (member === undefined) return undefined;
    if (kind === "remove") return { kind: "removeMember", name };
    if (kind === "replace-operator-key") {
      const operatorKey = cast.scheme.publicKeyOf(`${name} operator 1`);
      if (member.operatorKey === operatorKey) return undefined;
      return { kind: "replaceKey", name, key: { kind: "operator", operatorKey } };
    }
    if (kind === "replace-peer-key") {
      const peerId = cast.peerIds(node)[1];
      if (member.peerId === formatPeerId(peerId)) return undefined;
      return { kind: "replaceKey", name, key: { kind: "peer", peerId } };
    }
    const votingKey = cast.votingKeys(node)[1];
    if (votingKey === undefined || member.votingKey === votingKey) return undefined;
    return { kind: "replaceKey", name, key: { kind: "voting", votingKey } };
  }
}
