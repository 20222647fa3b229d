// What acceptors promise and vote, across crashes: one block in a round and height, never below what was promised, and
// nothing that is said is forgotten.
import type { BpfpMessage } from "@witan/consensus";
import { Violation } from "../../world/violation.ts";
import type { CheckMaker } from "../check.ts";
import type { Process } from "../process.ts";

type Said<Kind extends BpfpMessage["kind"]> = Extract<BpfpMessage, { readonly kind: Kind }>;

/** Where an acceptor has shown itself to be: among which members, and in which round. */
interface Shown {
  readonly membership: number;
  readonly round: number;
}

/** No correct acceptor contradicts what it said before; what it says is on its disk. */
export const votes: CheckMaker = () => {
  const said = new AllSaid();
  return {
    name: "votes",
    said: (at, message) => {
      if (at.lies) return;
      if (message.kind === "learn") said.learn(at, message);
      else if (message.kind === "promise") said.promise(at, message);
    },
  };
};

/** What acceptors have said in one world. */
class AllSaid {
  readonly #learns = new Map<string, string>();
  readonly #promises = new Map<string, string>();
  readonly #shown = new Map<Process, Shown>();
  /** Of each acceptor: its last vote at a height. */
  readonly #latest = new Map<string, Said<"learn">>();

  learn(at: Process, message: Said<"learn">): void {
    const { membership, round, height, blockHash } = message;
    if (!isOnce(this.#learns, `${at.place} ${membership} ${round} ${height}`, blockHash))
      throw broken(at, `votes for two blocks in round ${round} at height ${height}`);
    this.#move(at, message, "votes");
    const { progress } = at.disk;
    const { vote } = progress ?? {};
    const isKept =
      progress?.membership === membership &&
      vote?.height === height &&
      vote.round === round &&
      vote.blockHash === blockHash;
    if (!isKept) throw broken(at, `says a vote for ${blockHash.slice(0, 8)} that is not on its disk`);
    if (!at.disk.hasBody(blockHash)) throw broken(at, "votes for a block whose body is not on its disk");
    this.#latest.set(`${at.place} ${height}`, message);
  }

  promise(at: Process, message: Said<"promise">): void {
    const { membership, round, decidedHeight, vote } = message;
    const content = JSON.stringify([message.decidedHash, vote]);
    // Its highest vote stays what it is, once the round is promised.
    if (!isOnce(this.#promises, `${at.place} ${membership} ${round} ${decidedHeight}`, content))
      throw broken(at, `promises round ${round} with two different votes`);
    this.#move(at, message, "promises");
    const { progress } = at.disk;
    if (progress?.membership !== membership || progress.round < round)
      throw broken(at, `promises round ${round}, which is not on its disk`);
    const voted = this.#latest.get(`${at.place} ${decidedHeight + 1}`);
    if (voted?.membership !== membership || voted.round >= round) return;
    // A later vote may be on its disk, and not have been said before a crash.
    const [told] = vote;
    const isTold =
      told !== undefined &&
      (told.round > voted.round || (told.round === voted.round && told.blockHash === voted.blockHash));
    if (!isTold)
      throw broken(
        at,
        `promises round ${round} without its vote of round ${voted.round} for ${voted.blockHash.slice(0, 8)}`,
      );
  }

  #move(at: Process, { membership, round }: Shown, what: string): void {
    const last = this.#shown.get(at);
    const isBack =
      last !== undefined &&
      (membership < last.membership || (membership === last.membership && round < last.round));
    if (isBack) throw broken(at, `${what} in round ${round}, after round ${last.round}`);
    this.#shown.set(at, { membership, round });
  }
}

function broken({ place }: Process, what: string): Violation {
  return new Violation("votes", `p${place} ${what}`);
}

/** Whether a key has this value, and never had another. */
function isOnce(known: Map<string, string>, key: string, value: string): boolean {
  const before = known.get(key);
  if (before === undefined) known.set(key, value);
  return before === undefined || before === value;
}
