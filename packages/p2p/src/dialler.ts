// Reaches for peers that are not connected, for ever: at once after a link broke, then less and less often, never two
// dials to one peer at a time.
import type { PeerRecord } from "./peer-record.ts";
import type { ResolvedSettings } from "./settings.ts";
import type { Transport, Wire } from "./wire.ts";

/** What the dialler needs. */
export interface DiallerOptions {
  readonly transport: Transport;
  readonly settings: ResolvedSettings;
  readonly entered: (wire: Wire) => void;
}

/** Dials. Does nothing before `start` and after `stop`. */
export class Dialler {
  readonly #options: DiallerOptions;
  #isRunning = false;

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isRunning = true;
  }

  stop(): void {
    this.#isRunning = false;
  }

  /** Tries at once. */
  soon(record: PeerRecord): void {
    this.#plan(record, 0);
  }

  /** Tries again after one more failure. */
  later(record: PeerRecord): void {
    const { random, times } = this.#options.settings;
    const full = Math.min(times.redialMaxMs, times.redialMinMs * 2 ** Math.min(record.attempts, 20));
    record.attempts++;
    this.#plan(record, Math.max(times.redialMinMs, full * (0.5 + random() / 2)));
  }

  #isWanted(record: PeerRecord): boolean {
    if (!this.#isRunning || record.admitted?.address === undefined || record.link !== undefined) return false;
    return ![...record.links].some((link) => link.wire.direction === "out");
  }

  #plan(record: PeerRecord, delay: number): void {
    if (record.dialling.kind === "dialling" || !this.#isWanted(record)) return;
    record.stopDialling();
    const { clock } = this.#options.settings;
    const wait = Math.max(delay, record.standing.bannedFor(clock.monotonicMs()));
    const stop = clock.after(wait, () => void this.#dial(record));
    record.dialling = { kind: "waiting", stop };
  }

  async #dial(record: PeerRecord): Promise<void> {
    const { transport, settings, entered } = this.#options;
    const address = record.admitted?.address;
    record.dialling = { kind: "idle" };
    if (address === undefined || !this.#isWanted(record)) return;
    const controller = new AbortController();
    record.dialling = { kind: "dialling", controller };
    const stopTimer = settings.clock.after(settings.times.dialTimeoutMs, () => controller.abort());
    const dialled = await transport.dial({ id: record.id, address }, controller.signal);
    stopTimer();
    const isOurs = record.dialling.kind === "dialling" && record.dialling.controller === controller;
    if (isOurs) record.dialling = { kind: "idle" };
    if (dialled.ok) {
      if (isOurs && this.#isRunning) entered(dialled.value);
      else dialled.value.abort();
      return;
    }
    record.lastFailure = dialled.detail === undefined ? dialled.code : `${dialled.code}: ${dialled.detail}`;
    if (isOurs) this.later(record);
  }
}
