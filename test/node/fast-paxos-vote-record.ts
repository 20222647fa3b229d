// Holds every promise, vote and proposal that honest members of BP Fast Paxos let out against what they let out before,
// across crashes: independent of engine and guard, it sees what the network sees.
import { type BpfpMessage, bpfpMessageCodec, type Learn, type PromiseMessage } from "@witan/consensus";
import type { Votes } from "./vote-record.ts";

/** What one acceptor has said among some members. */
interface Said {
  /** The highest round that it promised. */
  promised: number;
  /** Its vote of the highest round, by height. */
  readonly votes: Map<number, number>;
}

/** All votes of a test. */
export class FastPaxosVoteRecord implements Votes {
  readonly #hashes = new Map<string, string>();
  readonly #said = new Map<string, Said>();
  #last: Uint8Array | undefined;
  readonly contradictions: string[] = [];

  count(name: string): number {
    return [...this.#hashes.keys()].filter((key) => key.startsWith(`${name}: `)).length;
  }

  sent(name: string, _signed: unknown, bytes: Uint8Array): void {
    // To each peer the same bytes.
    if (bytes === this.#last) return;
    this.#last = bytes;
    const decoded = bpfpMessageCodec.decode(bytes);
    if (decoded.ok) this.#take(name, decoded.value);
  }

  #take(name: string, message: BpfpMessage): void {
    const { membership } = message;
    switch (message.kind) {
      case "accept":
      case "learn": {
        const where = `round ${message.round}, height ${message.height} of membership ${membership}`;
        this.#once(`${name}: ${message.kind} of ${where}`, message.blockHash);
        if (message.kind === "learn") this.#learn(name, message);
        return;
      }
      case "promise":
        this.#promise(name, message);
        return;
      case "decided":
        this.#once(`${name}: decision of height ${message.height}`, message.blockHash);
        return;
      case "trustChange":
      case "status":
      case "checkpoint":
    }
  }

  #once(key: string, hash: string): void {
    const before = this.#hashes.get(key) ?? hash;
    this.#hashes.set(key, hash);
    if (before !== hash) this.contradictions.push(key);
  }

  #of(name: string, membership: number): Said {
    const key = `${name} ${membership}`;
    const said = this.#said.get(key) ?? { promised: 0, votes: new Map() };
    this.#said.set(key, said);
    return said;
  }

  #learn(name: string, { membership, round, height }: Learn): void {
    const said = this.#of(name, membership);
    if (round < said.promised)
      this.contradictions.push(`${name}: votes in round ${round}, promised ${said.promised}`);
    said.votes.set(height, Math.max(round, said.votes.get(height) ?? 0));
  }

  #promise(name: string, promise: PromiseMessage): void {
    const said = this.#of(name, promise.membership);
    said.promised = Math.max(said.promised, promise.round);
    const voted = said.votes.get(promise.decidedHeight + 1);
    const [told] = promise.vote;
    if (voted !== undefined && voted < promise.round && (told?.round ?? -1) < voted)
      this.contradictions.push(
        `${name}: promises round ${promise.round} as if it had not voted in round ${voted}`,
      );
  }
}
