// What befalls a world of registers. Places: replicas first, then good clients, then bad ones.
import type { RegisterVariant } from "@witan/consensus";
import type { Plan } from "../world/plan.ts";

/** A replica that does not keep to the rules; each signs whatever bad clients want. */
export interface LiarReplicaPlan {
  readonly replica: number;
  /** What it answers good clients: the name of a conduct. */
  readonly conduct: string;
}

/** An operation of a good client. It begins one when the one before is done. */
export interface OperationPlan {
  /** 0 is the first good client. */
  readonly client: number;
  readonly register: number;
  readonly kind: "write" | "read";
  /** Not before this. */
  readonly atUs: number;
}

/** Something that a bad client does, once. */
export interface MischiefPlan {
  /** 0 is the first bad client. */
  readonly client: number;
  /** The name of a conduct. */
  readonly conduct: string;
  readonly register: number;
  readonly atUs: number;
  /** From what it draws its choices. */
  readonly lot: number;
}

/** When the ledger no longer permits a bad client to write. */
export interface RevocationPlan {
  readonly client: number;
  readonly atUs: number;
  /** So much later the last replica knows. */
  readonly spreadUs: number;
}

/** The circumstances of a world of registers. */
export interface RegistersPlan extends Plan {
  readonly variant: RegisterVariant;
  readonly replicas: number;
  readonly goodClients: number;
  readonly badClients: number;
  readonly registers: number;
  readonly liars: readonly LiarReplicaPlan[];
  readonly operations: readonly OperationPlan[];
  readonly mischief: readonly MischiefPlan[];
  readonly revocations: readonly RevocationPlan[];
  /** Who has not answered is asked again after so long. */
  readonly againUs: number;
  /** So long after the world turned kind all operations are done. */
  readonly boundUs: number;
}

/** The name of who is at a place. */
export function registersNameOf({ replicas, goodClients }: RegistersPlan, place: number): string {
  if (place < replicas) return `v${place}`;
  return place < replicas + goodClients ? `c${place - replicas}` : `b${place - replicas - goodClients}`;
}
