// The operators of a world's members: they approve changes of the members, one after the other, and hand them in until
// they hold.
import type { Body, Change } from "@witan/ledger";
import { bytesToHex, type Member, type Timestamp } from "@witan/primitives";
import { Random } from "../random.ts";
import { BEGIN_MS } from "./node-clock.ts";
import type { NodeProcess } from "./node-process.ts";
import type { ChangePlan } from "./plan.ts";
import type { NodesWorld } from "./world.ts";

const CALL_US = 500;
const WAIT_MS = 2_000;
const PATIENCE_US = 3_000_000;
const AGAIN_US = 300_000;
const LASTS_MS = 600_000;

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
    return `${this.#left} changes of the members left`;
  }

  begin(): void {
    const { queue, plan } = this.#world;
    for (const change of plan.changes)
      queue.at(change.atUs, () => {
        this.#due.push(change);
        if (this.#due.length === 1) this.#work();
      });
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
              this.#world.count("members changed");
            }
            again(AGAIN_US);
          },
          () => again(AGAIN_US),
        );
      }),
    );
  }

  /** @returns whether it holds already */
  async #approve(at: NodeProcess, change: ChangePlan): Promise<boolean> {
    const { cast, queue } = this.#world;
    const { signal } = new AbortController();
    const { sequence, members } = await at.call("governance_state", {}, signal);
    const wanted = this.#change(change, members);
    if (wanted === undefined) return true;
    const now = BEGIN_MS + Math.floor(queue.nowUs / 1_000);
    const body: Body = {
      kind: "governance",
      ...{ sequence, change: wanted, validUntil: (now + LASTS_MS) as Timestamp },
    };
    const approvals = members.map(({ operatorKey }) => operatorKey as Member["operatorKey"]);
    const { bytes } = cast.seal(body, approvals, []);
    const transaction = bytesToHex(bytes);
    await at.call("transaction_submit", { transaction, waitFor: "final", timeoutMs: WAIT_MS }, signal);
    return false;
  }

  /** Undefined: it is so. */
  #change(
    { kind, node }: ChangePlan,
    members: readonly { readonly name: string; readonly votingKey: string }[],
  ): Change | undefined {
    const { cast } = this.#world;
    const name = `v${node}`;
    const member = members.find((one) => one.name === name);
    if (kind === "add") return member ? undefined : { kind: "addMember", member: cast.member(node) };
    if (member === undefined) return undefined;
    if (kind === "remove") return { kind: "removeMember", name };
    const votingKey = cast.votingKeys(node)[1];
    if (votingKey === undefined || member.votingKey === votingKey) return undefined;
    return { kind: "replaceKey", name, key: { kind: "voting", votingKey } };
  }
}
