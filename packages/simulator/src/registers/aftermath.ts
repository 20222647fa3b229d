// What bad clients left behind: how many of their writes good clients could still see after the ledger had revoked them, and
// over how many writes of good clients (docs/registers.md says what is promised). Counted by the order of versions, in which
// good clients' operations take effect.
import { compareVersions, type RegisterVersion } from "@witan/consensus";
import type { RecordedOperation, RegisterHistory } from "./history.ts";

/** What one bad client left in one register. */
export interface Aftermath {
  readonly client: number;
  readonly register: number;
  /** Writes that can only have happened after it was revoked. */
  readonly lurking: number;
  /** Writes of good clients, one after another, that began after that and end before the last of them was seen. */
  readonly overwrites: number;
}

type Done = RecordedOperation & { readonly version: RegisterVersion };

/** By bad client and register. @param writerOf the place of whom a version is of */
export function aftermathOf(
  { operations, stops }: RegisterHistory,
  writerOf: (version: RegisterVersion) => number,
): readonly Aftermath[] {
  const done = operations.filter(
    (one): one is Done => one.version !== undefined && one.ends < Number.POSITIVE_INFINITY,
  );
  const registers = new Set(done.map(({ register }) => register));
  return [...stops].flatMap(([client, stop]) =>
    [...registers].map((register): Aftermath => {
      const later = done.filter((one) => one.register === register && one.begins > stop);
      const seen = later.filter(({ kind, version }) => kind === "read" && writerOf(version) === client);
      // Where nothing after the revocation is of an earlier version, the write may have happened before it.
      const isLurking = ({ version }: Done) => later.some((one) => compareVersions(one.version, version) < 0);
      const lurking = seen.filter(isLurking);
      const writes = later.filter(({ kind }) => kind === "write");
      const overwrites = lurking.map(({ version }) =>
        longestChain(writes.filter((one) => compareVersions(one.version, version) < 0)),
      );
      const names = new Set(lurking.map(({ value }) => value));
      return { client, register, lurking: names.size, overwrites: Math.max(0, ...overwrites) };
    }),
  );
}

/** How many of these came one after another, each begun when the one before had ended. */
function longestChain(operations: readonly Done[]): number {
  let [count, end] = [0, Number.NEGATIVE_INFINITY];
  for (const one of operations.toSorted((a, b) => a.ends - b.ends)) {
    if (one.begins < end) continue;
    count++;
    end = one.ends;
  }
  return count;
}
