// Experiment 5, what one machine can't do to real processes: a leader that turns and shows two blocks for one height, miners
// that are split and hear each other again, an attacker with secret blocks. Simulated.
import { setImmediate } from "node:timers/promises";
import { DoubleSpend, leaderTurns, type SplitResult, splitMiners } from "@witan/simulator";
import type { Context, Found } from "../context.ts";
import { modeName } from "../drawing.ts";
import { eachMode } from "../mode-failure.ts";
import type { ModeFailure } from "../results.ts";
import { percent } from "../words.ts";
import { type Turned, turnedPart } from "./simulated-leader.ts";
import { ATTACKER, type Piece, type Raced, racePart, splitPart } from "./simulated-mining.ts";
import { modesOf } from "./simulated-survey.ts";

/** Worlds of each, quickly and as a whole. */
const TURNED = [8, 60] as const;
const SPLITS = [20, 400] as const;
const RACES = [4_000, 50_000] as const;
/** How many confirmations a merchant waits for. */
const CONFIRMATIONS = [1, 2, 3, 4, 6, 8, 12, 16, 24] as const;

/** Runs them; lets other things happen between two worlds. @throws what the signal was aborted with */
export async function runSimulatedFaults(context: Context): Promise<Found> {
  const { seed, quick, signal, onStep } = context;
  const at = quick ? 0 : 1;
  const pause = async (step: string): Promise<void> => {
    await setImmediate();
    signal.throwIfAborted();
    onStep(`simulator: ${step}`);
  };
  const turned: Turned[] = [];
  const splits: SplitResult[] = [];
  const raced: Raced[] = [];
  const failures = await eachMode(context, modesOf(context), async (mode) => {
    if (mode !== "pow") {
      const own: Turned[] = [];
      for (let more = 0; more < TURNED[at]; more++) {
        await pause(`${modeName(mode)}, a leader turns`);
        own.push({ mode, seed: seed + more, fault: leaderTurns(mode, seed + more) });
      }
      turned.push(...own);
      return;
    }
    for (let more = 0; more < SPLITS[at]; more++) {
      await pause("proof of work, a partition heals");
      splits.push(splitMiners(seed + more));
    }
    for (const confirmations of CONFIRMATIONS) {
      await pause(`proof of work, an attacker of ${percent(ATTACKER)}`);
      // Each with chance of its own.
      raced.push(race(seed + confirmations, confirmations, RACES[at]));
    }
  });
  return found(failures, [
    ...(turned.length > 0 ? [turnedPart(turned, seed)] : []),
    ...(splits.length > 0 ? [splitPart(splits, seed)] : []),
    ...(raced.length > 0 ? [racePart(raced, RACES[at], seed)] : []),
  ]);
}

function race(seed: number, confirmations: number, trials: number): Raced {
  const spend = new DoubleSpend({ seed, attacker: ATTACKER, confirmations, trials });
  while (spend.done < spend.total) spend.advance(1_000_000);
  const { success, interval, expected } = spend.result();
  return { confirmations, share: success, low: interval[0], high: interval[1], expected };
}

function found(failures: readonly ModeFailure[], parts: readonly Piece[]): Found {
  return {
    result: {
      ...{
        name: "simulated-faults",
        title: "Liars and partitions under load",
        source: "simulator",
        failures,
      },
      question: "What does a leader that lies cost, and what does proof of work undo?",
      method: parts.flatMap(({ method }) => method),
      findings: parts.flatMap(({ findings }) => findings),
      tables: parts.flatMap(({ tables }) => tables),
      figures: parts.map(({ drawing }) => drawing.figure),
    },
    drawings: parts.map(({ drawing }) => drawing),
  };
}
