import assert from "node:assert/strict";
import { stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "@witan/crypto/node";
import { temporaryFiles } from "./temporary-directory.ts";

describe("crypto: folders of files", () => {
  const place = temporaryFiles();

  it("makes what is missing, and tells the first that it made", async () => {
    const path = place("a/b/c");
    assert.equal(await makeFolder(path, 0o700), place("a"));
    for (const folder of [path, dirname(path), place("a")])
      assert.equal((await stat(folder)).mode & 0o777, 0o700, folder);
    assert.equal(await makeFolder(path), undefined);
    assert.equal(await makeFolder(join(path, "d")), join(path, "d"));
  });

  it("ends with an error where a file is in the way, and where no folder can be made", async () => {
    const file = place("file");
    await writeFile(file, "");
    await assert.rejects(makeFolder(file), { code: "EEXIST" });
    await assert.rejects(makeFolder(join(file, "a", "b")), { code: "ENOTDIR" });
    await assert.rejects(makeFolder("/proc/witan/a"), { code: "ENOENT" });
  });
});
