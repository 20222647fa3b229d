// A place where a node runs: disk, guard and clock, which outlive it, and the real Node with every port from the world.
// Ending the node is at once, in the middle of whatever it does.
import { type BlockEvent, Node } from "@witan/node";
import { ok, type PublicKey, type SignatureVerifier } from "@witan/primitives";
import type { ParamsOf, ResultOf, ServiceMethodName } from "@witan/rpc";
import { Random } from "../random.ts";
import type { Mark } from "../world/recorder.ts";
import { NodeDisk } from "./disk.ts";
import { NodeGuard } from "./guard.ts";
import { Life, type MachineState, never } from "./life.ts";
import { NodeClock } from "./node-clock.ts";
import { NodeNetwork } from "./node-network.ts";
import { sealerFor } from "./signatures.ts";
import type { Tap } from "./taps/tap.ts";
import type { NodesWorld } from "./world.ts";

/** Checking signatures takes so long: at least, and for each. */
const VERIFY_US = 100;
const VERIFY_EACH_US = 25;
/** An operator starts a node that stopped by itself after so long. */
const OPERATOR_US = 1_000_000;

/** A node that has stopped is looked at for so long. */
const GONE_US = 10_000;
/** What a node that has stopped must not do. It has no lines any more, whatever it hands over. */
const ACTS = /^(?:store|guard) write/;

/** A log line that a check reads. */
export interface LogLine {
  readonly fields: object;
  readonly message: string;
}

/** One place. */
export class NodeProcess implements MachineState {
  readonly place: number;
  readonly node: number;
  readonly keys: readonly PublicKey[];
  readonly disk: NodeDisk;
  readonly clock: NodeClock;
  readonly guard: NodeGuard;
  perInputUs = 0;
  /** Undefined: it sends what it means. */
  tap: Tap | undefined;
  /** What befalls its disk now: it may stop by itself. */
  readonly excuses = new Set<object>();
  /** It is kept down: by a fault that will start it again. */
  heldDown = false;
  /** It has crashed for ever. */
  isGone = false;
  readonly #world: NodesWorld;
  readonly #chance: Random;
  #life: Life | undefined;
  #network: NodeNetwork | undefined;
  #running: Node | undefined;
  /** Which of its peer keys it takes when it starts. */
  #peerKey: 0 | 1 = 0;
  /** The life that is to end in good order. */
  #stopping: Life | undefined;
  /** The one that has, where it was then, and on which disk. */
  #stopped: { readonly life: Life; readonly height: number; readonly replaced: number } | undefined;

  constructor(world: NodesWorld, place: number, node: number) {
    const { plan, cast, queue } = world;
    this.#world = world;
    this.place = place;
    this.node = node;
    this.keys = cast.votingKeys(node);
    this.#chance = Random.of(plan.seed, `node ${place}`);
    this.disk = new NodeDisk({ random: Random.of(plan.seed, `disk ${place}`), writeUs: plan.writeUs });
    this.clock = new NodeClock(queue, plan.clocks[place] ?? { skewMs: 0, driftPpm: 0 });
    this.guard = new NodeGuard({
      ...{ keys: this.keys, scheme: cast.scheme, disk: this.disk },
      random: Random.of(plan.seed, `guard ${place}`),
      onRefusal: (slot, why) => {
        // Of decisions those of lower heights are asked for again after a restart: what was signed is kept elsewhere.
        if (slot.lane !== "certificate" || !why.startsWith("regresses")) world.refused(this, why);
      },
    });
  }

  /** Something runs here, though it may not be ready yet. */
  get up(): boolean {
    return this.#life !== undefined;
  }

  /** The node that runs here, if it is ready. */
  get running(): Node | undefined {
    return this.#running;
  }

  get network(): NodeNetwork | undefined {
    return this.#network;
  }

  get timers(): number {
    return this.#life?.timers ?? 0;
  }

  get height(): number {
    return this.#running?.tip.height ?? -1;
  }

  // Its life.

  /** Starts a node on what the disk holds. */
  start(): void {
    if (this.#life !== undefined || this.isGone) return;
    const life = new Life(this.#world.queue, this, (point) => {
      if (this.#stopped?.life === life && ACTS.test(point))
        this.#world.violate("stops", `p${this.place} has stopped, and goes on: ${point}`);
      this.#world.reached(this, point);
    });
    this.#life = life;
    this.#open(life).catch((error: unknown) => this.#failed(life, error));
  }

  async #open(life: Life): Promise<void> {
    const world = this.#world;
    const { plan, cast } = world;
    const clock = this.clock.port(life);
    const network = new NodeNetwork({
      ...{
        self: cast.peerIds(this.node)[this.#peerKey],
        place: this.place,
        life,
        board: world,
        tap: this.tap,
      },
      ...{ random: this.#chance, chainId: cast.chain.chainId },
    });
    this.#network = network;
    const node = await Node.open(
      {
        ...{ agent: "witan/simulator", chain: cast.chain, peers: world.peers, addressIndex: true },
        ...{
          tickMs: plan.tickMs,
          viewTimeoutMs: plan.viewTimeoutMs,
          viewTimeoutMaxMs: plan.viewTimeoutMaxMs,
        },
        ...{ verifierWorkers: 0, flushLimits: { blocks: plan.flushBlocks } },
        ...{ mempoolLimits: plan.mempool, ...world.protocol.settings(plan) },
      },
      {
        ...{ store: await this.disk.openStore(life), network, clock },
        ...{ verifier: this.#verifier(life), scheme: cast.scheme, signer: this.guard.port(life) },
        promiseSealer: sealerFor(plan, this.node),
        log: this.#log(life),
        yieldNow: () => life.passed(1),
      },
      {
        onBlock: (block) => {
          if (life.alive) this.#decided(block);
        },
        onFailure: (error) => this.#failed(life, error),
      },
    );
    if (!life.alive) return;
    this.#running = node;
    this.tell("restart", `runs at height ${node.tip.height}`);
    this.#lookForLost(node.tip.height);
    world.opened(this, node.tip);
    await node.start();
  }

  /** Ends the process. @param quietly the power went: its peers are not told, and what its disk keeps is the caller's */
  crash(why: string, quietly = false): void {
    const life = this.#life;
    if (life === undefined) return;
    this.#network?.died(quietly);
    life.end();
    this.#life = undefined;
    this.#network = undefined;
    this.#running = undefined;
    if (!quietly) this.disk.crashed();
    this.guard.crashed();
    this.tell("crash", why);
  }

  /** Its operator gives it its other peer key, and starts it again. */
  takeNextPeerKey(): void {
    this.#peerKey = 1;
    this.tell("other", "gets another peer key");
    // One that is stopping starts again by itself.
    if (this.#life !== this.#stopping) this.stop();
  }

  /** Ends the process, for ever. */
  vanish(): void {
    this.isGone = true;
    this.crash("crashes, and never comes back");
  }

  /** Its operator stops it in good order: it ends when it has done what it has to. */
  stop(): void {
    const [life, node] = [this.#life, this.#running];
    if (life === undefined) return;
    if (node === undefined) {
      this.crash("is stopped before it runs");
      return;
    }
    this.#stopping = life;
    this.tell("other", "is to stop");
    life.enter(() => {
      node.stop().then(
        () => this.#hasStopped(life, node.tip.height),
        (error: unknown) => this.#failed(life, error),
      );
    });
  }

  #hasStopped(life: Life, height: number): void {
    const { queue } = this.#world;
    if (!life.alive) return;
    this.#stopped = { life, height, replaced: this.disk.replaced };
    // What it would do all the same it does within this time.
    queue.at(queue.nowUs + GONE_US, () => {
      if (!life.alive) return;
      this.crash("has stopped");
      this.startUnlessHeld();
    });
  }

  /** Starts it again, as soon as it has ended if it is about to. */
  startWhenStopped(): void {
    if (this.#life === undefined || this.#life !== this.#stopping) this.start();
  }

  /** What was final when it stopped in good order is still there. */
  #lookForLost(height: number): void {
    const stopped = this.#stopped;
    this.#stopped = undefined;
    if (stopped === undefined || stopped.replaced !== this.disk.replaced || height >= stopped.height) return;
    this.#world.violate(
      "stops",
      `p${this.place} stopped at height ${stopped.height}, and starts at ${height}`,
    );
  }

  pause(): void {
    this.#life?.pause();
    this.tell("pause", "stands still");
  }

  resume(): void {
    this.#life?.resume();
    this.tell("restart", "goes on");
  }

  /** It stops by itself, or could not start: its operator looks at why, and starts it again. */
  #failed(life: Life, error: unknown): void {
    if (!life.alive) return;
    const world = this.#world;
    world.failed(this, error);
    const isDamaged = codeOf(error) === "damaged";
    // What failed is told within the node's own step: it goes on a little before the process ends.
    world.queue.at(world.queue.nowUs + 10_000, () => {
      if (!life.alive) return;
      this.crash(`ends: ${codeOf(error) ?? "failed"}`);
      if (isDamaged) this.restore();
      world.queue.at(world.queue.nowUs + OPERATOR_US, () => this.startUnlessHeld());
    });
  }

  /** As an operator does it whose disk is spoilt: the data go, the guard stays. */
  restore(): void {
    void this.disk.replace();
    this.tell("other", "gets an empty disk; its guard stays");
    this.#world.countAlso("restored");
  }

  startUnlessHeld(): void {
    if (!this.heldDown) this.start();
  }

  /** A call of a client. @throws {RpcError} what the node answers; never settles once the process has died */
  async call<M extends ServiceMethodName>(
    method: M,
    params: ParamsOf<M>,
    signal: AbortSignal,
  ): Promise<ResultOf<M>> {
    const life = this.#life;
    const node = this.#running;
    if (life === undefined || node === undefined) return never();
    const answer = node.service[method] as (
      params: ParamsOf<M>,
      context: { role: "operate"; source: string; signal: AbortSignal },
    ) => Promise<ResultOf<M>>;
    const result = await answer(params, { role: "operate", source: "10.0.0.1", signal });
    return life.alive ? result : never();
  }

  /** Something happens here. */
  enter(call: () => void): void {
    this.#life?.enter(call);
  }

  tell(mark: Mark, what: string): void {
    this.#world.tell(this, mark, what);
  }

  #decided(block: BlockEvent): void {
    this.#world.decided(this, block);
  }

  #log(life: Life) {
    const note = (fields: object, message: string): void => {
      if (life.alive) this.#world.logged(this, { fields, message });
    };
    const pass = (): void => {};
    return { debug: pass, info: note, warn: note, error: note };
  }

  #verifier(life: Life): SignatureVerifier {
    const { scheme } = this.#world.cast;
    return {
      name: scheme.name,
      verify: async (checks) => {
        await life.passed(VERIFY_US + this.#chance.below(1 + checks.length * VERIFY_EACH_US));
        return ok(checks.map((check) => scheme.verify(check)));
      },
      close: async () => {},
    };
  }
}

/** The code of a typed error. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}
