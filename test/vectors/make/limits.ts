// Vectors for limits of transactions: what lies at the limit holds, what lies beyond does not.
import {
  type Change,
  type Policy,
  policyHash,
  type Transfer,
  transactionCodec,
  type Witness,
} from "@witan/ledger";
import {
  type Amount,
  type AssetId,
  hexToBytes,
  type PolicyHash,
  present,
  sha256Hex,
} from "@witan/primitives";
import {
  keyOfName,
  memberOf,
  outputTo,
  sortPolicies,
  type TestKey,
  testGenesis,
} from "../../ledger/build.ts";
import { le, list, times } from "./bytes.ts";
import * as by from "./encoding-values.ts";
import { after, hashOf, hiddenAs, key, some } from "./policies.ts";
import { Scene } from "./scene.ts";
import { amountOf } from "./transfers.ts";

const bob = keyOfName("bob");

function paidTo(policies: readonly Policy[], amount = 1_000n) {
  return policies.map((policy) => ({
    asset: 0 as AssetId,
    amount: amount as Amount,
    policyHash: present(policyHash(policy), "a tree") as PolicyHash,
  }));
}

/** 256 outputs that need nobody, each by another policy, and 64 assets issued by nobody, each by another. */
function wideScene(): Scene {
  const own = (at: number): Policy => [after(at)];
  const policies = Array.from({ length: 320 }, (_, at) => own(at));
  const assets = Array.from({ length: 65 }, (_, at) => ({
    name: `A${at}`,
    decimals: 0,
    issuancePolicyHash: (at === 0
      ? "00".repeat(32)
      : present(policyHash(own(255 + at)), "a tree")) as PolicyHash,
  }));
  const scene = new Scene(
    "wide",
    testGenesis("pbft", { assets, allocations: paidTo(policies.slice(0, 256)) }),
  );
  const coins = [...scene.ledger.coins].map(([name, coin]) => ({
    ...coin,
    transaction: name.slice(0, 64) as "" & never,
    index: Number.parseInt(name.slice(64), 16),
  }));
  const spend = (count: number, more: Partial<Transfer> = {}, extra: readonly Policy[] = []) => {
    const used = coins.slice(0, count);
    const shown = policies.filter((policy) => used.some((coin) => coin.policyHash === policyHash(policy)));
    const body = scene.ledger.transfer(used, [outputTo(bob, 1_000n * BigInt(count))], more);
    return scene.ledger.seal(body, [], { policies: sortPolicies([...shown, ...extra]) });
  };
  const issued = Array.from({ length: 64 }, (_, at) => amountOf(at + 1, 5n));
  const outputs = [
    outputTo(bob, 256_000n),
    ...issued.map(({ asset, amount }) => outputTo(bob, amount, asset)),
  ];
  scene.tx("ok: 256 inputs of 256 policies", spend(256), "ok");
  scene.tx(
    "ok: 320 policies, 256 inputs and 64 assets issued",
    spend(256, { issued, outputs }, policies.slice(256)),
    "ok",
  );
  scene.tx(
    "ok: 256 outputs",
    spend(256, { outputs: Array.from({ length: 256 }, () => outputTo(bob, 1_000n)) }),
    "ok",
  );
  const destroyed = Array.from({ length: 64 }, (_, at) => amountOf(at, 1n));
  scene.tx(
    "unbalanced: 64 assets destroyed, one held",
    spend(1, { destroyed, outputs: [outputTo(bob, 999n)] }),
    "unbalanced",
  );
  const encoded = (name: string, body: string, witness?: string) =>
    scene.tx(`encoding: ${name}`, hexToBytes(by.transaction(body, witness)), "encoding");
  encoded("257 inputs", by.transfer({ inputs: by.INPUT.repeat(257) }));
  encoded("257 outputs", by.transfer({ outputs: by.OUTPUT.repeat(257) }));
  encoded("65 assets issued", by.transfer({ issued: by.ASSET_AMOUNT.repeat(65) }));
  encoded("65 assets destroyed", by.transfer({ destroyed: by.ASSET_AMOUNT.repeat(65) }));
  encoded("321 policies", by.transfer(), by.witness(times(321, list([`02${le(0, 8)}`]))));
  encoded("33 nodes", by.transfer(), by.witness([list(times(33, `02${le(0, 8)}`))]));
  encoded("a memo of 257 bytes", by.transfer({ memo: "00".repeat(257) }));
  encoded("257 signatures", by.transfer(), by.witness([], by.KEY_SIGNATURE.repeat(257)));
  encoded("65 preimages", by.transfer(), by.witness([], "", by.HASH.repeat(65)));
  return scene;
}

/** As many signatures and preimages as there can be. */
function manyScene(): Scene {
  const keys = Array.from({ length: 65 }, (_, at) => keyOfName(`many ${at}`));
  const secrets = Array.from({ length: 64 }, (_, at) => (at + 1).toString(16).padStart(64, "0"));
  const hashes = secrets.map((secret): Policy => [hashOf(sha256Hex(hexToBytes(secret)))]);
  const sixteen = some(16, ...keys.slice(0, 16).map((one): Policy => one.policy));
  const seventeen: Policy = [
    { kind: "threshold", required: 16, children: 17 },
    ...keys.slice(0, 16).flatMap((one) => one.policy),
    hiddenAs(1),
  ];
  const nodes32 = some(
    2,
    some(1, [key("many 0")], ...Array.from({ length: 15 }, (_, at): Policy => [hiddenAs(at)])),
    some(1, [key("many 1")], ...Array.from({ length: 12 }, (_, at): Policy => [hiddenAs(at)])),
  );
  const allocations = paidTo([...keys.map((one) => one.policy), ...hashes, sixteen, nodes32]);
  const scene = new Scene("many", testGenesis("pbft", { allocations }));
  const spend = (
    policies: readonly Policy[],
    signers: readonly TestKey[],
    witness: Partial<Witness> = {},
  ) => {
    const coins = policies.map((policy) => scene.coins(present(policyHash(policy), "a tree"))[0]);
    const held = coins.filter((coin) => coin !== undefined);
    const body = scene.ledger.transfer(held, [outputTo(bob, 1_000n * BigInt(held.length))]);
    return scene.ledger.seal(body, signers, { policies: sortPolicies(policies), ...witness });
  };
  const signers = keys.slice(0, 64);
  scene.tx(
    "ok: 64 signatures",
    spend(
      signers.map((one) => one.policy),
      signers,
    ),
    "ok",
  );
  scene.tx(
    "transfer-signatures: 65",
    spend(
      keys.map((one) => one.policy),
      keys,
    ),
    "transfer-signatures",
  );
  scene.tx("ok: 64 preimages", spend(hashes, [], { preimages: secrets }), "ok");
  scene.tx("ok: 16 of 16 keys in one policy", spend([sixteen], keys.slice(0, 16)), "ok");
  scene.tx("signature-missing: 15 of 16 keys", spend([sixteen], keys.slice(0, 15)), "signature-missing");
  scene.tx("ok: 32 nodes", spend([nodes32], keys.slice(0, 2)), "ok");
  const body = scene.ledger.transfer(scene.coins(keyOfName("many 0").policyHash), [outputTo(bob, 1_000n)]);
  scene.tx(
    "policy-threshold: 17 children, all well otherwise",
    scene.ledger.seal(body, keys.slice(0, 16), { policies: [seventeen] }),
    "policy-threshold",
  );
  return scene;
}

/** A hundred validators: a quorum is 67, more than a transfer may have signatures. */
function hundredScene(): Scene {
  const names = Array.from({ length: 100 }, (_, at) => `v${at}`);
  const members = names.map((name) => memberOf(name));
  const parameters = { blockSignaturesMax: 64 };
  const scene = new Scene(
    "a hundred validators",
    testGenesis("pbft", { members, parameters, allocations: [] }),
  );
  const change: Change = { kind: "changeParameter", parameter: "feeRateMin", value: 5 };
  const approved = (count: number) => scene.ledger.governance(change, names.slice(0, count));
  scene.tx("approvals-too-few: 66 of a hundred validators", approved(66), "approvals-too-few");
  scene.tx("ok: 67 of a hundred validators", approved(67), "ok");
  const block = scene.ledger.block([approved(67)]);
  scene.holds("ok: approvals are not held against blockSignaturesMax", block);
  return scene;
}

/** A transfer of exactly 65,536 bytes: policies with many hidden nodes, and a memo to fill up. */
function largeScene(): Scene {
  const owner = keyOfName("owner of much");
  const policies = Array.from({ length: 55 }, (_, own): Policy => {
    const inner = some(1, owner.policy, ...Array.from({ length: 15 }, (_, at): Policy => [hiddenAs(at)]));
    return some(
      1,
      inner,
      ...Array.from({ length: 14 }, (_, at): Policy => [hiddenAs(at === 0 ? own + 100 : at)]),
    );
  });
  const scene = new Scene("large", testGenesis("pbft", { allocations: paidTo(policies) }));
  const coins = policies.flatMap((policy) => scene.coins(present(policyHash(policy), "a tree")));
  // More outputs and a longer memo, until the bytes are those wanted.
  const sized = (size: number) => {
    const start = transactionCodec.encode(make(scene, coins, policies, owner, 1, 0)).length;
    const outputs = 1 + Math.floor((size - start) / 44);
    const memo = size - start - 44 * (outputs - 1);
    return transactionCodec.encode(make(scene, coins, policies, owner, outputs, memo));
  };
  scene.tx("ok: 65,536 bytes", sized(65_536), "ok");
  scene.tx("transaction-too-large: 65,537 bytes, all well otherwise", sized(65_537), "transaction-too-large");
  return scene;
}

function make(
  scene: Scene,
  coins: Parameters<Scene["ledger"]["transfer"]>[0],
  policies: readonly Policy[],
  owner: TestKey,
  count: number,
  memoBytes: number,
) {
  const rest = Array.from({ length: count - 1 }, () => outputTo(bob, 1n));
  const outputs = [outputTo(bob, BigInt(1_000 * coins.length - (count - 1))), ...rest];
  const body = scene.ledger.transfer(coins, outputs, { memo: "00".repeat(memoBytes) });
  const { signatures } = scene.ledger.seal({ ...body, memo: body.memo }, [owner]).witness;
  return { body, witness: { policies: sortPolicies(policies), signatures, preimages: [] } };
}

/** The limits of transactions. */
export function limitScenes(): Scene[] {
  return [wideScene(), manyScene(), largeScene(), hundredScene()];
}
