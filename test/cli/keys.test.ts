// `witan keys …` and `witan member create`, as people use them and misuse them.
import assert from "node:assert/strict";
import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseMemberFile } from "@witan/ledger";
import { inFolder, lastJson, witan, witanProcess } from "./run.ts";

const SECRET = "01".repeat(32);
const PUBLIC = "031b84c5567b126440995d3ed5aaba0565d71e1834604819ff9c17f5e9d5dd078f";

describe("witan keys", () => {
  it("keeps a plain key with mode 0600, shows it, exports it and imports it again", () =>
    inFolder(async (folder) => {
      const file = join(folder, "key.json");
      const made = await witan("keys", "new", "--plain", "--out", file, "--json");
      assert.equal(made.code, 0);
      const { publicKey, address, encrypted } = lastJson(made);
      assert.equal(encrypted, false);
      assert.match(String(address), /^wit1q/);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      const shown = await witan("keys", "show", file);
      assert.match(shown.out, new RegExp(`public key +${publicKey}`));
      const secret = (await witan("keys", "export", file)).out.trim();
      assert.match(secret, /^[0-9a-f]{64}$/);
      assert.ok(!shown.out.includes(secret));
      await writeFile(join(folder, "secret.hex"), `${secret}\n`);
      const copy = join(folder, "copy.json");
      const imported = await witan(
        "keys",
        "import",
        join(folder, "secret.hex"),
        "--plain",
        "--out",
        copy,
        "--json",
      );
      assert.equal(lastJson(imported)["publicKey"], publicKey);
    }));

  it("tells of each key what it is known by: nothing is paid to what votes or approves", () =>
    inFolder(async (folder) => {
      const fields = { client: ["policyHash", "address"], operator: [], voting: [], peer: ["peerId"] };
      for (const [purpose, known] of Object.entries(fields)) {
        const out = join(folder, `${purpose}.json`);
        const made = lastJson(
          await witan("keys", "new", "--plain", "--purpose", purpose, "--out", out, "--json"),
        );
        assert.deepEqual(Object.keys(made), ["file", "purpose", "encrypted", "publicKey", ...known]);
        assert.deepEqual(lastJson(await witan("keys", "show", out, "--json")), made);
        const { out: told } = await witan("keys", "show", out);
        assert.equal(/^address/m.test(told), purpose === "client");
        assert.equal(/^peer id/m.test(told), purpose === "peer");
      }
    }));

  it("encrypts under a passphrase, and needs it back", () =>
    inFolder(async (folder) => {
      const env = { WITAN_PASSPHRASE: "correct horse" };
      const made = await witanProcess(["keys", "import", "--json"], { cwd: folder, input: SECRET, env });
      assert.equal(made.code, 0, made.err);
      assert.equal(lastJson(made)["publicKey"], PUBLIC);
      const text = await readFile(join(folder, "witan-key.json"), "utf8");
      assert.ok(!text.includes(SECRET));
      const wrong = await witanProcess(["keys", "export", "witan-key.json"], {
        cwd: folder,
        env: { WITAN_PASSPHRASE: "wrong" },
      });
      assert.equal(wrong.code, 2);
      assert.match(wrong.err, /wrong passphrase/);
      assert.equal(wrong.out, "");
      await writeFile(join(folder, "passphrase"), "correct horse\n");
      const right = await witanProcess(
        ["keys", "export", "witan-key.json", "--passphrase-file", "passphrase"],
        {
          cwd: folder,
        },
      );
      assert.equal(right.out.trim(), SECRET);
    })).timeout(60_000);

  it("asks nobody without a terminal, and writes nothing", () =>
    inFolder(async (folder) => {
      const ran = await witanProcess(["keys", "new"], { cwd: folder });
      assert.equal(ran.code, 2);
      assert.match(ran.err, /--passphrase-file FILE or WITAN_PASSPHRASE/);
      await assert.rejects(stat(join(folder, "witan-key.json")));
    }));

  it("writes nothing where --plain stands beside a passphrase: one of them was not meant", () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "pw"), "pw\n");
      await writeFile(join(folder, "secret"), SECRET);
      const pair = ["--plain", "--passphrase-file", join(folder, "pw"), "--out", join(folder, "out")];
      for (const argv of [
        ["keys", "new", ...pair],
        ["keys", "import", join(folder, "secret"), ...pair],
        ["member", "create", "--name", "a", ...pair],
      ]) {
        const ran = await witan(...argv);
        assert.equal(ran.code, 2);
        assert.match(ran.err, /'--plain' cannot be used with option '--passphrase-file/);
        await assert.rejects(stat(join(folder, "out")));
      }
    }));

  it("makes the folder of a key as needed", () =>
    inFolder(async (folder) => {
      const file = join(folder, "try", "key.json");
      assert.equal((await witan("keys", "new", "--plain", "--out", file)).code, 0);
      assert.equal((await stat(join(folder, "try"))).mode & 0o777, 0o700);
    }));

  it("never overwrites a key", () =>
    inFolder(async (folder) => {
      const file = join(folder, "key.json");
      await witan("keys", "new", "--plain", "--out", file);
      const before = await readFile(file, "utf8");
      const again = await witan("keys", "new", "--plain", "--out", file, "--json");
      assert.equal(again.code, 2);
      assert.equal((lastJson(again)["error"] as { reason: string }).reason, "exists");
      assert.equal(await readFile(file, "utf8"), before);
    }));

  it("writes an exported secret with mode 0600 when told a file", () =>
    inFolder(async (folder) => {
      const file = join(folder, "key.json");
      await witan("keys", "new", "--plain", "--out", file);
      const out = join(folder, "secret.hex");
      const ran = await witan("keys", "export", file, "--out", out);
      assert.equal(ran.code, 0);
      assert.equal((await stat(out)).mode & 0o777, 0o600);
      assert.ok(!ran.out.includes((await readFile(out, "utf8")).trim()));
    }));

  const refused: readonly [string, (folder: string) => Promise<string[]>, RegExp][] = [
    ["a file that is not there", async (f) => ["keys", "show", join(f, "none.json")], /does not exist/],
    [
      "a file that others can read",
      async (f) => {
        await witan("keys", "new", "--plain", "--out", join(f, "k.json"));
        await chmod(join(f, "k.json"), 0o644);
        return ["keys", "export", join(f, "k.json")];
      },
      /chmod 600/,
    ],
    [
      "a file that is none",
      async (f) => {
        await writeFile(join(f, "k.json"), '{"format":"witan-key"}', { mode: 0o600 });
        return ["keys", "show", join(f, "k.json")];
      },
      /found .* expected/s,
    ],
    ["a secret out of range", async (f) => importing(f, "ff".repeat(32)), /secret key/],
    ["a secret in upper case", async (f) => importing(f, "AB".repeat(32)), /secret key/],
    [
      "an address prefix of digits",
      async () => ["keys", "new", "--plain", "--address-prefix", "a1"],
      /letters a-z/,
    ],
    ["an unknown purpose", async () => ["keys", "new", "--plain", "--purpose", "fun"], /choices are client/i],
  ];
  for (const [what, prepare, expected] of refused)
    it(`refuses ${what} with exit code 2`, () =>
      inFolder(async (folder) => {
        const ran = await witan(...(await prepare(folder)));
        assert.equal(ran.code, 2);
        assert.match(ran.err, expected);
        assert.equal(ran.out, "");
      }));
});

async function importing(folder: string, text: string): Promise<string[]> {
  await writeFile(join(folder, "secret"), text);
  return ["keys", "import", join(folder, "secret"), "--plain", "--out", join(folder, "key.json")];
}

describe("witan member create", () => {
  it("makes a home of three keys and a member file that a genesis takes", () =>
    inFolder(async (folder) => {
      const home = join(folder, "acme");
      const ran = await witan("member", "create", "--name", "acme", "--plain", "--out", home, "--json");
      assert.equal(ran.code, 0, ran.err);
      for (const key of ["voting", "operator", "peer"])
        assert.equal((await stat(join(home, "keys", `${key}.json`))).mode & 0o777, 0o600);
      const member = parseMemberFile(await readFile(join(home, "member.json"), "utf8"));
      assert.ok(member.ok);
      assert.equal(member.value.name, "acme");
      const again = await witan("member", "create", "--name", "acme", "--plain", "--out", home);
      assert.equal(again.code, 2);
    }));

  it("refuses a name that no member can have", () =>
    inFolder(async (folder) => {
      const ran = await witan("member", "create", "--name", "Acme!", "--plain", "--out", join(folder, "a"));
      assert.equal(ran.code, 2);
      assert.match(ran.err, /1 to 32 characters/);
      await assert.rejects(stat(join(folder, "a")));
    }));
});
