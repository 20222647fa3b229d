// Binds a member's home to a chain: the genesis, a configuration, and the guard of its voting key. A guard that is there
// already is kept, whatever else is missing: only its key's first chain starts one.
import { join } from "node:path";
import { formatPeerId, parsePeerId } from "@witan/crypto";
import type { Chain } from "@witan/ledger";
import type { PublicKey } from "@witan/primitives";
import { FIELDS } from "../config/fields.ts";
import { formatHostPort, parseHostPort } from "../config/host-port.ts";
import { configText } from "../config/write.ts";
import { badInput } from "../exit.ts";
import { exists, readText, writeNewText } from "../files.ts";
import { chainOfText, readMemberFile } from "../genesis-input.ts";
import { keyHeader } from "../key-files.ts";
import { refuseUnfitParts } from "./fast-paxos-parts.ts";
import { guardFileOf, HOME_FILES } from "./files.ts";
import { checkGuard, createGuard } from "./guard.ts";
import type { NetworkList } from "./make-network.ts";

/** What a home is bound with. */
export interface JoinInput {
  readonly home: string;
  readonly genesis: string;
  /** NAME=HOST:PORT of members of the genesis, NAME=ID@HOST:PORT of others. */
  readonly peers: readonly string[];
  /** The network.json of a network: all its nodes become peers, too. */
  readonly network?: string;
  readonly listen?: string;
  readonly rpcListen?: string;
}

/** What came of it. */
export interface Joined {
  readonly home: string;
  readonly chainId: string;
  /** The member of the genesis whose voting key the home holds. */
  readonly member: string | null;
  /** Names of the peers in the configuration. */
  readonly peers: readonly string[];
}

/** Where a node keeps its database unless told otherwise: a sign that it ran. */
const DATA_FOLDER = FIELDS.storage.dataDir.fallback as string;

/** Binds a home to a chain. Begun again after a failure, it goes on. */
export async function joinChain(input: JoinInput): Promise<Joined> {
  const { home } = input;
  const text = await readText(input.genesis);
  const chain = chainOfText(input.genesis, text);
  const { chainId } = chain;
  const genesisFile = join(home, HOME_FILES.genesis);
  if (await exists(genesisFile))
    throw badInput(
      "joined",
      `${home} belongs to a chain already: ${genesisFile} exists. One home serves one chain`,
    );
  const votingFile = join(home, HOME_FILES.voting);
  const voting = await keyHeader(votingFile);
  if (voting.purpose !== "voting")
    throw badInput(
      "key-purpose",
      `${votingFile} holds a key for the purpose ${voting.purpose}, expected voting`,
    );
  const peers = [
    ...(input.network === undefined ? [] : await peersOfNetwork(input.network, chainId)),
    ...input.peers.map((one) => peerOf(one, chain)),
  ];
  const acceptorsFile = join(home, HOME_FILES.acceptors);
  const hasAcceptorsKey = await exists(acceptorsFile);
  const config = configOf(input, peers, hasAcceptorsKey);
  const configFile = join(home, HOME_FILES.config);
  const keepsConfig = await exists(configFile);
  if (keepsConfig && (peers.length > 0 || input.listen !== undefined || input.rpcListen !== undefined))
    throw badInput(
      "config-exists",
      `${configFile} exists, and is not changed: write peers and addresses there, or move it away`,
    );
  const publicKey = voting.publicKey as PublicKey;
  const memberFile = join(home, HOME_FILES.member);
  if (!keepsConfig)
    refuseUnfitParts({
      chain,
      member: (await exists(memberFile)) ? await readMemberFile(memberFile) : undefined,
      votingKeys: [{ key: { publicKey }, file: votingFile }],
      acceptorsKeyFile: hasAcceptorsKey ? acceptorsFile : "",
      acceptorsKeyFound: hasAcceptorsKey ? acceptorsFile : "",
    });
  const guard = { file: guardFileOf(votingFile), publicKey, chainId };
  const isGuarded = await exists(guard.file);
  if (!isGuarded && (await exists(join(home, DATA_FOLDER))))
    throw badInput(
      "guard-missing",
      `${home} has data of a node that ran, and ${guard.file} is missing: the key may have voted, so it gets no new record. ` +
        "Restore the record, or make a new home with `witan member create`",
    );
  await (isGuarded ? checkGuard(guard) : createGuard(guard));
  if (!keepsConfig) await writeNewText(configFile, config);
  // Last: with it the home is whole.
  await writeNewText(genesisFile, text);
  const member = chain.genesis.members.find((one) => one.votingKey === publicKey)?.name ?? null;
  return { home, chainId, member, peers: peers.map(({ name }) => name) };
}

/** The nodes that a network.json lists, as `witan network create` and a devnet write it. */
async function peersOfNetwork(file: string, chainId: string): Promise<readonly PeerValue[]> {
  const list = listOf(await readText(file));
  if (list === undefined)
    throw badInput(
      "network-list",
      `${file} lists no network: expected a network.json of \`witan network create\``,
    );
  if (list.chainId !== chainId)
    throw badInput(
      "network-list",
      `${file} lists a network of the chain ${list.chainId}, and the genesis is of the chain ${chainId}`,
    );
  return list.nodes.map(({ name, peerId, address }) => ({ name, id: peerId, address }));
}

function listOf(text: string): Pick<NetworkList, "chainId" | "nodes"> | undefined {
  try {
    const { chainId, nodes } = JSON.parse(text) as Partial<NetworkList>;
    if (typeof chainId !== "string" || !Array.isArray(nodes)) return undefined;
    const isNode = (node: Partial<PeerValue> & { readonly peerId?: string }): boolean =>
      /^[a-z0-9-]{1,32}$/.test(node?.name ?? "") &&
      parsePeerId(String(node.peerId)).ok &&
      (parseHostPort(String(node.address))?.port ?? 0) > 0;
    return nodes.every(isNode) ? { chainId, nodes } : undefined;
  } catch {
    return undefined;
  }
}

interface PeerValue {
  readonly name: string;
  readonly id: string;
  readonly address: string;
}

function peerOf(text: string, { genesis }: Chain): PeerValue {
  const match = /^([a-z0-9-]{1,32})=(?:([^@]*)@)?([^@]*)$/.exec(text);
  const [, name = "", givenId, where = ""] = match ?? [];
  if (match === null || (parseHostPort(where)?.port ?? 0) === 0)
    throw badInput("peer", `--peer ${text}: expected NAME=HOST:PORT or NAME=ID@HOST:PORT`);
  const member = genesis.members.find((one) => one.name === name);
  if (givenId === undefined) {
    if (member === undefined)
      throw badInput(
        "peer",
        `--peer ${text}: the genesis has no member ${name}, so its id is needed: NAME=ID@HOST:PORT. Members: ` +
          genesis.members.map((one) => one.name).join(", "),
      );
    return { name, id: formatPeerId(member.peerId), address: where };
  }
  const id = parsePeerId(givenId);
  if (!id.ok) throw badInput("peer", `--peer ${text}: the id is no peer id: ${id.detail}`);
  return { name, id: givenId, address: where };
}

function configOf(
  { listen, rpcListen }: JoinInput,
  peers: readonly PeerValue[],
  hasAcceptorsKey: boolean,
): string {
  return configText({
    network: { ...listening("--listen", listen), ...(peers.length > 0 ? { peers } : {}) },
    rpc: listening("--rpc-listen", rpcListen),
    keys: hasAcceptorsKey ? { acceptors: HOME_FILES.acceptors } : {},
  });
}

function listening(option: string, text: string | undefined): { readonly listen?: string } {
  if (text === undefined) return {};
  const parsed = parseHostPort(text);
  if (parsed === undefined)
    throw badInput("address", `${option} ${text}: expected HOST:PORT, an IPv6 address in brackets`);
  return { listen: formatHostPort(parsed) };
}
