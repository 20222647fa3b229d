// The faults of a plan that befall the network, whatever runs in the world: one place where they begin and end.
import type { Network } from "./network.ts";
import type { Fault } from "./plan.ts";

type Of<Kind extends Fault["kind"]> = Extract<Fault, { kind: Kind }>;

/** Lets a fault of the network begin, by 1, or end, by -1. Several of a kind may overlap: what they do adds up. */
export function changeNetwork(
  network: Network,
  fault: Of<"partition"> | Of<"slow-link"> | Of<"storm">,
  by: 1 | -1,
): void {
  switch (fault.kind) {
    case "partition":
      for (const [from, to] of fault.cut) network.cut(from, to, by);
      return;
    case "slow-link":
      network.slow(fault.from, fault.to, by * fault.addUs);
      return;
    case "storm":
      network.storm(by * fault.lossPermille);
      return;
  }
}
