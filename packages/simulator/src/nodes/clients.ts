// The clients of a world: wallets that pay each other by the RPC of whichever node runs, and ask again, elsewhere, until
// they know what became of it. What a liar's node answers they do not believe.
import { genesisBlock, type SealedTransaction } from "@witan/ledger";
import type { PolicyHash } from "@witan/primitives";
import type { TransactionOutcome } from "@witan/rpc";
import { Random } from "../random.ts";
import type { Person } from "./cast.ts";
import { type Dealing, makeDealings, type OwnCoin } from "./dealing.ts";
import { BEGIN_MS } from "./node-clock.ts";
import { codeOf, type NodeProcess } from "./node-process.ts";
import type { DealingPlan } from "./plan.ts";
import type { NodesWorld } from "./world.ts";

/** From a client to a node. */
const CALL_US = 500;
/** A node is asked to wait so long, and waited for a little longer. */
const WAIT_MS = 2_000;
const PATIENCE_US = 3_000_000;
/** From an answer that settles nothing to the next question. */
const AGAIN_US = [100_000, 800_000] as const;

/** What is never final: a node that says so lies. */
const NEVER: readonly Dealing["kind"][] = ["unbalanced", "expired", "oversized", "garbage"];
/** What one answer is enough for. */
const HOPELESS: readonly Dealing["kind"][] = [...NEVER, "forged"];

/** All clients. */
export class Clients {
  readonly #world: NodesWorld;
  readonly #random: Random;
  readonly #coins = new Map<PolicyHash, OwnCoin[]>();
  readonly #owners = new Map<PolicyHash, Person>();
  /** Everything that was handed in. */
  readonly dealings: Dealing[] = [];
  /** Those without a fate, and when each was handed in first. */
  readonly #open = new Map<Dealing, number>();
  #planned: number;
  /** The greatest height at which anybody was told that something is final. */
  #finalHeight = 0;
  readonly #finals: { readonly height: number; readonly transaction: SealedTransaction }[] = [];

  constructor(world: NodesWorld) {
    this.#world = world;
    this.#random = Random.of(world.plan.seed, "clients");
    this.#planned = world.plan.dealings.length;
    for (const person of [...world.cast.clients, world.cast.vault.owner]) {
      this.#coins.set(person.policyHash, []);
      this.#owners.set(person.policyHash, person);
    }
    const [first] = genesisBlock(world.cast.chain).block.transactions;
    if (first?.body.kind !== "reward") return;
    for (const [index, { asset, amount, policyHash }] of first.body.outputs.entries())
      this.#coins.get(policyHash)?.push({ transaction: first.id, index, asset, amount });
  }

  begin(): void {
    const { queue, plan } = this.#world;
    for (const dealing of plan.dealings) queue.at(dealing.atUs, () => this.#deal(dealing));
  }

  /** Whether everything that was handed in has a fate, and no fate is above a height. */
  isDone(height: number): boolean {
    return this.#planned === 0 && this.#open.size === 0 && this.#finalHeight <= height;
  }

  /** What somebody was told is final in a block up to this height. */
  finalsUpTo(height: number): readonly SealedTransaction[] {
    return this.#finals.filter((one) => one.height <= height).map(({ transaction }) => transaction);
  }

  /** Whether something has waited since a time for its fate. */
  waitsSince(untilUs: number): boolean {
    // The oldest is the first.
    for (const sinceUs of this.#open.values()) return sinceUs <= untilUs;
    return false;
  }

  describe(): string {
    const open = [...this.#open.keys()];
    const named = open
      .slice(0, 5)
      .map(({ kind, transaction }) => `${kind} ${transaction?.id.slice(0, 8) ?? ""}`);
    return `${open.length} of ${this.dealings.length} transactions without a fate: ${named.join(", ")}`;
  }

  #deal({ client, kind }: DealingPlan): void {
    const { cast, queue, processes } = this.#world;
    this.#planned--;
    const owner = cast.clients[client % cast.clients.length] as Person;
    const now = BEGIN_MS + Math.floor(queue.nowUs / 1_000);
    const take = ({ policyHash }: Person, asset: number): OwnCoin | undefined => {
      const coins = this.#coins.get(policyHash) ?? [];
      const at = coins.findIndex((coin) => coin.asset === asset && coin.amount > 1n);
      return at < 0 ? undefined : coins.splice(at, 1)[0];
    };
    for (const dealing of makeDealings({ cast, random: this.#random, now, take }, kind, owner)) {
      this.dealings.push(dealing);
      this.#open.set(dealing, queue.nowUs);
      this.#attempt(dealing);
      if (kind === "everywhere") for (const process of processes) this.#ask(process, dealing, () => {});
    }
  }

  /** Asks one node, and later another, until the fate is known. */
  #attempt(dealing: Dealing): void {
    const { queue, processes } = this.#world;
    if (dealing.fate !== undefined) return;
    const running = processes.filter(({ running }) => running !== undefined);
    let isOver = false;
    const again = (afterUs: number): void => {
      if (isOver) return;
      isOver = true;
      queue.at(queue.nowUs + afterUs, () => this.#attempt(dealing));
    };
    const soon = (): void => again(this.#random.between(...AGAIN_US));
    if (running.length === 0) soon();
    else {
      this.#ask(this.#random.pick(running), dealing, soon);
      queue.at(queue.nowUs + PATIENCE_US, () => again(0));
    }
  }

  #ask(at: NodeProcess, dealing: Dealing, answered: () => void): void {
    const { queue } = this.#world;
    // Not even an answer: its client asks elsewhere.
    if (dealing.transaction && at.tap?.serves?.(dealing.transaction) === false) return;
    const params = { transaction: dealing.hex, waitFor: "final", timeoutMs: WAIT_MS } as const;
    const { signal } = new AbortController();
    queue.at(queue.nowUs + CALL_US, () =>
      at.enter(() => {
        at.call("transaction_submit", params, signal)
          .then(
            (outcome) => this.#told(at, dealing, outcome),
            (error: unknown) => this.#refused(at, dealing, error),
          )
          .then(answered);
      }),
    );
  }

  #told(at: NodeProcess, dealing: Dealing, outcome: TransactionOutcome): void {
    const world = this.#world;
    if (world.isLiar(at)) return;
    world.told(at, dealing, outcome);
    const { status } = outcome;
    if (status === "final") {
      this.#finalHeight = Math.max(this.#finalHeight, outcome.height);
      const { transaction } = dealing;
      if (transaction) this.#finals.push({ height: outcome.height, transaction });
      if (NEVER.includes(dealing.kind))
        world.violate(
          "validity",
          `a client was told that what is ${dealing.kind} is final at ${outcome.height}`,
        );
      this.#settle(dealing, dealing.kind === "forged" ? "refused" : "final");
    } else if (status === "expired") this.#settle(dealing, "expired");
    else if (status === "rejected" && HOPELESS.includes(dealing.kind)) this.#settle(dealing, "refused");
  }

  /** The node answered with an error. */
  #refused(at: NodeProcess, dealing: Dealing, error: unknown): void {
    const reason = (error as { readonly reason?: unknown }).reason ?? codeOf(error);
    if (reason === "transaction-encoding" && !this.#world.isLiar(at)) {
      if (dealing.transaction === undefined) this.#settle(dealing, "refused");
      else this.#world.violate("answers", `p${at.place} can't read a transaction that is well formed`);
    }
  }

  #settle(dealing: Dealing, fate: Dealing["fate"]): void {
    if (dealing.fate !== undefined) return;
    dealing.fate = fate;
    this.#open.delete(dealing);
    if (fate === "final") this.#received(dealing);
    else for (const coin of dealing.spends) this.#coins.get(dealing.owner.policyHash)?.push(coin);
    if (fate !== "final") return;
    for (const rival of dealing.rivals) if (rival !== dealing) this.#settle(rival, "lost");
  }

  #received({ transaction, taken }: Dealing): void {
    if (transaction?.body.kind !== "transfer") return;
    for (const [index, { asset, amount, policyHash }] of transaction.body.outputs.entries())
      if (!taken.includes(index))
        this.#coins.get(policyHash)?.push({ transaction: transaction.id, index, asset, amount });
  }
}
