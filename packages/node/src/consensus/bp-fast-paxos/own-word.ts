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
  keys: readonly PublicKey[],
  height: Height,
): Certificate | undefined {
  return chain.certificate(height) ?? ownWord(chain, keys, height)?.word;
}
