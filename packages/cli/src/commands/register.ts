// The commands `witan register write|read|list`: small named values at the validators, without the chain.
import {
  type FoundRegister,
  fetchChain,
  QuorumClient,
  RegisterClient,
  type RegisterFound,
  type RpcClient,
} from "@witan/client";
import { REGISTER_VARIANTS, type RegisterVariant } from "@witan/consensus";
import { chooseScheme } from "@witan/crypto/node";
import type { Chain } from "@witan/ledger";
import { assert, bytesToHex, LIMITS, registerNameShape } from "@witan/primitives";
import { type Command, Option } from "commander";
import { type ConnectionOptions, connectAll, told } from "../connection.ts";
import { examples } from "../examples.ts";
import { badInput, EXIT } from "../exit.ts";
import { readBytes } from "../files.ts";
import { readGenesisFile } from "../genesis-input.ts";
import { wholeNumber } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";
import { registersTold } from "../register-failures.ts";
import { fileRegisterJournal, usualJournalFolder, whileLocked } from "../register-journal.ts";
import {
  bytesText,
  foundJson,
  textOf,
  timestampText,
  tookText,
  versionJson,
  writtenJson,
} from "../register-rows.ts";
import { type WalletOptions, walletOf } from "../wallet-options.ts";

interface CommonOptions extends ConnectionOptions {
  readonly genesis?: string;
  readonly timeout: string;
  readonly json?: boolean;
}

interface WriteOptions extends CommonOptions, WalletOptions {
  readonly value?: string;
  readonly file?: string;
  readonly variant: RegisterVariant;
  readonly journal?: string;
}

interface ReadOptions extends CommonOptions {
  readonly variant?: RegisterVariant;
}

/** Where a devnet's first four validators are. */
const DEVNET = [9_545, 9_546, 9_547, 9_548].map((port) => `http://127.0.0.1:${port}`);

const NAME_HELP = `1 to ${LIMITS.registerNameBytes} of a-z, 0-9, '.', '_', '/', '-'`;
const VARIANTS_HELP =
  "the register's type: base, optimized (a write takes two rounds mostly), strong (nothing that a revoked client prepared is seen after two writes)";

/** Adds the commands `witan register …`. */
export function addRegisterCommands(
  program: Command,
  streams: Streams,
  setExit: (code: number) => void,
): void {
  const register = program
    .command("register")
    .description("small named values that the validators keep beside the chain (docs/registers.md)");
  addWrite(register, streams);
  addRead(register, streams, setExit);
  addList(register, streams);
}

function withCommon(command: Command): Command {
  return command
    .option(
      "--rpc <url,…>",
      "the validators to ask, a quorum at least (default: WITAN_RPC, else the first four of a devnet, from http://127.0.0.1:9545 up)",
    )
    .option(
      "--token-file <file,…>",
      "a file with the token for them, or one for each (default: the token in WITAN_RPC_TOKEN)",
    )
    .option(
      "--genesis <file>",
      "whose word counts follows from this file (default: from what more than half of the nodes say)",
    )
    .option("--timeout <seconds>", "how long it may take in all", "10")
    .option("--json", "print JSON");
}

function addWrite(register: Command, streams: Streams): void {
  withCommon(register.command("write"))
    .argument("<name>", NAME_HELP)
    .description("write a value; when it is done, every later read finds it or a later one")
    .addOption(new Option("--value <text>", "the value, in UTF-8").conflicts("file"))
    .option(
      "--file <file>",
      `the value: the bytes of a file, at most ${LIMITS.registerValueBytes}; - is standard input`,
    )
    .addOption(new Option("--variant <type>", VARIANTS_HELP).choices(REGISTER_VARIANTS).default("base"))
    .option("--key <file>", "the key file of the client that writes")
    .addOption(
      new Option("--secret-key <hex>", "its secret key, for development: others can see it").conflicts("key"),
    )
    .option("--passphrase-file <file>", "read the passphrase of the key file from a file")
    .option(
      "--journal <dir>",
      `where unfinished writes are kept (default: ${"$XDG_STATE_HOME"}/witan/registers)`,
    )
    .addHelpText(
      "after",
      "\nThe ledger must permit the key to write the name (witan governance propose permit-client KEY --prefix …); the accounts\n" +
        "of a devnet are. A write that was broken off is finished by the next one of the same key to the same register.\n" +
        "With --json it prints register, variant, timestamp, hash, phases, replicas, earlier (timestamps of writes that were\n" +
        "finished first) and milliseconds.\n" +
        examples([
          "witan register write price/gold --value '2411.20' --secret-key 01ab…",
          "witan register write reports/q3 --file q3.pdf.sha256 --key alice.json --variant strong",
          "witan register write price/gold --file - --key alice.json --rpc https://a:9545,https://b:9545,https://c:9545 --json",
        ]),
    )
    .action(async (name: string, options: WriteOptions) => write(streams, name, options));
}

function addRead(register: Command, streams: Streams, setExit: (code: number) => void): void {
  withCommon(register.command("read"))
    .argument("<name>", "the register's name")
    .description("read a value; exit code 1 if it was never written")
    .addOption(
      new Option(
        "--variant <type>",
        "the register's type (default: whichever has a register of that name)",
      ).choices(REGISTER_VARIANTS),
    )
    .addHelpText(
      "after",
      "\nWith --json it prints register, variant, value (in hex; null: never written), text (null: not in UTF-8), timestamp, hash,\n" +
        "phases, replicas and milliseconds.\n" +
        examples([
          "witan register read price/gold",
          "witan register read price/gold --variant strong --json",
        ]),
    )
    .action(async (name: string, options: ReadOptions) => setExit(await read(streams, name, options)));
}

function addList(register: Command, streams: Streams): void {
  withCommon(register.command("list"))
    .description("list the registers that were written")
    .option("--prefix <text>", "only those whose names begin with this", "")
    .addHelpText(
      "after",
      `\nWith --json it prints registers (each with register, variant, timestamp and hash) and milliseconds.\n${examples(
        ["witan register list", "witan register list --prefix price/ --json"],
      )}`,
    )
    .action(async (options: CommonOptions & { readonly prefix: string }) => list(streams, options));
}

async function write(streams: Streams, name: string, options: WriteOptions): Promise<void> {
  refuseNoName(name);
  const value = await valueGiven(options);
  const timeoutMs = timeoutOf(options);
  const wallet = await walletOf(options, "who writes?");
  const { nodes, chain, scheme } = await networkOf(options);
  const folder = options.journal ?? usualJournalFolder();
  const client = await registersTold(
    async () =>
      new RegisterClient({ chain, nodes, scheme, wallet, timeoutMs, journal: fileRegisterJournal(folder) }),
  );
  const { variant } = options;
  const place = { chainId: chain.chainId, client: wallet.publicKey, register: { name, variant } };
  const timed = await registersTold(() =>
    whileLocked(folder, place, () => measured(() => client.write(name, value, { variant }))),
  );
  const written = timed.result;
  printResult(
    streams,
    options.json ?? false,
    { ...writtenJson(written), milliseconds: timed.milliseconds },
    () =>
      table([
        ["register", `${name} (${variant})`],
        ["written", bytesText(value)],
        ["timestamp", timestampText(written.version)],
        ...written.earlier.map(
          (version) => ["first", `finished the earlier write ${timestampText(version)}`] as const,
        ),
        ["took", tookText(written, timed.milliseconds)],
      ]),
  );
}

async function read(streams: Streams, name: string, options: ReadOptions): Promise<number> {
  refuseNoName(name);
  const client = await readerOf(options);
  const variants = options.variant === undefined ? REGISTER_VARIANTS : [options.variant];
  const timed = await registersTold(() =>
    measured(() => Promise.all(variants.map((variant) => client.read(name, { variant })))),
  );
  const written = timed.result.filter(({ value }) => value !== undefined);
  if (written.length > 1)
    throw badInput(
      "variant-needed",
      `there are registers ${name} of the types ${written.map(({ register }) => register.variant).join(" and ")}: say which with --variant`,
    );
  const found = written[0] ?? (timed.result[0] as RegisterFound);
  const { milliseconds } = timed;
  printResult(streams, options.json ?? false, { ...foundJson(found, options.variant), milliseconds }, () =>
    found.value === undefined
      ? [`${name} was never written`]
      : table([
          ["register", `${name} (${found.register.variant})`],
          ["value", textOf(found.value) ?? `${bytesText(found.value)}: ${bytesToHex(found.value)}`],
          ["timestamp", timestampText(found.version)],
          ["took", tookText(found, milliseconds)],
        ]),
  );
  return found.value === undefined ? EXIT.no : EXIT.done;
}

async function list(streams: Streams, options: CommonOptions & { readonly prefix: string }): Promise<void> {
  const client = await readerOf(options);
  const { result, milliseconds } = await registersTold(() =>
    measured(() => client.list({ prefix: options.prefix })),
  );
  const registers = result.map(({ register, version }: FoundRegister) => ({
    ...{ register: register.name, variant: register.variant },
    ...versionJson(version),
  }));
  printResult(streams, options.json ?? false, { registers, milliseconds }, () =>
    result.length === 0
      ? ["no register was written"]
      : table(
          result.map(({ register, version }) => [
            register.name,
            `${register.variant.padEnd(9)}  ${timestampText(version)}`,
          ]),
        ),
  );
}

async function readerOf(options: CommonOptions): Promise<RegisterClient> {
  const timeoutMs = timeoutOf(options);
  const { nodes, chain, scheme } = await networkOf(options);
  return registersTold(async () => new RegisterClient({ chain, nodes, scheme, timeoutMs }));
}

/** Before anybody is asked. */
function refuseNoName(name: string): void {
  if (!registerNameShape(name))
    throw badInput("name-invalid", `${JSON.stringify(name)} names no register: expected ${NAME_HELP}`);
}

/** The nodes, and the chain whose members are believed. */
async function networkOf(options: CommonOptions) {
  const nodes = await connectAll(options, DEVNET);
  const chosen = await chooseScheme("auto");
  assert(chosen.ok, "no signature backend");
  return { nodes, chain: await chainOf(options, nodes), scheme: chosen.value.scheme };
}

async function chainOf(options: CommonOptions, nodes: readonly RpcClient[]): Promise<Chain> {
  const { genesis } = options;
  if (genesis !== undefined) return readGenesisFile(genesis);
  // A quorum of validators was given, or more: fewer than half of them lie.
  const timeoutMs = timeoutOf(options);
  const faultyMax = Math.floor((nodes.length - 1) / 2);
  const fetched = await registersTold(() =>
    told(() => fetchChain(new QuorumClient({ nodes, faultyMax, timeoutMs }))),
  );
  assert(fetched.ok, "any chain would do");
  return fetched.value;
}

async function valueGiven({ value, file }: WriteOptions): Promise<Uint8Array> {
  if (file !== undefined) return readBytes(file, LIMITS.registerValueBytes);
  if (value === undefined)
    throw badInput("arguments", "what is to be written? Give --value TEXT or --file FILE");
  const bytes = new TextEncoder().encode(value);
  if (bytes.length <= LIMITS.registerValueBytes) return bytes;
  const found = `--value has ${bytes.length} bytes in UTF-8`;
  throw badInput("value-too-large", `${found}, expected at most ${LIMITS.registerValueBytes}`);
}

function timeoutOf({ timeout }: CommonOptions): number {
  return 1_000 * wholeNumber("--timeout", timeout, 3_600, 1);
}

async function measured<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly milliseconds: number }> {
  const begin = performance.now();
  const result = await work();
  return { result, milliseconds: Math.round(10 * (performance.now() - begin)) / 10 };
}
