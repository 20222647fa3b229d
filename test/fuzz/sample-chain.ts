// A small chain of each mode with valid transactions and blocks of it: what fuzzing begins with.
import { type Block, type ChainState, genesisCodec, type SealedTransaction } from "@witan/ledger";
import { assert, type ConsensusMode } from "@witan/primitives";
import { keyOfName, memberOf, outputTo, TestLedger, testGenesis } from "../ledger/build.ts";

/** A chain with one block applied, and what could come next. */
export interface Sample {
  readonly mode: ConsensusMode;
  readonly ledger: TestLedger;
  readonly state: ChainState;
  readonly genesis: Uint8Array;
  readonly transactions: readonly SealedTransaction[];
  readonly next: Block;
}

function governanceSamples(ledger: TestLedger): SealedTransaction[] {
  const approvers = ["a", "b", "c"];
  const role = ledger.chain.mode === "pbft" ? "validator" : "acceptor";
  const { publicKey } = keyOfName("fresh");
  return [
    ledger.governance({ kind: "addMember", member: memberOf("e", role) }, approvers),
    ledger.governance({ kind: "removeMember", name: "d" }, approvers),
    ledger.governance(
      { kind: "replaceKey", name: "d", key: { kind: "voting", votingKey: publicKey } },
      approvers,
    ),
    ledger.governance({ kind: "permitClient", publicKey, registerPrefixes: ["a", "b"] }, approvers),
    ledger.governance({ kind: "changeParameter", parameter: "feeRateMin", value: 7 }, approvers),
    ledger.governance({ kind: "changeRules", rulesVersion: 2 }, approvers),
  ];
}

function sampleOf(mode: ConsensusMode): Sample {
  const { allocations } = testGenesis(mode);
  // Coins that differ, in pairs of the same sum: whoever mixes them up is found out.
  const uneven = allocations.map((output, at) => ({
    ...output,
    amount: (output.amount + (at % 2 === 0 ? 7n : -7n)) as typeof output.amount,
  }));
  const genesis = testGenesis(mode, { allocations: uneven });
  const ledger = new TestLedger(genesis);
  const [alice, bob, mint] = [keyOfName("alice"), keyOfName("bob"), keyOfName("mint")];
  const transfer = () => {
    const large = ledger.coinsOf(alice.policyHash).filter(({ amount }) => amount > 900_000n);
    const coins = large.slice(0, 2);
    return ledger.transfer(coins, [outputTo(bob, 1_500_000n), outputTo(alice, 499_000n)], {
      fee: 1_000n as never,
    });
  };
  ledger.grow(ledger.seal(transfer(), [alice]));
  const gold = ledger.coinsOf(alice.policyHash, 1).slice(0, 1);
  const amount = 5n as never;
  const issuing = ledger.transfer(gold, [outputTo(alice, 1_000_010n, 1)], {
    issued: [{ asset: 1 as never, amount }],
    destroyed: [{ asset: 1 as never, amount: 2n as never }],
    memo: "abcd",
  });
  const transfers = [ledger.seal(transfer(), [alice]), ledger.seal(issuing, [alice, mint])];
  const transactions = mode === "pow" ? transfers : [...transfers, ...governanceSamples(ledger)];
  const next = ledger.block(transactions.slice(0, mode === "pow" ? 2 : 3));
  const judged = ledger.judge(next);
  assert(judged.ok, judged.ok ? "" : `a sample block that does not hold: ${judged.code} ${judged.detail}`);
  return { mode, ledger, state: ledger.state, genesis: genesisCodec.encode(genesis), transactions, next };
}

let made: readonly Sample[] | undefined;

/** A sample of each mode, made once. */
export function samples(): readonly Sample[] {
  made ??= (["pbft", "bp-fast-paxos", "pow"] as const).map(sampleOf);
  return made;
}
