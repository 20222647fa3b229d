// Vectors for blocks: limits of size and number, BP Fast Paxos, and proof of work with its targets and rewards.
import {
  type Block,
  meetsTarget,
  type Policy,
  type ProofOfWorkParameters,
  policyHash,
  type SealedTransaction,
} from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  type MemberIndex,
  type PolicyHash,
  present,
  type Timestamp,
} from "@witan/primitives";
import { EASY_TARGET, keyOfName, type NamedCoin, outputTo, testGenesis } from "../../ledger/build.ts";
import { Blocks } from "./blocks.ts";
import { after, hiddenAs, some } from "./policies.ts";
import type { Scene } from "./scene.ts";

const alice = keyOfName("alice");
const bob = keyOfName("bob");

/** As many transactions and signatures as the least limits allow. */
function counts(): Scene {
  const keys = Array.from({ length: 65 }, (_, at) => keyOfName(`many ${at}`));
  const allocations = keys.map((key) => outputTo(key, 1_000n));
  const genesis = testGenesis("pbft", {
    allocations,
    parameters: { blockTransactionsMax: 16, blockSignaturesMax: 64 },
  });
  const scene = new Blocks("least limits", genesis);
  const coinOf = (at: number) => scene.coins((keys[at] ?? alice).policyHash)[0] as NamedCoin;
  const spend = (from: number, count: number) => {
    const own = keys.slice(from, from + count);
    const coins = own.map((_, at) => coinOf(from + at));
    return scene.ledger.seal(scene.ledger.transfer(coins, [outputTo(bob, 1_000n * BigInt(count))]), own);
  };
  const singles = Array.from({ length: 17 }, (_, at) => spend(at, 1));
  scene.holds("ok: 16 transactions", scene.exactly(...singles.slice(0, 16)));
  scene.refused("transactions-too-many: 17", scene.exactly(...singles), "transactions-too-many");
  scene.holds("ok: 64 signatures in two transactions", scene.exactly(spend(0, 32), spend(32, 32)));
  scene.refused(
    "signatures-too-many: 65 in two transactions",
    scene.exactly(spend(0, 32), spend(32, 33)),
    "signatures-too-many",
  );
  scene.refused(
    "transactions-too-many: told before signatures-too-many",
    scene.exactly(...singles, spend(17, 48)),
    "transactions-too-many",
  );
  const wrong = scene.remade(scene.exactly(...singles), { transactionsRoot: "00".repeat(32) as never });
  scene.refused("transactions-too-many: told before transactions-root", wrong, "transactions-too-many");
  const paid = Array.from({ length: 16 }, (_, at) => {
    const body = scene.ledger.transfer([coinOf(at)], [outputTo(bob, 999n)], { fee: 1n as Amount });
    return scene.ledger.seal(body, keys.slice(at, at + 1));
  });
  const reward = scene.reward([[keyOfName("a pay").policyHash, 16n]]);
  scene.refused(
    "transactions-too-many: the reward counts",
    scene.exactly(reward, ...paid),
    "transactions-too-many",
  );
  scene.holds(
    "ok: a reward and 15",
    scene.exactly(scene.reward([[keyOfName("a pay").policyHash, 15n]]), ...paid.slice(0, 15)),
  );
  return scene;
}

/** Blocks of exactly 131,072 bytes and one more: transfers that show policies with much hidden. */
function size(): Scene {
  const limit = 131_072;
  const policies = Array.from({ length: 112 }, (_, own): Policy => {
    const inner = some(1, [after(own)], ...Array.from({ length: 15 }, (_, at): Policy => [hiddenAs(at)]));
    return some(1, inner, ...Array.from({ length: 14 }, (_, at): Policy => [hiddenAs(at)]));
  });
  const hashOf = (policy: Policy) => present(policyHash(policy), "a tree");
  const allocations = policies.map((policy) => ({
    asset: 0 as AssetId,
    amount: 1_000n as Amount,
    policyHash: hashOf(policy),
  }));
  const scene = new Blocks(
    "131,072 bytes",
    testGenesis("pbft", { allocations, parameters: { blockBytesMax: limit } }),
  );
  const sorted = [...policies].sort((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1));
  const spend = (shown: readonly Policy[], memoBytes: number, count: number): SealedTransaction => {
    const coins = shown.map((policy) => scene.coins(hashOf(policy))[0] as NamedCoin);
    const rest = Array.from({ length: count - 1 }, () => outputTo(bob, 1n));
    const outputs = [outputTo(bob, BigInt(1_000 * coins.length - rest.length)), ...rest];
    const body = scene.ledger.transfer(coins, outputs, { memo: "00".repeat(memoBytes) });
    return scene.ledger.sealRaw(body, { policies: shown, signatures: [], preimages: [] });
  };
  const sized = (wanted: number): Block => {
    const [front, back] = [sorted.slice(0, 55), sorted.slice(55, 110)];
    const small = scene.exactly(spend(front, 0, 1), spend(back, 0, 1)).bytes.length;
    const more = Math.floor((wanted - small) / 44);
    const half = Math.floor(more / 2);
    return scene.exactly(spend(front, wanted - small - 44 * more, 1 + half), spend(back, 0, 1 + more - half));
  };
  scene.holds("ok: 131,072 bytes", sized(limit));
  scene.refused("block-too-large: 131,073 bytes, all well otherwise", sized(limit + 1), "block-too-large");
  scene.refused("block-too-large: told before encoding", new Uint8Array(limit + 1), "block-too-large");
  scene.refused("encoding: 131,072 zero bytes", new Uint8Array(limit), "encoding");
  return scene;
}

function paxos(): Scene {
  const scene = new Blocks("blocks of BP Fast Paxos", testGenesis("bp-fast-paxos"));
  const at = (proposer: number) => scene.ledger.block([], { proposer: proposer as MemberIndex });
  scene.holds("ok: by the first proposer", at(0));
  scene.holds("ok: by the second proposer", at(1));
  scene.refused("header-proposer: an acceptor", at(2), "header-proposer");
  scene.refused("header-proposer: behind the last acceptor", at(6), "header-proposer");
  const good = scene.ledger.block([scene.pay(0, 5n)], { proposer: 1 as MemberIndex });
  scene.refused("header-target: 1 in BP Fast Paxos", scene.remade(good, { target: 1 }), "header-target");
  scene.refused("header-nonce: 1 in BP Fast Paxos", scene.remade(good, { nonce: 1n }), "header-nonce");
  scene.refused("reward-missing: in BP Fast Paxos", scene.exactly(scene.pay(0, 5n)), "reward-missing");
  const other = scene.exactly(scene.reward([[keyOfName("p pay").policyHash, 5n]]), scene.pay(0, 5n));
  scene.refused(
    "reward-wrong: to the other proposer",
    scene.remade(other, { proposer: 1 as MemberIndex }),
    "reward-wrong",
  );
  scene.holds("ok: the second proposer's reward", good, true);
  const removal = scene.ledger.governance({ kind: "removeMember", name: "p" });
  scene.holds("ok: a proposer removed", scene.ledger.block([removal]), true);
  scene.refused("header-proposer: the position where an acceptor stands now", at(1), "header-proposer");
  scene.holds("ok: the proposer that is left, one position further up", at(0), true);
  return scene;
}

/** A proposer without a policy for rewards: the fees are destroyed. */
function destroyedFees(): Scene {
  const genesis = testGenesis();
  const members = genesis.members.map((member, at) =>
    at === 0 ? { ...member, rewardPolicy: "00".repeat(32) as PolicyHash } : member,
  );
  const scene = new Blocks("fees destroyed", testGenesis("pbft", { members }));
  const pay = scene.pay(0, 5n);
  scene.refused(
    "reward-wrong: the proposer has no policy for rewards",
    scene.exactly(scene.reward([[bob.policyHash, 5n]]), pay),
    "reward-wrong",
  );
  scene.refused(
    "reward-wrong: to 32 zero bytes",
    scene.exactly(scene.reward([["00".repeat(32) as PolicyHash, 5n]]), pay),
    "reward-wrong",
  );
  scene.holds("ok: fees that nobody gets", scene.exactly(pay), true);
  return scene;
}

const WORK: ProofOfWorkParameters = {
  kind: "pow",
  initialTarget: EASY_TARGET,
  targetLimit: EASY_TARGET,
  blockIntervalMs: 1_000,
  retargetInterval: 4,
  subsidy: 5_001n,
  halvingInterval: 3,
  coinbaseMaturity: 3,
  maxFutureDriftMs: 10_000,
};

/** A scene of proof of work: every block is mined. */
class Mined extends Blocks {
  readonly miner = keyOfName("miner").policyHash;

  /** The block with another header, mined again for the target it names. */
  mined(block: Block, change: Parameters<Blocks["remade"]>[1], works = true): Block {
    for (let nonce = 0n; ; nonce++) {
      const made = this.remade(block, { ...change, nonce });
      if (meetsTarget(made.hash, made.header.target) === works) return made;
    }
  }

  /** A block that pays the miner, or nobody. */
  paying(
    amounts: readonly bigint[],
    transactions: readonly SealedTransaction[] = [],
    timestamp = this.ledger.nextTime,
  ): Block {
    const minedOutputs = amounts.map((amount) => ({
      asset: 0 as AssetId,
      amount: amount as Amount,
      policyHash: this.miner,
    }));
    return this.ledger.block(transactions, { minedOutputs, timestamp });
  }
}

function workHeaders(scene: Mined): void {
  const good = scene.paying([]);
  scene.holds("ok: a mined block without a reward", good);
  scene.refused("header-work: a hash above the target", scene.mined(good, {}, false), "header-work");
  scene.refused("header-target: 0 in proof of work", scene.remade(good, { target: 0 }), "header-target");
  scene.refused("header-target: an easier one", scene.remade(good, { target: 0x2100ffff }), "header-target");
  scene.refused("header-target: a harder one", scene.mined(good, { target: 0x2007ffff }), "header-target");
  scene.refused(
    "header-target: told before header-work",
    scene.remade(good, { target: 0x03000001 }),
    "header-target",
  );
  scene.refused(
    "header-proposer: 1 in proof of work",
    scene.mined(good, { proposer: 1 as MemberIndex }),
    "header-proposer",
  );
  scene.refused(
    "header-work: told before transactions-root",
    scene.mined(good, { transactionsRoot: "00".repeat(32) as never }, false),
    "header-work",
  );
  scene.refused(
    "transactions-root: in proof of work",
    scene.mined(good, { transactionsRoot: "00".repeat(32) as never }),
    "transactions-root",
  );
  scene.refused(
    "governance-root: in proof of work",
    scene.mined(good, { governanceRoot: "00".repeat(32) as never }),
    "governance-root",
  );
  const change = scene.ledger.governance({ kind: "changeParameter", parameter: "feeRateMin", value: 1 });
  scene.refused(
    "governance-unavailable: in a mined block",
    scene.ledger.block([change]),
    "governance-unavailable",
    0,
  );
}

function subsidies(scene: Mined): void {
  const reward = (name: string, code: "reward-wrong" | "ok", ...amounts: bigint[]) => {
    const block = scene.paying(amounts);
    if (code === "ok") scene.holds(`ok: ${name}`, block);
    else scene.refused(`${code}: ${name}`, block, code);
  };
  const next = () => scene.ledger.apply(scene.paying([1n]));
  reward("the subsidy of 5,001 at height 1", "ok", 5_001n);
  reward("less than the subsidy", "ok", 1n);
  reward("the subsidy in three outputs", "ok", 5_000n, 1n);
  reward("one unit above the subsidy", "reward-wrong", 5_002n);
  reward("above the subsidy in two outputs", "reward-wrong", 5_001n, 1n);
  reward("a sum that wraps modulo 2^64", "reward-wrong", 2n ** 64n - 1n, 2n);
  const fees = scene.pay(0, 7n);
  scene.holds("ok: subsidy and fees", scene.paying([5_008n], [fees]));
  scene.refused(
    "reward-wrong: one unit above subsidy and fees",
    scene.paying([5_009n], [fees]),
    "reward-wrong",
  );
  scene.holds("ok: fees that no miner takes", scene.paying([], [fees]));
  const plain = scene.paying([]);
  const otherAsset = scene.exactly(scene.reward([[scene.miner, 1n, 1]]));
  scene.refused(
    "reward-wrong: of another asset in proof of work",
    scene.mined(otherAsset, {}),
    "reward-wrong",
  );
  scene.refused(
    "reward-wrong: no output in proof of work",
    scene.mined(scene.exactly(scene.reward([])), {}),
    "reward-wrong",
  );
  scene.refused(
    "amount-zero: a mined output",
    scene.mined(scene.exactly(scene.reward([[scene.miner, 0n]])), {}),
    "amount-zero",
    0,
  );
  scene.refused(
    "reward-height: a mined reward of another height",
    scene.mined(scene.exactly(scene.reward([[scene.miner, 5n]], 2)), {}),
    "reward-height",
    0,
  );
  scene.ledger.apply(plain);
  next();
  reward("the subsidy of 5,001 at height 3", "ok", 5_001n);
  next();
  reward("the subsidy of 2,500 at height 4, halved and rounded down", "ok", 2_500n);
  reward("the old subsidy at height 4", "reward-wrong", 2_501n);
}

function maturity(): Scene {
  const scene = new Mined("maturity", testGenesis("pow", { consensus: { ...WORK, retargetInterval: 100 } }));
  scene.holds("ok: block 1 spends outputs of block 0", scene.paying([5_000n], [scene.pay()]), true);
  const spend = () => {
    const coin = scene.coins(scene.miner)[0] as NamedCoin;
    return scene.ledger.seal(scene.ledger.transfer([coin], [outputTo(bob, coin.amount)]), [
      keyOfName("miner"),
    ]);
  };
  scene.refused("input-immature: one block later", scene.paying([], [spend()]), "input-immature", 0);
  scene.tx("input-immature: a reward one block later", spend(), "input-immature");
  scene.holds("ok: an empty block between", scene.paying([]), true);
  scene.refused("input-immature: two blocks later", scene.paying([], [spend()]), "input-immature", 0);
  scene.tx("input-immature: a reward two blocks later", spend(), "input-immature");
  const alone = scene.ledger.seal(scene.ledger.transfer([scene.coins(scene.miner)[0] as NamedCoin], []), [
    bob,
  ]);
  scene.tx("input-immature: told before policy-missing", alone, "input-immature");
  scene.holds("ok: another between", scene.paying([]), true);
  scene.tx("ok: a reward three blocks later", spend(), "ok");
  scene.holds("ok: three blocks later", scene.paying([], [spend()]), true);
  return scene;
}

function median(): Scene {
  const scene = new Mined("median", testGenesis("pow", { consensus: { ...WORK, retargetInterval: 100 } }));
  const start = scene.ledger.chain.genesis.timestamp;
  const at = (offset: number) => scene.paying([], [], (start + offset) as Timestamp);
  scene.refused("header-timestamp: that of block 0", at(0), "header-timestamp");
  scene.holds("ok: a millisecond after block 0", at(1));
  scene.holds("ok: ten seconds after block 0", at(10_000), true);
  // Of 0 and 10,000 the median is element 1.
  scene.refused("header-timestamp: the later of two", at(10_000), "header-timestamp");
  scene.holds("ok: after the later of two", at(20_000), true);
  // Of 0, 10,000 and 20,000 it is 10,000: a block may be earlier than its parent.
  scene.refused("header-timestamp: the middle of three", at(10_000), "header-timestamp");
  scene.holds("ok: earlier than the parent, later than the median", at(10_001), true);
  for (let offset = 30_000; offset <= 110_000; offset += 10_000) scene.ledger.apply(at(offset));
  // The last 11 are 20,000, 10,001, 30,000 and on to 110,000: the sixth of them, sorted, is 60,000.
  scene.refused("header-timestamp: the median of the last eleven", at(60_000), "header-timestamp");
  scene.holds("ok: a millisecond after the median of the last eleven", at(60_001));
  return scene;
}

/** Retargets: after block 4, measured from block 1 on, and after block 8, measured from block 4 on. */
function retarget(): Scene {
  const scene = new Mined(
    "retarget",
    testGenesis("pow", { consensus: { ...WORK, initialTarget: 0x2001ffff } }),
  );
  const start = scene.ledger.chain.genesis.timestamp;
  const grow = (offset: number) => scene.ledger.apply(scene.paying([], [], (start + offset) as Timestamp));
  // Block 1 comes an hour late, which counts for nothing; blocks 1 to 4 take 1,500 ms where 3,000 are expected.
  grow(3_600_000);
  for (const offset of [3_600_500, 3_601_000]) grow(offset);
  scene.refused(
    "header-target: a retarget a block too early",
    scene.mined(scene.paying([]), { target: 0x2000ffff }),
    "header-target",
  );
  grow(3_601_500);
  const first = scene.paying([]);
  scene.refused(
    "header-target: the old one at the first retarget",
    scene.mined(first, { target: 0x2001ffff }),
    "header-target",
  );
  scene.refused(
    "header-target: as if measured from block 0 on",
    scene.mined(first, { target: 0x2007fffc }),
    "header-target",
  );
  if (first.header.target !== 0x2000ffff) throw new TypeError("half of 0x2001ffff, rounded down");
  scene.holds("ok: the first retarget, twice as hard after half the time", first, true);
  // Blocks 4 to 8 take 60 s where 4 s are expected: four times as easy at most, and never above the limit.
  for (const offset of [3_620_000, 3_640_000, 3_661_500]) grow(offset);
  const second = scene.paying([]);
  scene.refused(
    "header-target: the old one at the second retarget",
    scene.mined(second, { target: 0x2000ffff }),
    "header-target",
  );
  if (second.header.target !== 0x2003fffc) throw new TypeError("four times 0x2000ffff");
  scene.holds("ok: the second retarget, four times as easy at most", second, true);
  return scene;
}

/** Blocks of all kinds but plain PBFT. */
export function blockOfModeScenes(): Scene[] {
  const scene = new Mined("blocks of proof of work", testGenesis("pow", { consensus: WORK }));
  workHeaders(scene);
  subsidies(scene);
  return [counts(), size(), paxos(), destroyedFees(), scene, maturity(), median(), retarget()];
}
