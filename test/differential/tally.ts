// Counts which verdicts were reached, by what was judged and on which kind of chain.

/** What is judged. */
export type Subject = "transaction" | "block" | "proof" | "genesis" | "policy" | "address";

const VALID = "valid";

/** Counts of verdicts. Plain counts by "subject mode code", so that they can be sent between threads. */
export class Tally {
  readonly counts = new Map<string, number>();

  /** Counts one verdict. */
  add(subject: Subject, mode: string, code: string | undefined): void {
    const key = `${subject} ${mode} ${code ?? VALID}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  /** Adds what another has counted. */
  merge(counts: ReadonlyMap<string, number>): void {
    for (const [key, count] of counts) this.counts.set(key, (this.counts.get(key) ?? 0) + count);
  }

  /** How many verdicts there were about transactions and blocks. */
  get cases(): number {
    return this.#sum((subject) => subject === "transaction" || subject === "block");
  }

  /** The share of transactions and blocks that were valid. */
  get validShare(): number {
    const valid = this.#sum(
      (subject, code) => (subject === "transaction" || subject === "block") && code === VALID,
    );
    return valid / Math.max(1, this.cases);
  }

  /** How often a code was reached. */
  of(code: string): number {
    return this.#sum((_, found) => found === code);
  }

  /** A table: a line for each code, a column for each subject and kind of chain. */
  table(): string {
    const subjects = ["transaction", "block", "proof", "genesis", "policy", "address"];
    const rows = new Map<string, Map<string, number>>();
    for (const [key, count] of this.counts) {
      const [subject = "", mode = "", code = ""] = key.split(" ");
      const row = rows.get(code) ?? new Map<string, number>();
      for (const column of [subject, mode]) row.set(column, (row.get(column) ?? 0) + count);
      rows.set(code, row);
    }
    const columns = [...subjects, "pbft", "bp-fast-paxos", "pow"];
    const line = (name: string, cells: readonly string[]) =>
      name.padEnd(24) + cells.map((cell) => cell.padStart(14)).join("");
    const lines = [...rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([code, row]) =>
        line(
          code,
          columns.map((column) => String(row.get(column) ?? "")),
        ),
      );
    return [line("code", columns), ...lines].join("\n");
  }

  #sum(wanted: (subject: string, code: string) => boolean): number {
    let sum = 0;
    for (const [key, count] of this.counts) {
      const [subject = "", , code = ""] = key.split(" ");
      if (wanted(subject, code)) sum += count;
    }
    return sum;
  }
}
