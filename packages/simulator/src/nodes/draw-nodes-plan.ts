// Draws what is alike in all worlds of whole nodes, whatever they run: faults, clocks, pools, what clients do, and what
// operators change. Every fault ends before the world turns kind.
import type { ParameterName } from "@witan/ledger";
import { Random } from "../random.ts";
import { drawNetwork } from "../world/draw-network.ts";
import type { ClockPlan, NetworkProfile } from "../world/plan.ts";
import type { ChangePlan, DealingKind, DealingPlan, MempoolPlan, NodeFault, NodesPlan } from "./plan.ts";
import type { SignatureKind } from "./signatures.ts";

/** Worlds with real signatures: they cost much. */
const REAL_PERMILLE = 20;
/** Worlds whose nodes have pools so small that each limit is met. */
const SMALL_POOL_PERMILLE = 200;
/** Worlds that end with rules that no node knows. */
const RULES_PERMILLE = 80;
/** Worlds in which a member gets another peer key. */
const PEER_KEY_PERMILLE = 150;
const TICK_MS = 25;
const VIEW_MS = 1_000;

const DEALINGS: readonly DealingKind[] = [
  ...(["pay", "pay", "pay", "pay", "pay", "pay", "everywhere", "chain", "brief", "double-spend"] as const),
  ...([
    "two-witnesses",
    "issue",
    "destroy",
    "forged",
    "unbalanced",
    "expired",
    "oversized",
    "garbage",
  ] as const),
];

/** What is not left to the seed. */
export interface DaysWishes {
  readonly network?: NetworkProfile;
  readonly signatures?: SignatureKind;
  /** Few seconds and few transactions: worlds that cost a fifth. */
  readonly brief?: boolean;
}

/** What is drawn of a world before its days. */
export interface DaysRoom extends Room, Pick<NodesPlan, "seed" | "members" | "spares" | "liars"> {
  readonly faults: readonly NodeFault[];
  readonly wishes: DaysWishes;
}

type Days = Omit<NodesPlan, "consensus" | "observers" | "liars" | "gone" | "unknownRules" | "boundUs">;

/** What is alike in all worlds, when it is said who is in them and what befalls them. */
export function drawDays(random: Random, room: DaysRoom): Days {
  const { seed, members, spares, liars, kindAtUs, processes, faults, wishes } = room;
  return {
    ...{ seed, members, spares, kindAtUs },
    network: drawNetwork(random, {
      ...{ processes, profile: wishes.network, losses: [0, 0, 10, 50, 200], duplicates: [0, 20, 100] },
    }),
    clocks: Array.from({ length: processes }, () => drawClock(random)),
    writeUs: random.pick([
      [50, 200],
      [500, 3_000],
      [2_000, 20_000],
    ]),
    faults: [...faults].sort((a, b) => a.atUs - b.atUs),
    ...{ tickMs: TICK_MS, viewTimeoutMs: VIEW_MS, viewTimeoutMaxMs: 4 * VIEW_MS },
    emptyBlockIntervalMs: random.pick([1_000, 3_000, 10_000]),
    flushBlocks: random.pick([3, 10, 1_000]),
    mempool: drawMempool(seed, random),
    limits: random.pick(["usual", "usual", "tight"]),
    signatures: wishes.signatures ?? drawSignatures(seed),
    clients: 4,
    dealings: drawDealings(random, kindAtUs, wishes.brief === true),
    changes: [
      ...drawChanges(random, { members, spares, liars, kindAtUs }),
      ...drawOtherChanges(Random.of(seed, "other changes"), { members, kindAtUs }),
      ...drawPeerKey(Random.of(seed, "peer keys"), { members, liars, kindAtUs }),
    ].sort((a, b) => a.atUs - b.atUs),
  };
}

/** When a world turns kind. @param most in seconds, where it is not to be brief */
export function drawKindAtUs(random: Random, most: number, { brief }: DaysWishes): number {
  return random.between(brief ? 2 : 4, brief ? Math.min(most, 5) : most) * 1_000_000;
}

/** Whether a world ends with rules that no node knows. */
export function drawUnknownRules(seed: number): boolean {
  return Random.of(seed, "rules").chance(RULES_PERMILLE);
}

function drawSignatures(seed: number): SignatureKind {
  return Random.of(seed, "signatures").chance(REAL_PERMILLE) ? "real" : "fake";
}

/** Who is there, and until when the world is bad. */
export interface Room {
  readonly processes: number;
  readonly kindAtUs: number;
}

/** @param mayLose nodes whose data may be lost */
export function drawNodeFaults(
  random: Random,
  { processes, kindAtUs }: Room,
  mayLose: readonly number[],
  members: number,
): readonly NodeFault[] {
  const span = (longestUs: number) => {
    const atUs = random.below(kindAtUs - 1);
    return { atUs, untilUs: Math.min(atUs + random.between(1, longestUs), kindAtUs) };
  };
  const faults: NodeFault[] = [];
  for (let more = random.pick([0, 0, 0, 1]); more > 0; more--)
    faults.push({ kind: "disk-full", process: random.below(processes), ...span(3_000_000) });
  for (let more = mayLose.length > 0 ? random.pick([0, 0, 1, 2]) : 0; more > 0; more--) {
    const kind = random.pick(["corruption", "corruption", "lost-data", "old-copy"] as const);
    faults.push({ kind, process: random.pick(mayLose), ...span(6_000_000) });
  }
  // One clock at a time may be far off: with more, the chain's time itself would be, and wait for the others.
  if (members >= 4 && random.chance(250)) {
    const byMs = random.pick([-60_000, -3_000, 3_000, 60_000]);
    faults.push({ kind: "clock-jump", process: random.below(processes), ...span(5_000_000), byMs });
  }
  return faults;
}

/** Operators that stop nodes in good order. */
export function drawStops(random: Random, { processes, kindAtUs }: Room): readonly NodeFault[] {
  return Array.from({ length: random.pick([0, 0, 1, 3]) }, (): NodeFault => {
    const atUs = random.below(kindAtUs - 1);
    const untilUs = Math.min(atUs + random.between(1, random.pick([20_000, 3_000_000])), kindAtUs);
    return { kind: "stop", process: random.below(processes), atUs, untilUs };
  });
}

/** Limits of every node's pool. */
function drawMempool(seed: number, random: Random): MempoolPlan {
  const transactions = random.pick([20, 1_000]);
  const small = Random.of(seed, "pool");
  if (!small.chance(SMALL_POOL_PERMILLE)) return { transactions };
  return {
    transactions: small.pick([4, 20]),
    bytes: small.pick([20_000, 60_000, 1_000_000]),
    perClient: small.pick([2, 5, 100]),
    ancestors: small.pick([2, 5, 25]),
    descendants: small.pick([2, 5, 25]),
    orphans: small.pick([0, 2, 100]),
    rejections: small.pick([0, 3, 100]),
  };
}

/** Two clocks are never further apart than validators bear, 2 s: in 60 s a drift of 1% is 600 ms. */
function drawClock(random: Random): ClockPlan {
  return { skewMs: random.between(-300, 300), driftPpm: random.pick([0, 50, -50, 1_000, -10_000, 10_000]) };
}

/** Some through the bad days, and a few after them: the world must go on. */
function drawDealings(random: Random, kindAtUs: number, isBrief: boolean): readonly DealingPlan[] {
  const everyUs = random.pick(isBrief ? [100_000, 400_000, 400_000] : [30_000, 100_000, 400_000]);
  const times: number[] = [];
  for (let atUs = random.below(everyUs); atUs < kindAtUs; atUs += random.between(1, 2 * everyUs))
    times.push(atUs);
  for (let more = 1; more <= 3; more++) times.push(kindAtUs + more * 100_000);
  return times.map((atUs) => ({ atUs, client: random.below(4), kind: random.pick(DEALINGS) }));
}

/** What operators change of the members. */
function drawChanges(
  random: Random,
  { members, spares, liars, kindAtUs }: Pick<NodesPlan, "members" | "spares" | "liars" | "kindAtUs">,
): readonly ChangePlan[] {
  const changes: ChangePlan[] = [];
  const at = (): number => random.below(kindAtUs);
  for (let node = members; node < members + spares; node++) {
    const atUs = at();
    changes.push({ atUs, kind: "add", node });
    // Only who has lied to nobody leaves: the share of liars must not grow beyond f.
    if (random.chance(300)) changes.push({ atUs: random.between(atUs, kindAtUs), kind: "remove", node });
  }
  for (let more = random.pick([0, 0, 1, 2]); more > 0; more--) {
    const node = random.below(members);
    if (!liars.some((liar) => liar.node === node)) changes.push({ atUs: at(), kind: "replace-key", node });
  }
  return changes;
}

/** A member gets another peer key. Liars keep theirs: a twin has the same. */
function drawPeerKey(
  random: Random,
  { members, liars, kindAtUs }: Pick<NodesPlan, "members" | "liars" | "kindAtUs">,
): readonly ChangePlan[] {
  if (!random.chance(PEER_KEY_PERMILLE)) return [];
  const node = random.below(members);
  const isLiar = liars.some((liar) => liar.node === node);
  return isLiar ? [] : [{ atUs: random.below(kindAtUs), kind: "replace-peer-key", node }];
}

/** Values that a world bears: it ends as well with each of them. */
const VALUES: readonly (readonly [ParameterName, readonly number[]])[] = [
  ["blockBytesMax", [131_072, 1_048_576]],
  ["blockTransactionsMax", [16, 100]],
  ["blockSignaturesMax", [64, 200]],
  ["validUntilAheadMsMax", [3_600_000, 86_400_000]],
  ["clockDriftMs", [2_500, 5_000]],
  ["emptyBlockIntervalMs", [1_500, 4_000]],
  ["checkpointInterval", [11, 15]],
];

/** What operators change besides the members. */
function drawOtherChanges(
  random: Random,
  { members, kindAtUs }: Pick<NodesPlan, "members" | "kindAtUs">,
): readonly ChangePlan[] {
  const changes: ChangePlan[] = [];
  for (let more = random.pick([0, 0, 1, 4]); more > 0; more--) {
    const atUs = random.below(kindAtUs);
    const [parameter, values] = random.pick(VALUES);
    const guest = random.below(2);
    changes.push(
      random.pick<ChangePlan>([
        { atUs, kind: "parameter", parameter, value: random.pick(values) },
        { atUs, kind: "asset", name: `ASSET${more}` },
        { atUs, kind: random.pick(["permit-client", "revoke-client", "forget-client"] as const), guest },
        { atUs, kind: "replace-operator-key", node: random.below(members) },
      ]),
    );
  }
  return changes;
}
