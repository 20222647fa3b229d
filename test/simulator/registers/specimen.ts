// Registers without one of their protections: each is found, made small, and with the protection nothing fails in such worlds.
import assert from "node:assert/strict";
import { SPECIMENS as ALL, drawDiagram, Recording, type Specimen, worldOfSpecimen } from "@witan/simulator";

/** Those of registers. */
export const REGISTERS = ALL["registers"] ?? {};

/** Each is found in so many seeds from 1 on. */
const SEEDS = 40;

/** What the checks must find, and make so small. */
export const MUST: Readonly<Record<string, { check: string; says: RegExp; letters: number }>> = {
  "no-prepare-list": { check: "lurking", says: /left 2 writes of r\d behind/, letters: 80 },
  "no-write-proof": { check: "lurking", says: /left 2 writes of r\d behind/, letters: 80 },
  "prepare-not-durable": { check: "lurking", says: /left 2 writes of r\d behind/, letters: 160 },
  "two-values-one-timestamp": { check: "linearizable", says: /has read p\d+-bad-/, letters: 160 },
  "timestamp-jump": { check: "liveness", says: /fails: timestamps-used-up/, letters: 40 },
  "unbound-proof": { check: "linearizable", says: /which nobody wrote there/, letters: 60 },
  "no-write-back": { check: "linearizable", says: /cannot come before it nor after it/, letters: 30 },
};

/** Finds one, and holds it against what is expected. */
export async function holdSpecimen(name: string): Promise<void> {
  const specimen = REGISTERS[name] as Specimen;
  const must = MUST[name];
  const found = specimen.find({ seeds: SEEDS, from: 1 });
  assert(found && must, `${name} is not found`);
  const { violation, shrunk, seed, replay, actors } = found;
  const shown = `seed ${seed}: ${JSON.stringify(shrunk.after)}: ${shrunk.violation.message}`;
  assert.equal(violation.check, must.check, shown);
  assert.match(shrunk.violation.message, must.says);
  assert(shrunk.after.letters <= must.letters && shrunk.after.letters < shrunk.before.letters, shown);
  assert.equal(actors.length, shrunk.after.processes);
  assert.equal(replay({ happened: () => {} })?.message, shrunk.violation.message);
  assert.equal(specimen.control(seed), undefined);
  const world = worldOfSpecimen(found);
  const recording = new Recording();
  const { broken } = await world.run(recording);
  assert(broken);
  const svg = drawDiagram({ title: name, actors: world.actors, happenings: recording.all, broken });
  assert(svg.startsWith("<svg") && svg.includes("WRITE"));
}
