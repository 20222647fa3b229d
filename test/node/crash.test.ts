// Crashes at every single call of a port while one transfer becomes final: of one node, and of all at once with the power.
// What was final stays, the chain goes on, and nobody contradicts himself.
import assert from "node:assert/strict";
import { bytesToHex } from "@witan/primitives";
import { Cluster } from "./cluster.ts";
import { atEach, crashAt, type Dialogue, run } from "./crash-points.ts";
import { PowerDisk } from "./power-disk.ts";
import { Purse } from "./purse.ts";

/** What the dialogue is like. */
type Course =
  | "smooth"
  /** No body reaches `c` by itself, neither the proposal's nor that of the decided block: it has to ask for it. */
  | "body lost"
  /** The primary `a` is dead: the others change the view. */
  | "primary dead";

/** All that `c` does without the body: the others have decided before it has it, so it votes for nothing. */
const BODY_LOST = [
  ...["send transactions", "send consensus", "send consensus", "send consensus"],
  ...["send transactions", "send transactions", "send consensus", "send consensus", "send consensus"],
  ...["request", "store write", "store sync", "store written"],
].map((call) => `c: ${call}`);

async function begin(course: Course = "smooth"): Promise<Dialogue> {
  const cluster = await Cluster.start();
  const [primary, backup] = [cluster.seat("a"), cluster.seat("c")];
  if (course === "body lost")
    for (const seat of cluster.seats)
      seat.taps.send = (to, channel, bytes) =>
        channel === "bulk" && to === backup.peerId ? undefined : bytes;
  if (course === "primary dead") primary.crash();
  const purse = new Purse(cluster);
  const coin = purse.take();
  return { cluster, first: purse.spend(coin), rival: purse.spend(coin, 20n), second: purse.pay() };
}

/** Every call of a port by those who are concerned, in the dialogue that makes one transfer final. */
async function pointsOf(
  isConcerned: (name: string) => boolean,
  at: string,
  course: Course = "smooth",
): Promise<readonly string[]> {
  const dialogue = await begin(course);
  const points: string[] = [];
  dialogue.cluster.world.onPoint = ({ name }, point) => {
    if (isConcerned(name)) points.push(`${name}: ${point}`);
  };
  await run(dialogue, at, () => false);
  dialogue.cluster.world.onPoint = () => {};
  await dialogue.cluster.finish();
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
  await run(dialogue, victim, crashAt(dialogue, number, { isConcerned, crash: () => seat.crash() }));
  if (withPower) {
    seat.crash();
    await seat.disk.powerCut();
  }
  // It comes back before the others have gone on; or the others are enough, and go on first.
  if (withPower || course === "primary dead") await cluster.startAll();
  await cluster.pay("b", first);
  await cluster.startAll();
  await cluster.pay("d", second);
  await cluster.finish();
}

/** @returns which of the two rivals is final */
async function powerCut(number: number, isLying: boolean): Promise<"first" | "rival"> {
  const dialogue = await begin();
  const { cluster, first, rival, second } = dialogue;
  const crash = () => {
    for (const seat of cluster.seats) seat.crash();
  };
  await run(dialogue, "b", crashAt(dialogue, number, { isConcerned: () => true, crash }));
  await cluster.powerCut();
  const primary = cluster.seat("a");
  if (isLying) {
    // It has forgotten its chain and what it signed, and proposes what contradicts that.
    primary.honest = false;
    primary.disk = new PowerDisk();
    await primary.start();
    await cluster.world.settled(
      "the rival is submitted",
      primary.call("transaction_submit", { transaction: bytesToHex(rival.bytes) }),
    );
    await cluster.world.pass(50);
  }
  await cluster.startAll();
  const { status } = await cluster.submit("b", first);
  assert.ok(status === "final" || isLying, status);
  await cluster.pay("d", second);
  await cluster.finish();
  return status === "final" ? "first" : "rival";
}

describe("a crash at any call of a port", () => {
  const victims = [
    ["the primary", { victim: "a", course: "smooth", withPower: false }],
    ["the primary, with its power", { victim: "a", course: "smooth", withPower: true }],
    ["a backup", { victim: "c", course: "smooth", withPower: false }],
    ["a backup, with its power", { victim: "c", course: "smooth", withPower: true }],
    ["a backup that asks for a body", { victim: "c", course: "body lost", withPower: true }],
    ["the next primary in a view change", { victim: "b", course: "primary dead", withPower: true }],
    ["a backup in a view change", { victim: "c", course: "primary dead", withPower: true }],
  ] as const;
  for (const [who, victim] of victims)
    it(`of ${who}: it comes back and goes on, never against itself`, async function () {
      this.timeout(120_000);
      const points = await pointsOf((name) => name === victim.victim, victim.victim, victim.course);
      if (victim.course === "body lost") assert.deepEqual(points, BODY_LOST);
      else {
        assert.ok(points.length >= 10, `${points.length} points`);
        assert.ok(!points.some((point) => point.endsWith("request")));
      }
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

  it("of all, and then a primary that has forgotten its vote and lies: nothing final is lost, and all agree", async function () {
    this.timeout(120_000);
    const points = await pointsOf(() => true, "b");
    const ends = { first: 0, rival: 0 };
    await atEach(points, async (number) => {
      ends[await powerCut(number, true)]++;
    });
    assert.ok(ends.first > 0 && ends.rival > 0, JSON.stringify(ends));
  });
});
