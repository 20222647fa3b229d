// Vectors for what policies ask for: times, preimages, escrow, thresholds inside thresholds.
import { type Policy, policyHash, type Witness } from "@witan/ledger";
import { type Amount, type AssetId, hexToBytes, present, sha256Hex } from "@witan/primitives";
import {
  keyOfName,
  type NamedCoin,
  outputTo,
  sortPolicies,
  type TestKey,
  testGenesis,
} from "../../ledger/build.ts";
import { after, hashOf, hidden, hiddenAs, key, some } from "./policies.ts";
import { Scene } from "./scene.ts";

const SECRET = "5e".repeat(32);
const DIGEST = sha256Hex(hexToBytes(SECRET));
const OTHER_SECRET = "0f".repeat(32);
/** Blocks of these scenes are a second after block 0, at 2026-01-01T00:00:01Z. */
const NOW = 1_767_225_601_000;

const [buyer, seller, arbiter] = ["buyer", "seller", "arbiter"].map(keyOfName) as [TestKey, TestKey, TestKey];
const refund = (time: number): Policy => some(2, [key("seller")], [after(time)]);
const agreed = (...shown: string[]): Policy =>
  some(
    2,
    ...["buyer", "seller", "arbiter"].map(
      (name): Policy => (shown.includes(name) ? [key(name)] : hidden([key(name)])),
    ),
  );
const escrow = (time: number, first: Policy, second: Policy): Policy =>
  some(1, first, second.length > 0 ? second : hidden(refund(time)));

/** A policy, and the ways in which it can be shown. */
const POLICIES = {
  now: [after(NOW)],
  soon: [after(NOW + 1)],
  keyAndTime: some(2, [key("buyer")], [after(NOW)]),
  hash: [hashOf(DIGEST)],
  swap: some(1, some(2, [key("buyer")], [hashOf(DIGEST)]), hidden(some(2, [key("seller")], [after(NOW)]))),
  escrow: escrow(NOW, agreed("buyer", "seller"), hidden(refund(NOW))),
  lateEscrow: escrow(NOW + 1, agreed("buyer", "seller"), hidden(refund(NOW + 1))),
  deep: some(1, some(1, some(1, [key("buyer")], hidden([key("seller")])), [hiddenAs(7)])),
  twice: some(2, [key("buyer")], some(1, [key("buyer")], hidden([key("seller")]))),
  twoHashes: some(2, [hashOf(DIGEST)], [hashOf(sha256Hex(hexToBytes(OTHER_SECRET)))]),
} as const satisfies Record<string, Policy>;

class Conditions extends Scene {
  #coinOf(name: keyof typeof POLICIES): NamedCoin {
    return this.coins(present(policyHash(POLICIES[name]), name))[0] as NamedCoin;
  }

  /** A transfer of the output of a policy, which is shown as given. */
  spend(
    name: keyof typeof POLICIES,
    signers: readonly TestKey[],
    shown: Policy = POLICIES[name],
    more: Partial<Witness> = {},
  ) {
    const body = this.ledger.transfer([this.#coinOf(name)], [outputTo(buyer, 1_000n)]);
    return this.ledger.seal(body, signers, { policies: [shown], ...more });
  }

  /** A transfer of several of them. */
  spendAll(
    names: readonly (keyof typeof POLICIES)[],
    signers: readonly TestKey[],
    preimages: readonly string[] = [],
  ) {
    const body = this.ledger.transfer(
      names.map((name) => this.#coinOf(name)),
      [outputTo(buyer, 1_000n * BigInt(names.length))],
    );
    return this.ledger.seal(body, signers, {
      policies: sortPolicies(names.map((name) => POLICIES[name])),
      preimages,
    });
  }
}

function times(scene: Conditions): void {
  scene.tx("ok: after, at exactly that time", scene.spend("now", []), "ok");
  scene.tx("premature: after, a millisecond early", scene.spend("soon", []), "premature");
  scene.tx("ok: after, a millisecond later", scene.spend("soon", []), "ok", NOW + 1);
  scene.tx("ok: key and time", scene.spend("keyAndTime", [buyer]), "ok");
  scene.tx(
    "premature: key and time, a millisecond early",
    scene.spend("keyAndTime", [buyer]),
    "premature",
    NOW - 1,
  );
  scene.tx("signature-missing: key and time, time alone", scene.spend("keyAndTime", []), "signature-missing");
  scene.tx("signature-unused: a time needs nobody", scene.spend("now", [buyer]), "signature-unused");
  scene.tx("premature: the later of two policies", scene.spendAll(["now", "soon"], []), "premature");
  scene.tx("ok: two policies of times, both over", scene.spendAll(["now", "soon"], []), "ok", NOW + 1);
}

function hashes(scene: Conditions): void {
  const [swap] = [POLICIES.swap];
  const preimages = [SECRET];
  scene.tx("ok: a hash and its preimage", scene.spend("hash", [], POLICIES.hash, { preimages }), "ok");
  scene.tx("preimage-missing: a hash, nothing shown", scene.spend("hash", []), "preimage-missing");
  scene.tx(
    "preimage-missing: a hash, another preimage",
    scene.spend("hash", [], POLICIES.hash, { preimages: [OTHER_SECRET] }),
    "preimage-missing",
  );
  scene.tx(
    "preimage-missing: a hash, its digest as the preimage",
    scene.spend("hash", [], POLICIES.hash, { preimages: [DIGEST] }),
    "preimage-missing",
  );
  scene.tx(
    "preimage-unused: a second preimage",
    scene.spend("hash", [], POLICIES.hash, { preimages: [OTHER_SECRET, SECRET] }),
    "preimage-unused",
  );
  scene.tx(
    "ok: two hashes",
    scene.spend("twoHashes", [], POLICIES.twoHashes, { preimages: [OTHER_SECRET, SECRET] }),
    "ok",
  );
  scene.tx(
    "preimage-missing: one of two hashes",
    scene.spend("twoHashes", [], POLICIES.twoHashes, { preimages }),
    "preimage-missing",
  );
  scene.tx(
    "ok: one preimage for a hash in two policies",
    scene.spendAll(["hash", "swap"], [buyer], preimages),
    "ok",
  );
  scene.tx("ok: swap, taken with the secret", scene.spend("swap", [buyer], swap, { preimages }), "ok");
  scene.tx("preimage-missing: swap without the secret", scene.spend("swap", [buyer]), "preimage-missing");
  const back = some(
    1,
    hidden(some(2, [key("buyer")], [hashOf(DIGEST)])),
    some(2, [key("seller")], [after(NOW)]),
  );
  scene.tx("ok: swap, taken back when its time is over", scene.spend("swap", [seller], back), "ok");
  scene.tx(
    "premature: swap, taken back a millisecond early",
    scene.spend("swap", [seller], back),
    "premature",
    NOW - 1,
  );
  scene.tx(
    "signature-missing: swap, taken back by the wrong one",
    scene.spend("swap", [buyer], back),
    "signature-missing",
  );
}

function escrows(scene: Conditions): void {
  const by = (one: string, other: string): Policy => escrow(NOW, agreed(one, other), []);
  scene.tx("ok: escrow, buyer and seller agree", scene.spend("escrow", [buyer, seller]), "ok");
  scene.tx(
    "ok: escrow, buyer and arbiter",
    scene.spend("escrow", [buyer, arbiter], by("buyer", "arbiter")),
    "ok",
  );
  scene.tx(
    "ok: escrow, seller and arbiter",
    scene.spend("escrow", [seller, arbiter], by("seller", "arbiter")),
    "ok",
  );
  scene.tx("signature-missing: escrow, buyer alone", scene.spend("escrow", [buyer]), "signature-missing");
  const alone = escrow(NOW, agreed("buyer"), []);
  scene.tx(
    "policy-shown: escrow, buyer alone shows one of two",
    scene.spend("escrow", [buyer], alone),
    "policy-shown",
  );
  const three = escrow(NOW, agreed("buyer", "seller", "arbiter"), []);
  scene.tx(
    "policy-shown: escrow, all three show one too many",
    scene.spend("escrow", [buyer, seller, arbiter], three),
    "policy-shown",
  );
  const late = (time: number): Policy => some(1, hidden(agreed()), refund(time));
  scene.tx("ok: escrow, the seller after the time", scene.spend("escrow", [seller], late(NOW)), "ok");
  scene.tx(
    "premature: escrow, the seller before the time",
    scene.spend("lateEscrow", [seller], late(NOW + 1)),
    "premature",
  );
  scene.tx(
    "policy-missing: escrow, the seller puts an earlier time",
    scene.spend("lateEscrow", [seller], late(NOW)),
    "policy-missing",
  );
  const cheaper = escrow(NOW, some(1, [key("buyer")], hidden([key("seller")]), hidden([key("arbiter")])), []);
  scene.tx(
    "policy-missing: escrow, the buyer lowers the threshold",
    scene.spend("escrow", [buyer], cheaper),
    "policy-missing",
  );
}

function nested(scene: Conditions): void {
  scene.tx("ok: a key at level 4", scene.spend("deep", [buyer]), "ok");
  const other = some(1, some(1, some(1, hidden([key("buyer")]), [key("seller")]), [hiddenAs(7)]));
  scene.tx("ok: another branch at level 4", scene.spend("deep", [seller], other), "ok");
  const wrong = some(1, some(1, some(1, [key("buyer")], hidden([key("seller")])), [hiddenAs(8)]));
  scene.tx(
    "policy-missing: another hash behind what is hidden",
    scene.spend("deep", [buyer], wrong),
    "policy-missing",
  );
  scene.tx("ok: one signature for a key shown twice", scene.spend("twice", [buyer]), "ok");
}

/** What policies ask for. */
export function conditionScenes(): Scene[] {
  const allocations = Object.entries(POLICIES).map(([name, policy]) => ({
    asset: 0 as AssetId,
    amount: 1_000n as Amount,
    policyHash: present(policyHash(policy), name),
  }));
  const scene = new Conditions("conditions", testGenesis("pbft", { allocations }));
  times(scene);
  hashes(scene);
  escrows(scene);
  nested(scene);
  return [scene];
}
