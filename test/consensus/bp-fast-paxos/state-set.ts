// What a search through all that can happen keeps: states of several processes that are alike, each reached once. A state is
// the processes in any order, since their names don't matter; a process is a small number that stands for where it is.
export class StateSet<Process> {
  readonly #count: number;
  readonly #numbersMax: number;
  readonly #processes: Process[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #seen = new Set<number>();
  readonly #waiting: number[] = [];

  /** @param numbersMax how many different processes there can be; to the power of `count` it must be a safe integer */
  constructor(count: number, numbersMax: number) {
    this.#count = count;
    this.#numbersMax = numbersMax;
  }

  /** Begins with all processes in one place. */
  begin(process: Process): void {
    this.#reach(Array<number>(this.#count).fill(this.#number(process)));
  }

  /** A state that was reached and not gone on from; undefined: there is none left. */
  take(): { readonly numbers: readonly number[]; readonly processes: readonly Process[] } | undefined {
    const key = this.#waiting.pop();
    if (key === undefined) return undefined;
    const numbers: number[] = [];
    for (let rest = key; numbers.length < this.#count; rest = Math.floor(rest / this.#numbersMax))
      numbers.push(rest % this.#numbersMax);
    return { numbers, processes: numbers.map((one) => this.#processes[one] as Process) };
  }

  /** The state in which the process at a position is another one. */
  become(numbers: readonly number[], at: number, next: Process): void {
    this.#reach(numbers.with(at, this.#number(next)));
  }

  #number(process: Process): number {
    const name = JSON.stringify(process);
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    this.#numbers.set(name, this.#processes.length);
    return this.#processes.push(process) - 1;
  }

  #reach(numbers: readonly number[]): void {
    const sorted = [...numbers].sort((a, b) => a - b);
    const key = sorted.reduce((sum, one) => sum * this.#numbersMax + one, 0);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.#waiting.push(key);
  }
}
