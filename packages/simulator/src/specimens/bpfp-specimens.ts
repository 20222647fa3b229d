// The corrections of protocols/bp-fast-paxos.md, each left out: what becomes of the algorithms as they are printed. And the
// paper's section VI: what becomes of a world in which an acceptor lies.
import { type BpfpEvidence, type LearnCount, type PromiseContent, promiseStatement } from "@witan/consensus";
import { type BlockHash, type Height, type View, ZERO_HASH } from "@witan/primitives";
import type { CheckMaker } from "../bp-fast-paxos/check.ts";
import { agreement } from "../bp-fast-paxos/checks/agreement.ts";
import { evidence } from "../bp-fast-paxos/checks/evidence.ts";
import { rounds } from "../bp-fast-paxos/checks/rounds.ts";
import { evidenceWords } from "../bp-fast-paxos/words.ts";
import { Violation } from "../world/violation.ts";
import { bpfpSpecimenPlan, mutedFirst, powerCut } from "./bpfp-plans.ts";
import { BpfpSpecimen, type BpfpSpecimenParts } from "./bpfp-specimen.ts";
import { cutsOff } from "./pbft-plans.ts";
import type { Specimen } from "./specimen.ts";

const PROCESSES = 6;

/** How a violation goes on where evidence names an acceptor, and where none does. */
const NAMED = "there is evidence of";
const UNNAMED = "no evidence names an acceptor";

/** What only an acceptor that lies does. (After a fork honest acceptors too have signed different decisions.) */
const LIES_OF_ACCEPTORS: readonly BpfpEvidence["kind"][] = ["falsePromise", "twoLearns", "falseLearn"];

/**
 * Agreement of acceptors, who count LEARNs (others take the word of one, a liar's too); and with the violation the acceptors
 * that evidence names, or that it names none.
 */
const agreementWithNames: CheckMaker = (world) => {
  const check = agreement(world);
  const honest = evidence(world);
  const named = new Set<string>();
  return {
    name: check.name,
    accused: (at, told, members) => {
      if (at.lies || !LIES_OF_ACCEPTORS.includes(told.kind)) return;
      honest.accused?.(at, told, members);
      named.add(evidenceWords(told, (member) => world.nameOf(members, member)));
    },
    decided: (at, certificate, block) => {
      if (at.engine.status().part !== "acceptor") return;
      try {
        check.decided?.(at, certificate, block);
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        const known = named.size === 0 ? UNNAMED : `${NAMED} ${[...named].sort().join(", ")}`;
        throw new Violation(error.check, `${error.message}; ${known}`);
      }
    },
  };
};

/** What differs where the lie is detected, and where not. */
interface SectionVI extends Pick<BpfpSpecimenParts, "says" | "fails"> {
  readonly detects: boolean;
}

/** The paper's section VI: no rule is left out, but an acceptor lies. */
function sectionVI({ says, fails, detects }: SectionVI): Specimen {
  return new BpfpSpecimen({
    ...{ says, fails, checks: [agreementWithNames], check: "agreement", printed: {} },
    inWords: `; ${detects ? NAMED : UNNAMED}`,
    worlds: 300,
    planOf: bpfpSpecimenPlan({
      liars: [
        { node: 0, conducts: ["two-blocks"] },
        { node: 5, conducts: ["lies-to-each"] },
      ],
      // One height, and soon over.
      ...{ loss: [0, 100], detects, kindAtUs: 200_000, boundUs: 300_000 },
    }),
    mended: (plan) => ({ ...plan, liars: plan.liars.filter(({ node }) => node === 0) }),
  });
}

/** All specimens of BP Fast Paxos. */
export const BPFP_SPECIMENS: Readonly<Record<string, Specimen>> = {
  "learner-stuck": new BpfpSpecimen({
    says: "correction 1: a learner that has seen two values of a round decides nothing any more (printed line 20)",
    fails: "one equivocation, and acceptors never decide that height",
    checks: [],
    check: "liveness",
    printed: {
      decision: (learns: LearnCount, round: View, quorum: number) =>
        learns.rounds.some((one) => learns.blocks(one).length > 1) ? undefined : learns.chosen(round, quorum),
    },
    planOf: bpfpSpecimenPlan({
      ...{ liars: [{ node: 0, conducts: ["two-blocks"] }], loss: [0], resendTicks: 6 },
      // Within T: the whole engine needs a tenth of it. (Later it forgets LEARNs of long ago, the printed algorithm never.)
      ...{ kindAtUs: 1_000_000, boundUs: 400_000 },
    }),
  }),
  "runaway-rounds": new BpfpSpecimen({
    says: "correction 2: a bad ACCEPT of any round is answered by asking for the round behind it (printed line 15)",
    fails: "one message moves an acceptor to a round of the liar's choice",
    checks: [rounds],
    check: "rounds",
    printed: { answerToBadAccept: ({ badRound }) => (badRound + 1) as View },
    // Its message comes before anything was decided.
    planOf: bpfpSpecimenPlan({
      ...{ liars: [{ node: 1, conducts: ["far-rounds"] }], loss: [0], transactionsEveryUs: 6_000_000 },
    }),
  }),
  "double-proposal": new BpfpSpecimen({
    says: "correction 3: a proposer proposes again with each further promise (printed line 12)",
    fails: "a proposer that keeps the rules proposes two blocks in a round, and is accused of it",
    checks: [evidence],
    check: "evidence",
    inWords: "two blocks",
    printed: { beginsRound: (_isBegun, promises, quorum) => promises >= quorum },
    worlds: 300,
    // One height, and one trust change.
    planOf: bpfpSpecimenPlan({ loss: [400, 600], resendTicks: 20, kindAtUs: 1_200_000 }),
  }),
  "own-component-only": new BpfpSpecimen({
    says: "correction 5: an acceptor checks its own component of a proof, and believes the others (section V-D)",
    fails: "two blocks decided at one height, by a proof that was made up",
    checks: [agreement],
    check: "agreement",
    printed: { promisesToCheck: (proof, me) => proof.filter(({ acceptor }) => acceptor === me) },
    worlds: 20,
    planOf: bpfpSpecimenPlan({
      ...{ liars: [{ node: 1, conducts: ["forged-proofs"] }], faults: cutsOff(PROCESSES) },
    }),
  }),
  "replayed-proof": new BpfpSpecimen({
    says: "correction 6: what a promise says is sealed without its round and height",
    fails: "two blocks decided at one height, by promises that were given for another round or height",
    checks: [agreement],
    check: "agreement",
    // The simplest of them.
    inWords: "at height 1:",
    printed: { promiseStatement: unbound },
    worlds: 200,
    planOf: bpfpSpecimenPlan({
      ...{ proposers: 1, liars: [{ node: 0, conducts: ["replayed-proofs"] }], faults: mutedFirst },
      ...{ kindAtUs: 1_600_000, transactionsEveryUs: 3_000_000, loss: [100, 250, 400] },
    }),
  }),
  "forgetful-acceptor": new BpfpSpecimen({
    says: "correction 7: what an acceptor promises and votes is not on its disk",
    fails: "two blocks decided at one height, by acceptors that have voted before they crashed",
    checks: [agreement],
    check: "agreement",
    printed: { keeps: ({ kind }) => kind !== "progress" },
    worlds: 100,
    planOf: bpfpSpecimenPlan({
      ...{ liars: [{ node: 0, conducts: ["changes-its-mind"] }], faults: powerCut, loss: [0, 100] },
      // One height, in the middle of which all lose power.
      ...{ resendTicks: 4, kindAtUs: 900_000 },
    }),
  }),
  "byzantine-acceptor": sectionVI({
    says: "section VI: one of four acceptors lies, together with the proposer of round 0; all corrections are there, and detectByzantineAcceptors",
    fails: "two blocks decided at one height; evidence names the acceptor",
    detects: true,
  }),
  "byzantine-acceptor-undetected": sectionVI({
    says: "section VI: as byzantine-acceptor, without detectByzantineAcceptors",
    fails: "two blocks decided at one height; no evidence names the acceptor",
    detects: false,
  }),
};

/** Said for whatever round and height. */
function unbound(promise: PromiseContent): Uint8Array {
  const anywhere = { round: 1 as View, decidedHeight: 0 as Height, decidedHash: ZERO_HASH as BlockHash };
  return promiseStatement({ ...promise, ...anywhere });
}
