// A world as text, the same bytes on every machine: what was to befall it, a line for everything that happened, what came
// of it, and a digest of all lines before.
import { sha256Hex } from "@witan/primitives";
import { lineOf, type Recorder } from "../world/recorder.ts";
import type { ReadyWorld, WorldOutcome } from "./outcome.ts";
import { makeWorld, type WorldKind } from "./run-seed.ts";

/** A world as text. */
export interface Trace {
  readonly outcome: WorldOutcome;
  /** Every line but the last, which names the digest. */
  readonly lines: readonly string[];
  /** SHA-256 of the lines, each with its newline, in hex. */
  readonly digest: string;
}

/**
 * Runs the world of a seed, and writes everything down.
 * @param also hears of everything too
 * @throws {RangeError} there is no such protocol, or level of it
 */
export async function traceSeed(kind: WorldKind, seed: number, also?: Recorder): Promise<Trace> {
  return await traceWorld(makeWorld(kind, seed), `${kind.protocol}, seed ${seed}`, also);
}

/** The same for any world. @param title its first line */
export async function traceWorld(world: ReadyWorld, title: string, also?: Recorder): Promise<Trace> {
  const lines: string[] = [
    `# ${title}`,
    ...world.actors.map(({ name, role }, place) => `# ${place}: ${name}${role && `, ${role}`}`),
    ...world.circumstances.map((line) => `# ${line}`),
  ];
  const nameOf = (place: number): string => world.actors[place]?.name ?? `p${place}`;
  const outcome = await world.run({
    happened: (atUs, happening) => {
      lines.push(lineOf(atUs, happening, nameOf));
      also?.happened(atUs, happening);
    },
  });
  const { broken, events, decisions, virtualUs, level } = outcome;
  lines.push(`# ${level}: ${events} events, ${decisions} decisions, ${virtualUs} us`);
  // Behind its first line may be the stack of an engine that threw, which names places on this machine.
  lines.push(broken ? `# violation, ${broken.check}: ${broken.message.split("\n", 1)[0]}` : "# no violation");
  return { outcome, lines, digest: digestOf(lines) };
}

function digestOf(lines: readonly string[]): string {
  return sha256Hex(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
