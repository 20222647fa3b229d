// What generals decide on, and how they make one order of several: for both of their algorithms, which must agree on it.

/** What a commander may order. */
export type Order = "attack" | "retreat";

/** All there are. */
export const ORDERS: readonly Order[] = ["attack", "retreat"];

/** What holds where nothing was said, where votes are level, and where a commander is known to lie (RETREAT in the paper). */
export const DEFAULT_ORDER: Order = "retreat";

/** The order that more than half of them say; the default where none does. */
export function majorityOrder(said: readonly Order[]): Order {
  const attacks = said.filter((order) => order === "attack").length;
  if (2 * attacks > said.length) return "attack";
  return 2 * (said.length - attacks) > said.length ? "retreat" : DEFAULT_ORDER;
}

/** Who begins: the place of the commander. The others are lieutenants. */
export const COMMANDER = 0;

/** What generals are asked: the commander to give an order. */
export interface GiveOrder {
  readonly kind: "give";
  readonly order: Order;
}

/** What comes out at a general. */
export interface Obeys {
  readonly kind: "obeys";
  readonly order: Order;
}

/** Who a general is, and among how many. */
export interface GeneralConfig {
  readonly me: number;
  /** The commander among them. */
  readonly generals: number;
  /** So many traitors at most are to be borne: m. */
  readonly traitorsMax: number;
}

/** What a product from `from` down is, over `factors` factors: in how many ways so many of them come one after another. */
export function fallingProduct(from: number, factors: number): number {
  let product = 1;
  for (let at = 0; at < factors; at++) product *= from - at;
  return product;
}
