// What the naive pool computes from lists of transactions, from scratch each time.
import { keyOf, keyOfOutput, type OutpointKey, type SealedTransaction } from "@witan/ledger";
import type { MempoolLimits } from "@witan/mempool";

/** Names the exact bytes. */
export const nameOf = ({ id, witnessHash }: SealedTransaction): string => `${id}${witnessHash}`;

/** The outputs that one spends. */
export function inputsOf({ body }: SealedTransaction): OutpointKey[] {
  return body.kind === "transfer" ? body.inputs.map(keyOf) : [];
}

/** The outputs that one makes. */
export function outputsOf({ body, id }: SealedTransaction): OutpointKey[] {
  return body.kind === "governance" ? [] : body.outputs.map((_, index) => keyOfOutput(id, index));
}

export const isTransfer = ({ body }: SealedTransaction): boolean => body.kind === "transfer";
export const keysOf = ({ witness }: SealedTransaction): string[] =>
  witness.signatures.map((one) => one.publicKey);
export const endOf = ({ body }: SealedTransaction): number => (body.kind === "reward" ? 0 : body.validUntil);
const feeOf = ({ body }: SealedTransaction): bigint => (body.kind === "transfer" ? body.fee : 0n);

/** Memory that one counts for. */
export const memory = (one: SealedTransaction): number =>
  1024 + 5 * one.bytes.length + 200 * inputsOf(one).length;

/** Whether a list holds more transfers, or more memory, than it may. */
export function isFull(list: readonly SealedTransaction[], limits: MempoolLimits): boolean {
  const transfers = list.filter(isTransfer);
  const bytes = transfers.reduce((sum, one) => sum + memory(one), 0);
  return transfers.length > limits.transactions || bytes > limits.bytes;
}

/** Of the transfers that no other rests on, the last in rank, but for one. */
export function worstOf(
  list: readonly SealedTransaction[],
  kept?: SealedTransaction,
): SealedTransaction | undefined {
  const spent = new Set(list.flatMap(inputsOf));
  const alone = list.filter(
    (one) => one !== kept && isTransfer(one) && !outputsOf(one).some((key) => spent.has(key)),
  );
  return alone.sort((a, b) => compare(a, b, list)).at(-1);
}

/** One and its ancestors, in the order of the list: all of them come before it. */
export function familyOf(root: SealedTransaction, list: readonly SealedTransaction[]): SealedTransaction[] {
  const family = new Set([root]);
  for (const one of list.slice(0, list.indexOf(root)).reverse())
    if ([...family].some((each) => inputsOf(each).some((key) => outputsOf(one).includes(key))))
      family.add(one);
  return list.filter((one) => family.has(one));
}

/** Fee and weight of one and its ancestors. */
export function priceOf(
  root: SealedTransaction,
  list: readonly SealedTransaction[],
): { readonly fee: bigint; readonly weight: bigint } {
  const family = familyOf(root, list);
  const fee = family.reduce((sum, one) => sum + feeOf(one), 0n);
  return { fee, weight: BigInt(family.reduce((sum, one) => sum + one.weight, 0)) };
}

/** Whether others already have as many ancestors or descendants as they may, so that one can't rest on them. */
export function familyFault(
  one: SealedTransaction,
  others: readonly SealedTransaction[],
  limits: MempoolLimits,
): string | undefined {
  const list = [...others, one];
  const ancestors = familyOf(one, list).filter((each) => each !== one);
  if (ancestors.length > limits.ancestors) return "ancestors-too-many";
  const crowded = ancestors.some((each) => descendantsOf(each, list) > limits.descendants);
  return crowded ? "descendants-too-many" : undefined;
}

/** How many of a list rest on one. */
export function descendantsOf(root: SealedTransaction, list: readonly SealedTransaction[]): number {
  return list.filter((one) => one !== root && familyOf(one, list).includes(root)).length;
}

/** Those that must go so that one more has room, in this order; or why they need not. */
export function victimsOf(
  newcomer: SealedTransaction,
  pending: readonly SealedTransaction[],
  limits: MempoolLimits,
): SealedTransaction[] | string {
  const list = [...pending, newcomer];
  const victims: SealedTransaction[] = [];
  const needed: bigint[] = [];
  let dear = false;
  for (let left = list; isFull(left, limits); left = left.filter((one) => !victims.includes(one))) {
    const worst = worstOf(left, newcomer);
    if (!worst) return "mempool-full undefined";
    if (compare(worst, newcomer, left) < 0) dear = true;
    const { fee, weight } = priceOf(worst, left);
    needed.push((fee * 1000n) / weight + 1n);
    victims.push(worst);
  }
  return dear ? `mempool-full ${needed.sort((a, b) => (a < b ? 1 : -1))[0]}` : victims;
}

/** Negative if a block wants `a` before `b`. */
export function compare(
  a: SealedTransaction,
  b: SealedTransaction,
  list: readonly SealedTransaction[],
): number {
  const left = priceOf(a, list);
  const right = priceOf(b, list);
  const difference = right.fee * left.weight - left.fee * right.weight;
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return list.indexOf(a) - list.indexOf(b);
}
