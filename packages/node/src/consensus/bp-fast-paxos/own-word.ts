// An acceptor's word for a block that it has decided: acceptors only crash, so over its own channel that is enough. It
// travels as a certificate that has no signatures, and convinces nobody else.
import { castOf } from "@witan/consensus";
import type {
  BpFastPaxosCertificate,
  Certificate,
  Height,
  MemberIndex,
  Membership,
  PublicKey,
} from "@witan/primitives";
import type { ChainKeeper } from "../../chain/chain-keeper.ts";
import type { NodePorts } from "../../settings.ts";

/** An acceptor, and its key. */
export interface OwnAcceptor {
  readonly me: MemberIndex;
  readonly key: PublicKey;
}

/** The acceptor of a membership that has one of these keys. */
export function acceptorWith(membership: Membership, keys: readonly PublicKey[]): OwnAcceptor | undefined {
  for (const me of castOf(membership).acceptors) {
    const key = membership.members[me]?.votingKey;
    if (key !== undefined && keys.includes(key)) return { me, key };
  }
  return undefined;
}

/**
 * Whether what this node says as a member counts: its channel alone vouches for it, so only that of the peer id which the
 * membership names. From a change of that until it is started with the other peer key, and while it follows blocks of
 * before the change with that, a node must be mute: who speaks as a member over another channel is blamed.
 */
export function isHeard(
  { members }: Membership,
  { signer, network }: Pick<NodePorts, "signer" | "network">,
): boolean {
  const me = members.find(({ votingKey }) => signer.publicKeys.includes(votingKey));
  return me === undefined || me.peerId === network.self;
}

/** What a node with these keys says of a block by itself; undefined: it was no acceptor of it, or lacks the block. */
export function ownWord(
  chain: ChainKeeper,
  keys: readonly PublicKey[],
  height: Height,
): { readonly word: BpFastPaxosCertificate; readonly acceptor: OwnAcceptor } | undefined {
  const membership = chain.memberships(height);
  const blockHash = chain.hashAt(height);
  if (height < 1 || membership === undefined || blockHash === undefined) return undefined;
  const acceptor = acceptorWith(membership, keys);
  if (acceptor === undefined) return undefined;
  const word = {
    kind: "bp-fast-paxos",
    membership: membership.from,
    height,
    blockHash,
    signatures: [],
  } as const;
  return { word, acceptor };
}

/** What a node shows a block final by: the certificate, or its word; undefined: it can't. */
export function shownBy(
  chain: ChainKeeper,
  ports: Pick<NodePorts, "signer" | "network">,
  height: Height,
): Certificate | undefined {
  const certificate = chain.certificate(height);
  const membership = chain.memberships(height);
  if (certificate !== undefined || membership === undefined || !isHeard(membership, ports))
    return certificate;
  return ownWord(chain, ports.signer.publicKeys, height)?.word;
}
