// Fast Paxos for one value (Lamport, Fast Paxos; section III-B of the paper): proposers speak to 3 t_a + 1 acceptors past the
// leader, two message delays. Where they collide, the leader recovers (coordinated), or the acceptors do (uncoordinated), and
// a classic round decides in the end.
import { crashMax } from "@witan/primitives";
import { DecreeAcceptor } from "../single-decree/acceptor.ts";
import { growingPatience } from "../single-decree/patience.ts";
import { pickForced } from "../single-decree/pick.ts";
import { DecreeProposer } from "../single-decree/proposer.ts";
import type {
  DecreeConfig,
  DecreeEffect,
  DecreeEngine,
  DecreeInput,
  DecreeRecord,
  DecreeRules,
  DecreeStatus,
} from "../single-decree/types.ts";
import { FastAcceptor } from "./acceptor.ts";
import { FastProposer } from "./proposer.ts";

/** Who gets a collision out of the way; `timeout`: nobody before a leader's timer runs out. */
export type Recovery = "coordinated" | "uncoordinated" | "timeout";

/** One process of Fast Paxos. */
export interface FastPaxosConfig extends DecreeConfig {
  readonly recovery: Recovery;
}

/** The rules of Fast Paxos. */
export const FAST_PAXOS_RULES: DecreeRules = Object.freeze({
  tolerated: crashMax,
  pick: pickForced,
  mayVote: (round: number, promised: number) => round >= promised,
  patience: growingPatience,
  keeps: () => true,
});

/** One process of Fast Paxos: by its place a proposer, who leads some rounds, or an acceptor. */
export class FastPaxos implements DecreeEngine {
  readonly #part: FastProposer | FastAcceptor;

  /** @param record what its disk holds; undefined: nothing yet */
  constructor(config: FastPaxosConfig, record?: DecreeRecord, rules: DecreeRules = FAST_PAXOS_RULES) {
    const { recovery } = config;
    this.#part =
      config.me < config.proposers
        ? new FastProposer(new DecreeProposer(config, rules, record), recovery)
        : new FastAcceptor(new DecreeAcceptor(config, rules, record), recovery);
  }

  step(input: DecreeInput): readonly DecreeEffect[] {
    this.#part.take(input);
    return this.#part.state.takeEffects();
  }

  status(): DecreeStatus {
    return this.#part.state.status;
  }
}
