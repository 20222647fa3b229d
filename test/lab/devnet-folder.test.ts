// The folder of a devnet: made whole or not at all, never someone else's, never two at a time.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  type DevnetFolderOptions,
  isAlive,
  LabFailure,
  type LabFailureCode,
  lockFolder,
  markOf,
  openDevnetFolder,
  shapeText,
  type WantedShape,
} from "@witan/lab";
import { inFolder } from "./in-folder.ts";

let made = 0;

function options(folder: string, more: Partial<DevnetFolderOptions> = {}): DevnetFolderOptions {
  return {
    folder,
    wanted: { consensus: "pbft" },
    fresh: false,
    create: async (path, shape) => {
      mkdirSync(path);
      writeFileSync(join(path, "network"), `${++made} of ${shapeText(shape)}`);
    },
    ...more,
  };
}

function networkIn(folder: string): string {
  return readFileSync(join(folder, "network"), "utf8");
}

async function refused(code: LabFailureCode, work: Promise<unknown>): Promise<LabFailure> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof LabFailure, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}

/** The mark of a process that is gone. */
async function goneMark(): Promise<{ pid: number; started: string }> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  const mark = markOf(child.pid ?? 0);
  await once(child, "exit");
  return mark;
}

describe("the folder of a devnet", () => {
  it("is made, and gone on with", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "a", "b");
      const first = await openDevnetFolder(options(folder));
      assert.deepEqual([first.created, first.settings], [true, { validators: 4, consensus: "pbft" }]);
      const network = networkIn(folder);
      first.lock.release();
      const second = await openDevnetFolder(options(folder, { wanted: {} }));
      assert.deepEqual(
        [second.created, second.settings, networkIn(folder)],
        [false, first.settings, network],
      );
      second.lock.release();
      assert.deepEqual(readdirSync(join(parent, "a")), ["b"]);
      assert.deepEqual(readdirSync(folder).sort(), ["devnet.json", "network"]);
    }));

  it("is made where an empty folder is, and where a link leads", () =>
    inFolder(async (parent) => {
      mkdirSync(join(parent, "empty"));
      symlinkSync(join(parent, "empty"), join(parent, "link"));
      const { path, lock } = await openDevnetFolder(options(join(parent, "link")));
      assert.equal(path, join(parent, "empty"));
      lock.release();
      const again = await openDevnetFolder(options(join(parent, "link"), { fresh: true }));
      assert.equal(again.path, path);
      assert.deepEqual(readdirSync(parent).sort(), ["empty", "link"]);
    }));

  it("is started over with --fresh", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "a");
      (await openDevnetFolder(options(folder))).lock.release();
      const before = networkIn(folder);
      const wanted = { validators: 1, consensus: "pbft" } as const;
      const again = await openDevnetFolder(options(folder, { fresh: true, wanted }));
      assert.deepEqual([again.created, again.settings], [true, { validators: 1, consensus: "pbft" }]);
      assert.notEqual(networkIn(folder), before);
      assert.deepEqual(readdirSync(parent), ["a"]);
      await refused("folder-in-use", openDevnetFolder(options(folder)));
    }));

  for (const fresh of [false, true])
    it(`is never someone else's${fresh ? ", with --fresh either" : ""}`, () =>
      inFolder(async (parent) => {
        const folder = join(parent, "precious");
        mkdirSync(folder);
        writeFileSync(join(folder, "thesis.txt"), "years of work");
        const failure = await refused("folder-not-ours", openDevnetFolder(options(folder, { fresh })));
        assert.equal(failure.fault, "input");
        assert.deepEqual(readdirSync(folder), ["thesis.txt"]);
        await refused("folder-not-ours", openDevnetFolder(options(join(folder, "thesis.txt"), { fresh })));
        for (const mark of ["{}", "not JSON", '{"madeBy":"someone","validators":4,"consensus":"pbft"}']) {
          writeFileSync(join(folder, "devnet.json"), mark);
          await refused("folder-damaged", openDevnetFolder(options(folder, { fresh })));
        }
        assert.deepEqual(readdirSync(folder).sort(), ["devnet.json", "thesis.txt"]);
      }));

  it("starts over where its mark is damaged, as long as it holds nothing else", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "a");
      const list = {
        ...{ chainId: "11", name: "devnet", accounts: [] },
        nodes: [{ name: "v1", home: "v1", peerId: "x" }],
      };
      const create = async (path: string): Promise<void> => {
        mkdirSync(join(path, "v1"), { recursive: true });
        writeFileSync(join(path, "network.json"), JSON.stringify(list));
      };
      (await openDevnetFolder(options(folder, { create }))).lock.release();
      for (const mark of ["", "{}", '{"madeBy":"witan devnet"}']) {
        writeFileSync(join(folder, "devnet.json"), mark);
        const failure = await refused("folder-damaged", openDevnetFolder(options(folder)));
        assert.deepEqual([failure.fault, /--fresh starts over/.test(failure.message)], ["input", true]);
        writeFileSync(join(folder, "letter"), "mine");
        const left = await refused("folder-damaged", openDevnetFolder(options(folder, { fresh: true })));
        assert.match(left.message, /no devnet made letter in there/);
        assert.equal(readFileSync(join(folder, "letter"), "utf8"), "mine");
        rmSync(join(folder, "letter"));
        const again = await openDevnetFolder(options(folder, { fresh: true, create }));
        again.lock.release();
        assert.deepEqual([again.created, shapeText(again.settings)], [true, "4 validators"]);
      }
    }));

  it("says why there can be none, by the name that was asked for", () =>
    inFolder(async () => {
      const failure = await refused("folder-not-made", openDevnetFolder(options("/proc/x")));
      assert.match(failure.message, /^\/proc\/x can't be made: \/proc takes no new folders \(\w+\); choose/);
      assert.equal(failure.fault, "input");
    }));

  it("is not used, and not removed, where somebody says that it must not be", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "a");
      let asked = "";
      const mayUse = async (path: string): Promise<void> => {
        asked = path;
        throw new LabFailure("folder-in-use", "a node runs there");
      };
      (await openDevnetFolder(options(folder, { mayUse }))).lock.release();
      assert.equal(asked, "", "nobody uses what is not there yet");
      const network = networkIn(folder);
      for (const fresh of [false, true])
        await refused("folder-in-use", openDevnetFolder(options(folder, { mayUse, fresh })));
      assert.deepEqual([asked, networkIn(folder)], [folder, network]);
      (await openDevnetFolder(options(folder))).lock.release();
    }));

  it("is not made, and nothing beside it either, where somebody says that it must not be", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "b", "a");
      let asked = "";
      const mayMake: DevnetFolderOptions["mayMake"] = async (shape) => {
        asked += shapeText(shape);
        throw new LabFailure("ports-in-use", "there are no such ports", { fault: "input" });
      };
      await refused("ports-in-use", openDevnetFolder(options(folder, { mayMake })));
      assert.deepEqual([asked, readdirSync(parent)], ["4 validators", []]);
      (await openDevnetFolder(options(folder))).lock.release();
      const network = networkIn(folder);
      await refused("ports-in-use", openDevnetFolder(options(folder, { mayMake, fresh: true })));
      (await openDevnetFolder(options(folder, { mayMake }))).lock.release();
      assert.deepEqual([asked, networkIn(folder)], ["4 validators".repeat(2), network]);
    }));

  it("keeps its number of validators", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "a");
      (await openDevnetFolder(options(folder))).lock.release();
      const wanted = { validators: 7, consensus: "pbft" } as const;
      const failure = await refused("folder-differs", openDevnetFolder(options(folder, { wanted })));
      assert.match(failure.message, /has 4 validators, not 7: .*--fresh/);
      // The refused one holds nothing.
      (await openDevnetFolder(options(folder))).lock.release();
    }));

  it("keeps its mode, and its numbers of proposers and acceptors", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "a");
      const fast: WantedShape = { consensus: "bp-fast-paxos", proposers: 3 };
      const first = await openDevnetFolder(options(folder, { wanted: fast }));
      first.lock.release();
      assert.deepEqual(first.settings, { consensus: "bp-fast-paxos", proposers: 3, acceptors: 4 });
      assert.match(networkIn(folder), /3 proposers and 4 acceptors/);
      const before = networkIn(folder);
      for (const wanted of [{}, { consensus: "bp-fast-paxos" }, { acceptors: 4 }] satisfies WantedShape[]) {
        const again = await openDevnetFolder(options(folder, { wanted }));
        again.lock.release();
        assert.deepEqual([again.created, again.settings], [false, first.settings]);
      }
      const refusals: readonly (readonly [WantedShape, RegExp])[] = [
        [
          { consensus: "pbft" },
          /runs bp-fast-paxos, not pbft: leave --consensus out to go on with it, .*--fresh/,
        ],
        [{ acceptors: 7 }, /has 3 proposers and 4 acceptors, not 3 proposers and 7 acceptors: leave --prop/],
      ];
      for (const [wanted, message] of refusals) {
        const failure = await refused("folder-differs", openDevnetFolder(options(folder, { wanted })));
        assert.match(failure.message, message);
        assert.equal(failure.fault, "input");
      }
      assert.equal(networkIn(folder), before);
      const other = await openDevnetFolder(options(folder, { wanted: { consensus: "pbft" }, fresh: true }));
      assert.deepEqual([other.created, shapeText(other.settings)], [true, "4 validators"]);
    }));

  it("is not left half made where making it fails, and the one before stays", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "a");
      const create = async (path: string): Promise<void> => {
        mkdirSync(path);
        writeFileSync(join(path, "network"), "half");
        throw new RangeError("the disk is full");
      };
      await assert.rejects(openDevnetFolder(options(folder, { create })), RangeError);
      assert.deepEqual(readdirSync(parent), []);
      (await openDevnetFolder(options(folder))).lock.release();
      const before = networkIn(folder);
      await assert.rejects(openDevnetFolder(options(folder, { create, fresh: true })), RangeError);
      assert.deepEqual(readdirSync(parent), ["a"]);
      assert.equal(networkIn(folder), before);
      (await openDevnetFolder(options(folder))).lock.release();
    }));

  it("is cleared of what a killed devnet had half made", () =>
    inFolder(async (parent) => {
      const { pid } = await goneMark();
      mkdirSync(join(parent, `.a.${pid}.new`));
      mkdirSync(join(parent, `.a.${pid}.old`));
      mkdirSync(join(parent, `.b.${pid}.new`));
      mkdirSync(join(parent, ".a.keep"));
      await openDevnetFolder(options(join(parent, "a")));
      assert.deepEqual(readdirSync(parent).sort(), [".a.keep", `.b.${pid}.new`, "a"]);
    }));

  it("is not taken from who made it at the same moment", () =>
    inFolder(async (parent) => {
      const folder = join(parent, "a");
      const create = async (path: string): Promise<void> => {
        mkdirSync(path);
        mkdirSync(folder);
        writeFileSync(join(folder, "theirs"), "");
      };
      await refused("folder-in-use", openDevnetFolder(options(folder, { create })));
      assert.deepEqual(readdirSync(parent), ["a"]);
      assert.deepEqual(readdirSync(folder), ["theirs"]);
    }));
});

describe("the lock of a folder", () => {
  it("is held by one process, which is named to others", () =>
    inFolder(async (folder) => {
      const lock = await lockFolder(folder);
      const failure = await refused("folder-in-use", lockFolder(folder));
      assert.ok(failure.message.includes(`process ${process.pid}`));
      lock.note([process.pid]);
      await refused("folder-in-use", lockFolder(folder));
      lock.release();
      (await lockFolder(folder)).release();
      assert.deepEqual(readdirSync(folder), []);
    }));

  it("is taken over from a process that is gone, once its nodes are gone too", () =>
    inFolder(async (folder) => {
      const node = spawn(process.execPath, ["--eval", "process.stdin.resume()"], {
        stdio: ["pipe", "ignore", "ignore"],
      });
      await once(node, "spawn");
      const nodeMark = markOf(node.pid ?? 0);
      const text = JSON.stringify({ holder: await goneMark(), nodes: [nodeMark] });
      writeFileSync(join(folder, "devnet.lock"), text);
      const taking = lockFolder(folder);
      assert.ok(isAlive(nodeMark));
      node.stdin?.end();
      const lock = await taking;
      assert.ok(!isAlive(nodeMark));
      lock.release();
    }));

  it("is waited for no longer than it is wanted", () =>
    inFolder(async (folder) => {
      // This process stands for a node that does not end.
      const text = JSON.stringify({ holder: await goneMark(), nodes: [markOf(process.pid)] });
      writeFileSync(join(folder, "devnet.lock"), text);
      const controller = new AbortController();
      const taking = lockFolder(folder, controller.signal);
      controller.abort();
      await refused("stopped", taking);
      assert.deepEqual(readdirSync(folder), ["devnet.lock"]);
    }));

  it("is taken over from a process whose number another has now", () => {
    if (process.platform !== "linux") return;
    return inFolder(async (folder) => {
      const holder = { pid: process.pid, started: "1" };
      writeFileSync(join(folder, "devnet.lock"), JSON.stringify({ holder, nodes: [] }));
      (await lockFolder(folder)).release();
    });
  });

  it("is taken over by one of many that try at once", () =>
    inFolder(async (folder) => {
      writeFileSync(join(folder, "devnet.lock"), JSON.stringify({ holder: await goneMark(), nodes: [] }));
      const script = `
        import { lockFolder } from "@witan/lab";
        await lockFolder(process.argv[1]).then(() => console.log("held"), () => console.log("refused"));
        process.stdin.resume();`;
      const flags = ["--conditions=@witan/source", "--disable-warning=ExperimentalWarning"];
      const children = [1, 2, 3, 4].map(() =>
        spawn(process.execPath, [...flags, "--input-type=module", "--eval", script, folder], {
          cwd: import.meta.dirname,
          stdio: ["pipe", "pipe", "inherit"],
        }),
      );
      const said = await Promise.all(
        children.map(async (child) => String((await once(child.stdout, "data"))[0]).trim()),
      );
      assert.deepEqual(said.sort(), ["held", "refused", "refused", "refused"]);
      const ends = children.map((child) => once(child, "exit"));
      for (const child of children) child.stdin.end();
      await Promise.all(ends);
    }));

  it("is not guessed at where it is damaged", () =>
    inFolder(async (folder) => {
      for (const text of ["", "{}", '{"holder":{"pid":1},"nodes":[]}', "null"]) {
        writeFileSync(join(folder, "devnet.lock"), text);
        await refused("folder-damaged", lockFolder(folder));
      }
      assert.ok(existsSync(join(folder, "devnet.lock")));
    }));
});
