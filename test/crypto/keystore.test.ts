import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { generateSecretKey, publicKeyOf, type SecretKey } from "@witan/crypto";
import {
  createKey,
  ed25519PublicKeyOf,
  FileError,
  type KeyPair,
  type KeyPurpose,
  readKeyFile,
  readKeyFileHeader,
  writeKeyFile,
} from "@witan/crypto/node";
import fc from "fast-check";
import { temporaryFiles } from "./temporary-directory.ts";

const CHEAP = { n: 2, r: 1, p: 1 };
const PURPOSES: readonly KeyPurpose[] = ["client", "voting", "operator", "peer"];
type Json = Record<string, unknown> & { secret: Record<string, unknown> };

function edit(path: string, change: (json: Json) => void): void {
  const json = JSON.parse(readFileSync(path, "utf8")) as Json;
  change(json);
  writeFileSync(path, JSON.stringify(json));
}

async function codeOf(path: string, passphrase?: string): Promise<string> {
  const read = await readKeyFile(path, passphrase);
  if (read.ok) return "ok";
  return read.code === "malformed" ? `malformed ${read.field}` : read.code;
}

describe("crypto: key files", () => {
  const file = temporaryFiles();

  it("gives back what was written, plain and encrypted, for every purpose", async () => {
    for (const purpose of PURPOSES) {
      const key = createKey(purpose);
      for (const passphrase of [undefined, "correct horse", "\u{1f40e} ré"]) {
        const path = file(`${purpose}-${passphrase?.length}`);
        const written = await writeKeyFile(path, key, {
          cost: CHEAP,
          ...(passphrase !== undefined && { passphrase }),
        });
        assert.ok(written.ok);
        assert.deepEqual(await readKeyFile(path, passphrase), { ok: true, value: key });
        const header = { purpose, publicKey: key.publicKey, encrypted: passphrase !== undefined };
        assert.deepEqual(await readKeyFileHeader(path), { ok: true, value: header });
        assert.equal(readFileSync(path, "utf8").includes(key.secretKey), passphrase === undefined);
      }
    }
  });

  it("knows Ed25519 as RFC 8032 does (test 1)", () => {
    const secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const expected = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    assert.equal(ed25519PublicKeyOf(secret), expected);
  });

  it("writes mode 0600 whatever the umask, and leaves nothing else behind", async () => {
    for (const umask of [0o000, 0o022, 0o777]) {
      const path = file(`key-${umask}`);
      const before = process.umask(umask);
      try {
        assert.ok((await writeKeyFile(path, createKey("voting"))).ok);
      } finally {
        process.umask(before);
      }
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
    assert.equal(readdirSync(dirname(file("x"))).length, 3);
  });

  it("never writes over anything", async () => {
    const path = file("key");
    writeFileSync(path, "something else");
    const written = await writeKeyFile(path, createKey("client"));
    assert.ok(!written.ok && written.code === "exists");
    assert.equal(readFileSync(path, "utf8"), "something else");
    symlinkSync(file("nowhere"), file("link"));
    const linked = await writeKeyFile(file("link"), createKey("client"));
    assert.ok(!linked.ok && linked.code === "exists");
    assert.deepEqual(readdirSync(dirname(path)).sort(), ["key", "link"]);
  });

  it("lets one of many writers win", async () => {
    const keys = Array.from({ length: 8 }, () => createKey("client"));
    const written = await Promise.all(keys.map((key) => writeKeyFile(file("key"), key)));
    const winners = keys.filter((_, index) => written[index]?.ok);
    assert.equal(winners.length, 1);
    assert.deepEqual(await readKeyFile(file("key")), { ok: true, value: winners[0] });
    assert.equal(readdirSync(dirname(file("x"))).length, 1);
  });

  it("refuses an empty passphrase, and asks for one that is needed", async () => {
    const written = await writeKeyFile(file("key"), createKey("client"), { passphrase: "" });
    assert.ok(!written.ok && written.code === "passphrase-empty");
    assert.ok((await writeKeyFile(file("key"), createKey("client"), { passphrase: "x", cost: CHEAP })).ok);
    assert.equal(await codeOf(file("key")), "passphrase-needed");
    assert.equal(await codeOf(file("key"), ""), "passphrase-needed");
    assert.equal(await codeOf(file("key"), "y"), "passphrase");
    assert.equal(await codeOf(file("key"), "x"), "ok");
  });

  it("takes a passphrase in any Unicode form", async () => {
    assert.ok(
      (await writeKeyFile(file("key"), createKey("client"), { passphrase: "é ﬁ Å", cost: CHEAP })).ok,
    );
    assert.equal(await codeOf(file("key"), "e\u0301 fi \u212b"), "ok");
    assert.equal(await codeOf(file("key"), "e fi A"), "passphrase");
  });

  it("costs by default what the format says", async () => {
    assert.ok((await writeKeyFile(file("key"), createKey("client"), { passphrase: "x" })).ok);
    const { n, r, p } = (JSON.parse(readFileSync(file("key"), "utf8")) as Json).secret;
    assert.deepEqual({ n, r, p }, { n: 131072, r: 8, p: 1 });
    assert.equal(await codeOf(file("key"), "x"), "ok");
  });

  it("refuses a file that others can reach, and says what to do", async () => {
    assert.ok((await writeKeyFile(file("key"), createKey("client"))).ok);
    for (const mode of [0o640, 0o604, 0o620, 0o610, 0o601, 0o644, 0o777]) {
      chmodSync(file("key"), mode);
      const read = await readKeyFile(file("key"));
      assert.ok(!read.ok && read.code === "permissions" && read.detail?.includes("chmod 600"));
    }
    for (const mode of [0o600, 0o400]) {
      chmodSync(file("key"), mode);
      assert.equal(await codeOf(file("key")), "ok");
    }
  });

  it("refuses what is missing, no file, too large, or no JSON", async () => {
    assert.equal(await codeOf(file("none")), "missing");
    mkdirSync(file("directory"));
    assert.equal(await codeOf(file("directory")), "malformed file");
    execFileSync("mkfifo", ["-m", "600", file("pipe")]);
    assert.equal(await codeOf(file("pipe")), "malformed file");
    for (const text of ["", "{", "[]", "null", "7", '"x"', " ".repeat(20_000), "\0"]) {
      writeFileSync(file("key"), text, { mode: 0o600 });
      assert.equal(await codeOf(file("key")), "malformed file", text.slice(0, 10));
    }
  });

  it("throws typed errors where the file system fails", async () => {
    writeFileSync(file("plain"), "x");
    const under = `${file("plain")}/key`;
    for (const work of [() => readKeyFile(under), () => writeKeyFile(under, createKey("client"))]) {
      await assert.rejects(
        work,
        (error) => error instanceof FileError && error.code === "ENOTDIR" && error.path === under,
      );
    }
    const nowhere = `${file("no-directory")}/key`;
    await assert.rejects(
      writeKeyFile(nowhere, createKey("client")),
      (error) => error instanceof FileError && error.code === "ENOENT",
    );
  });

  it("notices any altered character of an encrypted file", async () => {
    assert.ok((await writeKeyFile(file("key"), createKey("client"), { passphrase: "x", cost: CHEAP })).ok);
    const text = readFileSync(file("key"), "utf8");
    const compact = JSON.stringify(JSON.parse(text));
    await fc.assert(
      fc.asyncProperty(
        fc.nat(compact.length - 1),
        fc.constantFrom(..."0123456789abcdef"),
        async (at, character) => {
          fc.pre(compact[at] !== character);
          writeFileSync(file("key"), compact.slice(0, at) + character + compact.slice(at + 1));
          assert.notEqual(await codeOf(file("key"), "x"), "ok");
        },
      ),
      { numRuns: 300 },
    );
    writeFileSync(file("key"), compact);
    assert.equal(await codeOf(file("key"), "x"), "ok");
  });

  it("binds purpose and public key to the ciphertext", async () => {
    const key = createKey("client");
    assert.ok((await writeKeyFile(file("key"), key, { passphrase: "x", cost: CHEAP })).ok);
    edit(file("key"), (json) => Object.assign(json, { purpose: "voting" }));
    assert.equal(await codeOf(file("key"), "x"), "passphrase");
    edit(file("key"), (json) => {
      Object.assign(json, { purpose: "client" });
      Object.assign(json, { publicKey: createKey("client").publicKey });
    });
    assert.equal(await codeOf(file("key"), "x"), "passphrase");
  });

  it("refuses each field that is wrong, missing or unknown, and names it", async () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ["format", "other"],
      ["version", 2],
      ["version", "1"],
      ["purpose", "owner"],
      ["publicKey", "02"],
      ["publicKey", 7],
      ["secret", null],
      ["secret", "x"],
      ["secret.kind", "argon2"],
      ["secret.n", 3],
      ["secret.n", 1],
      ["secret.n", 0],
      ["secret.n", -2],
      ["secret.n", 2 ** 21],
      ["secret.n", 2 ** 31],
      ["secret.n", 1e300],
      ["secret.n", 2.5],
      ["secret.n", "2"],
      ["secret.r", 0],
      ["secret.r", 17],
      ["secret.r", 1.5],
      ["secret.p", 0],
      ["secret.p", 5],
      ["secret.salt", "00"],
      ["secret.cipher", "aes-128-gcm"],
      ["secret.nonce", "zz".repeat(12)],
      ["secret.tag", "00".repeat(4)],
      ["secret.ciphertext", "00".repeat(31)],
      ["secret.more", 1],
      ["more", 1],
    ];
    assert.ok((await writeKeyFile(file("good"), createKey("client"), { passphrase: "x", cost: CHEAP })).ok);
    const good = readFileSync(file("good"), "utf8");
    const names = wrong.map(([name]) => name).filter((name) => !name.endsWith("more"));
    for (const [name, value] of [...wrong, ...names.map((each) => [each, undefined] as const)]) {
      writeFileSync(file("key"), good, { mode: 0o600 });
      edit(file("key"), (json) => {
        const [first, second] = name.split(".") as [string, string?];
        if (second === undefined) json[first] = value;
        else json.secret[second] = value;
      });
      assert.equal(await codeOf(file("key"), "x"), `malformed ${name}`, `${name}: ${value}`);
    }
  });

  it("lets no file take more than a gigabyte", async () => {
    assert.ok((await writeKeyFile(file("key"), createKey("client"), { passphrase: "x", cost: CHEAP })).ok);
    edit(file("key"), (json) => Object.assign(json.secret, { n: 2 ** 20, r: 16 }));
    assert.equal(await codeOf(file("key"), "x"), "malformed secret.n");
  });

  it("refuses a plain file whose keys don't belong together, without quoting the secret", async () => {
    const pairs: readonly KeyPair[] = [createKey("operator"), createKey("peer")];
    for (const key of pairs) {
      const path = file(key.purpose);
      assert.ok((await writeKeyFile(path, key)).ok);
      const other = key.purpose === "peer" ? createKey("peer").secretKey : generateSecretKey();
      edit(path, (json) => Object.assign(json.secret, { secretKey: other }));
      const read = await readKeyFile(path);
      assert.ok(!read.ok && read.code === "public-key" && !read.detail?.includes(other));
    }
    for (const secret of ["0".repeat(64), "f".repeat(64), "abc", "deadbeef".repeat(9)]) {
      edit(file("operator"), (json) => Object.assign(json.secret, { secretKey: secret }));
      const read = await readKeyFile(file("operator"));
      assert.ok(!read.ok && read.code === "malformed" && read.field === "secret.secretKey");
      assert.ok(!read.detail.includes(secret));
    }
    const secret = "1".padStart(64, "0") as SecretKey;
    assert.ok(
      (
        await writeKeyFile(file("one"), {
          purpose: "client",
          publicKey: publicKeyOf(secret),
          secretKey: secret,
        })
      ).ok,
    );
    assert.equal(await codeOf(file("one")), "ok");
  });
});
