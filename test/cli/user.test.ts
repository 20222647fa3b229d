// `witan balance` and `proof` against a node, and which node a command asks: what is printed, and with which exit code.
import assert from "node:assert/strict";
import { readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RpcError } from "@witan/rpc";
import { open } from "../rpc/server.ts";
import { ALICE, FakeNode } from "./fake-node.ts";
import { inFolder, lastJson, type Ran, witan, witanProcess } from "./run.ts";

let node: FakeNode;
beforeEach(async () => {
  node = await FakeNode.start();
});
afterEach(() => FakeNode.stopAll());

function send(...more: readonly string[]): Promise<Ran> {
  return witan(
    "send",
    "--rpc",
    node.url,
    "--secret-key",
    ALICE.secretKey,
    "--to",
    node.addressOf("carol"),
    ...more,
  );
}

function errorOf(ran: Ran): { readonly code: number; readonly reason: string; readonly message: string } {
  assert.equal(ran.out.trimEnd().split("\n").length, 1, ran.out);
  return lastJson(ran)["error"] as { code: number; reason: string; message: string };
}

describe("witan balance", () => {
  it("prints base units by asset for programs, and names for people", async () => {
    const argv = ["balance", node.addressOf("alice"), "--rpc", node.url];
    const ran = await witan(...argv, "--json");
    assert.equal(ran.code, 0);
    assert.deepEqual(lastJson(ran), {
      address: node.addressOf("alice"),
      height: 0,
      balances: { "0": "8000000", "1": "2000000" },
    });
    const told = await witan(...argv);
    assert.match(told.out, /asset 0 {2}0\.08 WITAN\nasset 1 {2}20000 GOLD\n$/);
  });

  it("is 0 of asset 0 for who holds nothing", async () => {
    const ran = await witan("balance", node.addressOf("nobody"), "--rpc", node.url, "--json");
    assert.deepEqual(lastJson(ran)["balances"], { "0": "0" });
  });

  it("refuses what is no address before anybody is asked, and one of another chain", async () => {
    const right = node.addressOf("alice");
    const mistyped = right.replace(/.$/, (last) => (last === "q" ? "p" : "q"));
    const addresses: readonly (readonly [string, RegExp])[] = [
      ["foo", /^address foo: not an address: it does not begin with/],
      [right.toUpperCase(), /^address WT1\w+: an address must be in lower case: wt1/],
      [mistyped, /^address wt1\w+: not an address, or a character is wrong or missing\..* copy it whole$/],
      [right.slice(0, -1), /a character is wrong or missing/],
      [node.addressOf("alice", "wit"), /the node refused chain_balance: .*compare its prefix/],
    ];
    for (const [address, message] of addresses) {
      const ran = await witan("balance", address, "--rpc", node.url, "--json");
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "address-invalid"], address);
      assert.match(errorOf(ran).message, message);
    }
  });
});

describe("witan proof", () => {
  async function proven(
    folder: string,
  ): Promise<{ readonly id: string; readonly file: string; readonly genesis: string }> {
    const id = String(lastJson(await send("--amount", "1", "--wait", "--json"))["transaction"]);
    const [file, genesis] = [join(folder, "proof.json"), join(folder, "genesis.json")];
    await writeFile(genesis, node.genesis);
    const got = await witan("proof", "get", id, "--rpc", node.url, "--out", file, "--json");
    assert.equal(got.code, 0, got.out);
    assert.deepEqual(lastJson(got), { file, transaction: id, chainId: node.chainId, height: 1 });
    return { id, file, genesis };
  }

  it("is fetched into a file and verified by the genesis alone", () =>
    inFolder(async (folder) => {
      const { id, file, genesis } = await proven(folder);
      await FakeNode.stopAll();
      const ran = await witan("proof", "verify", file, "--genesis", genesis, "--transaction", id, "--json");
      assert.equal(ran.code, 0, ran.out);
      const { verified, transaction, height, signers } = lastJson(ran);
      assert.deepEqual([verified, transaction, height, signers], [true, id, 1, ["a", "b", "c"]]);
      const told = await witan("proof", "verify", file, "--genesis", genesis);
      assert.match(told.out, /verified +transaction [0-9a-f]{64} is final\n/);
    }));

  it("is printed as a proof file where none is named", () =>
    inFolder(async (folder) => {
      const { id, file, genesis } = await proven(folder);
      const printed = await witan("proof", "get", id, "--rpc", node.url);
      assert.equal(printed.out, await readFile(file, "utf8"));
      const json = await witan("proof", "get", id, "--rpc", node.url, "--json");
      assert.deepEqual(lastJson(json), JSON.parse(printed.out));
      await writeFile(file, json.out);
      assert.equal((await witan("proof", "verify", file, "--genesis", genesis)).code, 0);
    }));

  it("is fetched again into the same file, which is replaced; nothing else is", () =>
    inFolder(async (folder) => {
      const { id, file } = await proven(folder);
      const before = await readFile(file, "utf8");
      await writeFile(file, "an older one");
      const get = (out: string) => witan("proof", "get", id, "--rpc", node.url, "--out", out, "--json");
      assert.equal((await get(file)).code, 0);
      assert.equal(await readFile(file, "utf8"), before);
      const device = await get("/dev/null");
      assert.deepEqual([device.code, errorOf(device).reason], [2, "file"]);
      assert.match(errorOf(device).message, /no plain file/);
    }));

  it("shows nothing on another chain, of another transaction, or altered", () =>
    inFolder(async (folder) => {
      const { file, genesis } = await proven(folder);
      const verify = async (...more: readonly string[]) => {
        const ran = await witan("proof", "verify", file, "--json", ...more);
        assert.equal(ran.code, 1, ran.out);
        const { verified, reason, message } = lastJson(ran);
        assert.equal(verified, false);
        assert.equal(typeof message, "string");
        return reason;
      };
      assert.equal(await verify("--genesis", genesis, "--transaction", "ab".repeat(32)), "transaction-other");
      const text = await readFile(file, "utf8");
      await writeFile(genesis, node.genesis.replace('"name":"test"', '"name":"other"'));
      assert.equal(await verify("--genesis", genesis), "chain-other");
      await writeFile(genesis, node.genesis);
      const { proof } = JSON.parse(text) as { proof: string };
      await writeFile(file, text.replace(proof.slice(-64), "0".repeat(64)));
      assert.equal(await verify("--genesis", genesis), "proof-signature");
      const told = await witan("proof", "verify", file, "--genesis", genesis);
      assert.match(told.out, /^not verified, proof-signature: /);
    }));

  it("is not there for what is not final: exit code 1, and no file", () =>
    inFolder(async (folder) => {
      const out = join(folder, "p.json");
      const get = async () => {
        const ran = await witan("proof", "get", "ab".repeat(32), "--rpc", node.url, "--out", out, "--json");
        return [ran.code, errorOf(ran).reason];
      };
      assert.deepEqual(await get(), [1, "transaction-unknown"]);
      node.instead.chain_proof = async () => {
        throw new RpcError("transaction-not-final");
      };
      assert.deepEqual(await get(), [1, "transaction-not-final"]);
      await assert.rejects(readFile(out));
    }));

  it("shows nothing, whatever a file holds: exit code 1, and why", () =>
    inFolder(async (folder) => {
      const { file, genesis } = await proven(folder);
      const whole = await readFile(file);
      const verify = async (bytes: Uint8Array | string, what: string) => {
        await writeFile(file, bytes);
        const ran = await witan("proof", "verify", file, "--genesis", genesis, "--json");
        assert.equal(ran.code, 1, `${what}: ${ran.out}`);
        const { verified, reason, message } = lastJson(ran);
        assert.deepEqual([verified, typeof message], [false, "string"], what);
        return reason;
      };
      // Each field and each part of the proof is hit.
      for (let at = 0; at < whole.length; at += 11) {
        const flipped = Uint8Array.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ 1;
        await verify(flipped, `byte ${at} flipped`);
      }
      for (const size of [0, 1, 100, whole.length - 3])
        assert.equal(await verify(whole.subarray(0, size), `${size} bytes`), "proof-file");
      const garbage = Uint8Array.from({ length: 5_000 }, (_, at) => (at * 197) % 256);
      for (const text of [
        garbage,
        "[".repeat(100_000),
        "null",
        '"x"',
        '{"format":"witan-proof","version":2}',
      ])
        assert.equal(await verify(text, "garbage"), "proof-file");
      const short = whole.toString().replace(/("proof": ".*)..("\n)/, "$1$2");
      assert.equal(await verify(short, "a byte less"), "encoding");
      await truncate(file, 65 * 1024 * 1024);
      const large = await witan("proof", "verify", file, "--genesis", genesis, "--json");
      assert.deepEqual([large.code, lastJson(large)["reason"]], [1, "proof-file"]);
    })).timeout(30_000);

  it("tells people what is wrong with the form of a file, by field", () =>
    inFolder(async (folder) => {
      const { file, genesis } = await proven(folder);
      await writeFile(file, '{"format":"witan-proof","version":2}');
      const ran = await witan("proof", "verify", file, "--genesis", genesis);
      assert.equal(ran.code, 1);
      assert.match(ran.out, /^not verified, proof-file: .* is no proof file.*fetch it again\.\n/);
      assert.match(ran.out, /\n {2}version: found 2, expected 1, the only version/);
    }));

  it("is a mistake of who asks where there is no file, or no id: exit code 2", () =>
    inFolder(async (folder) => {
      const { file, genesis } = await proven(folder);
      const none = join(folder, "none.json");
      for (const [proof, chain] of [
        [none, genesis],
        [file, none],
        [folder, genesis],
      ] as const) {
        const ran = await witan("proof", "verify", proof, "--genesis", chain, "--json");
        assert.deepEqual([ran.code, errorOf(ran).reason], [2, "file"]);
      }
      const id = await witan("proof", "get", "5f", "--out", none, "--json");
      assert.deepEqual([id.code, errorOf(id).reason], [2, "transaction"]);
    }));
});

describe("the node that a command asks", () => {
  it("is that of WITAN_RPC unless --rpc names one", async () => {
    const env = { WITAN_RPC: node.url };
    const ran = await witanProcess(["balance", node.addressOf("alice"), "--json"], { env });
    assert.equal(ran.code, 0, ran.out);
    const none = await witanProcess(
      ["balance", node.addressOf("alice"), "--rpc", "http://127.0.0.1:1", "--json"],
      { env },
    );
    assert.deepEqual([none.code, errorOf(none).reason], [3, "unreachable"]);
  });

  it("is told in words when nobody listens: exit code 3", async () => {
    await FakeNode.stopAll();
    const ran = await witan("status", "--rpc", node.url);
    assert.equal(ran.code, 3);
    assert.match(
      ran.err,
      /^witan: No connection to http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\): nothing listens there/,
    );
  });

  it("is no address that is none: exit code 2", async () => {
    const ran = await witan("status", "--rpc", "localhost:9545", "--json");
    assert.deepEqual([ran.code, errorOf(ran).reason], [2, "url-invalid"]);
  });

  it("may ask for a token", () =>
    inFolder(async (folder) => {
      await FakeNode.stopAll();
      const token = "t".repeat(32);
      node = await FakeNode.start({ read: token });
      const file = join(folder, "token");
      await writeFile(file, `${token}\n`, { mode: 0o600 });
      node.instead.node_health = async () => ({ fit: true, reasons: [] });
      const argv = ["status", "--rpc", node.url];
      assert.equal((await witan(...argv, "--token-file", file)).code, 0);
      const without = await witan(...argv);
      assert.equal(without.code, 2);
      assert.match(without.err, /needs a token.*here: --token-file FILE, or the variable WITAN_RPC_TOKEN/);
      const byVariable = await witanProcess(argv, { env: { WITAN_RPC_TOKEN: `${token}\n` } });
      assert.equal(byVariable.code, 0, byVariable.err);
      const spaced = await witanProcess([...argv, "--json"], { env: { WITAN_RPC_TOKEN: "two words" } });
      assert.deepEqual([spaced.code, errorOf(spaced).reason], [2, "token-invalid"]);
      const env = { WITAN_RPC_TOKEN: "u".repeat(32) };
      const byFile = await witanProcess([...argv, "--token-file", file], { env });
      assert.equal(byFile.code, 0, "a file goes before the variable");
      await writeFile(file, "u".repeat(32));
      const wrong = await witan(...argv, "--token-file", file, "--json");
      assert.deepEqual([wrong.code, errorOf(wrong).reason], [2, "token-unknown"]);
    }));

  it("may be named as WebSocket address, and speak TLS", async () => {
    const status = (url: string, env: Record<string, string> = {}) =>
      witanProcess(["status", "--rpc", url, "--json"], { env });
    node.instead.node_health = async () => ({ fit: true, reasons: [] });
    assert.equal((await status(node.url.replace("http:", "ws:"))).code, 0);
    const file = (name: string) => new URL(`../rpc/certificates/${name}`, import.meta.url);
    const tls = {
      cert: await readFile(file("node.crt"), "utf8"),
      key: await readFile(file("node.key"), "utf8"),
    };
    const { port } = await open({ node_health: async () => ({ fit: true, reasons: [] }) }, { tls });
    const trust = { NODE_EXTRA_CA_CERTS: fileURLToPath(file("node.crt")) };
    for (const scheme of ["https", "wss"]) {
      const ran = await status(`${scheme}://127.0.0.1:${port}`, trust);
      assert.equal(ran.code, 0, ran.out);
    }
    const strange = await status(`wss://127.0.0.1:${port}`);
    assert.deepEqual([strange.code, errorOf(strange).reason], [3, "unreachable"]);
    assert.match(errorOf(strange).message, /NODE_EXTRA_CA_CERTS/);
  });

  it("fails with exit code 3 where it is not ready", async () => {
    node.instead.chain_balance = async () => {
      throw new RpcError("address-index-off");
    };
    const ran = await witan("balance", node.addressOf("alice"), "--rpc", node.url, "--json");
    assert.deepEqual([ran.code, errorOf(ran).reason], [3, "address-index-off"]);
  });
});
