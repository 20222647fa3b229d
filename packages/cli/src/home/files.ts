// What a node's home holds and where (docs: "A node's home").
import { join } from "node:path";

/** The files of a home, below its folder. */
export const HOME_FILES = {
  config: "config.toml",
  genesis: "genesis.json",
  member: "member.json",
  voting: join("keys", "voting.json"),
  peer: join("keys", "peer.json"),
  operator: join("keys", "operator.json"),
  acceptors: join("keys", "acceptors.json"),
  /** Of a miner: who has it can spend what the node has mined. */
  reward: join("keys", "reward.json"),
} as const;

/** The signer guard's record of a voting key: beside it, ending in `.guard`. */
export function guardFileOf(keyFile: string): string {
  return `${keyFile.replace(/\.json$/, "")}.guard`;
}
