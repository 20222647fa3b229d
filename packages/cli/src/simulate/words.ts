// What worlds came to, in words: sums, faults, violations, and the command that runs one of them again.
import { type FoundViolation, PROTOCOLS, type Totals, type WorldKind } from "@witan/simulator";

/** As many violations are told one by one; the rest is a number. */
export const VIOLATIONS_TOLD = 10;
const WIDTH = 100;

/** `1,234,567`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** Rows of a table on sums. */
export function sumRows(totals: Totals): readonly (readonly [string, string])[] {
  const { virtualSeconds, events, decisions } = totals;
  return [
    ["virtual time", timeWords(virtualSeconds)],
    ["events", grouped(events)],
    ["decisions", grouped(decisions)],
  ];
}

function timeWords(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  return seconds < 7_200 ? `${(seconds / 60).toFixed(1)} minutes` : `${(seconds / 3_600).toFixed(2)} hours`;
}

/** What is bounded, and the worst of it that was found; nothing where nothing is. */
export function worstRows(worst: Totals["worst"]): readonly (readonly [string, string])[] {
  const named = Object.entries(worst).map(([name, count]) => `${name} ${grouped(count)}`);
  return named.length === 0 ? [] : [["worst found", named.join(", ")]];
}

/** Faults and lies by kind, and what else was counted, in lines. */
export function countLines({ faults, also }: Pick<Totals, "faults" | "also">): readonly string[] {
  const besides = Object.keys(also).length === 0 ? [] : countedLines("counted besides", also);
  return [...countedLines("faults inflicted", faults), ...besides];
}

function countedLines(title: string, counts: Totals["faults"]): readonly string[] {
  const named = Object.entries(counts).map(([kind, times]) => `${kind} ${grouped(times)}`);
  if (named.length === 0) return [`${title}: none`];
  const lines = [`${title}:`];
  let line = " ";
  for (const [at, one] of named.entries()) {
    const text = at < named.length - 1 ? `${one},` : one;
    if (line.length + 1 + text.length > WIDTH) {
      lines.push(line);
      line = " ";
    }
    line += ` ${text}`;
  }
  return [...lines, line];
}

/** A violation, and how to see it again. */
export function violationLines(
  { seed, level, check, message }: FoundViolation,
  world: WorldKind,
): readonly string[] {
  const lines = message.split("\n").map((line) => `  ${line}`);
  const again = [
    `  again:  ${replay(world, level, seed)} --trace`,
    "  drawn:  the same with --diagram FILE.svg",
    ...(PROTOCOLS[world.protocol]?.levels[level]?.shrink ? ["  small:  the same with --shrink"] : []),
  ];
  return [`seed ${seed} (${level}) violates ${check}:`, ...lines, ...again];
}

/** The command that runs a world again. */
export function replay({ protocol, wishes }: WorldKind, level: string, seed: number): string {
  const { members, proposers, acceptors, crashed, byzantine, adversaries, network, scenario, variant } =
    wishes;
  const words = ["npx witan simulate", `--consensus ${protocol}`, `--level ${level}`, `--seed ${seed}`];
  if (members !== undefined) words.push(`--members ${members}`);
  if (proposers !== undefined) words.push(`--proposers ${proposers}`);
  if (acceptors !== undefined) words.push(`--acceptors ${acceptors}`);
  if (crashed !== undefined) words.push(`--crashed ${crashed}`);
  if (byzantine !== undefined) words.push(`--byzantine ${byzantine}`);
  if (adversaries !== undefined) words.push(`--adversary ${adversaries.join(",")}`);
  if (network !== undefined) words.push(`--network ${network}`);
  if (variant !== undefined) words.push(`--variant ${variant}`);
  if (scenario !== undefined) words.push(`--scenario ${scenario}`);
  return words.join(" ");
}
