// Draws what is alike in all worlds of engines: hosts, clocks, what clients send.
import type { Random } from "../random.ts";
import type { ClockPlan } from "../world/plan.ts";
import type { HostPlan, TransactionPlan } from "./plan.ts";

/** How long a host may take for one answer. */
export const HOST_US_MAX = 800_000;

/** Skewed to what is small: on most days a host answers before anybody waits. */
export function drawHost(random: Random): HostPlan {
  const draw = () =>
    random.pick<readonly [number, number]>([
      [100, 500],
      [100, 500],
      [100, 5_000],
      [1_000, 20_000],
      [5_000, 100_000],
      [20_000, HOST_US_MAX],
    ]);
  return { buildUs: draw(), judgeUs: draw(), unansweredPermille: random.pick([0, 0, 0, 10, 100]) };
}

/** A clock that is a little off, and a little fast or slow. */
export function drawClock(random: Random): ClockPlan {
  return { skewMs: random.between(-400, 400), driftPpm: random.pick([0, 50, -50, 1_000, -20_000, 20_000]) };
}

/** Some through the bad days, and a few after them: the world must go on. */
export function drawTransactions(
  random: Random,
  kindAtUs: number,
  isLong: boolean,
): readonly TransactionPlan[] {
  const everyUs = random.pick(
    isLong ? [500_000, 2_000_000, 20_000_000] : [20_000, 100_000, 500_000, 2_000_000],
  );
  const times: number[] = [];
  for (let atUs = random.below(everyUs); atUs < kindAtUs; atUs += random.between(1, 2 * everyUs))
    times.push(atUs);
  const [after, apartUs] = random.pick([
    [3, 100_000],
    [3, 100_000],
    [20, 400_000],
  ] as const);
  for (let more = 1; more <= after; more++) times.push(kindAtUs + more * apartUs);
  return times.map((atUs) => ({ atUs, client: random.below(4) }));
}
