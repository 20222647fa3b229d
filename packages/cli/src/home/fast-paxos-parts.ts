// What a home of BP Fast Paxos may hold together: the keys of a proposer or of an acceptor, never of both; and the key that
// acceptors share on acceptors alone. Pure.
import type { Chain } from "@witan/ledger";
import type { Member, PublicKey } from "@witan/primitives";
import { badInput } from "../exit.ts";

/** What is known of a home before its shared key is read. */
export interface HomeParts {
  readonly chain: Chain;
  /** As member.json says. */
  readonly member: Member | undefined;
  readonly votingKeys: readonly { readonly key: { readonly publicKey: PublicKey }; readonly file: string }[];
  /** As keys.acceptors says; empty: none. */
  readonly acceptorsKeyFile: string;
  /** keys/acceptors.json if it lies in the home, whatever keys.acceptors says; empty: it does not. */
  readonly acceptorsKeyFound: string;
}

/**
 * Refuses a home whose keys do not go together. Members of the genesis are told by their keys, later ones by member.json;
 * who they are by now the node finds out from its chain.
 * @throws {CommandFailure} `proposer-and-acceptor`, `acceptors-key` (2)
 */
export function refuseUnfitParts(home: HomeParts): void {
  const { chain, acceptorsKeyFile: file } = home;
  const { consensus } = chain.genesis;
  if (consensus.kind !== "bp-fast-paxos" || consensus.promiseAuthentication !== "mac") {
    if (file !== "")
      throw badInput(
        "acceptors-key",
        `keys.acceptors names ${file}, and nobody shares a key on this chain ` +
          `(${consensus.kind === "bp-fast-paxos" ? "its acceptors sign promises" : `its mode is ${consensus.kind}`}): take it out of config.toml`,
      );
    if (consensus.kind !== "bp-fast-paxos") return;
  }
  const roles = rolesOf(home);
  const [proposer, acceptor] = [roles.get("proposer"), roles.get("acceptor")];
  if (proposer !== undefined && acceptor !== undefined)
    throw badInput(
      "proposer-and-acceptor",
      `keys.voting holds ${proposer} and ${acceptor}: a process is a proposer or an acceptor, never both. All proposers may ` +
        "lie and nothing is lost, as long as acceptors at most crash; one that is both would lie as the one and be counted on " +
        "as the other. Give each a home, on machines of their own",
    );
  if (consensus.promiseAuthentication === "signature") return;
  // Who can read the file has the key, whether its node is told to use it or not.
  const held = file === "" ? home.acceptorsKeyFound : file;
  if (held !== "" && proposer !== undefined)
    throw badInput(
      "acceptors-key",
      `the key that acceptors share is here, ${held}, and so is ${proposer}: whoever has that key can make promises of every ` +
        "acceptor, so no proposer may. Remove the file; if it is the real one it is no secret any more: replace it on all " +
        'acceptors (docs/operations.md, "The acceptors\' key")',
    );
  if (held !== "" && home.votingKeys.length === 0)
    throw badInput(
      "acceptors-key",
      `the key that acceptors share is here, ${held}, and no voting key: an observer has no use for it. Remove it here`,
    );
  if (file === "" && acceptor !== undefined)
    throw badInput(
      "acceptors-key",
      `this home holds ${acceptor}, and no key that acceptors share: nothing would be believed that it promises. Copy ` +
        "the file from another acceptor (mode 0600) to keys/acceptors.json, and say in config.toml, section [keys]: " +
        'acceptors = "keys/acceptors.json" (`witan member join` says it by itself)',
    );
}

/** The first key of each role, in words. */
function rolesOf({ chain, member, votingKeys }: HomeParts): ReadonlyMap<string, string> {
  const roles = new Map<string, string>();
  for (const { key, file } of votingKeys) {
    const known = chain.genesis.members.find((one) => one.votingKey === key.publicKey);
    const of = known ?? (member?.votingKey === key.publicKey ? member : undefined);
    if (of !== undefined && !roles.has(of.role))
      roles.set(of.role, `the key of the ${of.role} ${of.name} (${file})`);
  }
  return roles;
}
