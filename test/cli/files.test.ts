// Files: read with a bound, written whole or not at all, and failures in words.
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileFailure, readText, writeNewText } from "../../packages/cli/src/files.ts";
import { inFolder, witan } from "./run.ts";

describe("files of the command line", () => {
  it("are read no further than the bound, whatever their size is said to be", () =>
    assert.rejects(readText("/dev/zero"), {
      reason: "file-too-large",
      exitCode: 2,
      message: /the most that is read/,
    }));

  it("are read as UTF-8, however they are cut into pieces", () =>
    inFolder(async (folder) => {
      const text = "é".repeat(100_000);
      await writeFile(join(folder, "a"), ` ${text}`);
      assert.equal(await readText(join(folder, "a")), ` ${text}`);
    }));

  it("are written whole, in folders made as needed, and never over another", () =>
    inFolder(async (folder) => {
      const path = join(folder, "a", "b", "c.txt");
      await writeNewText(path, "one");
      await assert.rejects(writeNewText(path, "two"), { exitCode: 2, message: /is not overwritten/ });
      assert.equal(await readFile(path, "utf8"), "one");
      assert.deepEqual(await readdir(join(folder, "a", "b")), ["c.txt"]);
    }));

  it("are never written over a link that leads nowhere", () =>
    inFolder(async (folder) => {
      await symlink(join(folder, "gone"), join(folder, "link"));
      await assert.rejects(writeNewText(join(folder, "link"), "one"), { exitCode: 2 });
      assert.deepEqual(await readdir(folder), ["link"]);
    }));

  it("fail in words", () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "file"), "");
      await mkdir(join(folder, "folder"));
      for (const [path, words] of [
        ["none", /there is no such file/],
        ["none/none", /there is no such file/],
        ["file/a", /a part of the path is a file/],
        ["folder", /it is a directory/],
        ["a".repeat(300), /the name is too long/],
      ] as const)
        await assert.rejects(readText(join(folder, path)), { exitCode: 2, message: words });
      await assert.rejects(writeNewText(join(folder, "file", "a"), ""), {
        exitCode: 2,
        message: /a part of the path is a file/,
      });
    }));

  it("do not hide what is no failure of a file system", () =>
    assert.throws(() => fileFailure("reading", "a", new TypeError("a bug")), TypeError));
});

describe("witan member create", () => {
  it("touches nothing where something is already", () =>
    inFolder(async (folder) => {
      const home = join(folder, "acme");
      await mkdir(home);
      // No passphrase is at hand: it is not even asked for.
      const ran = await witan("member", "create", "--name", "acme", "--out", home);
      assert.equal(ran.code, 2);
      assert.match(ran.err, /it exists/);
      assert.deepEqual([await readdir(folder), await readdir(home)], [["acme"], []]);
    }));

  it("leaves no half home where it fails", () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "empty"), "\n");
      const argv = ["--name", "acme", "--passphrase-file", join(folder, "empty")];
      const ran = await witan("member", "create", ...argv, "--out", join(folder, "acme"));
      assert.equal(ran.code, 2);
      assert.match(ran.err, /an empty passphrase protects nothing/);
      assert.deepEqual(await readdir(folder), ["empty"]);
    }));

  it("makes the folders above the home", () =>
    inFolder(async (folder) => {
      const home = join(folder, "try", "acme");
      const ran = await witan("member", "create", "--name", "acme", "--plain", "--out", `${home}/`);
      assert.equal(ran.code, 0, ran.err);
      assert.deepEqual((await readdir(home)).sort(), ["keys", "member.json"]);
      assert.deepEqual(await readdir(join(folder, "try")), ["acme"]);
    }));
});
