// Counts what a world sends and checks, by the kind of message.
import type { Meter } from "../world/meter.ts";

/** What was sent of one kind, to other processes. */
export interface SentKind {
  readonly kind: string;
  readonly messages: number;
  readonly bytes: number;
}

/** The counts of one world. */
export class Counts implements Meter {
  readonly #kinds = new Map<string, { messages: number; bytes: number }>();
  #made = 0;
  #checked = 0;

  /** By the names of the kinds. */
  get kinds(): readonly SentKind[] {
    return [...this.#kinds]
      .map(([kind, counts]) => ({ kind, ...counts }))
      .sort((a, b) => (a.kind < b.kind ? -1 : 1));
  }

  get signaturesMade(): number {
    return this.#made;
  }

  get signaturesChecked(): number {
    return this.#checked;
  }

  sent(kind: string, bytes: number): void {
    const counts = this.#kinds.get(kind) ?? { messages: 0, bytes: 0 };
    counts.messages++;
    counts.bytes += bytes;
    this.#kinds.set(kind, counts);
  }

  checked(signatures: number): void {
    this.#checked += signatures;
  }

  /** A process has made so many signatures. */
  made(signatures: number): void {
    this.#made += signatures;
  }
}
