// The process ends at every single write of a reorganisation, with the power or without: the next start finds the one chain
// or the other, whole, and goes on from there.
import assert from "node:assert/strict";
import { bytesToHex } from "@witan/primitives";
import { atEach } from "../crash-points.ts";
import { Purse } from "../purse.ts";
import { Miners } from "./miners.ts";

interface Reorganisation {
  readonly miners: Miners;
  readonly before: string;
  readonly after: string;
}

/** Two branches: the one of m1, which is shorter, and the one of m2. */
async function fork(): Promise<Reorganisation> {
  const miners = await Miners.start(["m1", "m2"]);
  const purse = new Purse(miners.cluster);
  await miners.mine("m1");
  await miners.agreed();
  miners.split("m1");
  for (const name of ["m1", "m2"]) {
    const { bytes } = purse.pay();
    await miners.seat(name).call("transaction_submit", { transaction: bytesToHex(bytes) });
  }
  await miners.mine("m1", 2);
  await miners.mine("m2", 3);
  const [before, after] = ["m1", "m2"].map((name) => miners.seat(name).node.tip.hash);
  return { miners, before: before as string, after: after as string };
}

/** Heals the line, and crashes m1 at the write of that number. @returns the writes that there were */
async function run({ miners, after }: Reorganisation, at: number): Promise<readonly string[]> {
  const points: string[] = [];
  const m1 = miners.seat("m1");
  let isOver = false;
  miners.cluster.world.onPoint = ({ name }, point) => {
    if (isOver || name !== "m1" || !point.startsWith("store")) return;
    points.push(point);
    if (points.length - 1 < at) return;
    isOver = true;
    m1.crash();
  };
  miners.split("m1", "heal");
  await miners.cluster.world.until("the end", () => isOver || m1.node.tip.hash === after);
  isOver = true;
  return points;
}

describe("proof of work: crashes in a reorganisation", () => {
  for (const isPowerCut of [false, true])
    it(`is on one of the two chains${isPowerCut ? ", though the power goes" : ""}`, async function () {
      this.timeout(60_000);
      const dry = await fork();
      const points = await run(dry, Number.POSITIVE_INFINITY);
      await dry.miners.finish();
      assert.ok(points.filter((point) => point === "store sync").length >= 2, `${points}`);
      const found = { before: 0, after: 0 };
      await atEach(points, async (number) => {
        const { miners, before, after } = await fork();
        await run({ miners, before, after }, number);
        const m1 = miners.seat("m1");
        if (isPowerCut) await m1.disk.powerCut();
        miners.split("m1");
        await m1.start();
        const { hash } = m1.node.tip;
        assert.ok(hash === before || hash === after, `${hash} after a crash`);
        found[hash === before ? "before" : "after"]++;
        miners.split("m1", "heal");
        await miners.agreed();
        assert.equal(m1.node.tip.hash, after);
        await miners.mine("m1");
        await miners.finish();
      });
      assert.ok(found.before > 0 && found.after > 0, JSON.stringify(found));
    });
});
