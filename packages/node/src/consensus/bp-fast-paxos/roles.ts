// Whether the keys of a node fit its part in a chain of BP Fast Paxos: proposers may be liars, acceptors may not, so nobody
// is both, and no proposer may have what acceptors authenticate promises with.
import type { PromiseAuthentication } from "@witan/consensus";
import type { Membership, PublicKey } from "@witan/primitives";
import { wrongKeys } from "../../chain/chain-error.ts";

/** What decides it. */
export interface OwnKeys {
  readonly votingKeys: readonly PublicKey[];
  readonly promiseAuthentication: PromiseAuthentication;
  /** Whether the key that the acceptors share is here. */
  readonly holdsPromiseKey: boolean;
}

/** Why a node with these keys must not run among these members; undefined: it may. */
export function keysRefusal(
  { members }: Membership,
  { votingKeys, promiseAuthentication, holdsPromiseKey }: OwnKeys,
): Error | undefined {
  const own = members.filter(({ votingKey }) => votingKeys.includes(votingKey));
  const proposer = own.find(({ role }) => role === "proposer");
  const acceptor = own.find(({ role }) => role === "acceptor");
  if (proposer && acceptor)
    return wrongKeys(
      `this node has the voting keys of ${proposer.name}, a proposer, and of ${acceptor.name}, an acceptor: a process is one or the other, since proposers may be Byzantine and acceptors must not be; give each a home and a machine of its own`,
    );
  if (promiseAuthentication === "signature") {
    if (!holdsPromiseKey) return undefined;
    return wrongKeys(
      "this node has a key of acceptors, and promises of this chain are authenticated by signatures: nobody needs such a key here; remove it",
    );
  }
  if (acceptor && !holdsPromiseKey)
    return wrongKeys(
      `${acceptor.name} is an acceptor, and the key that the acceptors share is not here: copy it from another acceptor's home (keys/acceptors.json, mode 0600), and give it to no proposer`,
    );
  if (proposer && holdsPromiseKey)
    return wrongKeys(
      `${proposer.name} is a proposer, and the key that only acceptors may have is here: with it a proposer can make up promises. Remove it, and give the acceptors a new one (docs/operations.md), since it was where it must not be`,
    );
  if (votingKeys.length === 0 && holdsPromiseKey)
    return wrongKeys(
      "this node is an observer, and the key that only acceptors may have is here: remove it; if it was there for long, give the acceptors a new one (docs/operations.md)",
    );
  return undefined;
}
