// What the page knows of what happens: bounded, told not too often, still while it is paused, honest about its connection.
import assert from "node:assert/strict";
import type { EventStream, RpcSocket, StreamOptions, StreamState } from "@witan/client";
import type { SubscriptionEvent } from "@witan/rpc";
import { LiveChain } from "../../packages/explorer/src/chain/live-chain.ts";
import { until } from "../network/conditions.ts";

const HASH = "ab".repeat(32);

/** Stands in a socket's place: what is pushed is told. */
class HandSocket {
  /** Where consensus stands when it begins. */
  status: object = { mode: "pbft", height: 4, view: 0, primary: "v1" };
  readonly #events: SubscriptionEvent[] = [];
  #onState: (state: StreamState) => void = () => {};
  #wake: () => void = () => {};
  #failure: Error | undefined;

  get socket(): RpcSocket {
    const subscribe = (_: unknown, { onState }: StreamOptions): EventStream => {
      this.#onState = onState ?? this.#onState;
      return { [Symbol.asyncIterator]: () => this.#read() } as unknown as EventStream;
    };
    const call = async () => this.status;
    return { subscribe, call } as unknown as RpcSocket;
  }

  push(...events: readonly SubscriptionEvent[]): void {
    this.#events.push(...events);
    this.#wake();
  }

  state(state: StreamState): void {
    this.#onState(state);
  }

  fail(failure: Error): void {
    this.#failure = failure;
    this.#wake();
  }

  async *#read(): AsyncGenerator<{ readonly event: SubscriptionEvent }> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) yield { event };
      else if (this.#failure !== undefined) throw this.#failure;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

function block(height: number): SubscriptionEvent {
  const short = { height, hash: HASH, timestamp: height, proposer: "v1", transactions: 1 };
  return { type: "final-block", ...short, view: 0, signers: ["v1", "v2", "v3"], tookMs: 10 };
}

describe("explorer: what happens at the node", () => {
  let hand: HandSocket;
  let live: LiveChain;
  let told: number;
  beforeEach(() => {
    hand = new HandSocket();
    live = new LiveChain();
    told = 0;
    live.listen(() => told++);
    live.follow(hand.socket);
  });
  afterEach(() => live.close());

  it("keeps the newest blocks, each once, however many come, and tells them together", async () => {
    live.addBlocks([{ height: 999, hash: HASH, timestamp: 1, proposer: null, transactions: 0 }]);
    hand.push(...Array.from({ length: 1_000 }, (_, height) => block(height)));
    await until("the last is known", () => live.view.blocks[0]?.signers.length === 3);
    const heights = live.view.blocks.map(({ height }) => height);
    assert.deepEqual(
      heights,
      Array.from({ length: 120 }, (_, at) => 999 - at),
    );
    assert.equal(live.view.happenings.length, 40);
    assert.match(
      live.view.happenings[0]?.text ?? "",
      /^Block 999 is final after 10 ms, proposed by v1 in view 0/,
    );
    assert.ok(told <= 2, `${told} times`);
  });

  it("tells of a change of views, and of a gap", async () => {
    hand.push(
      { type: "view", height: 5, view: 0, proposer: "v1" },
      { type: "view", height: 5, view: 1, proposer: "v2" },
      { type: "view", height: 6, view: 1, proposer: "v2" },
      { type: "gap", fromHeight: 5, lost: ["consensus"] },
    );
    await until("both are told", () => live.view.happenings.length === 2);
    const [gap, view] = live.view.happenings;
    assert.deepEqual([view?.kind, gap?.kind], ["view", "gap"]);
    assert.equal(view?.text, "Block 5: view 1 begins, v2 proposes.");
  });

  it("takes the view in which the page is opened for no change", async () => {
    const later = new HandSocket();
    later.status = { mode: "pbft", height: 4, view: 3, primary: "v4" };
    const other = new LiveChain();
    other.follow(later.socket);
    await until("the view is known", () => other.view.turn?.number === 3);
    later.push({ type: "view", height: 5, view: 3, proposer: "v4" }, block(5));
    await until("the block is told", () => other.view.blocks.length === 1);
    other.close();
    assert.deepEqual(
      other.view.happenings.map(({ kind }) => kind),
      ["block"],
    );
  });

  it("speaks of rounds where there are rounds", async () => {
    const fast = new HandSocket();
    fast.status = { mode: "bp-fast-paxos", height: 4, round: 2, proposer: "p1" };
    const other = new LiveChain();
    other.follow(fast.socket);
    await until("the round is known", () => other.view.turn?.number === 2);
    const sets = { learns: ["a1"], suspicions: [], promises: [] };
    fast.push(
      { type: "round", height: 5, round: 2, proposer: "p1" },
      { type: "round", height: 5, round: 3, proposer: "p2" },
      { type: "round-phase", height: 5, round: 3, phase: "voted", ...sets },
      block(5),
    );
    await until("the block is told", () => other.view.blocks.length === 1);
    other.close();
    const [final, change] = other.view.happenings;
    assert.deepEqual([final?.kind, change?.kind], ["block", "round"]);
    assert.equal(change?.text, "Block 5: round 3 begins, p2 proposes.");
    assert.match(final?.text ?? "", /in round 0/);
    assert.deepEqual([other.view.phase?.phase, other.view.phase?.height], ["voted", 5]);
  });

  it("takes blocks as they come and go in proof of work, where nobody has a turn", async () => {
    const mined = new HandSocket();
    mined.status = { mode: "pow", height: 4 };
    const other = new LiveChain();
    other.follow(mined.socket);
    const told = (height: number, hash: string): SubscriptionEvent => {
      return { type: "block", height, hash, timestamp: height, proposer: null, transactions: 2 };
    };
    const [first, second] = ["cd".repeat(32), "ef".repeat(32)];
    mined.push(told(1, HASH), told(2, first), { type: "undone-block", height: 2, hash: first });
    await until("it is undone", () => other.view.happenings.length === 3);
    assert.deepEqual(
      other.view.blocks.map(({ hash }) => hash),
      [HASH],
    );
    mined.push(told(2, second));
    await until("all are told", () => other.view.happenings.length === 4);
    other.close();
    assert.deepEqual(
      other.view.blocks.map(({ hash }) => hash),
      [second, HASH],
    );
    assert.deepEqual(
      other.view.happenings.map(({ kind }) => kind),
      ["block", "undone", "block", "block"],
    );
    assert.equal(other.view.happenings[0]?.text, "Block 2 is on the chain: 2 transactions.");
    assert.equal(other.view.happenings[1]?.text, "Block 2, cdcdcdcd…cdcdcd, is on the chain no more.");
    assert.equal(other.view.turn, undefined);
  });

  it("keeps who signed a block, told after the block, and changes no other", async () => {
    const bare = { ...block(7), signers: [], hash: "cd".repeat(32) } as SubscriptionEvent;
    hand.push(block(6), bare);
    await until("both are known", () => live.view.blocks.length === 2);
    live.addSigners("ef".repeat(32), ["a1"]);
    live.addSigners(HASH, ["a1"]);
    live.addSigners("cd".repeat(32), []);
    const { change } = live.view;
    live.setPaused(false);
    const before = live.view;
    assert.equal(before.change, change, "nothing was new in that");
    live.addSigners("cd".repeat(32), ["a1", "a2", "a3"]);
    await until("it is told", () => live.view !== before);
    const [last, first] = live.view.blocks;
    assert.deepEqual([last?.signers, last?.tookMs], [["a1", "a2", "a3"], 10]);
    assert.deepEqual(first?.signers, ["v1", "v2", "v3"]);
  });

  it("stands still while it is paused, and has missed nothing afterwards", async () => {
    live.setPaused(true);
    const before = live.view;
    hand.push(block(1));
    hand.state({ connected: true });
    // Another that was told later, and is not paused, has told it: so would this one have.
    const twinHand = new HandSocket();
    const twin = new LiveChain();
    twin.follow(twinHand.socket);
    twinHand.push(block(1));
    await until("the twin has told it", () => twin.view.blocks.length === 1);
    twin.close();
    assert.equal(live.view, before);
    live.setPaused(false);
    assert.deepEqual([live.view.blocks.length, live.view.state.kind], [1, "live"]);
  });

  it("says whether the connection is lost for a while, or refused", async () => {
    hand.state({ connected: true });
    await until("it is live", () => live.view.state.kind === "live");
    hand.state({ connected: false, failure: new TypeError("cut") });
    await until("it is lost", () => live.view.state.kind === "lost");
    hand.fail(new TypeError("no"));
    await until("it is refused", () => live.view.state.kind === "refused");
  });
});
