// Vectors for blocks of the permissioned modes: headers, limits, rewards, the position of governance, roots.
import {
  type Block,
  encodeBlock,
  type Header,
  type SealedTransaction,
  type Transfer,
  transactionsRoot,
} from "@witan/ledger";
import type {
  Amount,
  AssetId,
  BlockHash,
  Hash,
  Height,
  MemberIndex,
  PolicyHash,
  Timestamp,
  TransactionId,
} from "@witan/primitives";
import { hexToBytes, ZERO_HASH } from "@witan/primitives";
import { keyOfName, memberOf, type NamedCoin, outputTo, testGenesis } from "../../ledger/build.ts";
import { container, le, list, v } from "./bytes.ts";
import { transaction, transfer } from "./encoding-values.ts";
import { Scene } from "./scene.ts";

const alice = keyOfName("alice");
const bob = keyOfName("bob");

/** A scene whose cases are blocks. */
export class Blocks extends Scene {
  /** A payment of one of alice's coins to bob. */
  pay(at = 0, fee = 0n): SealedTransaction {
    const coin = this.coins(alice.policyHash)[at] as NamedCoin;
    const outputs = [outputTo(bob, coin.amount - fee)];
    return this.ledger.seal(this.ledger.transfer([coin], outputs, { fee: fee as Amount }), [alice]);
  }

  /** A reward as a transaction. */
  reward(
    outputs: readonly (readonly [PolicyHash, bigint, number?])[],
    height = this.ledger.state.parent.height + 1,
  ): SealedTransaction {
    const body = {
      kind: "reward",
      height: height as Height,
      outputs: outputs.map(([policyHash, amount, asset]) => ({
        asset: (asset ?? 0) as AssetId,
        amount: amount as Amount,
        policyHash,
      })),
    } as const;
    return this.ledger.sealRaw(body, { policies: [], signatures: [], preimages: [] });
  }

  /** A block with a header that says otherwise; the rest as it is, roots included. */
  remade(block: Block, change: Partial<Header>, transactions = block.transactions): Block {
    const made = encodeBlock(this.ledger.chain, { ...block.header, ...change }, transactions);
    if (!made.ok) throw new TypeError(made.detail ?? "a block that can't be encoded");
    return made.value;
  }

  /** A block of exactly these transactions, reward and all, with the right root. */
  exactly(...transactions: SealedTransaction[]): Block {
    const plain = this.ledger.block(transactions.filter(({ body }) => body.kind !== "reward"));
    return this.remade(plain, { transactionsRoot: transactionsRoot(transactions) }, transactions);
  }
}

function headers(scene: Blocks): void {
  const { parent, laterThan } = scene.ledger.state;
  const good = scene.ledger.block([scene.pay()]);
  const with_ = (what: string, change: Partial<Header>, code: "header-height") =>
    scene.refused(`${code}: ${what}`, scene.remade(good, change), code);
  scene.holds("ok: a payment", good);
  scene.holds("ok: no transaction", scene.ledger.block([]));
  with_("2", { version: 2 }, "header-version" as never);
  with_("0", { version: 0 }, "header-version" as never);
  with_("told before header-height", { version: 2, height: 9 as Height }, "header-version" as never);
  with_("one too high", { height: (parent.height + 2) as Height }, "header-height");
  with_("the parent's", { height: parent.height }, "header-height");
  with_("zero", { parent: ZERO_HASH as BlockHash }, "header-parent" as never);
  with_("the block before the parent", { parent: "11".repeat(32) as BlockHash }, "header-parent" as never);
  with_("the parent's", { timestamp: laterThan }, "header-timestamp" as never);
  with_(
    "a millisecond before the parent's",
    { timestamp: (laterThan - 1) as Timestamp },
    "header-timestamp" as never,
  );
  scene.holds(
    "ok: a millisecond after the parent",
    scene.ledger.block([], { timestamp: (laterThan + 1) as Timestamp }),
  );
  scene.holds(
    "ok: a year after the parent: no clock is part of validity",
    scene.ledger.block([], { timestamp: (laterThan + 31_536_000_000) as Timestamp }),
  );
  with_(
    "behind the last member",
    { proposer: scene.ledger.state.governance.state.members.length as MemberIndex },
    "header-proposer" as never,
  );
  with_("65,535", { proposer: 65_535 as MemberIndex }, "header-proposer" as never);
  with_("1 outside proof of work", { target: 1 }, "header-target" as never);
  with_("1 outside proof of work", { nonce: 1n }, "header-nonce" as never);
  with_("of no transactions", { transactionsRoot: transactionsRoot([]) }, "transactions-root" as never);
  with_(
    "of another transaction",
    { transactionsRoot: transactionsRoot([scene.pay(1)]) },
    "transactions-root" as never,
  );
  const [own] = good.transactions;
  if (!own) throw new TypeError("a payment");
  const resigned = { id: own.id, witnessHash: own.id as never };
  with_(
    "of the same transaction with another witness",
    { transactionsRoot: transactionsRoot([resigned]) },
    "transactions-root" as never,
  );
  with_("of another state", { governanceRoot: ZERO_HASH as Hash }, "governance-root" as never);
  scene.refused(
    "governance-root: told after a transaction's rules",
    scene.remade(scene.exactly(scene.pay(), scene.pay()), { governanceRoot: ZERO_HASH as Hash }),
    "input-missing",
    1,
  );
}

function encodings(scene: Blocks): void {
  const { bytes, header } = scene.ledger.block([scene.pay(), scene.pay(1)]);
  const block = (...transactions: string[]) =>
    hexToBytes(container(encodedHeader(scene.remade(scene.ledger.block([]), header)), v(list(transactions))));
  scene.refused("encoding: no bytes", new Uint8Array(), "encoding");
  scene.refused("encoding: a byte behind the block", Uint8Array.from([...bytes, 0]), "encoding", 1);
  scene.refused("encoding: a header alone", bytes.slice(0, 128), "encoding");
  const one = transaction(transfer());
  scene.refused("encoding: the second transaction has a byte behind", block(one, `${one}00`), "encoding", 1);
  scene.refused(
    "encoding: the first of two wrong transactions is named",
    block(one, "00", "11"),
    "encoding",
    1,
  );
  scene.refused("encoding: a transaction of nothing", block("", one), "encoding", 0);
  scene.refused(
    "encoding: a transaction of 65,537 bytes is the block's own fault",
    block("00".repeat(65_537)),
    "encoding",
  );
  const shifted = list([one, one]).replace(le(8, 4), le(12, 4));
  const wrong = container(encodedHeader(scene.ledger.block([])), v(shifted));
  scene.refused("encoding: an offset of the list of transactions is wrong", hexToBytes(wrong), "encoding");
}

function encodedHeader(block: Block): string {
  return Buffer.from(block.bytes.subarray(0, 128)).toString("hex");
}

function transactions(scene: Blocks): void {
  const first = scene.pay();
  const coin = (sealed: SealedTransaction, index = 0): NamedCoin => ({
    ...(scene.coins(alice.policyHash)[0] as NamedCoin),
    transaction: sealed.id,
    index,
  });
  const second = scene.ledger.seal(scene.ledger.transfer([coin(first)], [outputTo(alice, 1_000_000n)]), [
    bob,
  ]);
  const third = scene.ledger.seal(scene.ledger.transfer([coin(second)], [outputTo(bob, 1_000_000n)]), [
    alice,
  ]);
  scene.holds(
    "ok: an output made and spent in the same block, twice over",
    scene.exactly(first, second, third),
  );
  scene.refused(
    "input-missing: spent before it is made in the same block",
    scene.exactly(second, first),
    "input-missing",
    0,
  );
  scene.refused(
    "input-missing: spent twice in a block",
    scene.exactly(first, scene.ledger.seal({ ...(first.body as Transfer), memo: "00" }, [alice])),
    "input-missing",
    1,
  );
  scene.refused("input-missing: the same transaction twice", scene.exactly(first, first), "input-missing", 1);
  scene.refused(
    "input-missing: an output made in the block, spent twice there",
    scene.exactly(first, second, scene.ledger.seal({ ...(second.body as Transfer), memo: "00" }, [bob])),
    "input-missing",
    2,
  );
  const unbalanced = scene.ledger.seal(
    scene.ledger.transfer([scene.coins(alice.policyHash)[1] as NamedCoin], []),
    [alice],
  );
  scene.refused(
    "unbalanced: the position is the third's",
    scene.exactly(first, second, unbalanced),
    "unbalanced",
    2,
  );
  const empty = scene.ledger.seal(scene.ledger.transfer([], []), []);
  scene.refused(
    "unbalanced: all rules of a transaction before the next one's",
    scene.exactly(unbalanced, empty),
    "unbalanced",
    0,
  );
  scene.refused("inputs-empty: in a block", scene.exactly(empty), "inputs-empty", 0);
}

function rewards(scene: Blocks): void {
  const pay = keyOfName("a pay").policyHash;
  const [one, two] = [scene.pay(0, 30n), scene.pay(1, 12n)];
  const due = (...outputs: (readonly [PolicyHash, bigint, number?])[]) =>
    scene.exactly(scene.reward(outputs), one, two);
  scene.holds("ok: the sum of the fees to the proposer", due([pay, 42n]));
  scene.refused("reward-missing: fees, and no reward", scene.exactly(one, two), "reward-missing");
  scene.refused("reward-wrong: one unit more", due([pay, 43n]), "reward-wrong");
  scene.refused("reward-wrong: one unit less", due([pay, 41n]), "reward-wrong");
  scene.refused("reward-wrong: to another", due([bob.policyHash, 42n]), "reward-wrong");
  scene.refused("reward-wrong: split in two", due([pay, 30n], [pay, 12n]), "reward-wrong");
  scene.refused("reward-wrong: of another asset", due([pay, 42n, 1]), "reward-wrong");
  scene.refused("reward-wrong: no output", due(), "reward-wrong");
  scene.refused(
    "reward-wrong: something of another asset on top",
    due([pay, 42n], [pay, 1n, 1]),
    "reward-wrong",
  );
  scene.refused(
    "reward-wrong: none due without fees",
    scene.exactly(scene.reward([[pay, 42n]]), scene.pay()),
    "reward-wrong",
  );
  scene.refused(
    "reward-wrong: none due in a block without transactions",
    scene.exactly(scene.reward([[pay, 42n]])),
    "reward-wrong",
  );
  scene.refused(
    "amount-zero: a reward of nothing",
    scene.exactly(scene.reward([[pay, 0n]]), scene.pay()),
    "amount-zero",
    0,
  );
  scene.refused(
    "reward-height: of another height",
    scene.exactly(scene.reward([[pay, 42n]], 9), one, two),
    "reward-height",
    0,
  );
  rewardsOfBlock(scene, one, two);
}

/** Where a reward stands, and when it can be spent. */
function rewardsOfBlock(scene: Blocks, one: SealedTransaction, two: SealedTransaction): void {
  const pay = keyOfName("a pay").policyHash;
  scene.refused(
    "reward-position: last",
    scene.exactly(one, two, scene.reward([[pay, 42n]])),
    "reward-position",
  );
  scene.refused(
    "reward-position: a second one",
    scene.exactly(scene.reward([[pay, 42n]]), one, two, scene.reward([[pay, 42n]])),
    "reward-position",
  );
  const reward = scene.reward([[pay, 42n]]);
  const spend = scene.ledger.seal(
    scene.ledger.transfer(
      [
        {
          ...(scene.coins(alice.policyHash)[0] as NamedCoin),
          transaction: reward.id as TransactionId,
          index: 0,
        },
      ],
      [outputTo(bob, 42n)],
    ),
    [keyOfName("a pay")],
  );
  scene.refused(
    "input-missing: the reward spent in its own block",
    scene.exactly(reward, one, two, spend),
    "input-missing",
    3,
  );
  scene.holds("ok: a reward that the next block spends", scene.exactly(reward, one, two), true);
  scene.holds("ok: the reward of the block before", scene.exactly(spend), true);
}

function governance(scene: Blocks): void {
  const change = scene.ledger.governance({ kind: "changeParameter", parameter: "feeRateMin", value: 1 });
  const other = scene.ledger.governance({ kind: "changeParameter", parameter: "feeRateMin", value: 2 });
  scene.refused(
    "governance-position: before a payment",
    scene.exactly(change, scene.pay()),
    "governance-position",
  );
  scene.refused("governance-position: two changes", scene.exactly(change, other), "governance-position");
  scene.refused(
    "governance-position: the same change twice",
    scene.exactly(change, change),
    "governance-position",
  );
  const root = scene.ledger.block([]).header.governanceRoot;
  scene.refused(
    "governance-root: of the state before the change",
    scene.remade(scene.ledger.block([change]), { governanceRoot: root }),
    "governance-root",
  );
  // The new minimum holds from the next block on: this payment without a fee still holds.
  scene.holds(
    "ok: a change last, which its own block does not feel",
    scene.exactly(scene.pay(), change),
    true,
  );
  scene.refused(
    "fee-too-low: the block after the change feels it",
    scene.exactly(scene.pay()),
    "fee-too-low",
    0,
  );
  scene.refused(
    "governance-sequence: the change in the next block again",
    scene.exactly(change),
    "governance-sequence",
    0,
  );
  scene.holds(
    "ok: a member added",
    scene.exactly(scene.ledger.governance({ kind: "addMember", member: memberOf("e") })),
    true,
  );
  const proposer = 4 as MemberIndex;
  scene.holds("ok: proposed by the new member", scene.ledger.block([], { proposer }));
  const removal = scene.ledger.governance({ kind: "removeMember", name: "e" }, ["a", "b", "c", "d"]);
  scene.holds(
    "ok: the new member proposes the block that removes it",
    scene.ledger.block([removal], { proposer }),
    true,
  );
  scene.refused(
    "header-proposer: a member that was removed",
    scene.ledger.block([], { proposer }),
    "header-proposer",
  );
}

function unknownRules(scene: Blocks): void {
  scene.holds(
    "ok: the next rules version",
    scene.exactly(scene.ledger.governance({ kind: "changeRules", rulesVersion: 2 })),
    true,
  );
  scene.refused("rules-unknown: a block under new rules", scene.ledger.block([]), "rules-unknown");
  scene.refused(
    "rules-unknown: told before header-version",
    scene.remade(scene.ledger.block([]), { version: 1 }),
    "rules-unknown",
  );
  scene.refused("rules-unknown: told before encoding", new Uint8Array(3), "rules-unknown");
}

/** Blocks of PBFT. */
export function blockScenes(): Scene[] {
  const scene = new Blocks("blocks of PBFT", testGenesis());
  headers(scene);
  encodings(scene);
  transactions(scene);
  rewards(scene);
  headers2(scene);
  governance(scene);
  const rules = new Blocks("new rules", testGenesis());
  unknownRules(rules);
  return [scene, rules];
}

/** Again, further from block 0. */
function headers2(scene: Blocks): void {
  const good = scene.ledger.block([]);
  scene.refused(
    "header-parent: block 0, at height 3",
    scene.remade(good, { parent: scene.ledger.blocks[0]?.block.header.parent as BlockHash }),
    "header-parent",
  );
  scene.refused(
    "header-height: 1, at height 3",
    scene.remade(good, { height: 1 as Height }),
    "header-height",
  );
}
