// `witan send` against a node: what is paid, what is printed, and with which exit code.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RpcError, type TransactionOutcome } from "@witan/rpc";
import { SAMPLES } from "../rpc/samples.ts";
import { ALICE, FakeNode } from "./fake-node.ts";
import { inFolder, lastJson, type Ran, witan } from "./run.ts";

let node: FakeNode;
beforeEach(async () => {
  node = await FakeNode.start();
});
afterEach(() => FakeNode.stopAll());

function send(...more: readonly string[]): Promise<Ran> {
  const payer = more.includes("--key") ? [] : ["--secret-key", ALICE.secretKey];
  const payee = more.includes("--to") ? [] : ["--to", node.addressOf("carol")];
  return witan("send", "--rpc", node.url, ...payer, ...payee, ...more);
}

function errorOf(ran: Ran): { readonly code: number; readonly reason: string; readonly message: string } {
  assert.equal(ran.out.trimEnd().split("\n").length, 1, ran.out);
  return lastJson(ran)["error"] as { code: number; reason: string; message: string };
}

describe("witan send", () => {
  it("pays, and prints transaction, status and height", async () => {
    const ran = await send("--amount", "1500000", "--wait", "--json");
    assert.equal(ran.code, 0, ran.out);
    const [paid] = node.submitted;
    assert.deepEqual(lastJson(ran), { transaction: paid?.id, status: "final", height: 1 });
    const balance = await witan("balance", node.addressOf("carol"), "--rpc", node.url, "--json");
    assert.deepEqual(lastJson(balance)["balances"], { "0": "1500000" });
  });

  it("pays several at once, in base units or by the names of assets", async () => {
    const [carol, dave] = [node.addressOf("carol"), node.addressOf("dave")];
    const named = ["--to", dave, "--amount", "0.0025WITAN"];
    const ran = await send(
      "--to",
      carol,
      "--amount",
      "0.00012345 WITAN",
      ...named,
      "--to",
      dave,
      "--amount",
      "7",
    );
    assert.equal(ran.code, 0, ran.err);
    for (const line of [
      `0.00012345 WITAN to ${carol}`,
      `0.0025 WITAN to ${dave}`,
      `0.00000007 WITAN to ${dave}`,
    ])
      assert.match(ran.out, new RegExp(`pays +${line}\n`));
    const [paid] = node.submitted;
    assert.ok(paid?.body.kind === "transfer");
    assert.deepEqual(
      paid.body.outputs.slice(0, 3).map(({ amount }) => amount),
      [12_345n, 250_000n, 7n],
    );
  });

  it("tells people what was paid, in the asset's own units", async () => {
    const ran = await send("--amount", "123450", "--fee", "50", "--wait");
    assert.match(ran.out, /pays +0\.0012345 WITAN to wt1/);
    assert.match(ran.out, /fee +0\.0000005 WITAN/);
    assert.match(ran.out, /status +final: in block 1/);
    assert.equal(ran.err, "waiting until it is final\n");
  });

  it("signs only, where that is asked: nothing is sent, and what was printed can be", async () => {
    const ran = await send("--amount", "9", "--sign-only");
    assert.equal(ran.code, 0, ran.err);
    assert.equal(node.submitted.length, 0);
    const bytes = ran.out.trim();
    const call = { jsonrpc: "2.0", id: 1, method: "transaction_submit", params: { transaction: bytes } };
    const headers = { "content-type": "application/json" };
    await fetch(node.url, { method: "POST", headers, body: JSON.stringify(call) });
    assert.equal(Buffer.from(node.submitted[0]?.bytes ?? []).toString("hex"), bytes);
    const json = lastJson(await send("--amount", "9", "--sign-only", "--json"));
    assert.deepEqual(Object.keys(json), ["transaction", "bytes"]);
    assert.equal((await send("--amount", "9", "--sign-only", "--wait")).code, 2);
  });

  it("pays another asset, with a memo, from a key file", () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "secret"), ALICE.secretKey);
      const key = join(folder, "key.json");
      await witan("keys", "import", join(folder, "secret"), "--plain", "--out", key);
      const ran = await send("--key", key, "--amount", "7", "--asset", "1", "--memo", "für dich", "--json");
      assert.equal(ran.code, 0, ran.out);
      const body = node.submitted[0]?.body;
      assert.ok(body?.kind === "transfer");
      assert.equal(Buffer.from(body.memo, "hex").toString(), "für dich");
      assert.deepEqual([body.outputs[0]?.asset, body.outputs[0]?.amount], [1, 7n]);
    }));

  const outcomes: readonly (readonly [string, (id: string) => TransactionOutcome, number, number, RegExp])[] =
    [
      [
        "rejected",
        (transaction) => ({ transaction, status: "rejected", code: "conflict", message: "spent" }),
        1,
        1,
        /rejected, conflict: spent/,
      ],
      [
        "expired",
        (transaction) => ({ transaction, status: "expired", height: 9 }),
        1,
        1,
        /expired: block 9 is later/,
      ],
      [
        "evicted",
        (transaction) => ({
          transaction,
          status: "evicted",
          code: "mempool-full",
          message: "full",
          possibleUntil: 1,
        }),
        1,
        1,
        /dropped by this node, mempool-full: full\. It can still/,
      ],
      ["pending", (transaction) => ({ transaction, status: "pending" }), 0, 1, /admitted, not final yet/],
    ];
  for (const [status, outcome, code, codeWaiting, message] of outcomes)
    it(`says that a transaction is ${status}, with exit code ${code}, and ${codeWaiting} where it was waited for`, async () => {
      node.instead.transaction_submit = async ({ transaction }) => {
        const { chain } = node.proven.ledger;
        return outcome(chain.transactions.names(Buffer.from(transaction, "hex"))?.id ?? "");
      };
      const ran = await send("--amount", "1", "--json");
      assert.deepEqual([ran.code, lastJson(ran)["status"]], [code, status]);
      assert.equal(lastJson(ran)["height"], null, "always there, for programs");
      const waited = await send("--amount", "1", "--wait", "--timeout", "0");
      assert.equal(waited.code, codeWaiting);
      assert.match(waited.out, message);
    });

  it("tells what the chain refuses", async () => {
    node.instead.governance_state = async () => {
      const { members, parameters, assets } = node.proven.ledger.state.governance.state;
      const sample = SAMPLES.governance_state.result;
      return {
        ...sample,
        members: sample.members.slice(0, members.length),
        assets: [...assets],
        parameters: { ...parameters, validUntilAheadMsMax: 365 * 86_400_000 * 2 },
      };
    };
    node.instead.chain_outputs = async () => ({
      height: 0,
      outputs: [
        {
          transaction: "ab".repeat(32),
          index: 0,
          asset: 0,
          amount: "5",
          height: 0,
          reward: false,
          spentBy: null,
        },
      ],
      next: null,
    });
    const ran = await send("--amount", "5", "--json");
    assert.equal(ran.code, 1);
    assert.deepEqual([lastJson(ran)["status"], lastJson(ran)["code"]], ["rejected", "input-missing"]);
  });

  it("says how much is missing", async () => {
    const ran = await send("--amount", "8000001", "--fee", "3", "--json");
    assert.equal(ran.code, 1);
    const { reason, message } = errorOf(ran);
    assert.equal(reason, "insufficient-funds");
    assert.match(
      message,
      /the key of wt1q\w+ can spend 0\.08 WITAN, and 0\.08000001 WITAN is to be paid, and 0\.00000003 WITAN for the fee/,
    );
    assert.equal(node.submitted.length, 0);
  });

  describe("while a payment before it is pending", () => {
    const pending = "ab".repeat(32);
    let isFinal: boolean;
    beforeEach(() => {
      isFinal = false;
      // All that alice has, in one coin.
      const coin = { transaction: "cd".repeat(32), index: 0, asset: 0, amount: "8000000", height: 0 };
      node.instead.chain_outputs = async () => ({
        height: 0,
        outputs: [{ ...coin, reward: false, spentBy: isFinal ? null : pending }],
        next: null,
      });
    });

    it("waits until that is final, and says so once", async () => {
      let waits = 0;
      node.instead.transaction_wait = async ({ transaction }) => {
        assert.equal(transaction, pending);
        waits += 1;
        isFinal = waits === 2;
        return { transaction, status: "final", height: 1, hash: "ef".repeat(32), index: 0 };
      };
      const ran = await send("--amount", "5", "--sign-only");
      assert.equal(ran.code, 0, ran.err);
      assert.equal(waits, 2);
      assert.equal(
        ran.err,
        `waiting for what comes back of pending transactions when they are final: ${pending}\n`,
      );
    });

    it("says what it waited for in vain: exit code 1", async () => {
      node.instead.transaction_wait = async ({ transaction }) => ({ transaction, status: "pending" });
      const ran = await send("--amount", "5", "--timeout", "0", "--json");
      assert.deepEqual([ran.code, errorOf(ran).reason], [1, "funds-pending"]);
      assert.match(
        errorOf(ran).message,
        /can spend 0 WITAN, .*Nothing was sent: .*(?:ab){32} for one.*--timeout/,
      );
    });
  });

  it("names the command that tells more, where nobody can say what became of it", async () => {
    node.instead.transaction_submit = async () => {
      throw new RpcError("busy");
    };
    const ran = await send("--amount", "5", "--timeout", "0", "--json");
    assert.deepEqual([ran.code, errorOf(ran).reason], [3, "busy"]);
    assert.match(errorOf(ran).message, /witan transaction get [0-9a-f]{64} --wait$/);
  });

  const mistakes: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["amount", ["--amount", "0"], /--amount 0: expected base units, 1 to 18446744073709551615/],
    ["amount", ["--amount", "1.5"], /--amount 1\.5: expected base units/],
    ["amount", ["--amount", ""], /--amount "": expected base units/],
    ...["1e5", "1.5E3", "0x10", "0b1"].map(
      (text) =>
        [
          "amount",
          ["--amount", text],
          /: expected base units, 1 to \d+, in digits alone \(.*\), or a number and the asset's name, as in '1\.5 WITAN'/,
        ] as const,
    ),
    ["asset-unknown", ["--amount", "1 e5"], /--amount 1 e5: there is no such asset/],
    ["amount", ["--amount", "1.123456789 WITAN"], /at most 8 digits behind the point/],
    ["amount", ["--amount", "0.0 WITAN"], /expected 0\.00000001 WITAN to 184467440737\.09551615 WITAN/],
    ["amount", ["--amount", "1 WITAN", "--asset", "1"], /WITAN is asset 0, and --asset is 1/],
    ["amount", ["--amount", "1,5 WITAN"], /expected base units/],
    ["asset-unknown", ["--amount", "1 COPPER"], /--amount 1 COPPER: there is no such asset/],
    ["arguments", ["--amount", "1", "--amount", "2"], /1 times --to and 2 times --amount/],
    ["amount", ["--amount", "18446744073709551616"], / 1 to 18446744073709551615/],
    ["amount", ["--amount", "1", "--fee", "-1"], /--fee -1: expected base units/],
    ["number", ["--amount", "1", "--asset", "4096"], /from 0 to 4095/],
    ["number", ["--amount", "1", "--timeout", "soon"], /--timeout soon/],
    ["memo", ["--amount", "1", "--memo", "ü".repeat(129)], /258 bytes in UTF-8, expected at most 256/],
    [
      "asset-unknown",
      ["--amount", "1", "--asset", "9"],
      /no such asset on this chain, expected one of 0 \(WITAN\), 1/,
    ],
    ["address-invalid", ["--amount", "1", "--to", "wit1qqqs"], /--to wit1qqqs: .*copy it whole/],
    ["address-invalid", ["--amount", "1", "--to", "WIT1QQQS"], /must be in lower case: wit1qqqs/],
    ["address-invalid", ["--amount", "1", "--to", "carol"], /--to carol: not an address: .*copy it whole/],
    [
      "conflicting-options",
      ["--amount", "1", "--key", "x", "--secret-key", "01".repeat(32)],
      /cannot be used with/,
    ],
  ];
  for (const [reason, argv, message] of mistakes)
    it(`refuses ${argv.join(" ").slice(0, 60)}`, async () => {
      const ran = await send(...argv, "--json");
      assert.equal(ran.code, 2);
      assert.equal(errorOf(ran).reason, reason);
      assert.match(errorOf(ran).message, message);
      assert.equal(node.submitted.length, 0);
    });

  it("knows an address of another chain by its prefix", async () => {
    const to = node.addressOf("carol", "wit");
    const ran = await send("--amount", "1", "--to", to, "--json");
    assert.equal(ran.code, 2);
    assert.equal(errorOf(ran).reason, "address-invalid");
    assert.match(errorOf(ran).message, /found an address of "wit", expected wt/);
  });

  it("never repeats a secret key with a slip", async () => {
    const ran = await witan(
      "send",
      "--secret-key",
      "01ZZ",
      "--to",
      node.addressOf("carol"),
      "--amount",
      "1",
      "--rpc",
      node.url,
    );
    assert.equal(ran.code, 2);
    assert.match(ran.err, /^witan: --secret-key: /);
    assert.ok(!(ran.out + ran.err).includes("01ZZ"));
  });

  it("asks who pays", async () => {
    const ran = await witan("send", "--to", node.addressOf("carol"), "--amount", "1", "--rpc", node.url);
    assert.equal(ran.code, 2);
    assert.match(ran.err, /Give --key FILE or --secret-key HEX/);
  });

  it("pays with no key that is for something else", () =>
    inFolder(async (folder) => {
      const key = join(folder, "operator.json");
      await witan("keys", "new", "--plain", "--purpose", "operator", "--out", key);
      const ran = await send("--key", key, "--amount", "1", "--json");
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "key-purpose"]);
    }));

  it("signs for the chain of a genesis file only, where one is given", () =>
    inFolder(async (folder) => {
      const [right, wrong] = [join(folder, "right.json"), join(folder, "wrong.json")];
      await writeFile(right, node.genesis);
      await writeFile(wrong, node.genesis.replace('"name":"test"', '"name":"other"'));
      assert.equal((await send("--amount", "1", "--genesis", right)).code, 0);
      const ran = await send("--amount", "1", "--genesis", wrong, "--json");
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "chain-other"]);
      assert.equal(node.submitted.length, 1);
    }));
});
