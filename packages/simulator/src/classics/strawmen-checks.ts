// What a reader takes for granted of a value on servers, and what the strawmen break.
import { NOTHING_WRITTEN, type StrawmanOutcome, type StrawmanServerStatus } from "@witan/consensus";
import { Violation } from "../world/violation.ts";
import type { ClassicCheckMaker } from "./design.ts";
import type { ClassicProcess } from "./process.ts";
import type { StrawmanKinds } from "./strawmen.ts";

/** What a server holds. */
function serverStatus({ engine }: ClassicProcess<StrawmanKinds>): StrawmanServerStatus {
  return engine.status() as StrawmanServerStatus;
}

interface Write {
  readonly value: string;
  /** In the order of all that clients do. */
  readonly began: number;
  ended: number;
}

/** Writes and reads by when they began and ended, as clients see it. */
function history() {
  const writes: Write[] = [];
  let now = 0;
  return {
    writes,
    next: () => ++now,
    begin(value: string): void {
      writes.push({ value, began: ++now, ended: Number.POSITIVE_INFINITY });
    },
    end(value: string): void {
      const write = writes.find((one) => one.value === value);
      if (write) write.ended = ++now;
    },
  };
}

const reads: ClassicCheckMaker<StrawmanKinds> = {
  says: "a read misses no write that was completed before it began",
  make() {
    const { writes, next, begin, end } = history();
    /** By client: when its read began. */
    const began = new Map<number, number>();
    return {
      sent(at, _, message) {
        if (message.kind === "write" && !writes.some(({ value }) => value === message.value))
          begin(message.value);
        if (message.kind === "read" && !began.has(at.place)) began.set(at.place, next());
      },
      told(at, { kind, value }) {
        if (kind === "wrote") return end(value);
        const since = began.get(at.place) ?? next();
        began.delete(at.place);
        // A write that was over before another began that was over before the read began: nobody may read it any more.
        const old =
          writes.find((one) => one.value === value)?.ended ?? (value === NOTHING_WRITTEN ? 0 : undefined);
        const missed = writes.find((one) => old !== undefined && old < one.began && one.ended < since);
        if (missed === undefined) return;
        throw new Violation(
          "reads",
          `a read misses a completed write: p${at.place} reads ${value} after ${missed.value} was written`,
        );
      },
    };
  },
};

const written: ClassicCheckMaker<StrawmanKinds> = {
  says: "what is read somebody wrote",
  make({ plan }) {
    const values = plan.operations.flatMap(({ request }) =>
      request.kind === "write" ? [request.value] : [],
    );
    return {
      told(at, { kind, value }: StrawmanOutcome) {
        if (kind === "wrote" || value === NOTHING_WRITTEN || values.includes(value)) return;
        throw new Violation("written", `p${at.place} reads ${value}, which nobody wrote`);
      },
    };
  },
};

const order: ClassicCheckMaker<StrawmanKinds> = {
  says: "servers that keep the rules and have taken the same writes hold the same value",
  make: (world) => ({
    ended() {
      const servers = world.correct.filter(({ place }) => place >= world.plan.clients);
      for (const [at, one] of servers.entries())
        for (const other of servers.slice(at + 1)) {
          const [a, b] = [serverStatus(one), serverStatus(other)];
          if (a.value === b.value || JSON.stringify(a.taken) !== JSON.stringify(b.taken)) continue;
          throw new Violation(
            "order",
            `p${one.place} and p${other.place} have taken the same writes in different orders: one holds ${a.value}, the other ` +
              `${b.value}, for ever`,
          );
        }
    },
  }),
};

/** By name. */
export const STRAWMAN_CHECKS: Readonly<Record<string, ClassicCheckMaker<StrawmanKinds>>> = {
  reads,
  written,
  order,
};
