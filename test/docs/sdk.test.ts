// The examples of the SDK, each run as it stands against real validators: a network of four and, for the swap, another of
// one, started once for all. And its page: the first program of docs/sdk.md runs, and no page names what is not there.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as client from "@witan/client";
import { swap } from "../../docs/examples/atomic-swap.ts";
import { settle } from "../../docs/examples/escrow.ts";
import { issue } from "../../docs/examples/issue-asset.ts";
import { payTogether } from "../../docs/examples/multi-signature.ts";
import { proofFileOf, verifyOffline } from "../../docs/examples/offline-proof.ts";
import { pay } from "../../docs/examples/payment.ts";
import { type TestNetwork, withNetwork } from "../network/harness.ts";
import { blocksOf, runScript } from "./blocks.ts";

const EXAMPLES = new URL("../../docs/examples/", import.meta.url);
const PAGE = new URL("../../docs/sdk.md", import.meta.url);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** What fits on a page. */
const PAGE_LINES = 80;

function walletOf(secretKey: string): client.Wallet {
  const wallet = client.openWallet(secretKey);
  assert.ok(wallet.ok);
  return wallet.value;
}

/** Runs work on two networks that are ended afterwards. */
function withNetworks(work: (one: TestNetwork, two: TestNetwork) => Promise<void>): Promise<void> {
  return withNetwork({}, (one) => withNetwork({ validators: 1 }, (two) => work(one, two)));
}

/** The operator's key of each node. */
function operatorsOf(network: TestNetwork): readonly client.Wallet[] {
  return network.nodes.map((_, node) => {
    const file = JSON.parse(readFileSync(join(network.home(node), "keys/operator.json"), "utf8")) as {
      readonly secret: { readonly secretKey: string };
    };
    return walletOf(file.secret.secretKey);
  });
}

const sources = readdirSync(EXAMPLES).filter((name) => name.endsWith(".ts"));

describe("docs/examples", () => {
  for (const name of sources)
    it(`${name} is under a page`, () => {
      const lines = readFileSync(new URL(name, EXAMPLES), "utf8").split("\n").length;
      assert.ok(lines <= PAGE_LINES, `${lines} lines`);
    });

  it("each do what they say, against real validators", () =>
    withNetworks(async (one, two) => {
      const rpc = one.client(0);
      const [rich, other, third] = one.list.accounts;
      assert.ok(rich && other && third);
      const keys = [rich, other, third].map(({ secretKey }) => secretKey);
      const [ann, ben, cat] = keys.map(walletOf);
      assert.ok(ann && ben && cat);

      assert.ok((await pay({ url: rpc.url, secretKey: rich.secretKey, to: other.address })) > 1);
      assert.equal(await payTogether(rpc, keys, other.address), "final");
      const parties = { buyer: ann, seller: ben, arbiter: cat, timeout: Date.now() + 3_600_000 };
      assert.deepEqual(await settle(rpc, parties), { refund: "too-early", release: "final" });

      const asset = await issue(rpc, { operators: operatorsOf(one), issuer: ann, to: other.address });
      const { balances } = await rpc.call("chain_balance", { address: rich.address });
      assert.equal(balances[`${asset}`], "70000");

      const genesis = readFileSync(join(one.home(0), "genesis.json"), "utf8");
      const sent = await client.sendTransfer({
        rpc,
        from: ann,
        payments: [{ to: other.address, amount: 5n }],
      });
      assert.ok(sent.ok);
      const transaction = sent.value.transaction.id;
      const file = await proofFileOf(rpc, transaction);
      const first = await verifyOffline({ genesis, file, transaction });
      assert.match(first.said, /^final in block \d+, signed by v\d, v\d, v\d/);
      assert.equal((await verifyOffline({ genesis, file, transaction }, first.kept)).said, first.said);
      const wrong = await verifyOffline({ genesis, file, transaction: "00".repeat(32) });
      assert.match(wrong.said, /^no: The proof is about transaction/);

      const [richToo] = two.list.accounts;
      assert.ok(richToo);
      const sockets = [one, two].map((network) => new client.RpcSocket({ url: network.client(0).url }));
      try {
        const sides = await Promise.all(
          sockets.map(async (socket) => {
            const chain = await client.fetchChain(socket);
            assert.ok(chain.ok);
            return { rpc: socket, chain: chain.value };
          }),
        );
        const [onOne, onTwo] = sides;
        assert.ok(onOne && onTwo);
        const to = ben.address(onTwo.chain.genesis.addressPrefix);
        const funding = { from: walletOf(richToo.secretKey), payments: [{ to, amount: 1_000_000n }] };
        assert.ok((await client.sendTransfer({ rpc: two.client(0), ...funding })).ok);
        const secret = "5e".repeat(32);
        const swapped = { one: onOne, two: onTwo, ann, ben, secret, hourMs: 3_600_000 };
        assert.equal(await swap(swapped), true);
      } finally {
        for (const socket of sockets) socket.close();
      }
    })).timeout(180_000);
});

describe("docs/sdk.md", () => {
  it("begins with a program that runs", () =>
    withNetwork({ validators: 1 }, async (network) => {
      const [program = ""] = await blocksOf(PAGE, "js first");
      assert.match(program, /verify/, "the page has lost its first program");
      const [script = ""] = await blocksOf(PAGE, "sh clone");
      const flags = "--input-type=module --disable-warning=ExperimentalWarning";
      const here = script
        .replace("http://127.0.0.1:9545", network.client(0).url)
        .replaceAll("./.witan/devnet", network.folder)
        .replaceAll("npx node", `'${process.execPath}'`)
        .replace("first.mjs", `${flags} <<'PROGRAM'\n${program}\nPROGRAM`);
      const { code, out } = await runScript(here, { cwd: ROOT });
      assert.equal(code, 0, out);
      assert.match(out, /final in block \d+/);
      assert.match(out, /verified: true/);
    })).timeout(120_000);

  it("names nothing that the client does not export", async () => {
    const text = readFileSync(PAGE, "utf8");
    const names = [...text.matchAll(/import \{([^}]*)\} from "@witan\/client"/g)]
      .flatMap(([, list = ""]) => list.split(","))
      .map((name) => name.trim())
      .filter((name) => name !== "" && !name.startsWith("type "));
    assert.ok(names.length > 20);
    assert.deepEqual(
      names.filter((name) => !(name in client)),
      [],
    );
  });

  it("names every example", async () => {
    const text = readFileSync(PAGE, "utf8");
    for (const name of sources) assert.ok(text.includes(`examples/${name}`), name);
  });
});
