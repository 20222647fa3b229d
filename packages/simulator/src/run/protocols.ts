// The protocols that worlds can run, and at which levels: one entry each. A level that is missing here is not offered.

import { PAXOS_PROTOCOLS } from "../classics/paxos-protocols.ts";
import { BP_FAST_PAXOS } from "./bp-fast-paxos.ts";
import { CLASSIC_PROTOCOLS } from "./classics.ts";
import type { Level, LevelName, Protocol } from "./outcome.ts";
import { PBFT } from "./pbft.ts";
import { POW } from "./pow.ts";
import { REGISTERS } from "./registers.ts";

/** By the name that people type. */
export const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  pbft: PBFT,
  "bp-fast-paxos": BP_FAST_PAXOS,
  pow: POW,
  registers: REGISTERS,
  ...CLASSIC_PROTOCOLS,
  ...PAXOS_PROTOCOLS,
};

/** Of so many worlds one is of whole nodes, where both levels are there and none is asked for. */
const NODES_EVERY = 4;

/** The level that a seed runs at, unless one is asked for: by the seed, so that it is the same in every run. */
export function levelOf(protocol: Protocol, seed: number, wanted?: LevelName): LevelName {
  if (wanted !== undefined) return wanted;
  const { engines, nodes } = protocol.levels;
  if (nodes === undefined) return "engines";
  if (engines === undefined) return "nodes";
  return seed % NODES_EVERY === NODES_EVERY - 1 ? "nodes" : "engines";
}

/** The levels of all protocols, in the order in which they are listed. */
export const LEVEL_NAMES: readonly LevelName[] = ["engines", "nodes"];

/** A level of a protocol. @throws {RangeError} the protocol has no such level: to be asked before */
export function levelNamed(protocol: Protocol, name: LevelName): Level {
  const level = protocol.levels[name];
  if (level === undefined) throw new RangeError(`no worlds of ${name}`);
  return level;
}
