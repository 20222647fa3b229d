// The networks that are measured: who stands where, and how long messages take between them. Delays between regions are half
// of the round trips that IBM Cloud published of its network for 27 July to 25 August 2024 (cloud.ibm.com/docs/vpc, "Network
// latency"), within a region half of those between its zones. What comes on top is the jitter of the worlds' `wan`.
import type { NetworkPlan } from "../world/plan.ts";

/** What a network spans. */
export type NetworkName = "lan" | "continent" | "world";

interface Region {
  readonly name: string;
  /** One-way delays to all regions in their order, in microseconds. */
  readonly delaysUs: readonly number[];
}

const CONTINENT: readonly Region[] = [
  { name: "Frankfurt", delaysUs: [1_000, 6_500, 14_500] },
  { name: "London", delaysUs: [6_500, 1_000, 13_500] },
  { name: "Madrid", delaysUs: [14_500, 13_500, 1_000] },
];

const WORLD: readonly Region[] = [
  { name: "Frankfurt", delaysUs: [1_000, 45_500, 116_500, 125_000, 98_500] },
  { name: "Washington", delaysUs: [45_500, 1_000, 82_000, 107_000, 59_000] },
  { name: "Tokyo", delaysUs: [116_500, 82_000, 1_000, 57_500, 142_000] },
  { name: "Sydney", delaysUs: [125_000, 107_000, 57_500, 1_000, 164_000] },
  { name: "São Paulo", delaysUs: [98_500, 59_000, 142_000, 164_000, 1_000] },
];

const REGIONS: Readonly<Record<Exclude<NetworkName, "lan">, readonly Region[]>> = {
  continent: CONTINENT,
  world: WORLD,
};

/** Names of all networks, the smallest first, and where members stand. */
export const MEASURED_NETWORKS: Readonly<Record<NetworkName, string>> = {
  lan: "one data centre, a tenth of a millisecond one way",
  continent: `${CONTINENT.map(({ name }) => name).join(", ")}, up to 15 ms one way`,
  world: `${WORLD.map(({ name }) => name).join(", ")}, up to 164 ms one way`,
};

/** The median of a local network's delays, in microseconds, and of what comes on top of the way between regions. */
const LAN_US = 180;
const JITTER_US = 1_500;

/** A network for so many processes: they stand in the regions by turns. Nothing is lost. */
export function measuredNetwork(name: NetworkName, processes: number): NetworkPlan {
  const calm = { lossPermille: 0, duplicatePermille: 0, bytesPerMs: 0 };
  if (name === "lan") return { profile: "lan", regions: Array(processes).fill(0), ...calm };
  const regions = REGIONS[name];
  return {
    profile: "wan",
    regions: Array.from({ length: processes }, (_, place) => place % regions.length),
    betweenUs: regions.map(({ delaysUs }) => delaysUs),
    ...calm,
  };
}

/** How long a message takes from one place to another, by the median. */
export function usualDelayUs(name: NetworkName, from: number, to: number): number {
  if (from === to) return 0;
  if (name === "lan") return LAN_US;
  const regions = REGIONS[name];
  const { delaysUs } = regions[from % regions.length] as Region;
  return (delaysUs[to % regions.length] as number) + JITTER_US;
}
