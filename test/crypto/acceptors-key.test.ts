// The key that acceptors share: seals as another implementation makes them; its file gives back what was written, and
// nothing that others could have read or that was altered.
import assert from "node:assert/strict";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import {
  acceptorsKeyOf,
  acceptorsSealer,
  createAcceptorsKey,
  createKey,
  readAcceptorsKeyFile,
  readAcceptorsKeyHeader,
  writeAcceptorsKeyFile,
  writeKeyFile,
} from "@witan/crypto/node";
import { bytesToHex, type Hash, hexToBytes } from "@witan/primitives";
import fc from "fast-check";
import { temporaryFiles } from "./temporary-directory.ts";

const CHEAP = { n: 2, r: 1, p: 1 };
const COUNTING = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const hash = (text: string): Hash => text as Hash;

describe("crypto: seals of acceptors", () => {
  it("are those of another implementation (Python's hmac)", () => {
    const key = acceptorsKeyOf(COUNTING);
    assert.equal(key.id, "73c409df11ea77c452f126d6e43dcbd1");
    const digest = hash("a5".repeat(32));
    assert.equal(
      acceptorsSealer(key).seal(digest),
      "c017ca9349716df434f7ea50dde47c1640a41885b181764235cb675c78cc85e7",
    );
  });

  it("agree with noble's, and hold for their digest and key alone", () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, bytes, fc.nat(255), (secret, digest, bit) => {
        const sealer = acceptorsSealer(acceptorsKeyOf(bytesToHex(secret)));
        const mac = sealer.seal(hash(bytesToHex(digest)));
        assert.equal(mac, bytesToHex(hmac(sha256, secret, digest)));
        assert.ok(sealer.check(hash(bytesToHex(digest)), mac));
        const flipped = (hex: string): Hash => {
          const changed = hexToBytes(hex);
          changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          return hash(bytesToHex(changed));
        };
        assert.ok(!sealer.check(hash(bytesToHex(digest)), flipped(mac)));
        assert.ok(!sealer.check(flipped(bytesToHex(digest)), mac));
        const other = acceptorsSealer(acceptorsKeyOf(flipped(bytesToHex(secret))));
        assert.ok(!other.check(hash(bytesToHex(digest)), mac));
      }),
    );
  });

  it("are refused, not thrown at, where they have no length or shape of one", () => {
    const sealer = acceptorsSealer(createAcceptorsKey());
    for (const mac of ["", "00", "00".repeat(31), "00".repeat(33), "zz".repeat(32)])
      assert.equal(sealer.check(hash("00".repeat(32)), hash(mac)), false);
  });
});

describe("crypto: the file of the acceptors' key", () => {
  const file = temporaryFiles();

  async function codeOf(path: string, passphrase?: string): Promise<string> {
    const read = await readAcceptorsKeyFile(path, passphrase);
    if (read.ok) return "ok";
    return read.code === "malformed" ? `malformed ${read.field}` : read.code;
  }

  function edit(path: string, change: (json: Record<string, unknown>) => void): void {
    const json = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    change(json);
    writeFileSync(path, JSON.stringify(json));
  }

  it("gives back what was written, plain and encrypted, with mode 0600", async () => {
    for (const passphrase of [undefined, "correct horse"]) {
      const [key, path] = [createAcceptorsKey(), file(`key-${passphrase?.length}`)];
      const options = { cost: CHEAP, ...(passphrase !== undefined && { passphrase }) };
      assert.ok((await writeAcceptorsKeyFile(path, key, options)).ok);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.deepEqual(await readAcceptorsKeyFile(path, passphrase), { ok: true, value: key });
      const header = { id: key.id, encrypted: passphrase !== undefined };
      assert.deepEqual(await readAcceptorsKeyHeader(path), { ok: true, value: header });
      assert.equal(readFileSync(path, "utf8").includes(key.secretKey), passphrase === undefined);
    }
  });

  it("never stands in the place of another, and takes no empty passphrase", async () => {
    const [first, path] = [createAcceptorsKey(), file("key")];
    assert.ok((await writeAcceptorsKeyFile(path, first)).ok);
    const again = await writeAcceptorsKeyFile(path, createAcceptorsKey());
    assert.ok(!again.ok && again.code === "exists");
    assert.deepEqual(await readAcceptorsKeyFile(path), { ok: true, value: first });
    const empty = await writeAcceptorsKeyFile(file("other"), first, { passphrase: "" });
    assert.ok(!empty.ok && empty.code === "passphrase-empty");
  });

  it("is refused if others can reach it, with what to do", async () => {
    assert.ok((await writeAcceptorsKeyFile(file("key"), createAcceptorsKey())).ok);
    for (const mode of [0o640, 0o604, 0o660, 0o777]) {
      chmodSync(file("key"), mode);
      const read = await readAcceptorsKeyFile(file("key"));
      assert.ok(!read.ok && read.code === "permissions" && read.detail?.includes("chmod 600"));
    }
  });

  it("is refused if it is missing, damaged, of another kind, or another's secret", async () => {
    assert.equal(await codeOf(file("none")), "missing");
    assert.ok((await writeKeyFile(file("voting"), createKey("voting"))).ok);
    assert.equal(await codeOf(file("voting")), "malformed format");
    const damages: readonly (readonly [string, (json: Record<string, unknown>) => void])[] = [
      ["malformed version", (json) => Object.assign(json, { version: 2 })],
      ["malformed id", (json) => Object.assign(json, { id: "00" })],
      ["key-id", (json) => Object.assign(json, { id: "00".repeat(16) })],
      ["key-id", (json) => Object.assign(json, { secret: { kind: "plain", secretKey: "00".repeat(32) } })],
      [
        "malformed secret.secretKey",
        (json) => Object.assign(json, { secret: { kind: "plain", secretKey: "00" } }),
      ],
      ["malformed secret.kind", (json) => Object.assign(json, { secret: { kind: "open" } })],
      ["malformed purpose", (json) => Object.assign(json, { purpose: "voting" })],
    ];
    const path = file("key");
    assert.ok((await writeAcceptorsKeyFile(path, createAcceptorsKey())).ok);
    const good = readFileSync(path, "utf8");
    for (const [code, change] of damages) {
      writeFileSync(path, good, { mode: 0o600 });
      edit(path, change);
      assert.equal(await codeOf(path), code);
    }
    for (const text of ["", "{", "[]", "x".repeat(20_000)]) {
      writeFileSync(path, text, { mode: 0o600 });
      assert.equal(await codeOf(path), "malformed file");
    }
  });

  it("asks for its passphrase, and notices what was altered", async () => {
    const path = file("key");
    const options = { passphrase: "x", cost: CHEAP };
    assert.ok((await writeAcceptorsKeyFile(path, createAcceptorsKey(), options)).ok);
    assert.equal(await codeOf(path), "passphrase-needed");
    assert.equal(await codeOf(path, "y"), "passphrase");
    edit(path, (json) => Object.assign(json, { id: createAcceptorsKey().id }));
    assert.equal(await codeOf(path, "x"), "passphrase");
  });
});
