// The commands that README.md shows are run as they stand there.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseGenesisFile } from "@witan/ledger";
import { bytesToHex, type Timestamp } from "@witan/primitives";
import { inFolder, witanProcess } from "../cli/run.ts";
import { keyOfName, outputTo, TestLedger } from "../ledger/build.ts";

const README = new URL("../../README.md", import.meta.url);

/** The lines of the `sh` blocks of a page that start `witan`. */
async function witanCommands(): Promise<readonly string[]> {
  const blocks = (await readFile(README, "utf8")).matchAll(/```sh\n(.*?)```/gs);
  return [...blocks].flatMap(([, block = ""]) =>
    block.split("\n").filter((line) => line.startsWith("npx witan ")),
  );
}

/** Writes a payment that holds on the chain of `genesis.json`, its inputs aside. */
async function writePayment(folder: string): Promise<void> {
  const parsed = parseGenesisFile(await readFile(join(folder, "genesis.json"), "utf8"));
  assert.ok(parsed.ok);
  const ledger = new TestLedger(parsed.value);
  const input = { transaction: ledger.state.parent.hash as never, index: 0 };
  const body = {
    ...ledger.transfer([], [outputTo(keyOfName("bob"), 5n)]),
    inputs: [input],
    validUntil: (Date.now() + 60_000) as Timestamp,
  };
  await writeFile(join(folder, "payment.hex"), bytesToHex(ledger.seal(body, [keyOfName("alice")]).bytes));
}

describe("README", () => {
  it("shows commands that work", () =>
    inFolder(async (folder) => {
      const commands = await witanCommands();
      assert.ok(commands.length >= 5, "the README has lost its commands");
      for (const command of commands) {
        if (command.includes("payment.hex")) await writePayment(folder);
        const ran = await witanProcess(command.split(" ").slice(2), { cwd: folder });
        assert.equal(ran.code, 0, `${command}\n${ran.out}${ran.err}`);
      }
    })).timeout(60_000);
});
