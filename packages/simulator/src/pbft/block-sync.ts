// How a process gets decided blocks that it missed: it asks one, takes what comes in turn, and holds the certificate of
// each against the members of its height. Decides nothing: a certificate goes to the engine, which does.
import { certificateChecks } from "@witan/consensus";
import type { PbftCertificate } from "@witan/primitives";
import { Violation } from "../world/violation.ts";
import { CHAIN } from "./cast.ts";
import type { Decided } from "./disk.ts";
import type { Process } from "./process.ts";
import type { PbftWorld } from "./world.ts";

/** Blocks in one answer. */
const SYNCED_AT_ONCE = 8;
const QUESTION_BYTES = 200;
/** A process that is no member asks another every so many ticks: no member owes it a word. */
const ASKS_AROUND_TICKS = 40;

/** The blocks that one process looks for. */
export class BlockSync {
  readonly #world: PbftWorld;
  readonly #self: Process;
  /** Blocks that came ahead of their turn. Lost with a crash. */
  readonly #ahead = new Map<number, Decided & { readonly from: number }>();
  #ticks = 0;

  constructor(world: PbftWorld, self: Process) {
    this.#world = world;
    this.#self = self;
  }

  /** Blocks that wait for their turn. */
  get size(): number {
    return this.#ahead.size;
  }

  /** A tick of one who is no member. */
  askAround(): void {
    const all = this.#world.processes.length;
    if (++this.#ticks % ASKS_AROUND_TICKS !== 0 || all === 1) return;
    // Each of the others in its turn.
    this.ask((this.#self.place + 1 + ((this.#ticks / ASKS_AROUND_TICKS) % (all - 1))) % all);
  }

  /** Asks for the blocks behind the last. */
  ask(place: number): void {
    const { place: own, height } = this.#self;
    this.#world.post(own, place, "sync", QUESTION_BYTES, (peer) => peer.sync.send(own, height + 1));
  }

  /** Sends blocks from a height on, if there are any. */
  send(place: number, height: number): void {
    const { disk, lies, place: own } = this.#self;
    const known = disk.chain.slice(height - 1, height - 1 + SYNCED_AT_ONCE);
    const blocks = lies?.answersSync(known, place) ?? known;
    if (blocks.length === 0) return;
    const bytes = blocks.length * this.#world.plan.blockBytes;
    this.#world.post(own, place, "blocks", bytes, (peer) => peer.sync.#take(blocks, own));
  }

  #take(blocks: readonly Decided[], from: number): void {
    for (const block of blocks) this.#ahead.set(block.certificate.height, { ...block, from });
    this.followUp();
  }

  /** Hands the next block to the engine, if it is here. */
  followUp(): void {
    const { height } = this.#self;
    for (const at of this.#ahead.keys()) if (at <= height) this.#ahead.delete(at);
    const next = this.#ahead.get(height + 1);
    if (next === undefined) return;
    this.#ahead.delete(height + 1);
    if (this.#holds(next, next.from)) {
      this.#self.bodies.keep(next.hash);
      this.#self.feed({ kind: "synced", certificate: next.certificate });
      return;
    }
    // Nothing more of what a liar sent.
    for (const [at, { from }] of this.#ahead) if (from === next.from) this.#ahead.delete(at);
  }

  /** A crash: all that was only in memory is gone. */
  clear(): void {
    this.#ahead.clear();
  }

  /** Whether the certificate is one, and of this block: but for liars nobody sends one that is not. */
  #holds({ hash, certificate }: Decided, from: number): boolean {
    if (certificate.blockHash === hash && this.#isGiven(certificate)) return true;
    if (this.#world.processes[from]?.lies === undefined)
      throw new Violation("certificates", `the certificate of height ${certificate.height} does not hold`);
    this.#world.count("faulty certificates");
    return false;
  }

  #isGiven(certificate: PbftCertificate): boolean {
    const answer = certificateChecks(CHAIN, certificate, (height) => this.#self.membershipAt(height));
    return answer.kind === "checks" && this.#world.cast.hold(answer.checks);
  }
}
