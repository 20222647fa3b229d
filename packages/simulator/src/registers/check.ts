// What is looked at in every world of registers, every second and in the end. Checks see what good clients saw, and when bad ones
// were revoked; they never ask a replica.
import { type RegisterVariant, UNWRITTEN } from "@witan/consensus";
import { Violation } from "../world/violation.ts";
import { aftermathOf } from "./aftermath.ts";
import type { RecordedOperation } from "./history.ts";
import { type NotLinearizable, notLinearizable } from "./linearizable.ts";
import type { RegistersWorld } from "./world.ts";

/** A check. */
export interface RegistersCheckMaker {
  readonly says: string;
  /** Begins to look at a world. @returns looks @throws {Violation} */
  make(world: RegistersWorld): () => void;
}

/** What is promised of each type (docs/registers.md; an exhaustive search of a small model settled it). */
export const REGISTER_BOUNDS: Readonly<
  Record<RegisterVariant, { readonly lurking: number; readonly overwrites: number | undefined }>
> = {
  base: { lurking: 1, overwrites: undefined },
  optimized: { lurking: 2, overwrites: undefined },
  strong: { lurking: 1, overwrites: 2 },
};

function linearizable(world: RegistersWorld): () => void {
  const { history, plan } = world;
  let looked = 0;
  return () => {
    const { operations } = history;
    if (operations.length === looked) return;
    looked = operations.length;
    for (let register = 0; register < plan.registers; register++) {
      const found = notLinearizable(
        operations.filter((one) => one.register === register),
        isOfBadClient,
      );
      if (found !== undefined) throw new Violation("linearizable", `r${register}: ${misfitWords(found)}`);
    }
  };
}

/** Names of values of bad clients have the version in them. */
function isOfBadClient(value: string): boolean {
  return value.includes("-bad-");
}

function misfitWords({ reason, one, other }: NotLinearizable<RecordedOperation>): string {
  const first = operationWords(one);
  switch (reason) {
    case "from-nowhere":
      return `${first}, which nobody wrote there`;
    case "from-the-future":
      return `${first} before anybody began to write it`;
    case "overlap":
    case "inside":
      return `${first}, but ${operationWords(other as RecordedOperation)} cannot come before it nor after it`;
  }
}

function operationWords({ client, kind, value }: RecordedOperation): string {
  const what = value === "" ? "nothing" : value;
  return kind === "read" ? `p${client} has read ${what}` : `p${client} has written ${what}`;
}

function lurking(world: RegistersWorld): () => void {
  const { lurking: most } = REGISTER_BOUNDS[world.plan.variant];
  return () => {
    for (const { client, register, lurking: count } of aftermath(world)) {
      world.found("lurking writes", count);
      if (count > most)
        throw new Violation(
          "lurking",
          `p${client} left ${count} writes of r${register} behind that were seen after it was revoked, and ${most} may be`,
        );
    }
  };
}

function overwrites(world: RegistersWorld): () => void {
  const { overwrites: most } = REGISTER_BOUNDS[world.plan.variant];
  return () => {
    for (const { client, register, lurking: count, overwrites: over } of aftermath(world)) {
      if (count === 0) continue;
      // After one more none of them was seen.
      world.found("overwrites", over + 1);
      if (most !== undefined && over >= most)
        throw new Violation(
          "overwrites",
          `a write of p${client} was seen in r${register} after ${over} writes of good clients had followed its revocation, and ` +
            `after ${most} none may be`,
        );
    }
  };
}

function aftermath({ history, cast }: RegistersWorld): ReturnType<typeof aftermathOf> {
  if (history.stops.size === 0) return [];
  return aftermathOf(history, (version) =>
    version === UNWRITTEN ? -1 : cast.placeOf(version.timestamp.client),
  );
}

/** The checks by name. */
export const REGISTERS_CHECKS: Readonly<Record<string, RegistersCheckMaker>> = {
  linearizable: {
    says: "what good clients read and wrote fits into one order that keeps to time; bad ones may write in between, each once",
    make: linearizable,
  },
  lurking: {
    says: "of a revoked client no more writes are seen than the type of the register leaves it: 1, of an optimized one 2",
    make: lurking,
  },
  overwrites: {
    says: "strong registers: after two writes of good clients nothing of a revoked one is seen any more",
    make: overwrites,
  },
};
