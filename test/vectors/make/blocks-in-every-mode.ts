// Vectors for the rules of blocks that hold in every mode, once in each: header, limits, roots, positions.
import { type Block, type Header, meetsTarget, type SealedTransaction } from "@witan/ledger";
import {
  type Amount,
  type BlockHash,
  type ConsensusMode,
  type Hash,
  type Height,
  type MemberIndex,
  type Timestamp,
  ZERO_HASH,
} from "@witan/primitives";
import { keyOfName, type NamedCoin, outputTo, testGenesis } from "../../ledger/build.ts";
import type { Verdict } from "../format.ts";
import { Blocks } from "./blocks.ts";
import type { Scene } from "./scene.ts";

const bob = keyOfName("bob");
const LIMIT = 131_072;

/** A scene in any mode; in proof of work what is remade is mined again. */
class AnyMode extends Blocks {
  readonly mode: ConsensusMode;
  constructor(mode: ConsensusMode) {
    const keys = Array.from({ length: 65 }, (_, at) => keyOfName(`many ${at}`));
    const allocations = [outputTo(keyOfName("alice"), 9_000n), ...keys.map((key) => outputTo(key, 1_000n))];
    const parameters = { blockTransactionsMax: 16, blockSignaturesMax: 64, blockBytesMax: LIMIT };
    super(`every rule in ${mode}`, testGenesis(mode, { allocations, parameters }));
    this.mode = mode;
  }

  override remade(block: Block, change: Partial<Header>, transactions = block.transactions): Block {
    for (let nonce = block.header.nonce; ; nonce++) {
      const made = super.remade(block, { nonce, ...change }, transactions);
      // What names a target that is none is refused before anyone asks for work.
      const { target } = made.header;
      if (this.mode !== "pow" || target !== block.header.target || meetsTarget(made.hash, target))
        return made;
    }
  }

  /** Spends the coins of as many keys. */
  spend(from: number, count: number): SealedTransaction {
    const own = Array.from({ length: count }, (_, at) => keyOfName(`many ${from + at}`));
    const coins = own.map((key) => this.coins(key.policyHash)[0] as NamedCoin);
    return this.ledger.seal(this.ledger.transfer(coins, [outputTo(bob, 1_000n * BigInt(count))]), own);
  }
}

function headers(scene: AnyMode): void {
  const { mode, ledger } = scene;
  const { parent, laterThan } = ledger.state;
  const good = ledger.block([scene.pay()]);
  scene.holds(`ok: a payment, ${mode}`, good);
  const table: readonly (readonly [Verdict, Partial<Header>])[] = [
    ["header-version", { version: 2 }],
    ["header-height", { height: (parent.height + 2) as Height }],
    ["header-parent", { parent: ZERO_HASH as BlockHash }],
    ["header-timestamp", { timestamp: laterThan }],
    ["header-proposer", { proposer: 6 as MemberIndex }],
    ["header-target", { target: mode === "pow" ? 0x1f00ffff : 1 }],
    ["transactions-root", { transactionsRoot: ZERO_HASH as Hash }],
    ["governance-root", { governanceRoot: ZERO_HASH as Hash }],
  ];
  for (const [code, change] of table)
    scene.refused(`${code}: alone, ${mode}`, scene.remade(good, change), code);
  // Each header breaks a rule and all those behind it.
  const broken: Record<string, unknown> = {};
  for (const [code, change] of [...table].reverse()) {
    Object.assign(broken, change);
    const nonce = mode === "pow" ? {} : { nonce: 1n };
    const expected = mode !== "pow" && code.endsWith("-root") ? "header-nonce" : code;
    const block = scene.remade(good, { ...broken, ...nonce });
    scene.refused(`${expected}: with all the rules behind ${code} broken, ${mode}`, block, expected);
  }
  if (mode !== "pow")
    scene.refused(`header-nonce: alone, ${mode}`, scene.remade(good, { nonce: 1n }), "header-nonce");
  scene.holds(
    `ok: a millisecond later than it must be, ${mode}`,
    ledger.block([], { timestamp: (laterThan + 1) as Timestamp }),
  );
}

function limits(scene: AnyMode): void {
  const { mode } = scene;
  const singles = Array.from({ length: 17 }, (_, at) => scene.spend(at, 1));
  const refused = (code: Verdict, what: string, block: Block | Uint8Array, at?: number) =>
    scene.refused(`${code}: ${what}, ${mode}`, block, code, at);
  scene.holds(`ok: 16 transactions, ${mode}`, scene.exactly(...singles.slice(0, 16)));
  refused("transactions-too-many", "17 transactions", scene.exactly(...singles));
  scene.holds(`ok: 64 signatures, ${mode}`, scene.exactly(scene.spend(0, 32), scene.spend(32, 32)));
  refused("signatures-too-many", "65 signatures", scene.exactly(scene.spend(0, 32), scene.spend(32, 33)));
  refused("block-too-large", "131,073 bytes of nothing", new Uint8Array(LIMIT + 1));
  refused("encoding", "three bytes", new Uint8Array(3));
  const { bytes } = scene.exactly(...singles.slice(0, 2));
  refused("encoding", "the last byte missing", bytes.slice(0, -1), 1);
}

function bodies(scene: AnyMode): void {
  const { mode, ledger } = scene;
  const pay = scene.pay();
  const refused = (code: Verdict, what: string, block: Block, at?: number) =>
    scene.refused(`${code}: ${what}, ${mode}`, block, code, at);
  refused("input-missing", "the same transaction twice", scene.exactly(pay, pay), 1);
  const reward = scene.reward([[bob.policyHash, 5n]]);
  refused("reward-position", "last", scene.exactly(pay, reward));
  refused(
    "reward-position",
    "told before governance-position",
    scene.exactly(ledger.governance({ kind: "removeMember", name: "d" }), reward),
  );
  refused("reward-height", "of another height", scene.exactly(scene.reward([[bob.policyHash, 5n]], 7)), 0);
  refused("reward-wrong", "no output", scene.exactly(scene.reward([])));
  refused("reward-wrong", "of another asset", scene.exactly(scene.reward([[bob.policyHash, 5n, 1]])));
  const change = ledger.governance({ kind: "changeParameter", parameter: "feeRateMin", value: 1 });
  refused("governance-position", "first of two", scene.exactly(change, pay));
  refused("governance-position", "twice", scene.exactly(change, change));
  if (mode === "pow") refused("governance-unavailable", "last", scene.exactly(pay, change), 1);
  else governed(scene, pay, change);
}

/** Fees and governance, where there is a governance. */
function governed(scene: AnyMode, pay: SealedTransaction, change: SealedTransaction): void {
  const { mode, ledger } = scene;
  const fees = scene.pay(0, 9n as Amount);
  scene.refused(`reward-missing: fees, and none, ${mode}`, scene.exactly(fees), "reward-missing");
  scene.holds(`ok: governance last, ${mode}`, scene.exactly(pay, change));
  const rules = ledger.governance({ kind: "changeRules", rulesVersion: 2 });
  scene.holds(`ok: the next rules, ${mode}`, scene.exactly(rules), true);
  scene.refused(`rules-unknown: a block like any other, ${mode}`, ledger.block([]), "rules-unknown");
  scene.refused(`rules-unknown: told before encoding, ${mode}`, new Uint8Array(1), "rules-unknown");
}

/** The rules that hold in every mode. */
export function everyModeScenes(): Scene[] {
  return (["pbft", "bp-fast-paxos", "pow"] as const).map((mode) => {
    const scene = new AnyMode(mode);
    headers(scene);
    limits(scene);
    bodies(scene);
    return scene;
  });
}
