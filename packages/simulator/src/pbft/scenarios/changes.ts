// Changes of the members, and what meets them: somebody who is down, or behind, or starts again.
import { away, every, type Scenario, SECOND, staged } from "./scenario.ts";

/** By name. */
export const CHANGES: Readonly<Record<string, Scenario>> = {
  "changes-with-one-down": {
    says: "members are added, removed and get new keys while one of them is down",
    holds: "once it is back, everything is final, counted by the members of each height",
    source: "Fabric: adding a fifth to four with one down stops the cluster (its bft_configuration page)",
    plan: staged((random) => {
      const process = random.below(4);
      return {
        ...{ spares: 3, changesPermille: 200, changes: random.pick(["one", "one", "several"] as const) },
        faults: [away(process, { atUs: SECOND, untilUs: 8 * SECOND })],
        boundUs: 10 * SECOND,
      };
    }),
  },
  "one-to-two": {
    says: "a network of one member grows, and shrinks again, with every block or so",
    holds: "everything is final: a new member counts from the next height on, and begins by itself",
    source: "Besu QBFT: the step from one validator to two stops the chain (besu#8425)",
    plan: staged((random) => ({
      ...{ members: 1, spares: 2, changesPermille: random.pick([300, 1_000]), boundUs: 10 * SECOND },
      transactions: every(SECOND / 2, { until: 10 * SECOND }),
    })),
  },
  "restarts-at-changes": {
    says: "every block changes the members, and one after another crashes at one and starts again",
    holds:
      "each counts by the members of its height, whether it saw the change happen or reads it from its disk",
    source: "Besu: changes that were due at a height were not applied (besu#9681, besu#9870)",
    plan: staged((random) => ({
      ...{ spares: 2, changesPermille: 1_000, boundUs: 10 * SECOND },
      faults: [1, 2, 3, 4, 5, 6, 7, 8].map((second) => {
        const atUs = second * SECOND + random.below(SECOND / 2);
        const untilUs = atUs + random.between(50_000, SECOND / 2);
        return { ...away(random.below(6), { atUs, untilUs }), effects: random.below(30) };
      }),
    })),
  },
  "all-start-after-a-change": {
    says: "the members have changed; then the power goes everywhere, and comes back",
    holds: "each begins with the members of its disk: nobody is there who could tell them",
    source:
      "Besu: a network that stopped can't start while permissions are on the chain (lacchain/besu-pro-testnet#34)",
    plan: staged((random) => {
      const atUs = 4 * SECOND + random.below(SECOND);
      const span = { atUs, untilUs: atUs + random.between(100_000, 2 * SECOND) };
      return {
        ...{ spares: 2, changesPermille: 300, changes: "several", boundUs: 10 * SECOND },
        faults: [{ kind: "power-cut", effects: random.below(30), ...span }],
      };
    }),
  },
  "change-in-a-later-view": {
    says: "the first primary is down, so that views are changed, and every block changes the members",
    holds:
      "new members begin with their view 0, all of them, and what views there were before means nothing to them",
    source: "VR Revisited, Raft: what goes on across a change of the members (dranov/protocol-bugs-list)",
    plan: staged((random) => ({
      ...{ spares: 3, changesPermille: 1_000, boundUs: 10 * SECOND },
      changes: random.pick(["one", "several", "all"] as const),
      faults: [
        away(0, { atUs: SECOND / 2, untilUs: 9 * SECOND }),
        ...[3, 4, 5, 6, 7].map((second) => {
          const atUs = second * SECOND + random.below(SECOND);
          return { kind: "power-cut" as const, effects: random.below(20), atUs, untilUs: atUs + SECOND / 4 };
        }),
      ],
      transactions: every(SECOND / 4, { until: 10 * SECOND }),
    })),
  },
  "removed-unawares": {
    says: "every block changes the members, much is lost, and then nobody sends any more: some do not hear that they were removed",
    holds:
      "whoever goes on asking for a view among members of before is told what was decided since, and stops",
    source:
      "Raft: servers that were removed and have not heard of it ask for elections for ever (its section 6; Fabric's evictionSuspicion)",
    plan: staged((random) => {
      const [members, spares] = [3, 2];
      const kindAtUs = 6 * SECOND;
      return {
        ...{ members, spares, changesPermille: 1_000, changes: "several", kindAtUs, boundUs: 10 * SECOND },
        network: {
          ...{ profile: "lan", regions: Array<number>(members + spares).fill(0) },
          ...{ lossPermille: random.between(150, 350), duplicatePermille: 0, bytesPerMs: 0 },
        },
        transactions: every(SECOND / 2, { from: random.below(SECOND / 2), until: kindAtUs }),
      };
    }),
  },
};
