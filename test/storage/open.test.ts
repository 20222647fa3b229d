// Opening: what is there, what is not, and what is something else.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { keyOf, openStoreOn } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import { Level } from "level";
import { FaultyBackend } from "./faults.ts";
import { block, isFailure, put, text } from "./records.ts";
import { temporaryPaths } from "./temporary-directory.ts";

describe("storage: opening", () => {
  const path = temporaryPaths();

  it("makes a directory and all above it, private, and finds there what was written", async () => {
    const store = await openLevelStore(path("a/b/database"));
    await store.write([put(block(1), "one")], { sync: true });
    await store.close();
    assert.equal(statSync(path("a/b/database")).mode & 0o777, 0o700);
    const again = await openLevelStore(path("a/b/database"), { create: false });
    assert.equal(text(again.get(block(1))), "one");
    await again.close();
  });

  it("makes a database in an empty directory", async () => {
    mkdirSync(path("database"));
    await (await openLevelStore(path("database"))).close();
  });

  it("makes none where it is not to", async () => {
    await assert.rejects(
      openLevelStore(path("database"), { create: false }),
      isFailure("missing", /check the path/),
    );
    assert.deepEqual(readdirSync(path(".")), []);
    mkdirSync(path("empty"));
    await assert.rejects(openLevelStore(path("empty"), { create: false }), isFailure("missing"));
    assert.deepEqual(readdirSync(path("empty")), []);
  });

  it("makes none among other files, and none in place of a file", async () => {
    mkdirSync(path("letters"));
    writeFileSync(path("letters/letter.txt"), "Dear");
    await assert.rejects(
      openLevelStore(path("letters")),
      isFailure("not-a-database", /holds other files \(letter\.txt\).*name an empty or new directory/),
    );
    assert.deepEqual(readdirSync(path("letters")), ["letter.txt"]);
    await assert.rejects(
      openLevelStore(path("letters/letter.txt")),
      isFailure("not-a-database", /no directory/),
    );
    await assert.rejects(openLevelStore(path("letters/letter.txt/x")), isFailure("not-a-database"));
  });

  it("goes on with a database whose making was cut short", async () => {
    for (const names of [
      ["LOCK"],
      ["LOCK", "LOG", "MANIFEST-000001"],
      ["LOG.old", "LOG", "LOCK", "000001.dbtmp"],
    ]) {
      const directory = path(String(names.length));
      mkdirSync(directory);
      for (const name of names) writeFileSync(join(directory, name), "");
      await (await openLevelStore(directory)).close();
    }
  });

  it("does not take another program's database", async () => {
    const other = new Level(path("database"));
    await other.put("theirs", "value");
    await other.close();
    await assert.rejects(
      openLevelStore(path("database")),
      isFailure("not-a-database", /not made by this program/),
    );
  });

  it("refuses another version of the layout, says both, and lets go of the database", async () => {
    const store = await openLevelStore(path("database"));
    await store.write([put(keyOf("meta", "layout-version"), new Uint8Array([7, 0, 0, 0]))], { sync: true });
    await store.close();
    for (let round = 0; round < 2; round++)
      await assert.rejects(
        openLevelStore(path("database")),
        isFailure("wrong-version", /layout version 7, this program knows 1; use the program that made it/),
      );
  });

  it("refuses a version that is damaged, or no number", async () => {
    const faulty = new FaultyBackend();
    const key = keyOf("meta", "layout-version");
    await faulty.inner.write([{ kind: "put", key, value: new Uint8Array(12) }], true);
    await assert.rejects(openStoreOn(faulty.backend), isFailure("damaged", /table meta/));
    const store = await openLevelStore(path("database"));
    await store.write([put(key, new Uint8Array([1, 0, 0]))], { sync: true });
    await store.close();
    await assert.rejects(openLevelStore(path("database")), isFailure("damaged", /record layout-version/));
  });

  it("says what it has no permission for", async () => {
    assert.ok(process.geteuid !== undefined && process.seteuid !== undefined);
    mkdirSync(path("closed"), { mode: 0o700 });
    const before = process.geteuid();
    // Root may do everything, so somebody else does it; others take the directory's own permissions away.
    if (before === 0) process.seteuid(65_534);
    const target = before === 0 ? path("closed") : "/proc/1/cwd/database";
    try {
      await assert.rejects(
        openLevelStore(target),
        isFailure("permission", /give it to the user that runs the node/),
      );
      await assert.rejects(openLevelStore(join(target, "database")), isFailure("permission"));
    } finally {
      if (before === 0) process.seteuid(before);
    }
  });
});
