// The command `witan member create`: a member's home, whose secrets never leave it, and the public member file for a genesis.
import { randomBytes } from "node:crypto";
import { lstat, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { formatPeerId, peerIdOfEd25519 } from "@witan/crypto";
import { createKey, type KeyPair } from "@witan/crypto/node";
import { memberNameShape } from "@witan/ledger";
import { isHex, type Role, ZERO_HASH } from "@witan/primitives";
import { type Command, Option } from "commander";
import { badInput } from "../exit.ts";
import { fileFailure, makeFolderOf, writeNewText } from "../files.ts";
import { type KeepOptions, writeKey } from "../key-files.ts";
import { printResult, type Streams, table } from "../output.ts";
import { newPassphrase } from "../passphrase.ts";
import { examples, plainOption } from "./keys.ts";

interface CreateOptions extends KeepOptions {
  readonly name: string;
  readonly role: Role;
  readonly rewardPolicy: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Adds the commands `witan member …`. */
export function addMemberCommands(program: Command, streams: Streams): void {
  program
    .command("member")
    .description("make what a member of a network needs")
    .command("create")
    .description("make a home with voting, operator and peer key (mode 0600) and a public member file")
    .requiredOption("--name <name>", "1 to 32 of a-z, 0-9, -")
    .addOption(
      new Option("--role <role>", "what the member does")
        .choices(["validator", "proposer", "acceptor"])
        .default("validator"),
    )
    .option(
      "--reward-policy <hash>",
      "the policy hash that rewards go to (default: none, fees are destroyed)",
      ZERO_HASH,
    )
    .requiredOption("--out <dir>", "the new home")
    .addOption(plainOption("the secrets"))
    .option("--passphrase-file <file>", "read the passphrase from a file")
    .option("--json", "print JSON")
    .addHelpText("after", examples(["witan member create --name acme --out acme"]))
    .action(async (options: CreateOptions) => create(streams, options));
}

async function create(streams: Streams, options: CreateOptions): Promise<void> {
  const { name, role, rewardPolicy, out } = options;
  if (!memberNameShape(name))
    throw badInput("name", `--name ${name}: expected 1 to 32 characters of a-z, 0-9 and -`);
  if (!isHex(rewardPolicy, 32)) throw badInput("reward-policy", "--reward-policy: expected 32 bytes in hex");
  await refuseExisting(out);
  // One passphrase for the three keys, asked for once.
  const passphrase = options.plain ? undefined : await newPassphrase(options, out);
  const [voting, operator, peer] = [createKey("voting"), createKey("operator"), createKey("peer")];
  const member = {
    name,
    role,
    votingKey: voting.publicKey,
    peerId: formatPeerId(peerIdOfEd25519(peer.publicKey)),
    operatorKey: operator.publicKey,
    rewardPolicy,
  };
  const file = join(out, "member.json");
  await makeHome(out, [voting, operator, peer], passphrase, `${JSON.stringify(member, undefined, 2)}\n`);
  printResult(streams, options.json ?? false, { home: out, file, member }, () => [
    ...table([
      ["home", `${out} (its keys never leave it${options.plain ? "; they are not encrypted" : ""})`],
      ["member file", `${file} (public: give it to who makes the genesis)`],
      ...Object.entries(member),
    ]),
  ]);
}

async function refuseExisting(out: string): Promise<void> {
  try {
    await lstat(out);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw fileFailure("making", out, error);
  }
  throw badInput("file", `making ${out} failed: it exists. Move it away, or choose another name`);
}

/** Makes a home beside its place, then puts it there: who stops halfway leaves no half home that looks like one. */
async function makeHome(
  out: string,
  keys: readonly KeyPair[],
  passphrase: string | undefined,
  memberFile: string,
): Promise<void> {
  const place = resolve(out);
  const beside = join(dirname(place), `.${basename(place)}.${randomBytes(8).toString("hex")}.tmp`);
  await makeFolderOf(place);
  try {
    await mkdir(beside, { mode: 0o700 });
    for (const key of keys) await writeKey(join(beside, "keys", `${key.purpose}.json`), key, passphrase);
    await writeNewText(join(beside, "member.json"), memberFile);
    await rename(beside, place);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw fileFailure("making", out, error);
  }
}
