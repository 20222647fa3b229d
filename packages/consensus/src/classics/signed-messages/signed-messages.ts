// SM(m), signed messages (Lamport, Shostak, Pease 1982, section 4): what a general has signed nobody can change, so that a
// commander who orders two things is found out. IC1 and IC2 hold for any number of generals with at most m traitors; with
// fewer than m + 2 there is nothing to agree on. The engine sees only messages whose signatures hold.
import type { ClassicEffect, ClassicEngine, ClassicInput } from "../classic.ts";
import {
  COMMANDER,
  DEFAULT_ORDER,
  type GeneralConfig,
  type GiveOrder,
  type Obeys,
  type Order,
} from "../orders.ts";

/**
 * An order, signed by one general after another. Of what an engine sends the last signature is missing: its host, which has
 * the key, adds it.
 */
export interface SignedOrder {
  readonly order: Order;
  /** The commander first, the sender last. */
  readonly signers: readonly number[];
  /** Of each in the same order, over the order and the signers up to itself (`signedText`). */
  readonly signatures: readonly string[];
}

/** What a general knows, and what came of it. */
export interface SignedStatus {
  readonly rounds: number;
  /** V: orders that its commander has signed, as far as it has heard; sorted. */
  readonly orders: readonly Order[];
  /** What it took in, in the order in which it came. */
  readonly heard: readonly Omit<SignedOrder, "signatures">[];
  readonly obeys: Order | undefined;
}

/** What the engine takes in. */
export type SignedInput = ClassicInput<SignedOrder, GiveOrder>;
/** What it wants done. */
export type SignedEffect = ClassicEffect<SignedOrder, never, Obeys>;

/** One question to whoever knows the generals' keys. */
export interface OrderCheck {
  readonly signer: number;
  readonly text: string;
  readonly signature: string;
}

/** What the last of these signers signs. */
export function signedText(order: Order, signers: readonly number[]): string {
  return `${order}:${signers.join(":")}`;
}

/** What must hold before an engine may hear a message: undefined, nothing can make it right; else all of these. */
export function signedOrderChecks(
  { order, signers, signatures }: SignedOrder,
  from: number,
  generals: number,
): readonly OrderCheck[] | undefined {
  const isChain =
    (order === "attack" || order === "retreat") &&
    signers[0] === COMMANDER &&
    signers.at(-1) === from &&
    signatures.length === signers.length &&
    new Set(signers).size === signers.length &&
    signers.every((at) => Number.isInteger(at) && at >= 0 && at < generals);
  if (!isChain) return undefined;
  return signers.map((signer, at) => ({
    ...{ signer, text: signedText(order, signers.slice(0, at + 1)) },
    signature: signatures[at] as string,
  }));
}

/** Messages of SM(m) where all are loyal: the commander's, and each lieutenant's to each other, once. */
export function signedMessageCount(generals: number, traitorsMax: number): number {
  const lieutenants = generals - 1;
  return traitorsMax === 0 ? lieutenants : lieutenants + lieutenants * (lieutenants - 1);
}

/** More than these the loyal ones never send: each lieutenant says on both orders, once. */
export function signedMessageMax(generals: number, traitorsMax: number): number {
  const lieutenants = generals - 1;
  return traitorsMax === 0 ? lieutenants : lieutenants + 2 * lieutenants * (lieutenants - 1);
}

/** One general. */
export class SignedMessages implements ClassicEngine<SignedOrder, GiveOrder, never, Obeys, SignedStatus> {
  readonly #config: GeneralConfig;
  /** V of the paper. Bounded: there are two orders. */
  readonly #orders = new Set<Order>();
  readonly #heard: SignedOrder[] = [];
  /** What was heard in this round, and is to be said on. */
  #fresh: SignedOrder[] = [];
  #rounds = 0;
  #obeys: Order | undefined;

  constructor(config: GeneralConfig) {
    this.#config = config;
  }

  step(input: SignedInput): readonly SignedEffect[] {
    switch (input.kind) {
      case "request":
        return this.#give(input.request);
      case "message":
        this.#hear(input.message);
        return [];
      case "tick":
        return this.#endRound();
    }
  }

  status(): SignedStatus {
    const heard = this.#heard.map(({ order, signers }) => ({ order, signers }));
    return { rounds: this.#rounds, orders: [...this.#orders].sort(), heard, obeys: this.#obeys };
  }

  #give({ order }: GiveOrder): readonly SignedEffect[] {
    const { me, generals } = this.#config;
    if (me !== COMMANDER || this.#obeys !== undefined) return [];
    this.#obeys = order;
    this.#orders.add(order);
    const all = [...Array(generals).keys()].filter((to) => to !== me);
    const message: SignedOrder = { order, signers: [me], signatures: [] };
    return [
      ...all.map((to): SignedEffect => ({ kind: "send", to, message })),
      { kind: "tell", outcome: { kind: "obeys", order } },
    ];
  }

  /**
   * A chain of k signatures may be told until round k ends. Without this rule a traitor could keep one back until the last
   * round, and tell it to a single general, who finds nobody any more to say it to.
   */
  #hear(message: SignedOrder): void {
    const { me } = this.#config;
    const { order, signers } = message;
    const isInTime = this.#rounds < signers.length;
    if (me === COMMANDER || !isInTime || signers.includes(me) || this.#orders.has(order)) return;
    this.#orders.add(order);
    this.#heard.push(message);
    this.#fresh.push(message);
  }

  /** k signatures besides the commander's: whoever sees k < m signs and says it on. */
  #endRound(): readonly SignedEffect[] {
    const { me, generals, traitorsMax } = this.#config;
    const round = ++this.#rounds;
    if (me === COMMANDER || round > traitorsMax + 1) return [];
    const fresh = this.#fresh;
    this.#fresh = [];
    const said = fresh
      .filter(({ signers }) => signers.length <= traitorsMax)
      .flatMap(({ order, signers, signatures }) => {
        const message = { order, signers: [...signers, me], signatures };
        const others = [...Array(generals).keys()].filter((to) => to !== me && !signers.includes(to));
        return others.map((to): SignedEffect => ({ kind: "send", to, message }));
      });
    if (round <= traitorsMax) return said;
    const [only, second] = this.#orders;
    this.#obeys = only === undefined || second !== undefined ? DEFAULT_ORDER : only;
    return [{ kind: "tell", outcome: { kind: "obeys", order: this.#obeys } }];
  }
}
