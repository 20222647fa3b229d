// `witan register` with what is wrong on the command line or on this machine: told before any validator is asked, or with what
// each of them said. What it does on a network is in test/network/registers.test.ts.
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RegisterJournalPlace } from "@witan/client";
import type { CommandFailure } from "../../packages/cli/src/exit.ts";
import {
  fileRegisterJournal,
  usualJournalFolder,
  whileLocked,
} from "../../packages/cli/src/register-journal.ts";
import { keyOfName } from "../ledger/build.ts";
import { FakeNode } from "./fake-node.ts";
import { inFolder, lastJson, witan } from "./run.ts";

const { secretKey, publicKey } = keyOfName("alice");
const KEY = ["--secret-key", secretKey];
const PLACE: RegisterJournalPlace = {
  chainId: "ab".repeat(32) as RegisterJournalPlace["chainId"],
  client: publicKey,
  register: { name: "../price/gold", variant: "strong" },
};

async function refused(
  argv: readonly string[],
  code: number,
  reason: string,
  message: RegExp,
): Promise<void> {
  const ran = await witan("register", ...argv, "--json");
  assert.equal(ran.code, code, ran.out);
  const error = lastJson(ran)["error"] as { readonly reason: string; readonly message: string };
  assert.equal(error.reason, reason, error.message);
  assert.match(error.message, message);
}

describe("witan register", () => {
  after(() => FakeNode.stopAll());

  it("refuses bad names, values and keys before anybody is asked", () =>
    inFolder(async (folder) => {
      for (const name of ["Price", "a b", "a".repeat(65), ""]) {
        await refused(["write", name, "--value", "x", ...KEY], 2, "name-invalid", /1 to 64 of a-z/);
        await refused(["read", name], 2, "name-invalid", /1 to 64 of a-z/);
      }
      const long = join(folder, "long");
      await writeFile(long, Buffer.alloc(65_537));
      await refused(["write", "a", "--file", long, ...KEY], 2, "file-too-large", /more than 65536 bytes/);
      await refused(
        ["write", "a", "--file", join(folder, "none"), ...KEY],
        2,
        "file",
        /there is no such file/,
      );
      const words = ["--value", "ä".repeat(32_769)];
      await refused(["write", "a", ...words, ...KEY], 2, "value-too-large", /65538 bytes in UTF-8/);
      await refused(["write", "a", ...KEY], 2, "arguments", /--value TEXT or --file FILE/);
      await refused(["write", "a", "--value", "x"], 2, "arguments", /who writes\? Give --key FILE/);
      await refused(["write", "a", "--value", "x", "--secret-key", "12"], 2, "secret-key", /--secret-key/);
      await refused(["read", "a", "--timeout", "0"], 2, "number", /--timeout 0/);
      const unknown = await witan("register", "write", "a", "--value", "x", "--variant", "fast", ...KEY);
      assert.equal(unknown.code, 2);
      assert.match(unknown.err, /Allowed choices are base, optimized, strong/);
      const both = await witan("register", "write", "a", "--value", "x", "--file", long, ...KEY);
      assert.equal(both.code, 2);
    }));

  it("says how many validators must be named, and that one was named twice", async () => {
    const node = await FakeNode.start();
    await refused(
      ["read", "a", "--rpc", node.url],
      2,
      "nodes-too-few",
      /3 of the 4 validators .*--rpc URL,URL/,
    );
    await refused(["read", "a", "--rpc", `${node.url},${node.url}`], 2, "nodes-same", /given twice/);
    const tokens = ["--token-file", "a,b", "--rpc", node.url];
    await refused(["read", "a", ...tokens], 2, "arguments", /names 2 files, expected one for all or 1/);
  });

  it("believes no genesis that fewer than half of the nodes tell, and says who says what", async () => {
    const nodes = await Promise.all([0, 1, 2].map(() => FakeNode.start()));
    const rpc = nodes.map(({ url }) => url).join(",");
    const down = ["--rpc", `${rpc},http://127.0.0.1:9`, "--timeout", "1"];
    // The samples that these nodes answer with are of made-up keys.
    await refused(
      ["read", "a", ...down],
      3,
      "no-quorum",
      /gave what does not hold .*127\.0\.0\.1:9 is silent/,
    );
    await refused(["list", ...down], 3, "no-quorum", /Fewer replicas than a quorum/);
    const alone = `${nodes[0]?.url},http://127.0.0.1:9,http://127.0.0.1:7`;
    await refused(["read", "a", "--rpc", alone, "--timeout", "1"], 3, "no-agreement", /chain_genesis/);
  });
});

describe("the journal of witan register", () => {
  it("keeps bytes by chain, key, name and type, for its owner only", () =>
    inFolder(async (folder) => {
      const journal = fileRegisterJournal(folder);
      assert.equal(await journal.load(PLACE), undefined);
      await journal.save(PLACE, new Uint8Array([1, 2]));
      await journal.save(PLACE, new Uint8Array([3]));
      assert.deepEqual(await journal.load(PLACE), new Uint8Array([3]));
      const base = { ...PLACE, register: { ...PLACE.register, variant: "base" } } as const;
      assert.equal(await journal.load(base), undefined);
      const place = join(folder, PLACE.chainId, publicKey);
      assert.deepEqual(await readdir(place), ["strong-..%2Fprice%2Fgold.json"]);
      assert.equal((await stat(join(place, "strong-..%2Fprice%2Fgold.json"))).mode & 0o777, 0o600);
    }));

  it("is not guessed at where it is damaged", () =>
    inFolder(async (folder) => {
      const journal = fileRegisterJournal(folder);
      await journal.save(PLACE, new Uint8Array([1]));
      const file = join(folder, PLACE.chainId, publicKey, "strong-..%2Fprice%2Fgold.json");
      const text = await readFile(file, "utf8");
      for (const damaged of ["", "{}", text.slice(0, -5), text.replace('"01"', '"0"')]) {
        await writeFile(file, damaged);
        await assert.rejects(journal.load(PLACE), { reason: "journal-damaged", exitCode: 2 });
      }
    }));

  it("has one writer at a time; one that was killed leaves no lock for ever", () =>
    inFolder(async (folder) => {
      const inside = await whileLocked(folder, PLACE, async () => {
        const second = whileLocked(folder, PLACE, async () => "both");
        await assert.rejects(second, ({ reason, exitCode }: CommandFailure) => {
          assert.deepEqual([reason, exitCode], ["journal-in-use", 3]);
          return true;
        });
        return "one";
      });
      assert.equal(inside, "one");
      await assert.rejects(
        whileLocked(folder, PLACE, () => Promise.reject(new RangeError("mine"))),
        /mine/,
      );
      const place = join(folder, PLACE.chainId, publicKey);
      await mkdir(place, { recursive: true });
      for (const left of ["999999999", ""]) {
        await writeFile(join(place, "strong-..%2Fprice%2Fgold.json.lock"), left);
        assert.equal(await whileLocked(folder, PLACE, async () => "taken over"), "taken over");
      }
      assert.deepEqual(await readdir(place), []);
    }));

  it("says so where no folder can be made", () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "file"), "");
      for (const bad of [join(folder, "file", "x"), ...(process.platform === "linux" ? ["/proc/x"] : [])])
        await assert.rejects(
          whileLocked(bad, PLACE, async () => "written"),
          { exitCode: 2, message: /making the folder .* failed/ },
        );
    }));

  it("lies where the state of programs lies", () => {
    const before = process.env["XDG_STATE_HOME"];
    try {
      process.env["XDG_STATE_HOME"] = "/somewhere";
      assert.equal(usualJournalFolder(), "/somewhere/witan/registers");
      process.env["XDG_STATE_HOME"] = "";
      assert.match(usualJournalFolder(), /\.local\/state\/witan\/registers$/);
    } finally {
      if (before === undefined) delete process.env["XDG_STATE_HOME"];
      else process.env["XDG_STATE_HOME"] = before;
    }
  });
});
