// Vectors for transfers in their block: times, fees, assets, clients, signatures, inputs, balance.
import type { Policy } from "@witan/ledger";
import type { Amount, Signature, Timestamp, TransactionId } from "@witan/primitives";
import {
  clientOf,
  keyOfName,
  type NamedCoin,
  outputTo,
  sortPolicies,
  testGenesis,
} from "../../ledger/build.ts";
import type { Scene } from "./scene.ts";
import { amountOf, MOST, Payments } from "./transfers.ts";

const alice = keyOfName("alice");
const bob = keyOfName("bob");
const mint = keyOfName("mint");

function times(scene: Payments): void {
  const now = scene.ledger.nextTime;
  const until = (time: number) => scene.pay({ validUntil: time as Timestamp });
  const ahead = 604_800_000;
  scene.tx("ok: valid until this very millisecond", until(now), "ok");
  scene.tx("expired: a millisecond ago", until(now - 1), "expired");
  scene.tx("expired: valid until 0", until(0), "expired");
  scene.tx("ok: as far ahead as the chain allows", until(now + ahead), "ok");
  scene.tx("valid-until-too-far: a millisecond more", until(now + ahead + 1), "valid-until-too-far");
  scene.tx("valid-until-too-far: 2^53 - 1", until(Number.MAX_SAFE_INTEGER), "valid-until-too-far");
}

function assets(scene: Payments): void {
  const to3 = { outputs: [outputTo(bob, 1_000_000n), outputTo(bob, 5n, 3)] };
  scene.tx("asset-unknown: in outputs", scene.pay(to3), "asset-unknown");
  scene.tx("asset-unknown: issued", scene.pay({ ...to3, issued: [amountOf(3, 5n)] }), "asset-unknown");
  scene.tx(
    "asset-unknown: destroyed",
    scene.pay({ destroyed: [amountOf(4_294_967_295, 5n)] }),
    "asset-unknown",
  );
  scene.tx(
    "unbalanced: of an asset registered, but not held",
    scene.pay({ outputs: [outputTo(bob, 1_000_000n), outputTo(bob, 5n, 2)] }),
    "unbalanced",
  );
}

function inputs(scene: Payments): void {
  const { coin, ledger } = scene;
  const at = (transaction: string, index: number) =>
    scene.pay({ inputs: [{ transaction: transaction as TransactionId, index }] });
  scene.tx("input-missing: an id that no transaction has", at("11".repeat(32), 0), "input-missing");
  scene.tx("input-missing: an index behind the last", at(coin.transaction, 12), "input-missing");
  scene.tx("input-missing: index 65,535", at(coin.transaction, 65_535), "input-missing");
  const more = {
    inputs: [coin, { transaction: "11".repeat(32) as TransactionId, index: 0 }].map(
      ({ transaction, index }) => ({ transaction, index }),
    ),
  };
  scene.tx("input-missing: the second of two", scene.pay(more), "input-missing");
  const sealed = scene.pay();
  const [signature] = sealed.witness.signatures;
  const other = scene.pay({ memo: "00" }).witness.signatures;
  scene.tx(
    "signature-invalid: over another transaction",
    scene.shown({ signatures: other }),
    "signature-invalid",
  );
  const flipped = `${signature?.signature.slice(0, 63)}${signature?.signature[63] === "0" ? "1" : "0"}${signature?.signature.slice(64)}`;
  const wrong = [{ publicKey: alice.publicKey, signature: flipped as Signature }];
  scene.tx("signature-invalid: another r", scene.shown({ signatures: wrong }), "signature-invalid");
  const missing = { ...scene.body(), inputs: [{ transaction: "11".repeat(32) as TransactionId, index: 0 }] };
  scene.tx(
    "signature-invalid: told before input-missing",
    scene.shown({ signatures: wrong }, missing),
    "signature-invalid",
  );
  const bobs = ledger.transfer(scene.coins(bob.policyHash).slice(0, 1), [outputTo(alice, 1_000_000n)]);
  scene.tx("policy-missing: another policy than the output's", ledger.seal(bobs, [alice]), "policy-missing");
  const issue = scene.body({
    outputs: [outputTo(bob, 1_000_000n), outputTo(bob, 5n, 1)],
    issued: [amountOf(1, 5n)],
  });
  scene.tx("policy-missing: the issuance policy", ledger.seal(issue, [alice]), "policy-missing");
  scene.tx(
    "policy-missing: one of two inputs'",
    ledger.seal(
      ledger.transfer([coin, scene.coins(bob.policyHash)[0] as NamedCoin], [outputTo(bob, 2_000_000n)]),
      [alice],
    ),
    "policy-missing",
  );
  scene.tx(
    "policy-unused: of someone who signed too",
    ledger.seal(scene.body(), [alice, bob]),
    "policy-unused",
  );
  scene.tx(
    "policy-unused: an issuance policy, and nothing issued",
    ledger.seal(scene.body(), [alice, mint]),
    "policy-unused",
  );
  const time: Policy = [{ kind: "after", time: 0 as Timestamp }];
  const padded = scene.pay({}, { policies: sortPolicies([alice.policy, time]) });
  scene.tx("policy-unused: a witness padded with a policy that needs nobody", padded, "policy-unused");
  const both = ledger.transfer(
    [coin, scene.coins(bob.policyHash)[0] as NamedCoin],
    [outputTo(bob, 2_000_000n)],
  );
  scene.tx("ok: inputs of two owners", ledger.seal(both, [alice, bob]), "ok");
  const many = ledger.transfer(scene.coins(alice.policyHash), [outputTo(bob, 8_000_000n)]);
  scene.tx("ok: eight inputs of one owner, one policy, one signature", ledger.seal(many, [alice]), "ok");
}

function balance(scene: Payments): void {
  const out = (...amounts: bigint[]) => ({ outputs: amounts.map((amount) => outputTo(bob, amount)) });
  scene.tx("unbalanced: one unit too many", scene.pay(out(1_000_001n)), "unbalanced");
  scene.tx("unbalanced: one unit too few", scene.pay(out(999_999n)), "unbalanced");
  scene.tx("unbalanced: nothing goes out", scene.pay(out()), "unbalanced");
  scene.tx("unbalanced: the fee on top", scene.pay({ fee: 1n as Amount }), "unbalanced");
  scene.tx("ok: outputs and fee", scene.pay({ ...out(400_000n, 500_000n), fee: 100_000n as Amount }), "ok");
  scene.tx("unbalanced: outputs that wrap modulo 2^64", scene.pay(out(MOST, 1_000_001n)), "unbalanced");
  scene.tx(
    "unbalanced: a fee that wraps modulo 2^64",
    scene.pay({ ...out(1_000_001n), fee: MOST as Amount }),
    "unbalanced",
  );
  scene.tx(
    "unbalanced: destroyed that wraps modulo 2^64",
    scene.pay({ ...out(1_000_001n), destroyed: [amountOf(0, MOST)] }),
    "unbalanced",
  );
  const issue = scene.body({
    outputs: [outputTo(bob, 1_000_000n), outputTo(bob, 1n, 1), outputTo(bob, 999_999n, 1)],
    issued: [amountOf(1, MOST)],
    inputs: [scene.coin, ...scene.coins(alice.policyHash, 1).slice(0, 1)].map(({ transaction, index }) => ({
      transaction,
      index,
    })),
  });
  scene.tx(
    "unbalanced: spent and issued that wrap modulo 2^64",
    scene.ledger.seal(issue, [alice, mint]),
    "unbalanced",
  );
  const gold = scene.coins(alice.policyHash, 1).slice(0, 1);
  const move = (asset: number, amount: bigint) =>
    scene.ledger.seal(scene.ledger.transfer(gold, [outputTo(bob, amount, asset)]), [alice]);
  scene.tx("ok: another asset", move(1, 1_000_000n), "ok");
  scene.tx("unbalanced: one asset in, another out", move(2, 1_000_000n), "unbalanced");
  scene.tx("unbalanced: gold in, asset 0 out", move(0, 1_000_000n), "unbalanced");
  scene.tx(
    "unbalanced: an asset lost, asset 0 fits",
    scene.ledger.seal(scene.ledger.transfer([scene.coin, ...gold], [outputTo(bob, 1_000_000n)]), [alice]),
    "unbalanced",
  );
}

/** Fees: a rate, and weights that hit it exactly. */
function feeScene(): Scene[] {
  const exact = new Payments("a rate of 1,000", testGenesis("pbft", { parameters: { feeRateMin: 1_000 } }));
  // Transaction: 8 of offsets; the body 1, 36 of head, an input of 34, an output of 44; witness 12, a policy 4 + 4 + 34, a signature 97.
  const weight = BigInt(8 + 1 + 36 + 34 + 44 + 12 + 4 + 4 + 34 + 97 + 200);
  const paying = (scene: Payments, fee: bigint) =>
    scene.pay({ outputs: [outputTo(bob, 1_000_000n - fee)], fee: fee as Amount });
  exact.tx("ok: a fee of exactly the weight", paying(exact, weight), "ok");
  exact.tx("fee-too-low: one unit less", paying(exact, weight - 1n), "fee-too-low");
  exact.tx("fee-too-low: none", paying(exact, 0n), "fee-too-low");
  const small = new Payments("a rate of 1", testGenesis("pbft", { parameters: { feeRateMin: 1 } }));
  small.tx("ok: a fee of 1 for a weight below 1,000 at rate 1", paying(small, 1n), "ok");
  small.tx("fee-too-low: 0 for a weight below 1,000 at rate 1", paying(small, 0n), "fee-too-low");
  const most = new Payments(
    "a rate of 10^12",
    testGenesis("pbft", { parameters: { feeRateMin: 1_000_000_000_000 } }),
  );
  most.tx("fee-too-low: at the greatest rate", paying(most, 999_999n), "fee-too-low");
  return [exact, small, most];
}

function clientScenes(): Scene[] {
  const sorted = [clientOf(alice), clientOf(bob, "revoked"), clientOf(mint)].sort((a, b) =>
    a.publicKey < b.publicKey ? -1 : 1,
  );
  const free: Policy = [{ kind: "after", time: 0 as Timestamp }];
  const open = new Payments(
    "clients open",
    testGenesis("pbft", { clients: sorted.filter((one) => one.publicKey !== alice.publicKey) }),
  );
  open.tx("ok: a key without a record, clients open", open.pay(), "ok");
  const back = (scene: Payments) =>
    scene.ledger.transfer(scene.coins(bob.policyHash).slice(0, 1), [outputTo(alice, 1_000_000n)]);
  open.tx("client-revoked: clients open", open.ledger.seal(back(open), [bob]), "client-revoked");
  const permitted = new Payments(
    "clients permitted",
    testGenesis("pbft", { clientsMode: "permitted", clients: sorted }),
  );
  permitted.tx("ok: a permitted key", permitted.pay(), "ok");
  permitted.tx(
    "client-revoked: clients permitted",
    permitted.ledger.seal(back(permitted), [bob]),
    "client-revoked",
  );
  const both = permitted.ledger.transfer(
    [permitted.coin, ...permitted.coins(bob.policyHash)],
    [outputTo(bob, 3_000_000n)],
  );
  permitted.tx(
    "client-revoked: one of two keys",
    permitted.ledger.seal(both, [alice, bob]),
    "client-revoked",
  );
  permitted.tx(
    "client-revoked: told before signature-invalid",
    permitted.ledger.sealRaw(back(permitted), { ...permitted.ledger.seal(permitted.body(), [bob]).witness }),
    "client-revoked",
  );
  permitted.tx(
    "client-missing: no signature",
    permitted.ledger.sealRaw(permitted.body(), { policies: [free], signatures: [], preimages: [] }),
    "client-missing",
  );
  const strange = new Payments("clients permitted, none", testGenesis("pbft", { clientsMode: "permitted" }));
  strange.tx("client-not-permitted: a key without a record", strange.pay(), "client-not-permitted");
  strange.tx(
    "asset-unknown: told before client-not-permitted",
    strange.pay({ destroyed: [amountOf(9, 1n)] }),
    "asset-unknown",
  );
  return [open, permitted, strange];
}

/** Outputs that were spent in a block before, and those it made. */
function acrossBlocks(scene: Payments): void {
  const spent = scene.pay();
  scene.ledger.grow(spent);
  scene.tx("input-missing: spent in a block before", spent, "input-missing");
  const made = scene.ledger.transfer(
    [{ ...scene.coin, transaction: spent.id, index: 0 }],
    [outputTo(alice, 1_000_000n)],
  );
  scene.tx("ok: an output of a block before", scene.ledger.seal(made, [bob]), "ok");
  scene.tx("ok: an output of block 0, a block later", scene.pay(), "ok");
  scene.tx("expired: by a later block only", spent, "expired", scene.ledger.nextTime + 60_000);
}

/** Transfers in their block. */
export function transferInBlockScenes(): Scene[] {
  const scene = new Payments("transfers in their block", testGenesis());
  times(scene);
  assets(scene);
  inputs(scene);
  balance(scene);
  acrossBlocks(scene);
  return [scene, ...feeScene(), ...clientScenes()];
}
