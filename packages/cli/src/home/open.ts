// Opens a node's home: genesis, keys, member file, tokens; everything that a node needs before it touches disk or network,
// checked, with what was found and what was expected. Takes no lock and opens no guard: the node does, once it has the
// lock of its data folder.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { formatPeerId, peerIdOfEd25519 } from "@witan/crypto";
import type { AcceptorsKey, KeyPair } from "@witan/crypto/node";
import type { Chain } from "@witan/ledger";
import type { Member, PeerId, PolicyHash, PublicKey } from "@witan/primitives";
import type { RpcTls } from "@witan/rpc/server";
import type { NodeConfig } from "../config/fields.ts";
import { badInput, type CommandFailure } from "../exit.ts";
import { exists, fileFailure } from "../files.ts";
import { readGenesisFile, readMemberFile } from "../genesis-input.ts";
import { acceptorsKeyHeader, keyHeader, openAcceptorsKey, openKeyWith } from "../key-files.ts";
import { existingPassphrase } from "../passphrase.ts";
import { refuseUnfitParts } from "./fast-paxos-parts.ts";
import { guardFileOf, HOME_FILES } from "./files.ts";
import { rewardPolicyOf } from "./mining.ts";
import { readTls } from "./tls.ts";
import { type HomeTokens, readTokens } from "./token.ts";

type SecpKeyPair = Exclude<KeyPair, { readonly purpose: "peer" }>;
type PeerKeyPair = Extract<KeyPair, { readonly purpose: "peer" }>;

/** A voting key and where what it signed is recorded. */
export interface HomeVotingKey {
  readonly key: SecpKeyPair;
  readonly file: string;
  /** For `SignerGuard.open`, with `create: false`. It exists. */
  readonly guardFile: string;
}

/** A home that was opened. */
export interface Home {
  readonly dir: string;
  readonly chain: Chain;
  /** As member.json says; after a key was replaced it may be behind. */
  readonly member: Member | undefined;
  /** Empty: an observer. */
  readonly votingKeys: readonly HomeVotingKey[];
  /** Of an acceptor that seals its promises with it. */
  readonly acceptorsKey: AcceptorsKey | undefined;
  readonly peerKey: PeerKeyPair;
  readonly peerId: PeerId;
  /** To whom blocks that it mines pay; undefined: it mines none. */
  readonly rewardPolicy: PolicyHash | undefined;
  readonly tokens: HomeTokens;
  /** Undefined: the RPC speaks in the clear. */
  readonly tls: RpcTls | undefined;
  /** What is no mistake, and still worth a line in the log. */
  readonly remarks: readonly string[];
}

/**
 * Opens the home of a configuration.
 * @throws {CommandFailure} exit code 2 for a bad genesis, key, passphrase or token, or a missing guard; 3 where the file
 * system refuses
 */
export async function openHome(config: NodeConfig): Promise<Home> {
  const { home: dir, keys, rpc } = config;
  await checkFolder(dir);
  const genesisFile = join(dir, HOME_FILES.genesis);
  if (!(await exists(genesisFile))) throw await noGenesis(dir);
  const chain = await readGenesisFile(genesisFile);
  const memberFile = join(dir, HOME_FILES.member);
  const member = (await exists(memberFile)) ? await readMemberFile(memberFile) : undefined;
  // Asked for once, and only if a key is encrypted.
  let asked: Promise<string> | undefined;
  const passphrase = (file: string): Promise<string> => {
    const { passphraseFile } = keys;
    asked ??= existingPassphrase(passphraseFile === "" ? {} : { passphraseFile }, file);
    return asked;
  };
  const votingKeys: HomeVotingKey[] = [];
  for (const file of keys.voting) votingKeys.push(await votingKeyOf(file, chain, passphrase));
  refuseUnfitParts({ chain, member, votingKeys, ...(await sharedKeyFiles(dir, keys)) });
  const rewardPolicy = rewardPolicyOf(config, chain);
  const acceptorsKey = keys.acceptors === "" ? undefined : await acceptorsKeyOf(keys.acceptors, passphrase);
  const peerKey = await keyOf(keys.peer, "peer", passphrase);
  const tokens = await tokensOf(rpc);
  const tls = await readTls(rpc);
  const peerId = peerIdOfEd25519(peerKey.publicKey);
  const remarks = remarksOn(member, votingKeys, peerId);
  return {
    ...{ dir, chain, member, votingKeys, acceptorsKey, peerKey, peerId, rewardPolicy, tokens, tls, remarks },
  };
}

/** Why a folder without a genesis can't be opened: it waits for one, or is no home at all. */
async function noGenesis(dir: string): Promise<CommandFailure> {
  for (const file of [HOME_FILES.config, HOME_FILES.member])
    if (await exists(join(dir, file)))
      return badInput(
        "no-genesis",
        `${dir} has no ${HOME_FILES.genesis}: bind it to a chain with \`witan member join --home ${dir} --genesis FILE\``,
      );
  return badInput(
    "home",
    `${dir} is no node's home: name one by --home; \`witan network create\` and \`witan member create\` make them`,
  );
}

/**
 * Checks what a home holds by now, as far as that goes without a passphrase: keys may still be made, and it may still have
 * to join a chain. What it refuses, a node refuses too.
 * @throws {CommandFailure} as `openHome`
 */
export async function checkHome(config: NodeConfig): Promise<void> {
  const { home: dir, keys, rpc } = config;
  const votingKeys: { readonly key: { readonly publicKey: PublicKey }; readonly file: string }[] = [];
  for (const file of keys.voting)
    if (await exists(file)) {
      const { publicKey } = await headerOf(file, "voting");
      votingKeys.push({ key: { publicKey: publicKey as PublicKey }, file });
    }
  if (await exists(keys.peer)) await headerOf(keys.peer, "peer");
  if (keys.acceptors !== "") await sharedHeaderOf(keys.acceptors);
  await tokensOf(rpc);
  await readTls(rpc);
  const genesisFile = join(dir, HOME_FILES.genesis);
  if (!(await exists(genesisFile))) return;
  const chain = await readGenesisFile(genesisFile);
  for (const { file } of votingKeys) await existingGuard(file, chain);
  const memberFile = join(dir, HOME_FILES.member);
  const member = (await exists(memberFile)) ? await readMemberFile(memberFile) : undefined;
  rewardPolicyOf(config, chain);
  refuseUnfitParts({ chain, member, votingKeys, ...(await sharedKeyFiles(dir, keys)) });
}

async function sharedKeyFiles(dir: string, keys: NodeConfig["keys"]) {
  const file = join(dir, HOME_FILES.acceptors);
  return { acceptorsKeyFile: keys.acceptors, acceptorsKeyFound: (await exists(file)) ? file : "" };
}

function tokensOf(rpc: NodeConfig["rpc"]): Promise<HomeTokens> {
  return readTokens({
    read: rpc.readTokenFile,
    submit: rpc.submitTokenFile,
    operate: rpc.operateTokenFile,
  });
}

async function checkFolder(dir: string): Promise<void> {
  try {
    if ((await stat(dir)).isDirectory()) return;
  } catch (error) {
    throw fileFailure("opening the home", dir, error);
  }
  throw badInput("home", `${dir} is a file, expected the folder of a node's home`);
}

type AskPassphrase = (file: string) => Promise<string>;

async function votingKeyOf(file: string, chain: Chain, passphrase: AskPassphrase): Promise<HomeVotingKey> {
  const key = await keyOf(file, "voting", passphrase);
  return { key, file, guardFile: await existingGuard(file, chain) };
}

/** The file of a voting key's guard. @throws {CommandFailure} `guard-missing` (2) */
async function existingGuard(file: string, chain: Chain): Promise<string> {
  const guardFile = guardFileOf(file);
  if (await exists(guardFile)) return guardFile;
  throw badInput(
    "guard-missing",
    `${guardFile} is missing, so nobody knows what ${file} has signed, and it must not vote. If it was moved, move it ` +
      "back: a copy from a backup is older than what the key has signed, and worse than none. Else make a new key with `witan keys new --purpose voting --genesis FILE` and replace this one by `witan governance`; " +
      `a key that never voted is bound by \`witan member join\` (chain ${chain.chainId})`,
  );
}

async function keyOf<P extends KeyPair["purpose"]>(
  file: string,
  purpose: P,
  passphrase: AskPassphrase,
): Promise<P extends "peer" ? PeerKeyPair : SecpKeyPair> {
  const { encrypted } = await headerOf(file, purpose);
  const key = await openKeyWith(file, encrypted ? await passphrase(file) : undefined);
  return key as P extends "peer" ? PeerKeyPair : SecpKeyPair;
}

async function headerOf(
  file: string,
  purpose: KeyPair["purpose"],
): Promise<Awaited<ReturnType<typeof keyHeader>>> {
  const header = await keyHeader(file);
  if (header.purpose === purpose) return header;
  throw badInput("key-purpose", `${file} holds a key for the purpose ${header.purpose}, expected ${purpose}`);
}

/** What the file of the key that acceptors share says without its secret. @throws {CommandFailure} `missing` (2), … */
async function sharedHeaderOf(file: string): Promise<Awaited<ReturnType<typeof acceptorsKeyHeader>>> {
  if (await exists(file)) return acceptorsKeyHeader(file);
  throw badInput(
    "missing",
    `keys.acceptors names ${file}, and there is no such file: copy the key from another acceptor, in a way that nobody ` +
      "else can read along, and run chmod 600 on it",
  );
}

async function acceptorsKeyOf(file: string, passphrase: AskPassphrase): Promise<AcceptorsKey> {
  const { encrypted } = await sharedHeaderOf(file);
  return openAcceptorsKey(file, encrypted ? await passphrase(file) : undefined);
}

function remarksOn(
  member: Member | undefined,
  votingKeys: readonly HomeVotingKey[],
  peerId: PeerId,
): readonly string[] {
  if (member === undefined) return [];
  const remarks: string[] = [];
  if (votingKeys.length > 0 && votingKeys.every(({ key }) => key.publicKey !== member.votingKey))
    remarks.push(
      `no key of keys.voting is that of ${HOME_FILES.member} (${member.votingKey}): right if it was replaced`,
    );
  if (peerId !== member.peerId)
    remarks.push(
      `keys.peer is not that of ${HOME_FILES.member} (${formatPeerId(member.peerId)}): right if it was replaced`,
    );
  return remarks;
}
