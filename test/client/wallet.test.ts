// Wallets: keys, addresses, and that a secret key shows itself nowhere.
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { createWallet, openWallet, Wallet } from "@witan/client";
import { formatAddress } from "@witan/crypto";
import { keyOfName } from "../ledger/build.ts";

describe("a wallet", () => {
  it("is a key, its policy and its address", () => {
    const key = keyOfName("alice");
    const wallet = new Wallet(key.secretKey);
    assert.deepEqual(
      [wallet.publicKey, wallet.policy, wallet.policyHash, wallet.address("wt")],
      [key.publicKey, key.policy, key.policyHash, formatAddress("wt", key.policyHash)],
    );
  });

  it("opens by 64 hex digits, and a refusal never quotes them", () => {
    assert.ok(openWallet(keyOfName("alice").secretKey).ok);
    for (const text of [
      "",
      "ab",
      "0".repeat(64),
      "f".repeat(64),
      keyOfName("alice").secretKey.toUpperCase(),
    ]) {
      const refusal = openWallet(text);
      assert.ok(!refusal.ok && (text === "" || !refusal.detail?.includes(text)), text);
    }
  });

  it("shows its secret key to nobody but who creates it", () => {
    const { wallet, secretKey } = createWallet();
    assert.equal(new Wallet(secretKey).publicKey, wallet.publicKey);
    assert.ok(!inspect(wallet, { depth: 9, showHidden: true }).includes(secretKey));
    assert.ok(!JSON.stringify(wallet).includes(secretKey));
    const fixed = createWallet((count) => new Uint8Array(count).fill(1));
    assert.equal(fixed.secretKey, "01".repeat(32));
  });
});
