// The commands by name, with what `witan --help` says of each. The files of a command, and the libraries it needs, are loaded
// when it is asked for: most commands need a part of them only, and loading all takes longer than what they do. So nothing
// here imports a command, types aside.
import type { Command } from "commander";
import type { Streams } from "./output.ts";

/** Adds a command, with all below it, to the program. */
export type AddCommand = (program: Command, streams: Streams, setExit: (code: number) => void) => void;

/** A command that is not loaded yet. */
export interface CommandEntry {
  readonly name: string;
  /** What it is for, in a line of `witan --help`; its own help says more. */
  readonly summary: string;
  readonly load: () => Promise<AddCommand>;
}

/** All commands, in the order of `witan --help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "keys",
    summary: "make, show, export and import keys",
    load: async () => (await import("./commands/keys.ts")).addKeyCommands,
  },
  {
    name: "member",
    summary: "make what a member of a network needs",
    load: async () => (await import("./commands/member.ts")).addMemberCommands,
  },
  {
    name: "genesis",
    summary: "make and check the file that a chain begins with",
    load: async () => (await import("./commands/genesis.ts")).addGenesisCommands,
  },
  {
    name: "network",
    summary: "make a whole network",
    load: async () => (await import("./commands/network.ts")).addNetworkCommands,
  },
  {
    name: "token",
    summary: "make tokens for the RPC of nodes",
    load: async () => (await import("./commands/token.ts")).addTokenCommands,
  },
  {
    name: "devnet",
    summary: "run a whole network on this machine, with funded accounts",
    load: async () => (await import("./commands/devnet.ts")).addDevnetCommand,
  },
  {
    name: "node",
    summary: "run a node",
    load: async () => (await import("./commands/node.ts")).addNodeCommand,
  },
  {
    name: "config",
    summary: "look at the configuration of a node",
    load: async () => (await import("./commands/config.ts")).addConfigCommands,
  },
  {
    name: "governance",
    summary: "change a running chain, by a quorum of operators",
    load: async () => (await import("./commands/governance.ts")).addGovernanceCommands,
  },
  {
    name: "status",
    summary: "show what a node is doing",
    load: async () => (await import("./commands/status.ts")).addStatusCommand,
  },
  {
    name: "explain",
    summary: "say in words what consensus waits for, and what to do about it",
    load: async () => (await import("./commands/explain.ts")).addExplainCommand,
  },
  {
    name: "peers",
    summary: "show whom a node is connected to, and why to others it is not",
    load: async () => (await import("./commands/peers.ts")).addPeersCommand,
  },
  {
    name: "send",
    summary: "pay from a key to an address",
    load: async () => (await import("./commands/send.ts")).addSendCommand,
  },
  {
    name: "balance",
    summary: "show what an address holds",
    load: async () => (await import("./commands/balance.ts")).addBalanceCommand,
  },
  {
    name: "history",
    summary: "show what transactions did to an address",
    load: async () => (await import("./commands/history.ts")).addHistoryCommand,
  },
  {
    name: "blocks",
    summary: "list the latest blocks",
    load: async () => (await import("./commands/blocks.ts")).addBlocksCommand,
  },
  {
    name: "block",
    summary: "show a block",
    load: async () => (await import("./commands/block.ts")).addBlockCommand,
  },
  {
    name: "transaction",
    summary: "submit a transaction, ask what became of one, and look into one",
    load: async () => (await import("./commands/transaction.ts")).addTransactionCommands,
  },
  {
    name: "register",
    summary: "write and read small named values at the validators, without the chain",
    load: async () => (await import("./commands/register.ts")).addRegisterCommands,
  },
  {
    name: "proof",
    summary: "fetch and verify finality proofs",
    load: async () => (await import("./commands/proof.ts")).addProofCommands,
  },
  {
    name: "simulate",
    summary: "run worlds that try to break it, each from a seed",
    load: async () => (await import("./commands/simulate.ts")).addSimulateCommand,
  },
  {
    name: "derive",
    summary: "derive BP Fast Paxos from Paxos, step by step, and measure each",
    load: async () => (await import("./commands/derive.ts")).addDeriveCommand,
  },
  {
    name: "finality",
    summary: "say how likely proof of work undoes a block, or how long to wait",
    load: async () => (await import("./commands/finality.ts")).addFinalityCommand,
  },
  {
    name: "generals",
    summary: "let Byzantine generals agree, by word of mouth or by signatures",
    load: async () => (await import("./commands/generals.ts")).addGeneralsCommand,
  },
  {
    name: "evidence",
    summary: "find out from the stores of nodes who has lied",
    load: async () => (await import("./commands/evidence.ts")).addEvidenceCommand,
  },
  {
    name: "bench",
    summary: "measure a network of processes on this machine",
    load: async () => (await import("./commands/bench.ts")).addBenchCommand,
  },
  {
    name: "compare",
    summary: "set the modes side by side on this machine, and write a report",
    load: async () => (await import("./commands/compare.ts")).addCompareCommand,
  },
];
