// Crashes at every single call of a port while one transfer becomes final: which calls there are, and how a test gets to
// each of them.
import type { SealedTransaction } from "@witan/ledger";
import { bytesToHex } from "@witan/primitives";
import type { Cluster } from "./cluster.ts";

/** A cluster, and what is paid in it. */
export interface Dialogue {
  readonly cluster: Cluster;
  readonly first: SealedTransaction;
  /** Spends what the first does. */
  readonly rival: SealedTransaction;
  readonly second: SealedTransaction;
}

/** Submits a transfer, and goes on until all have it in a block, or the crash comes. */
export async function run({ cluster, first }: Dialogue, at: string, isCrashed: () => boolean): Promise<void> {
  const params = { transaction: bytesToHex(first.bytes), waitFor: "final", timeoutMs: 60_000 } as const;
  const call = cluster.seat(at).call("transaction_submit", params);
  call.then(
    (outcome) => cluster.note(outcome),
    () => {},
  );
  const isEverywhere = () => cluster.running.every(({ height }) => height === 1);
  await cluster.world.until("the end of the dialogue", () => isCrashed() || isEverywhere());
}

/** Calls `crash` at the call of that number. */
export function crashAt(
  { cluster }: Dialogue,
  number: number,
  { isConcerned, crash }: { isConcerned: (name: string) => boolean; crash: () => void },
): () => boolean {
  let left = number;
  let isOver = false;
  cluster.world.onPoint = ({ name }) => {
    if (isOver || !isConcerned(name) || left-- > 0) return;
    isOver = true;
    crash();
  };
  return () => isOver;
}

/** Does something at each point; says at which one it failed. */
export async function atEach(
  points: readonly string[],
  work: (number: number) => Promise<void>,
): Promise<void> {
  for (const [number, point] of points.entries())
    try {
      await work(number);
    } catch (error) {
      throw new Error(
        `crash at call ${number}, ${point}: ${error instanceof Error ? error.message : error}`,
        {
          cause: error,
        },
      );
    }
}
