// Latency against block interval: nobody attacks. Each block reaches all others after the same delay; who finds one meanwhile
// builds beside it, and one of the two becomes stale. Small miners lose more of theirs than large ones, who at once mine on
// what they found.
import { Random } from "../../random.ts";
import { Draw, waitingTime } from "../chance.ts";
import { type Interval, intervalOfShare } from "../interval.ts";
import { Headers, Referee } from "../referee.ts";
import { type Attack, sameOr } from "./attack.ts";

/** What is tried. */
export interface StalePlan {
  readonly seed: number;
  /** Of all hash power, one for each miner; 1 in all, but for rounding. */
  readonly shares: readonly number[];
  /** From the finder of a block to all others. */
  readonly delayMs: number;
  /** Between two blocks, in the mean. */
  readonly intervalSeconds: number;
  readonly blocks: number;
}

/** How it went for one miner. */
export interface MinerResult {
  readonly share: number;
  readonly found: number;
  /** Of what it found, so much is not on the chain. */
  readonly stale: number;
  readonly interval: Interval;
  readonly expected: number;
  /** Its part of the blocks on the chain. */
  readonly revenue: number;
}

/** What came of it. */
export interface StaleResult {
  readonly blocks: number;
  /** Of all blocks. */
  readonly stale: number;
  readonly interval: Interval;
  readonly expected: number;
  readonly miners: readonly MinerResult[];
  /** The longest branch that was given up. */
  readonly deepest: number;
  readonly refereed: number;
}

interface Block {
  readonly height: number;
  readonly parent: Block | undefined;
  readonly miner: number;
}

interface Miner {
  tip: Block;
  found: number;
  counted: number;
}

/** Blocks on which a node's own fork choice is held against the count, each with one miner at a time. */
const REFEREED_BLOCKS = 2_000;

/** The experiment. */
export class StaleRates implements Attack<StaleResult> {
  readonly #plan: StalePlan;
  readonly #random: Random;
  readonly #draw: Draw;
  readonly #genesis: Block = { height: 0, parent: undefined, miner: -1 };
  readonly #miners: readonly Miner[];
  /** On their way, in the order in which they arrive. */
  #underWay: { readonly block: Block; readonly atMs: number }[] = [];
  #nowMs = 0;
  #done = 0;
  /** All up to this one are counted: every miner stands on it. */
  #settled: Block = this.#genesis;
  #settledDone = 0;
  #pending: Block[] = [];
  #counted = 0;
  #deepest = 0;
  #witness: StaleWitness | undefined;
  #refereed = 0;

  constructor(plan: StalePlan) {
    this.#plan = plan;
    this.#random = Random.of(plan.seed, "stale");
    this.#draw = new Draw(Random.of(plan.seed, "stale finders"), plan.shares);
    this.#miners = plan.shares.map(() => ({ tip: this.#genesis, found: 0, counted: 0 }));
    this.#witness = new StaleWitness(plan.shares.length);
  }

  get total(): number {
    return this.#plan.blocks;
  }

  get done(): number {
    return this.#done;
  }

  advance(steps: number): void {
    const until = Math.min(this.#plan.blocks, this.#done + steps);
    for (; this.#done < until; this.#done++) {
      this.#nowMs += waitingTime(this.#random, this.#plan.intervalSeconds * 1_000);
      this.#arrive();
      this.#find(this.#draw.next());
    }
  }

  result(): StaleResult {
    const { shares } = this.#plan;
    const found = this.#settledDone;
    const stale = found - this.#counted;
    const ratio = this.#plan.delayMs / (this.#plan.intervalSeconds * 1_000);
    const expected = expectedStale(shares, ratio);
    return {
      ...{ blocks: found, stale: stale / found, interval: intervalOfShare(stale, found) },
      expected: expected.reduce((sum, one, at) => sum + one * (shares[at] as number), 0),
      miners: this.#miners.map((miner, at) => ({
        ...{ share: shares[at] as number, found: miner.found },
        stale: miner.found === 0 ? 0 : 1 - miner.counted / miner.found,
        interval: miner.found === 0 ? [0, 1] : intervalOfShare(miner.found - miner.counted, miner.found),
        expected: expected[at] as number,
        revenue: miner.counted / this.#counted,
      })),
      ...{ deepest: this.#deepest, refereed: this.#refereed },
    };
  }

  #find(miner: number): void {
    const finder = this.#miners[miner] as Miner;
    const block: Block = { height: finder.tip.height + 1, parent: finder.tip, miner };
    finder.tip = block;
    this.#pending.push(block);
    this.#witness?.found(miner, block);
    this.#underWay.push({ block, atMs: this.#nowMs + this.#plan.delayMs });
  }

  #arrive(): void {
    let arrived = 0;
    for (const { block, atMs } of this.#underWay) {
      if (atMs > this.#nowMs) break;
      arrived++;
      for (const [at, miner] of this.#miners.entries())
        if (at !== block.miner && block.height > miner.tip.height) miner.tip = block;
      this.#witness?.arrived(block);
    }
    if (arrived === 0) return;
    this.#underWay.splice(0, arrived);
    if (this.#underWay.length === 0) this.#settle();
  }

  /** Everything has arrived: where all stand on one block, what came before it is decided for ever. */
  #settle(): void {
    const tip = this.#miners[0]?.tip ?? this.#genesis;
    if (this.#miners.some((miner) => miner.tip !== tip)) return;
    this.#witness?.settled(tip);
    const onChain = new Set<Block>();
    for (let block = tip; block !== this.#settled; block = block.parent as Block) onChain.add(block);
    for (const block of this.#pending) {
      const finder = this.#miners[block.miner] as Miner;
      finder.found++;
      if (onChain.has(block)) {
        finder.counted++;
        this.#counted++;
      } else {
        this.#deepest = Math.max(this.#deepest, block.height - this.#settled.height);
      }
    }
    this.#settledDone += this.#pending.length;
    if (this.#witness) this.#refereed = this.#settledDone;
    if (this.#settledDone >= REFEREED_BLOCKS) this.#witness = undefined;
    this.#pending = [];
    this.#settled = { ...tip, parent: undefined };
    for (const miner of this.#miners) miner.tip = this.#settled;
  }
}

/**
 * What becomes stale, to the first order of delay / interval, for each miner. Of two blocks found within one delay the rest
 * mines on the first, and each finder on its own: so the second wins if its finder finds the next block too.
 */
export function expectedStale(shares: readonly number[], ratio: number): readonly number[] {
  return shares.map((own, at) =>
    shares.reduce((sum, other, place) => (place === at ? sum : sum + ratio * other * (other + 1 - own)), 0),
  );
}

/** Engines of all miners, which hear of blocks as they find them and as they arrive. */
class StaleWitness {
  readonly #headers = new Headers();
  readonly #nodes: readonly Referee[];
  readonly #made = new Map<Block, ReturnType<Headers["on"]>>();

  constructor(miners: number) {
    this.#nodes = Array.from({ length: miners }, () => new Referee(this.#headers));
  }

  found(miner: number, block: Block): void {
    const node = this.#nodes[miner] as Referee;
    const header = this.#headers.on(node.tip);
    this.#made.set(block, header);
    node.hear(header);
    sameOr(header.height === this.#heightOf(block), () => `miner ${miner} finds at ${header.height}`);
  }

  arrived(block: Block): void {
    const header = this.#made.get(block);
    for (const [at, node] of this.#nodes.entries()) if (header && at !== block.miner) node.hear(header);
  }

  settled(tip: Block): void {
    const header = this.#made.get(tip);
    if (header === undefined) return;
    for (const [at, node] of this.#nodes.entries())
      sameOr(node.tip === header, () => `miner ${at} stands at ${node.tip.height}, not at ${header.height}`);
    this.#made.clear();
  }

  #heightOf(block: Block): number {
    return block.height;
  }
}
