// Makes homes: a member's keys and public member file, and what binds them to a chain. Secrets are written with mode 0600
// and go nowhere else.
import { join } from "node:path";
import { formatPeerId, peerIdOfEd25519 } from "@witan/crypto";
import { createKey, type KeyPair } from "@witan/crypto/node";
import {
  type ChainId,
  type Member,
  type PolicyHash,
  type PublicKey,
  present,
  type Role,
} from "@witan/primitives";
import { writeNewText } from "../files.ts";
import { writeKey } from "../key-files.ts";
import { guardFileOf, HOME_FILES } from "./files.ts";
import { createGuard } from "./guard.ts";

/** A member that was just made. */
export interface NewMember {
  readonly member: Member;
  readonly keys: readonly KeyPair[];
}

/** Makes a member with fresh keys. */
export function newMember(name: string, role: Role, rewardPolicy: PolicyHash): NewMember {
  const [voting, operator, peer] = [createKey("voting"), createKey("operator"), createKey("peer")];
  const member = {
    name,
    role,
    votingKey: voting.publicKey as PublicKey,
    peerId: peerIdOfEd25519(peer.publicKey),
    operatorKey: operator.publicKey as PublicKey,
    rewardPolicy,
  };
  return { member, keys: [voting, operator, peer] };
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

/** Writes what makes a new member's home the home of a node: guard, configuration and genesis. */
export async function writeChainFiles(
  folder: string,
  { keys }: NewMember,
  chain: { readonly chainId: ChainId; readonly genesis: string; readonly config: string },
): Promise<void> {
  const voting = present(
    keys.find((key) => key.purpose === "voting"),
    "the voting key of a new member",
  );
  const file = guardFileOf(join(folder, HOME_FILES.voting));
  await createGuard({ file, publicKey: voting.publicKey as PublicKey, chainId: chain.chainId });
  await writeNewText(join(folder, HOME_FILES.config), chain.config);
  await writeNewText(join(folder, HOME_FILES.genesis), chain.genesis);
}
