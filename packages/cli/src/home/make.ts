// Makes homes: a member's keys and public member file, and what binds them to a chain. Secrets are written with mode 0600
// and go nowhere else.
import { join } from "node:path";
import { formatPeerId, peerIdOfEd25519 } from "@witan/crypto";
import type { AcceptorsKey, KeyPair } from "@witan/crypto/node";
import {
  type ChainId,
  type Member,
  type PolicyHash,
  type PublicKey,
  present,
  type Role,
} from "@witan/primitives";
import { writeNewText } from "../files.ts";
import { writeAcceptorsKey, writeKey } from "../key-files.ts";
import { guardFileOf, HOME_FILES } from "./files.ts";
import { createGuard } from "./guard.ts";
import { FRESH_KEYS, type KeySource } from "./key-source.ts";

/** A member that was just made. */
export interface NewMember {
  readonly member: Member;
  readonly keys: readonly KeyPair[];
}

/** Makes a member, with keys of its own. */
export function newMember(
  name: string,
  role: Role,
  rewardPolicy: PolicyHash,
  source: KeySource = FRESH_KEYS,
): NewMember {
  const keys = (["voting", "operator", "peer"] as const).map((purpose) => source.key(name, purpose));
  const [voting, operator, peer] = keys as [KeyPair, KeyPair, KeyPair];
  const member = {
    name,
    role,
    votingKey: voting.publicKey as PublicKey,
    peerId: peerIdOfEd25519(peer.publicKey),
    operatorKey: operator.publicKey as PublicKey,
    rewardPolicy,
  };
  return { member, keys };
}

/** A member as its file says it. */
export function memberJson({ name, role, votingKey, peerId, operatorKey, rewardPolicy }: Member) {
  return { name, role, votingKey, peerId: formatPeerId(peerId), operatorKey, rewardPolicy };
}

/** Writes keys and member file into a new folder. */
export async function writeMemberHome(
  folder: string,
  { member, keys }: NewMember,
  passphrase: string | undefined,
): Promise<void> {
  // At a time: encrypting each takes a while on a core.
  await Promise.all(
    keys.map((key) => writeKey(join(folder, "keys", `${key.purpose}.json`), key, passphrase)),
  );
  const text = `${JSON.stringify(memberJson(member), undefined, 2)}\n`;
  await writeNewText(join(folder, HOME_FILES.member), text);
}

/** What binds a home to a chain. */
export interface ChainFiles {
  readonly chainId: ChainId;
  readonly genesis: string;
  readonly config: string;
  /** Of an acceptor that seals with it. */
  readonly acceptorsKey: AcceptorsKey | undefined;
  readonly passphrase: string | undefined;
}

/** Writes what makes a new member's home the home of a node: guard, shared key, configuration and genesis. */
export async function writeChainFiles(folder: string, { keys }: NewMember, chain: ChainFiles): Promise<void> {
  const voting = present(
    keys.find((key) => key.purpose === "voting"),
    "the voting key of a new member",
  );
  const file = guardFileOf(join(folder, HOME_FILES.voting));
  await createGuard({ file, publicKey: voting.publicKey as PublicKey, chainId: chain.chainId });
  const { acceptorsKey, passphrase } = chain;
  if (acceptorsKey !== undefined)
    await writeAcceptorsKey(join(folder, HOME_FILES.acceptors), acceptorsKey, passphrase);
  await writeNode(folder, chain);
}

/** Writes the home of a node that only follows: it has no key but the one that names it. */
export async function writeObserverHome(folder: string, peer: KeyPair, chain: ChainFiles): Promise<void> {
  await writeKey(join(folder, HOME_FILES.peer), peer, chain.passphrase);
  await writeNode(folder, chain);
}

/** Writes the home of a node that mines: the key that names it, and the one that what it mines is paid to. */
export async function writeMinerHome(
  folder: string,
  { peer, reward }: { readonly peer: KeyPair; readonly reward: KeyPair },
  chain: ChainFiles,
): Promise<void> {
  await writeKey(join(folder, HOME_FILES.reward), reward, chain.passphrase);
  await writeObserverHome(folder, peer, chain);
}

async function writeNode(folder: string, { config, genesis }: ChainFiles): Promise<void> {
  await writeNewText(join(folder, HOME_FILES.config), config);
  await writeNewText(join(folder, HOME_FILES.genesis), genesis);
}
