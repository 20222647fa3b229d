// Liars that mine in secret.
import type { PowBlock } from "../blocks.ts";
import type { PowConduct, PowLiar } from "../conduct.ts";
import { namedOf } from "../letters.ts";

/** Eyal and Sirer's strategy, in a world where messages take their time. */
export function selfish(liar: PowLiar): PowConduct {
  let secret: PowBlock[] = [];
  let published = 0;
  const publish = (count: number): void => {
    const some = secret.slice(published, count);
    if (some.length === 0) return;
    published = count;
    liar.lies(() => `publishes ${some.length} of ${secret.length} secret blocks`);
    liar.publish(some);
  };
  return {
    parent: () => secret.at(-1)?.header.hash,
    found: (block) => {
      secret.push(block);
      // In a tie that it had: the others must not find the next one first.
      if (secret.length > 1 && published === secret.length - 1) publish(secret.length);
      else liar.mineAgain();
      return true;
    },
    moved: () => {
      const last = secret.at(-1);
      if (last === undefined) return;
      const lead = last.header.height - liar.tip.header.height;
      if (lead < 0 || liar.tip === last) {
        secret = [];
        published = 0;
        liar.mineAgain();
      } else {
        const first = secret[0]?.header.height ?? 0;
        publish(lead <= 1 ? secret.length : Math.max(published, liar.tip.header.height - first + 1));
      }
    },
  };
}

/** Publishes a branch when it is longer, and undoes some blocks at least. */
export function secretBranch(liar: PowLiar): PowConduct {
  let fork = liar.blocks.genesis;
  let secret: PowBlock[] = [];
  let undoes = liar.random.between(1, 6);
  const begin = (): void => {
    secret = [];
    fork = liar.tip;
    undoes = liar.random.between(1, 6);
    liar.mineAgain();
  };
  const maybePublish = (): void => {
    const last = secret.at(-1);
    if (last === undefined) return;
    const isLonger = liar.blocks.workOf(last.header.hash) > liar.blocks.workOf(liar.tip.header.hash);
    const undone = liar.tip.header.height - fork.header.height;
    if (isLonger && undone >= undoes) {
      liar.lies(() => `publishes ${secret.length} secret blocks from ${namedOf(fork.header)} on`);
      liar.publish(secret);
      begin();
    } else if (!isLonger && undone - secret.length > 5) {
      begin();
    }
  };
  return {
    parent: () => (secret.at(-1) ?? fork).header.hash,
    found: (block) => {
      secret.push(block);
      liar.mineAgain();
      maybePublish();
      return true;
    },
    moved: () => {
      if (secret.length === 0) begin();
      else maybePublish();
    },
  };
}
