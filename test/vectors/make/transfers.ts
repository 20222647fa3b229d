// Vectors for transfers by themselves: amounts, lists, policies, signatures and preimages of what is shown.
import type { Policy, SealedTransaction, Transfer, Witness } from "@witan/ledger";
import type { Amount, AssetId, PublicKey, Signature } from "@witan/primitives";
import { keyOfName, type NamedCoin, outputTo, sortPolicies, testGenesis } from "../../ledger/build.ts";
import { hiddenAs, key, some } from "./policies.ts";
import { Scene } from "./scene.ts";

const alice = keyOfName("alice");
const bob = keyOfName("bob");
const mint = keyOfName("mint");

/** 2^64 - 1. */
export const MOST = 2n ** 64n - 1n;

/** An amount of an asset that is issued or destroyed. */
export function amountOf(asset: number, amount: bigint): { asset: AssetId; amount: Amount } {
  return { asset: asset as AssetId, amount: amount as Amount };
}

/** A scene with alice's coins at hand, and a payment of the first to bob that may be changed. */
export class Payments extends Scene {
  /** The coin that payments spend. */
  get coin(): NamedCoin {
    return this.coins(alice.policyHash)[0] as NamedCoin;
  }

  /** The body of a payment of the first coin to bob. */
  body(change: Partial<Transfer> = {}): Transfer {
    return this.ledger.transfer([this.coin], [outputTo(bob, 1_000_000n)], change);
  }

  /** That payment, signed by alice. */
  pay(change: Partial<Transfer> = {}, witness: Partial<Witness> = {}): SealedTransaction {
    return this.ledger.seal(this.body(change), [alice], witness);
  }

  /** A witness of that payment with other things in it, as it is. */
  shown(change: Partial<Witness>, body = this.body()): SealedTransaction {
    return this.ledger.sealRaw(body, { ...this.ledger.seal(body, [alice]).witness, ...change });
  }
}

function amounts(scene: Payments): void {
  const { coin } = scene;
  const inputs = [coin, coin].map(({ transaction, index }) => ({ transaction, index }));
  scene.tx("ok: one input, one output", scene.pay(), "ok");
  scene.tx("ok: a memo of 256 bytes", scene.pay({ memo: "ab".repeat(256) }), "ok");
  scene.tx("ok: everything is fee", scene.pay({ outputs: [], fee: 1_000_000n as Amount }), "ok");
  scene.tx("ok: asset 0 destroyed", scene.pay({ outputs: [], destroyed: [amountOf(0, 1_000_000n)] }), "ok");
  scene.tx("inputs-empty: no input", scene.pay({ inputs: [], outputs: [] }), "inputs-empty");
  scene.tx(
    "inputs-empty: told before anything else",
    scene.shown({ signatures: [] }, scene.body({ inputs: [] })),
    "inputs-empty",
  );
  scene.tx("inputs-repeated: one output twice", scene.pay({ inputs }), "inputs-repeated");
  const others = scene.coins(alice.policyHash).slice(0, 3);
  const apart = [...others, others[0] as NamedCoin].map(({ transaction, index }) => ({ transaction, index }));
  scene.tx("inputs-repeated: others between", scene.pay({ inputs: apart }), "inputs-repeated");
  scene.tx(
    "amount-zero: an output",
    scene.pay({ outputs: [outputTo(bob, 1_000_000n), outputTo(bob, 0n)] }),
    "amount-zero",
  );
  scene.tx("amount-zero: issued", scene.pay({ issued: [amountOf(1, 0n)] }), "amount-zero");
  scene.tx("amount-zero: destroyed", scene.pay({ destroyed: [amountOf(1, 0n)] }), "amount-zero");
  scene.tx("ok: an amount of 1", scene.pay({ outputs: [outputTo(bob, 999_999n), outputTo(bob, 1n)] }), "ok");
  scene.tx("ok: a fee of 0", scene.pay({ fee: 0n as Amount }), "ok");
}

function issuing(scene: Payments): void {
  const issue = (issued: Transfer["issued"], outputs: Transfer["outputs"]) =>
    scene.ledger.seal(scene.body({ issued, outputs: [outputTo(bob, 1_000_000n), ...outputs] }), [
      alice,
      mint,
    ]);
  const gold = outputTo(bob, 7n, 1);
  const silver = outputTo(bob, 9n, 2);
  const [one, two] = [amountOf(1, 7n), amountOf(2, 9n)];
  scene.tx("ok: an asset issued", issue([one], [gold]), "ok");
  scene.tx("ok: two assets issued by one policy", issue([one, two], [silver, gold]), "ok");
  scene.tx("ok: the greatest amount issued", issue([amountOf(1, MOST)], [outputTo(bob, MOST, 1)]), "ok");
  scene.tx("issued-native: asset 0", issue([amountOf(0, 7n)], [outputTo(bob, 7n)]), "issued-native");
  scene.tx(
    "issued-native: among others",
    issue([amountOf(0, 7n), one], [outputTo(bob, 7n), gold]),
    "issued-native",
  );
  scene.tx("issued-order: descending", issue([two, one], [gold, silver]), "issued-order");
  scene.tx("issued-order: an asset twice", issue([one, one], [gold, gold]), "issued-order");
  const destroy = (destroyed: Transfer["destroyed"]) => {
    const coins = [scene.coin, ...scene.coins(alice.policyHash, 1)];
    const left = outputTo(bob, 2_000_000n - 7n, 1);
    return scene.ledger.seal(scene.ledger.transfer(coins, [outputTo(bob, 999_000n), left], { destroyed }), [
      alice,
    ]);
  };
  const native = amountOf(0, 1_000n);
  scene.tx("ok: two assets destroyed", destroy([native, one]), "ok");
  scene.tx("destroyed-order: descending", destroy([one, native]), "destroyed-order");
  scene.tx("destroyed-order: an asset twice", destroy([native, native]), "destroyed-order");
  scene.tx(
    "destroyed-order: told after issued-order",
    scene.pay({ issued: [two, one], destroyed: [two, one] }),
    "issued-order",
  );
}

/** A policy of alice's coins' hash beside one that is wrong: the witness is judged before anyone asks for it. */
function policies(scene: Payments): void {
  const wrong: readonly (readonly [string, Policy])[] = [
    ["policy-threshold: none of one", [{ kind: "threshold", required: 0, children: 1 }, key("alice")]],
    ["policy-threshold: two of one", [{ kind: "threshold", required: 2, children: 1 }, key("alice")]],
    ["policy-threshold: 17 children", some(1, ...Array.from({ length: 17 }, (_, at) => [hiddenAs(at)]))],
    ["policy-tree: no node", []],
    ["policy-tree: a node too many", [key("alice"), key("bob")]],
    ["policy-tree: a node too few", [{ kind: "threshold", required: 1, children: 2 }, key("alice")]],
    ["policy-depth: five levels", some(1, some(1, some(1, some(1, [key("alice")]))))],
    ["policy-root-hidden: alone", [{ kind: "hidden", hash: alice.policyHash }]],
    ["policy-shown: two of one required", some(1, [key("alice")], [key("bob")])],
    ["policy-shown: one of two required", some(2, [key("alice")], [hiddenAs(1)])],
    ["policy-key: prefix 04", [{ kind: "key", publicKey: `04${"11".repeat(32)}` as PublicKey }]],
  ];
  for (const [name, policy] of wrong) {
    const code = name.slice(0, name.indexOf(":")) as "policy-tree";
    scene.tx(name, scene.shown({ policies: [policy] }), code);
  }
  const fault = (name: string) => wrong.find(([own]) => own.startsWith(name))?.[1] ?? [];
  const both = (first: string, second: string) => scene.shown({ policies: [fault(first), fault(second)] });
  scene.tx(
    "policy-threshold: in the second policy, before policy-tree in the first",
    both("policy-tree", "policy-threshold"),
    "policy-threshold",
  );
  scene.tx(
    "policy-tree: in the second policy, before policy-depth in the first",
    both("policy-depth", "policy-tree"),
    "policy-tree",
  );
  scene.tx(
    "policy-depth: in the second policy, before policy-root-hidden in the first",
    both("policy-root", "policy-depth"),
    "policy-depth",
  );
  scene.tx(
    "policy-root-hidden: in the second policy, before policy-shown in the first",
    both("policy-shown", "policy-root"),
    "policy-root-hidden",
  );
  scene.tx(
    "policy-shown: in the second policy, before policy-key in the first",
    both("policy-key", "policy-shown"),
    "policy-shown",
  );
  const sorted = sortPolicies([alice.policy, bob.policy]);
  const swapped = [...sorted].reverse();
  scene.tx("policies-order: descending", scene.shown({ policies: swapped }), "policies-order");
  scene.tx(
    "policies-order: one twice",
    scene.shown({ policies: [alice.policy, alice.policy] }),
    "policies-order",
  );
}

const X_TOO_LARGE = "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";
const N = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
const ZERO = "00".repeat(32);

function signatures(scene: Payments): void {
  const body = scene.body();
  const [one] = scene.ledger.seal(body, [alice]).witness.signatures;
  const two = scene.ledger.seal(body, [alice, bob]).witness.signatures;
  if (!one) throw new TypeError("alice signed");
  const with_ = (
    name: string,
    signatures: Witness["signatures"],
    code: "signatures-order" | "signature-shape",
  ) => scene.tx(`${code}: ${name}`, scene.shown({ signatures }), code);
  with_("descending", [...two].reverse(), "signatures-order");
  with_("one key twice", [one, one], "signatures-order");
  with_(
    "one key twice, with another signature",
    [one, { ...one, signature: "11".repeat(64) as Signature }],
    "signatures-order",
  );
  const r = one.signature.slice(0, 64);
  const s = one.signature.slice(64);
  const high = (BigInt(`0x${N}`) - BigInt(`0x${s}`)).toString(16).padStart(64, "0");
  const shape = (name: string, publicKey: string, signature: string) =>
    with_(
      name,
      [{ publicKey: publicKey as PublicKey, signature: signature as Signature }],
      "signature-shape",
    );
  shape("high s", one.publicKey, r + high);
  shape(
    "s of (n - 1) / 2 + 1",
    one.publicKey,
    `${r}7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1`,
  );
  shape("r of 0", one.publicKey, ZERO + s);
  shape("s of 0", one.publicKey, r + ZERO);
  shape("r of n", one.publicKey, N + s);
  shape("prefix 04", `04${one.publicKey.slice(2)}`, one.signature);
  shape("prefix 00", `00${one.publicKey.slice(2)}`, one.signature);
  shape("x of p", X_TOO_LARGE, one.signature);
  scene.tx("signature-missing: no signature", scene.shown({ signatures: [] }), "signature-missing");
  const theirs = two.filter(({ publicKey }) => publicKey === bob.publicKey);
  scene.tx("signature-missing: another's instead", scene.shown({ signatures: theirs }), "signature-missing");
  scene.tx("signature-unused: one too many", scene.shown({ signatures: two }), "signature-unused");
  scene.tx(
    "signature-unused: a witness padded by a stranger",
    scene.shown({ signatures: scene.ledger.seal(body, [alice, keyOfName("stranger")]).witness.signatures }),
    "signature-unused",
  );
  const preimages = ["11".repeat(32)];
  scene.tx(
    "preimage-unused: a witness padded with a preimage",
    scene.shown({ preimages }),
    "preimage-unused",
  );
  scene.tx(
    "preimages-order: descending",
    scene.shown({ preimages: ["22".repeat(32), "11".repeat(32)] }),
    "preimages-order",
  );
  scene.tx(
    "preimages-order: one twice",
    scene.shown({ preimages: [...preimages, ...preimages] }),
    "preimages-order",
  );
  scene.tx(
    "signature-missing: told before preimage-unused",
    scene.shown({ preimages, signatures: [] }),
    "signature-missing",
  );
}

function encodings(scene: Payments): void {
  const { bytes } = scene.pay();
  scene.tx("encoding: no bytes", new Uint8Array(), "encoding");
  scene.tx("encoding: a byte behind", Uint8Array.from([...bytes, 0]), "encoding");
  scene.tx("encoding: the last byte missing", bytes.slice(0, -1), "encoding");
  scene.tx("transaction-too-large: 65,537 zero bytes", new Uint8Array(65_537), "transaction-too-large");
  scene.tx("encoding: 65,536 zero bytes", new Uint8Array(65_536), "encoding");
}

/** Transfers by themselves. */
export function transferScenes(): Scene[] {
  const scene = new Payments("transfers", testGenesis());
  amounts(scene);
  issuing(scene);
  policies(scene);
  signatures(scene);
  encodings(scene);
  return [scene];
}
