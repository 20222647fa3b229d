// How often a peer is helped: reading a block costs more than asking for it, so that a host does it so often at most,
// whatever the peer says (packages/node, pbft-host.ts).

/** In a view timer a peer is helped so many times at most, in each way. */
const HELPS_IN_VIEW = 20;

/** When each peer was last helped. Lost with a crash. */
export class HelpPause {
  readonly #pauseUs: number;
  readonly #helpedAtUs = new Map<string, number>();

  /** @param viewUs T, the first timer of the detector */
  constructor(viewUs: number) {
    this.#pauseUs = viewUs / HELPS_IN_VIEW;
  }

  /** Whether a peer is helped now; if so, it was. */
  helps(how: "forward" | "decided", place: number, nowUs: number): boolean {
    const name = `${how} ${place}`;
    const before = this.#helpedAtUs.get(name);
    if (before !== undefined && nowUs - before < this.#pauseUs) return false;
    this.#helpedAtUs.set(name, nowUs);
    return true;
  }

  clear(): void {
    this.#helpedAtUs.clear();
  }
}
