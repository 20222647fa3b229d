// The commands `witan member create|join`: a member's home, whose secrets never leave it, and the public member file for a
// genesis; then what binds that home to a chain.

import { join } from "node:path";
import { memberNameShape } from "@witan/ledger";
import { isHex, type PolicyHash, type Role, ZERO_HASH } from "@witan/primitives";
import { type Command, Option } from "commander";
import { examples } from "../examples.ts";
import { badInput } from "../exit.ts";
import { makeWholeFolder, refuseExisting } from "../files.ts";
import { shownRewardPolicy } from "../governance-change.ts";
import { HOME_FILES } from "../home/files.ts";
import { joinChain } from "../home/join.ts";
import { memberJson, newMember, writeMemberHome } from "../home/make.ts";
import type { KeepOptions } from "../key-files.ts";
import { collect } from "../numbers.ts";
import { printResult, type Streams, table } from "../output.ts";
import { homePassphrase } from "../passphrase.ts";
import { plainOption } from "./keys.ts";

interface CreateOptions extends KeepOptions {
  readonly name: string;
  readonly role: Role;
  readonly rewardPolicy: string;
  readonly out: string;
  readonly json?: boolean;
}

interface JoinOptions {
  readonly home: string;
  readonly genesis: string;
  readonly peer: readonly string[];
  readonly network?: string;
  readonly listen?: string;
  readonly rpcListen?: string;
  readonly json?: boolean;
}

/** Adds the commands `witan member …`. */
export function addMemberCommands(program: Command, streams: Streams): void {
  const member = program.command("member").description("make what a member of a network needs");
  addCreate(member, streams);
  addJoin(member, streams);
}

function addCreate(member: Command, streams: Streams): void {
  member
    .command("create")
    .description("make a home with voting, operator and peer key (mode 0600) and a public member file")
    .requiredOption("--name <name>", "1 to 32 of a-z, 0-9, -")
    .addOption(
      new Option("--role <role>", "what the member does")
        .choices(["validator", "proposer", "acceptor"])
        .default("validator"),
    )
    .addOption(
      new Option("--reward-policy <hash>", "the policy hash that rewards go to").default(
        ZERO_HASH,
        "none: fees are destroyed",
      ),
    )
    .requiredOption("--out <dir>", "the new home")
    .addOption(plainOption("the secrets"))
    .option("--passphrase-file <file>", "read the passphrase from a file")
    .option("--json", "print JSON")
    .addHelpText("after", examples(["witan member create --name acme --out acme"]))
    .action(async (options: CreateOptions) => create(streams, options));
}

function addJoin(member: Command, streams: Streams): void {
  member
    .command("join")
    .description(
      "bind a home to a chain: genesis, configuration, and the record of what its voting key signs",
    )
    .requiredOption("--home <dir>", "a home made by `witan member create`")
    .requiredOption("--genesis <file>", "the genesis file of the chain")
    .option(
      "--peer <name=address>",
      "a member of the genesis and where it is, NAME=HOST:PORT; another node as NAME=ID@HOST:PORT (several times)",
      collect,
      [],
    )
    .option("--network <file>", "the network.json of a network: all its nodes become peers")
    .option("--listen <host:port>", "where other nodes reach this one (default: 0.0.0.0:9600)")
    .option("--rpc-listen <host:port>", "where clients reach this one (default: 127.0.0.1:9545)")
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nSomeone who is no member yet joins in the same way, follows the chain, and votes once governance has added it.\n" +
        examples([
          "witan member join --home acme --genesis genesis.json --peer v1=10.0.0.1:9600 --peer v2=10.0.0.2:9600",
          "witan member join --home v5 --genesis network/v1/genesis.json --network network/network.json --listen 127.0.0.1:9610",
        ]),
    )
    .action(async (options: JoinOptions) => {
      const joined = await joinChain({ ...options, peers: options.peer });
      printResult(streams, options.json ?? false, { ...joined }, () =>
        [
          ...table([
            ["home", joined.home],
            ["chain id", joined.chainId],
            [
              "member",
              joined.member ?? "none of the genesis: it follows as an observer until governance adds it",
            ],
            [
              "peers",
              joined.peers.join(", ") || `none: add them to ${HOME_FILES.config}, or wait to be called`,
            ],
          ]),
          "",
          `Start it:\n  $ witan node --home ${joined.home}`.split("\n"),
        ].flat(),
      );
    });
}

async function create(streams: Streams, options: CreateOptions): Promise<void> {
  const { name, role, rewardPolicy, out } = options;
  if (!memberNameShape(name))
    throw badInput("name", `--name ${name}: expected 1 to 32 characters of a-z, 0-9 and -`);
  if (!isHex(rewardPolicy, 32)) throw badInput("reward-policy", "--reward-policy: expected 32 bytes in hex");
  await refuseExisting(out);
  // One passphrase for the three keys, asked for once.
  const passphrase = await homePassphrase(options, out);
  const made = newMember(name, role, rewardPolicy as string as PolicyHash);
  await makeWholeFolder(out, (folder) => writeMemberHome(folder, made, passphrase));
  const [file, member] = [join(out, HOME_FILES.member), memberJson(made.member)];
  printResult(streams, options.json ?? false, { home: out, file, member }, () => [
    ...table([
      [
        "home",
        `${out} (its keys never leave it${passphrase === undefined ? "; they are not encrypted" : ""})`,
      ],
      ["member file", `${file} (public: give it to who makes the genesis)`],
      ...Object.entries({ ...member, rewardPolicy: shownRewardPolicy(rewardPolicy) }),
    ]),
  ]);
}
