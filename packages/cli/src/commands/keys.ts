// The commands `witan keys …`: making, showing, exporting and importing keys.
import {
  addressPrefixShape,
  formatAddress,
  formatPeerId,
  parseSecretKey,
  peerIdOfEd25519,
} from "@witan/crypto";
import {
  createAcceptorsKey,
  createKey,
  type KeyPair,
  type KeyPurpose,
  keyOfSecret,
} from "@witan/crypto/node";
import { policyHash } from "@witan/ledger";
import { type PolicyHash, type PublicKey, present } from "@witan/primitives";
import { type Command, Option } from "commander";
import { examples } from "../examples.ts";
import { badInput } from "../exit.ts";
import { exists, readText, writeNewText } from "../files.ts";
import { DEFAULT_ADDRESS_PREFIX, readGenesisFile } from "../genesis-input.ts";
import { guardFileOf } from "../home/files.ts";
import { createGuard } from "../home/guard.ts";
import {
  type KeepOptions,
  keepAcceptorsKey,
  keepKey,
  keyHeader,
  openKey,
  sharedKeyHeader,
} from "../key-files.ts";
import { printResult, type Streams, table } from "../output.ts";
import type { PassphraseOptions } from "../passphrase.ts";
import { askSecret, canAsk } from "../prompt.ts";

interface Shown {
  readonly json?: boolean;
  readonly genesis?: string;
  readonly addressPrefix?: string;
}

const PURPOSES: readonly KeyPurpose[] = ["client", "operator", "voting", "peer"];

/** Beside purposes, for `new`: the key that acceptors share, which is no key pair. */
const SHARED = "acceptors";

type MakeOptions = KeepOptions & Shown & { readonly out: string; readonly purpose: KeyPurpose };

/** Adds the commands `witan keys …`. */
export function addKeyCommands(program: Command, streams: Streams): void {
  const keys = program.command("keys").description("make, show, export and import keys");
  addNew(keys, streams);
  addShow(keys, streams);
  addExport(keys, streams);
  addImport(keys, streams);
}

function withShown(command: Command): Command {
  return command
    .option("--genesis <file>", "show addresses of this chain")
    .option(
      "--address-prefix <prefix>",
      `show addresses with this prefix (default: ${DEFAULT_ADDRESS_PREFIX})`,
    )
    .option("--json", "print JSON");
}

function withKept(command: Command, purposes: readonly string[]): Command {
  return command
    .option("--out <file>", "the new key file", "witan-key.json")
    .addOption(new Option("--purpose <purpose>", "what the key is for").choices(purposes).default("client"))
    .addOption(plainOption("the secret"))
    .option("--passphrase-file <file>", "read the passphrase from a file");
}

/** The option that leaves secrets unencrypted. With a passphrase beside it one of the two was not meant. */
export function plainOption(what: string): Option {
  return new Option("--plain", `do not encrypt ${what}`).conflicts("passphraseFile");
}

function addNew(keys: Command, streams: Streams): void {
  withShown(withKept(keys.command("new"), [...PURPOSES, SHARED]))
    .description("make a key and keep it in a new file, mode 0600")
    .addHelpText(
      "after",
      "\nA voting key needs the record of what it signs, beside it: --genesis makes that for its chain. List the new key after\n" +
        "the old one in keys.voting, start the node again, then let governance replace the one by the other. Acceptors of\n" +
        "BP Fast Paxos share a key (purpose acceptors): one makes it, all get the file, as keys/acceptors.json.\n" +
        examples([
          "witan keys new",
          "witan keys new --out alice.json --passphrase-file secret.txt",
          "witan keys new --purpose voting --genesis v1/genesis.json --out v1/keys/voting-2.json",
        ]),
    )
    .action(async (options: MakeOptions) => {
      if ((options.purpose as string) === SHARED) return makeShared(streams, options);
      const prefix = await prefixOf(options);
      const key = createKey(options.purpose);
      const guard = await keepNew(options, key);
      show(streams, options, prefix, { ...key, file: options.out, encrypted: !options.plain, guard });
    });
}

async function makeShared(streams: Streams, options: MakeOptions): Promise<void> {
  const key = createAcceptorsKey();
  await keepAcceptorsKey(options.out, key, options);
  showShared(streams, options, { file: options.out, id: key.id, encrypted: !options.plain });
}

/** Keeps a fresh key; a voting key whose chain is known together with the record of what it signs. */
async function keepNew(options: MakeOptions, key: KeyPair): Promise<string | undefined> {
  const { genesis, out } = options;
  if (key.purpose !== "voting" || genesis === undefined) {
    await keepKey(out, key, options);
    return undefined;
  }
  const { chainId } = await readGenesisFile(genesis);
  const guard = guardFileOf(out);
  if (await exists(guard))
    throw badInput("guard-exists", `${guard} exists: it is the record of another key. Choose another --out`);
  await keepKey(out, key, options);
  // After the key: nobody has it yet, so nothing is forgotten if this fails.
  await createGuard({ file: guard, publicKey: key.publicKey, chainId });
  return guard;
}

function addShow(keys: Command, streams: Streams): void {
  withShown(keys.command("show"))
    .argument("<file>", "a key file")
    .description("show what a key file holds, its secret aside; needs no passphrase")
    .addHelpText(
      "after",
      examples(["witan keys show alice.json", "witan keys show alice.json --genesis genesis.json"]),
    )
    .action(async (file: string, options: Shown) => {
      const shared = await sharedKeyHeader(file);
      if (shared !== undefined) return showShared(streams, options, { file, ...shared });
      show(streams, options, await prefixOf(options), { ...(await keyHeader(file)), file });
    });
}

function addExport(keys: Command, streams: Streams): void {
  keys
    .command("export")
    .argument("<file>", "a key file")
    .description("print the secret key in hex; whoever reads it can spend")
    .option("--out <file>", "write it to a new file, mode 0600, instead")
    .option("--passphrase-file <file>", "read the passphrase from a file")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      examples(["witan keys export alice.json", "witan keys export alice.json --out secret.hex"]),
    )
    .action(async (file: string, options: PassphraseOptions & { out?: string; json?: boolean }) => {
      const { out, json = false } = options;
      const { publicKey, purpose, secretKey } = await openKey(file, options);
      if (out === undefined)
        return printResult(streams, json, { file, purpose, publicKey, secretKey }, () => [secretKey]);
      await writeNewText(out, `${secretKey}\n`, 0o600);
      const lines = [`secret key of ${file} written to ${out}`];
      printResult(streams, json, { file, purpose, publicKey, out }, () => lines);
    });
}

function addImport(keys: Command, streams: Streams): void {
  withShown(withKept(keys.command("import"), PURPOSES))
    .argument(
      "[secret-file]",
      "a file with the secret key in hex; - or nothing: asked for, or standard input",
    )
    .description("keep a secret key, 32 bytes in hex, in a new key file")
    .addHelpText(
      "after",
      examples([
        "witan keys import secret.hex --out alice.json",
        "pass show alice | witan keys import --plain",
      ]),
    )
    .action(async (source: string | undefined, options: MakeOptions) => {
      const prefix = await prefixOf(options);
      const key = importedKey(options.purpose, (await secretText(source)).trim());
      await keepKey(options.out, key, options);
      show(streams, options, prefix, { ...key, file: options.out, encrypted: !options.plain });
    });
}

/** At a terminal the secret is asked for: what is typed into standard input would stand on the screen. */
async function secretText(source = "-"): Promise<string> {
  return source === "-" && canAsk() ? askSecret("Secret key in hex:") : readText(source);
}

function importedKey(purpose: KeyPurpose, text: string): KeyPair {
  const secret = parseSecretKey(text);
  // The text itself is never repeated: it may be a secret with a slip.
  if (!secret.ok)
    throw badInput(
      "secret-key",
      "the secret key is not 32 bytes in lower-case hex, in the range of a secret key",
    );
  return keyOfSecret(purpose, secret.value);
}

async function prefixOf(options: Shown): Promise<string> {
  const prefix = options.addressPrefix ?? DEFAULT_ADDRESS_PREFIX;
  if (!addressPrefixShape(prefix))
    throw badInput("address-prefix", `--address-prefix ${prefix}: expected 1 to 12 letters a-z`);
  return options.genesis === undefined
    ? prefix
    : (await readGenesisFile(options.genesis)).genesis.addressPrefix;
}

interface KeyShown {
  readonly purpose: KeyPurpose;
  readonly publicKey: string;
  readonly file: string;
  readonly encrypted: boolean;
  readonly guard?: string | undefined;
}

function show(streams: Streams, options: Shown, prefix: string, key: KeyShown): void {
  const { file, purpose, publicKey, encrypted, guard } = key;
  const named = namesOf(purpose, publicKey, prefix);
  const result = { file, purpose, encrypted, publicKey, ...named, ...(guard === undefined ? {} : { guard }) };
  printResult(streams, options.json ?? false, result, () =>
    table([
      ["file", `${file} (${encrypted ? "encrypted" : "not encrypted"})`],
      ["purpose", purpose],
      ["public key", publicKey],
      ...("peerId" in named ? [["peer id", named.peerId] as const] : []),
      ...("address" in named
        ? [["policy hash", named.policyHash] as const, ["address", named.address] as const]
        : []),
      ...(guard === undefined ? [] : ([["guard", `${guard} (what it signs is recorded there)`]] as const)),
    ]),
  );
}

function showShared(
  streams: Streams,
  options: Shown,
  { file, id, encrypted }: { readonly file: string; readonly id: string; readonly encrypted: boolean },
): void {
  printResult(streams, options.json ?? false, { file, purpose: SHARED, encrypted, id }, () =>
    table([
      ["file", `${file} (${encrypted ? "encrypted" : "not encrypted"})`],
      ["purpose", `${SHARED}: the key that acceptors share; no proposer may have it`],
      ["id", `${id} (the same on all acceptors)`],
    ]),
  );
}

/** What others know a key by, beside the public key. Nothing is paid to what votes or approves. */
function namesOf(purpose: KeyPurpose, publicKey: string, prefix: string) {
  if (purpose === "peer") return { peerId: formatPeerId(peerIdOfEd25519(publicKey)) };
  return purpose === "client" ? paidTo(publicKey, prefix) : {};
}

function paidTo(publicKey: string, prefix: string): { policyHash: PolicyHash; address: string } {
  const hash = present(
    policyHash([{ kind: "key", publicKey: publicKey as PublicKey }]),
    "the policy of a key",
  );
  return { policyHash: hash, address: formatAddress(prefix, hash) };
}
