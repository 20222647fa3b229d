// Liars that send headers which cost them nothing.
import { compactOfTarget, targetOfCompact } from "@witan/primitives";
import { type BlockDraft, SUBSIDY } from "../blocks.ts";
import type { PowConduct, PowLiar } from "../conduct.ts";

/** Each is wrong for everyone. */
export function badHeaders(liar: PowLiar): PowConduct {
  const wrong: readonly ((draft: BlockDraft, height: number) => BlockDraft)[] = [
    (draft) => ({ ...draft, works: false }),
    (draft, height) => ({ ...draft, height: height + 2 }),
    (draft) => ({ ...draft, timestamp: 1 }),
    (draft) => {
      const { target } = liar.blocks.make(draft).header;
      return { ...draft, target: compactOfTarget((targetOfCompact(target) ?? 2n) / 2n) };
    },
    (draft) => ({ ...draft, target: 0x22_00_00_01 }),
  ];
  return {
    sometimes: () => {
      const line = liar.blocks.line(liar.tip.header.hash).slice(-8);
      const { header } = liar.random.pick(line);
      const draft = {
        ...{ parent: header.hash, holds: [], reward: SUBSIDY, by: liar.place },
        timestamp: header.timestamp + 1_000,
      };
      const block = liar.blocks.make(liar.random.pick(wrong)(draft, header.height));
      liar.lies(() => `sends a header that is wrong at h${block.header.height}`);
      const [to = liar.place] = liar.random.shuffled(liar.others);
      liar.send(
        to,
        liar.random.chance(500) ? { kind: "block", block } : { kind: "headers", headers: [block.header] },
      );
    },
  };
}

/** So many at once fill what a node keeps of such blocks. */
const AT_ONCE = 6;

/** Blocks that wait for a parent for ever. */
export function madeUpParents(liar: PowLiar): PowConduct {
  return {
    sometimes: () => {
      const { header } = liar.tip;
      const draft = { holds: [], reward: SUBSIDY, by: liar.place };
      const [to = liar.place] = liar.random.shuffled(liar.others);
      liar.lies(() => `sends ${AT_ONCE} blocks on parents that it keeps`);
      for (let count = 0; count < AT_ONCE; count++) {
        const parent = liar.blocks.make({
          ...draft,
          parent: header.hash,
          timestamp: header.timestamp + 1_000,
        });
        const block = liar.blocks.make({
          ...{ ...draft, parent: parent.header.hash },
          timestamp: header.timestamp + 2_000,
        });
        liar.send(to, { kind: "block", block });
      }
    },
  };
}
