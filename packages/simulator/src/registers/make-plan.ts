// Draws the circumstances of a world of registers from its seed: who is there, the network, who lies and how, faults, what good
// clients do and bad ones try, and when bad ones are revoked. Every fault ends before the world turns kind.
import type { RegisterVariant } from "@witan/consensus";
import { byzantineMax } from "@witan/primitives";
import { Random } from "../random.ts";
import { drawFaults } from "../world/draw-faults.ts";
import { drawNetwork } from "../world/draw-network.ts";
import type { NetworkProfile } from "../world/plan.ts";
import type { LiarReplicaPlan, MischiefPlan, OperationPlan, RegistersPlan, RevocationPlan } from "./plan.ts";

/** What is not left to the seed. */
export interface RegistersWishes {
  readonly variant: RegisterVariant;
  readonly replicas?: number;
  readonly liars?: number;
  /** Names of conducts of bad clients, and of replicas that lie. */
  readonly clientConducts: readonly string[];
  readonly replicaConducts: readonly string[];
  readonly network?: NetworkProfile;
}

/** The plan of a seed. */
export function makeRegistersPlan(seed: number, wishes: RegistersWishes): RegistersPlan {
  const random = Random.of(seed, "plan of registers");
  const replicas = wishes.replicas ?? random.pick([4, 4, 4, 4, 5, 7]);
  const goodClients = random.between(2, 4);
  const badClients = wishes.clientConducts.length === 0 ? 0 : random.pick([0, 1, 1, 2]);
  const registers = random.pick([1, 1, 2]);
  const kindAtUs = random.pick([3, 5, 10]) * 1_000_000;
  const processes = replicas + goodClients + badClients;
  const revocations = Array.from(
    { length: badClients },
    (_, client): RevocationPlan => ({
      client,
      atUs: random.between(Math.floor(kindAtUs / 5), kindAtUs),
      spreadUs: random.pick([0, 10_000, 500_000]),
    }),
  );
  const lulls = revocations.flatMap((revocation) => drawLull(random, revocation, registers));
  const operations = drawOperations(random, { goodClients, registers, kindAtUs }).filter(
    (one) => one.kind === "read" || !lulls.some((lull) => isIn(lull, one)),
  );
  const last = lulls.flatMap((lull) => drawLast(random, lull, wishes.clientConducts));
  const usual = drawMischief(random, { badClients, registers, kindAtUs }, wishes.clientConducts);
  return {
    ...{ seed, variant: wishes.variant, replicas, goodClients, badClients, registers, kindAtUs, revocations },
    network: drawNetwork(random, {
      ...{ processes, profile: wishes.network },
      ...{ losses: [0, 0, 10, 100, 300], duplicates: [0, 20, 200] },
    }),
    clocks: [],
    writeUs: random.pick([
      [50, 200],
      [500, 3_000],
      [5_000, 60_000],
    ]),
    faults: drawFaults(random, { processes, kindAtUs }),
    liars: drawLiars(random, replicas, wishes),
    operations,
    mischief: [...usual, ...last].sort((a, b) => a.atUs - b.atUs),
    againUs: random.pick([50_000, 200_000, 500_000]),
    // Each takes a few round trips once all are asked again.
    boundUs: 20_000_000 + operations.length * 4_000_000,
  };
}

interface Room {
  readonly registers: number;
  readonly kindAtUs: number;
}

/** A time in which nobody writes to a register but a client that is about to be revoked: what it prepares stays ahead. */
interface Lull {
  readonly client: number;
  readonly register: number;
  readonly fromUs: number;
  readonly revokedUs: number;
  readonly untilUs: number;
}

function drawLull(
  random: Random,
  { client, atUs, spreadUs }: RevocationPlan,
  registers: number,
): readonly Lull[] {
  const lastsUs = random.pick([300_000, 1_000_000]);
  const register = random.below(registers);
  if (!random.chance(800)) return [];
  const revokedUs = atUs + spreadUs;
  return [{ client, register, fromUs: atUs - 2 * lastsUs, revokedUs, untilUs: revokedUs + lastsUs }];
}

function isIn({ register, fromUs, untilUs }: Lull, operation: OperationPlan): boolean {
  return operation.register === register && operation.atUs > fromUs && operation.atUs < untilUs;
}

/** What it does in its last moments, and what is then done with what it left. */
function drawLast(
  random: Random,
  { client, register, fromUs, revokedUs, untilUs }: Lull,
  conducts: readonly string[],
): readonly MischiefPlan[] {
  const some = conducts.filter((name) => LAST.includes(name));
  if (some.length === 0) return [];
  const act = (leastUs: number, mostUs: number, conduct: string): MischiefPlan => {
    return { client, conduct, register, atUs: random.between(leastUs, mostUs), lot: random.next() };
  };
  const middleUs = Math.floor((fromUs + revokedUs) / 2);
  return [
    ...Array.from({ length: random.between(3, 10) }, () => act(middleUs, revokedUs, random.pick(some))),
    ...Array.from({ length: random.between(2, 6) }, () =>
      act(revokedUs, untilUs + 500_000, random.pick(some)),
    ),
  ];
}

/** What is worth doing before one is revoked. */
const LAST = ["hoards", "prepares-again", "two-values", "one-replica"];

function drawLiars(random: Random, replicas: number, wishes: RegistersWishes): readonly LiarReplicaPlan[] {
  const { replicaConducts: conducts } = wishes;
  if (conducts.length === 0) return [];
  const most = byzantineMax(replicas);
  const count = wishes.liars ?? (random.chance(800) ? most : random.between(0, most));
  const places = random.shuffled([...Array(replicas).keys()]).slice(0, count);
  return places.map((replica) => ({ replica, conduct: random.pick(conducts) }));
}

function drawOperations(
  random: Random,
  { goodClients, registers, kindAtUs }: Room & { readonly goodClients: number },
): readonly OperationPlan[] {
  const everyUs = random.pick([50_000, 300_000, 1_500_000]);
  const writes = random.pick([200, 500, 800]);
  return Array.from({ length: goodClients }, (_, client) => client).flatMap((client) => {
    const made: OperationPlan[] = [];
    let atUs = random.below(everyUs);
    // Some after the world has turned kind: it must go on, and what was left behind may show.
    while (atUs < kindAtUs + 2_000_000 && made.length < 30) {
      const kind = random.chance(writes) ? "write" : "read";
      made.push({ client, register: random.below(registers), kind, atUs });
      atUs += random.between(1, 2 * everyUs);
    }
    return made;
  });
}

function drawMischief(
  random: Random,
  { badClients, registers, kindAtUs }: Room & { readonly badClients: number },
  conducts: readonly string[],
): readonly MischiefPlan[] {
  return Array.from({ length: badClients }, (_, client) => client).flatMap((client) => {
    const everyUs = random.pick([20_000, 100_000, 400_000]);
    const own = random.shuffled(conducts).slice(0, random.between(1, conducts.length));
    const made: MischiefPlan[] = [];
    let atUs = random.below(everyUs);
    while (atUs < kindAtUs + 2_000_000 && made.length < 60) {
      const lot = random.next();
      made.push({ client, conduct: random.pick(own), register: random.below(registers), atUs, lot });
      atUs += random.between(1, 2 * everyUs);
    }
    return made;
  });
}
