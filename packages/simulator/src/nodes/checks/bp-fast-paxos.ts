// Checks that only worlds of BP Fast Paxos need: acceptors keep their promises, certificates follow their blocks, and
// evidence accuses nobody who keeps the rules.
import type { Height } from "@witan/primitives";
import { type CheckedStore, keyOf } from "@witan/storage";
import { AcceptorWords } from "../../bp-fast-paxos/acceptor-words.ts";
import type { NodeCheckMaker } from "../check.ts";
import type { NodeProcess } from "../node-process.ts";
import type { NodesWorld } from "../world.ts";

/** In a kind world what is decided has its certificate after so long. */
const CERTIFIED_US = 10_000_000;
const LOOK_US = 100_000;

/** No correct acceptor speaks in a round below one that it has promised, nor leaves a vote out of a promise. */
export const promises: NodeCheckMaker = (world) => {
  const words = new AcceptorWords();
  return {
    name: "promises",
    said: (at, { bpfp }) => {
      const broken = bpfp && !world.isLiar(at) ? words.take(at.node, bpfp) : undefined;
      if (broken !== undefined) world.violate("promises", `p${at.place} ${broken}`);
    },
  };
};

/** Every block of a correct node has its certificate, soon after the world has come to rest. */
export const certificates: NodeCheckMaker = (world) => ({
  name: "certificates",
  ended: async () => {
    const heights = new Map(world.abreast.map((process) => [process, process.height]));
    for (let waitedUs = 0; ; waitedUs += LOOK_US) {
      const lacking = await firstLacking(heights);
      if (lacking === undefined) return;
      if (waitedUs >= CERTIFIED_US) {
        const { place } = lacking.process;
        world.violate("certificates", `p${place} lacks the certificate of height ${lacking.height}`);
        return;
      }
      await passed(world, LOOK_US);
    }
  },
});

async function firstLacking(heights: ReadonlyMap<NodeProcess, number>) {
  for (const [process, top] of heights) {
    const store = await process.disk.openForOperator();
    const height = lackingIn(store, top);
    if (height !== undefined) return { process, height };
  }
  return undefined;
}

function lackingIn(store: CheckedStore, top: number): number | undefined {
  for (let height = 1; height <= top; height++)
    if (store.get(keyOf("certificate", height as Height)) === undefined) return height;
  return undefined;
}

function passed({ queue }: NodesWorld, us: number): Promise<void> {
  return new Promise((resolve) => queue.at(queue.nowUs + us, resolve));
}

/** What a correct node keeps as evidence names liars only. */
export const evidence: NodeCheckMaker = (world) => ({
  name: "evidence",
  ended: async () => {
    const liars = world.plan.liars.map(({ node }) => world.cast.nameOf(node));
    const { signal } = new AbortController();
    for (const process of world.abreast) {
      const { evidence: kept } = await process.call("consensus_evidence", {}, signal);
      if (kept.length > 0) world.countAlso("evidence-kept");
      for (const one of kept) {
        if (liars.includes(one.member)) continue;
        const says = "says" in one ? one.says : "two votes";
        world.violate("evidence", `p${process.place} accuses ${one.member}, which keeps the rules: ${says}`);
      }
    }
  },
});
