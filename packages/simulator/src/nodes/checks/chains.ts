// Checks of what nodes hold: one block per height, nothing final undone, one fate for each transaction, one state.
import { checkFinalityProof, finalityProofCodec, genesisGovernance } from "@witan/ledger";
import { hexToBytes } from "@witan/primitives";
import { Random } from "../../random.ts";
import type { NodeCheckMaker } from "../check.ts";
import type { NodesWorld } from "../world.ts";

/** Finality proofs that are asked for in the end. */
const PROOFS = 8;

/** One block per height, at all correct nodes, across their lives. */
export const agreement: NodeCheckMaker = (world) => {
  const decided = new Map<number, { readonly hash: string; readonly place: number }>();
  return {
    name: "agreement",
    decided: (at, { height, hash }) => {
      if (world.isLiar(at)) return;
      const first = decided.get(height);
      if (first === undefined) decided.set(height, { hash, place: at.place });
      else if (first.hash !== hash)
        world.violate(
          "agreement",
          `two blocks at height ${height}: ${first.hash.slice(0, 8)} at p${first.place}, ${hash.slice(0, 8)} at p${at.place}`,
        );
    },
  };
};

/** A client is never told two fates of one transaction, nor that two rivals are final; and what is final stays so. */
export const fates: NodeCheckMaker = (world) => {
  const told = new Map<string, { readonly fate: string; readonly place: number }>();
  const finals = new Map<
    string,
    { readonly height: number; readonly hash: string; readonly index: number }
  >();
  return {
    name: "fates",
    told: (at, { kind, rivals }, outcome) => {
      const { status, transaction } = outcome;
      if (status !== "final" && status !== "expired") return;
      const fate =
        status === "final" ? `final at ${outcome.height} ${outcome.hash} ${outcome.index}` : status;
      const first = told.get(transaction);
      if (first === undefined) told.set(transaction, { fate, place: at.place });
      else if (first.fate !== fate)
        world.violate(
          "fates",
          `${kind} ${transaction.slice(0, 8)}: ${first.fate} says p${first.place}, ${fate} says p${at.place}`,
        );
      if (status !== "final") return;
      finals.set(transaction, outcome);
      const both = rivals.filter((one) => one.transaction && finals.has(one.transaction.id));
      if (both.length > 1)
        world.violate("fates", `two that spend the same coin are final, says p${at.place}`);
    },
    ended: async () => {
      const { abreast } = world;
      const top = abreast[0]?.height ?? 0;
      // Where too many lie somebody may have come further who does not run now.
      const there = [...finals].filter(([, { height }]) => height <= top || world.owed.liveness);
      await checkProofs(
        world,
        there.map(([transaction]) => transaction),
      );
      const { signal } = new AbortController();
      for (const process of abreast)
        for (const [transaction, { height, hash, index }] of there) {
          const now = await process.call("chain_transaction", { transaction }, signal);
          const isSame =
            now.status === "final" && now.height === height && now.hash === hash && now.index === index;
          if (isSame) continue;
          world.violate(
            "fates",
            `${transaction.slice(0, 8)} was final at ${height}, and is ${now.status} at p${process.place}`,
          );
          return;
        }
    },
  };
};

/** Validators that hash the state after a block come to the same. */
export const checkpoints: NodeCheckMaker = (world) => {
  const digests = new Map<number, { readonly digest: string; readonly place: number }>();
  return {
    name: "checkpoints",
    logged: (at, { fields, message }) => {
      if (message !== "checkpoint" || world.isLiar(at)) return;
      const { height, digest } = fields as { readonly height: number; readonly digest: string };
      const first = digests.get(height);
      if (first === undefined) digests.set(height, { digest, place: at.place });
      else if (first.digest !== digest)
        world.violate(
          "checkpoints",
          `the state after ${height} is another at p${first.place} than at p${at.place}`,
        );
    },
  };
};

/** What is final can be shown to who trusts the genesis and nobody else. */
async function checkProofs(world: NodesWorld, finals: readonly string[]): Promise<void> {
  const random = Random.of(world.plan.seed, "proofs");
  const { chain, scheme } = world.cast;
  const trusted = genesisGovernance(chain).membership;
  const { signal } = new AbortController();
  for (const transaction of random.shuffled(finals).slice(0, PROOFS)) {
    const process = random.pick(world.abreast);
    const proof = await process.call("chain_proof", { transaction }, signal).then(
      (answer) => answer.proof,
      () => "",
    );
    const decoded = finalityProofCodec.decode(hexToBytes(proof));
    const shown = decoded.ok ? checkFinalityProof(chain, decoded.value, trusted, scheme) : decoded;
    const isShown = shown.ok && shown.value.id === transaction;
    if (!isShown)
      world.violate("proofs", `p${process.place} can't show that ${transaction.slice(0, 8)} is final`);
  }
}
