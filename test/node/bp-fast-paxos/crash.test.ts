// Crashes at every single call of a port while one transfer becomes final: of one node, and of all at once with the power,
// and then a proposer that lies. What was final stays, the chain goes on, and nobody contradicts himself.
import assert from "node:assert/strict";
import { bytesToHex } from "@witan/primitives";
import { Cluster } from "../cluster.ts";
import { atEach, crashAt, type Dialogue, run } from "../crash-points.ts";
import { PowerDisk } from "../power-disk.ts";
import { Purse } from "../purse.ts";
import { certified } from "./fast-paxos.ts";

/** What the dialogue is like. */
type Course =
  | "smooth"
  /** The proposal's body does not reach `c`, which has to ask for it. */
  | "body lost"
  /** The trusted proposer `p` is dead: acceptors change trust. */
  | "proposer dead";

async function begin(course: Course = "smooth"): Promise<Dialogue> {
  const cluster = await Cluster.start({ mode: "bp-fast-paxos" });
  const [proposer, acceptor] = [cluster.seat("p"), cluster.seat("c")];
  if (course === "body lost")
    proposer.taps.send = (to, channel, bytes) =>
      channel === "bulk" && to === acceptor.peerId ? undefined : bytes;
  if (course === "proposer dead") proposer.crash();
  const purse = new Purse(cluster);
  const coin = purse.take();
  return { cluster, first: purse.spend(coin), rival: purse.spend(coin, 20n), second: purse.pay() };
}

/** Every call of a port by those who are concerned, until all are certain of one transfer. */
async function pointsOf(
  isConcerned: (name: string) => boolean,
  at: string,
  course: Course = "smooth",
): Promise<readonly string[]> {
  const dialogue = await begin(course);
  const { cluster } = dialogue;
  const points: string[] = [];
  cluster.world.onPoint = ({ name }, point) => {
    if (isConcerned(name)) points.push(`${name}: ${point}`);
  };
  await run(dialogue, at, () => false);
  await certified(cluster);
  cluster.world.onPoint = () => {};
  await cluster.finish();
  return points;
}

interface Victim {
  readonly victim: string;
  readonly course: Course;
  readonly withPower: boolean;
}

async function crashedAlone(number: number, { victim, course, withPower }: Victim): Promise<void> {
  const dialogue = await begin(course);
  const { cluster, first, second } = dialogue;
  const seat = cluster.seat(victim);
  const isConcerned = (name: string) => name === victim;
  const isCrashed = crashAt(dialogue, number, { isConcerned, crash: () => seat.crash() });
  await run(dialogue, victim, isCrashed);
  // The last calls are about the certificate.
  await cluster.world.until("the crash", isCrashed);
  if (withPower) {
    seat.crash();
    await seat.disk.powerCut();
  }
  // It comes back before the others have gone on; or the others are enough, and go on first.
  if (withPower || course === "proposer dead") await cluster.startAll();
  await cluster.pay("q", first);
  await cluster.startAll();
  await cluster.pay("d", second);
  await cluster.agreed();
  await certified(cluster);
  await cluster.finish();
}

/** @returns which of the two rivals is final */
async function powerCut(number: number, isLying: boolean): Promise<"first" | "rival"> {
  const dialogue = await begin();
  const { cluster, first, rival, second } = dialogue;
  const crash = () => {
    for (const seat of cluster.seats) seat.crash();
  };
  const isCrashed = crashAt(dialogue, number, { isConcerned: () => true, crash });
  await run(dialogue, "b", isCrashed);
  await cluster.world.until("the power cut", isCrashed);
  await cluster.powerCut();
  const proposer = cluster.seat("p");
  if (isLying) {
    // It has forgotten its chain and what it proposed, and proposes what contradicts that.
    proposer.honest = false;
    proposer.disk = new PowerDisk();
    await proposer.start();
    await cluster.world.settled(
      "the rival is submitted",
      proposer.call("transaction_submit", { transaction: bytesToHex(rival.bytes) }),
    );
    await cluster.world.pass(50);
  }
  await cluster.startAll();
  const { status } = await cluster.submit("b", first);
  assert.ok(status === "final" || isLying, status);
  await cluster.pay("d", second);
  await cluster.agreed();
  await certified(cluster);
  await cluster.finish();
  return status === "final" ? "first" : "rival";
}

describe("a crash at any call of a port, with BP Fast Paxos", () => {
  const victims = [
    ["the trusted proposer", { victim: "p", course: "smooth", withPower: false }],
    ["the trusted proposer, with its power", { victim: "p", course: "smooth", withPower: true }],
    ["an acceptor", { victim: "c", course: "smooth", withPower: false }],
    ["an acceptor, with its power", { victim: "c", course: "smooth", withPower: true }],
    ["an acceptor that asks for a body", { victim: "c", course: "body lost", withPower: true }],
    ["the next proposer when trust changes", { victim: "q", course: "proposer dead", withPower: true }],
    ["an acceptor when trust changes", { victim: "c", course: "proposer dead", withPower: true }],
  ] as const;
  for (const [who, victim] of victims)
    it(`of ${who}: it comes back and goes on, never against itself`, async function () {
      this.timeout(120_000);
      const points = await pointsOf((name) => name === victim.victim, victim.victim, victim.course);
      assert.ok(points.length >= 10, `${points.length} points`);
      await atEach(points, (number) => crashedAlone(number, victim));
    });

  it("of all, with the power: nothing final is lost, and the chain goes on", async function () {
    this.timeout(120_000);
    const points = await pointsOf(() => true, "b");
    assert.ok(points.length > 80, `${points.length} points`);
    await atEach(points, async (number) => {
      await powerCut(number, false);
    });
  });

  it("of all, and then a proposer that has forgotten and lies: nothing final is lost, and all agree", async function () {
    this.timeout(120_000);
    const points = await pointsOf(() => true, "b");
    const ends = { first: 0, rival: 0 };
    await atEach(points, async (number) => {
      ends[await powerCut(number, true)]++;
    });
    assert.ok(ends.first > 0 && ends.rival > 0, JSON.stringify(ends));
  });
});
