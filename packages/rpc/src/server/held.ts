// What of one source is kept waiting for what was wrong: new connections, and what came on connections that were wrong
// before. Requests begin one after the other, as what each costs is known only then; connections go first. Nothing waits
// longer than the bound: it is given up instead.

/** How what waits is begun, or given up. */
export interface HeldWork {
  /** @param end called when it has ended; after a moment it is taken to have */
  begin(end: () => void): void;
  /** Its time is over. Without this it waits on. */
  giveUp?(): void;
  /** It begins, whatever is owed, if so many milliseconds went by since the one before it has begun as that said here. */
  readonly restMs?: number;
  /** It goes before those of which this is not said. */
  readonly isFirst?: boolean;
}

/** What is begun may take so long, in milliseconds, before the next is begun, unless told otherwise. */
const BEGUN_MS = 100;
/**
 * A new connection is let in each so many milliseconds, and a hundredth of what is owed: it may well be right. Who sends
 * much ahead on ever new ones lets others of its source wait a little longer.
 */
const CONNECTION_MS = 20;
const CONNECTION_SHARE = 0.01;

interface Waiting {
  readonly work: HeldWork;
  readonly sinceMs: number;
}

/** The lines of a source. In each the first has waited longest, so nothing is ever looked for in them. */
export class Held {
  /** Milliseconds until nothing is owed. */
  readonly #owedMs: (now: number) => number;
  readonly #boundMs: number;
  readonly #connections: Waiting[] = [];
  readonly #firstRequests: Waiting[] = [];
  readonly #requests: Waiting[] = [];
  #isBusy = false;
  #connectionMs = 0;
  /** From then on a request that asks for rest only may begin, whatever is owed. */
  #restedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  readonly #begunMs: number;

  /** @param begunMs what is begun may take so long before the next is */
  constructor(owedMs: (now: number) => number, boundMs: number, begunMs = BEGUN_MS) {
    this.#owedMs = owedMs;
    this.#boundMs = boundMs;
    this.#begunMs = begunMs;
  }

  /** Whether nothing waits, and nothing that waited is under way. */
  get isEmpty(): boolean {
    return this.#first === undefined && !this.#isBusy;
  }

  /** A new connection. */
  addConnection(work: HeldWork): void {
    this.#connections.push({ work, sinceMs: performance.now() });
    this.#next();
  }

  /** What came on a connection on which something was wrong. */
  addRequest(work: HeldWork): void {
    (work.isFirst ? this.#firstRequests : this.#requests).push({ work, sinceMs: performance.now() });
    this.#next();
  }

  get #lines(): readonly Waiting[][] {
    return [this.#connections, this.#firstRequests, this.#requests];
  }

  get #first(): Waiting | undefined {
    return this.#connections[0] ?? this.#firstRequests[0] ?? this.#requests[0];
  }

  #next(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = performance.now();
    for (const line of this.#lines) this.#giveUp(line, now);
    if (this.#waitMs(now) <= 0) this.#beginFirst(now);
    this.#comeBack(now);
  }

  #beginFirst(now: number): void {
    const connection = this.#connections.shift();
    if (connection !== undefined) {
      this.#connectionMs = now;
      connection.work.begin(() => undefined);
      return;
    }
    const next = this.#firstRequests.shift() ?? this.#requests.shift();
    if (next === undefined) return;
    this.#isBusy = true;
    this.#restedMs = now + (next.work.restMs ?? 0);
    let hasEnded = false;
    const end = (): void => {
      if (hasEnded) return;
      hasEnded = true;
      clearTimeout(limit);
      this.#isBusy = false;
      setImmediate(() => this.#next());
    };
    const limit = setTimeout(end, this.#begunMs);
    next.work.begin(end);
  }

  /** Milliseconds until the next may begin. */
  #waitMs(now: number): number {
    const connection = this.#connections[0];
    const owed = this.#owedMs(now);
    if (connection !== undefined) {
      const apartMs = CONNECTION_MS + CONNECTION_SHARE * owed;
      return Math.min(owed, Math.max(connection.sinceMs, this.#connectionMs) + apartMs - now);
    }
    if (this.#isBusy) return Number.POSITIVE_INFINITY;
    return this.#first?.work.restMs === undefined ? owed : Math.min(owed, this.#restedMs - now);
  }

  /** Gives up who has waited too long, the first in line first: the others have waited less. */
  #giveUp(line: Waiting[], now: number): void {
    for (let first = line[0]; first !== undefined; first = line[0]) {
      if (first.work.giveUp === undefined || now - first.sinceMs < this.#boundMs) return;
      line.shift();
      first.work.giveUp();
    }
  }

  /** Looks again when something may begin, or the time of one is over. */
  #comeBack(now: number): void {
    if (this.#first === undefined) return;
    // What is under way comes back here when it ends.
    let inMs = this.#waitMs(now);
    for (const [first] of this.#lines)
      if (first?.work.giveUp !== undefined) inMs = Math.min(inMs, first.sinceMs + this.#boundMs - now);
    if (inMs === Number.POSITIVE_INFINITY) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), Math.max(1, inMs));
    this.#timer.unref();
  }
}
