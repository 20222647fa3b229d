// Trust Change Paxos for one value (section IV of the paper): acceptors, not proposers, begin rounds, by no longer trusting the
// proposer of the round that they are in. Proposers crash, 2 t_a + 1 acceptors of which t_a may crash. Two message delays while
// nobody is suspected. With `proofs` it is the next step (section V-A): a proposer shows the promises that support what it
// proposes, and may then lie, but not to some only.
import { majorityCrashMax } from "@witan/primitives";
import { DecreeAcceptor } from "../single-decree/acceptor.ts";
import { growingPatience } from "../single-decree/patience.ts";
import { pickHighest } from "../single-decree/pick.ts";
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
import { TrustAcceptor } from "./acceptor.ts";
import { TrustProposer } from "./proposer.ts";

/** One process of Trust Change Paxos. */
export interface TrustChangeConfig extends DecreeConfig {
  /** Whether proposals of later rounds carry the promises that support them, and acceptors look. */
  readonly proofs: boolean;
}

/** The rules of Trust Change Paxos. */
export const TRUST_CHANGE_RULES: DecreeRules = Object.freeze({
  tolerated: majorityCrashMax,
  pick: pickHighest,
  mayVote: (round: number, promised: number) => round >= promised,
  patience: growingPatience,
  keeps: () => true,
});

/** One process of Trust Change Paxos: by its place a proposer or an acceptor. */
export class TrustChangePaxos implements DecreeEngine {
  readonly #part: TrustProposer | TrustAcceptor;

  /** @param record what its disk holds; undefined: nothing yet */
  constructor(config: TrustChangeConfig, record?: DecreeRecord, rules: DecreeRules = TRUST_CHANGE_RULES) {
    const { proofs } = config;
    this.#part =
      config.me < config.proposers
        ? new TrustProposer(new DecreeProposer(config, rules, record), proofs)
        : new TrustAcceptor(new DecreeAcceptor(config, rules, record), proofs);
  }

  step(input: DecreeInput): readonly DecreeEffect[] {
    this.#part.take(input);
    return this.#part.state.takeEffects();
  }

  status(): DecreeStatus {
    return this.#part.state.status;
  }
}
