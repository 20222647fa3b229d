// Encoded values for the vectors of encoding, put together by hand.
import { ascii, container, fill, le, list, v } from "./bytes.ts";

/** 33 bytes in the place of a key; no shape is asked for while decoding. */
export const KEY = `02${fill("11", 32)}`;
/** Another. */
export const KEY_2 = `03${fill("12", 32)}`;
/** A peer id. */
export const PEER = `002408011220${fill("22", 32)}`;
/** 64 bytes in the place of a signature. */
export const SIGNATURE = fill("33", 64);
/** 32 bytes. */
export const HASH = fill("44", 32);
/** 32 zero bytes. */
export const ZERO = fill("00", 32);

/** An input. */
export const INPUT = HASH + le(1, 2);
/** An output of 5 of asset 1. */
export const OUTPUT = le(1, 4) + le(5, 8) + HASH;
/** 5 of asset 1. */
export const ASSET_AMOUNT = le(1, 4) + le(5, 8);
/** A key and its signature. */
export const KEY_SIGNATURE = KEY + SIGNATURE;

/** What a transfer may say otherwise; lists as their bytes. */
export interface TransferBytes {
  readonly inputs?: string;
  readonly outputs?: string;
  readonly fee?: string;
  readonly issued?: string;
  readonly destroyed?: string;
  readonly validUntil?: string;
  readonly memo?: string;
}

/** The body of a transfer, selector included. */
export function transfer(of: TransferBytes = {}): string {
  const { inputs = INPUT, outputs = OUTPUT, issued = "", destroyed = "", memo = "" } = of;
  const { fee = le(7, 8), validUntil = le(1_000, 8) } = of;
  return `00${container(v(inputs), v(outputs), fee, v(issued), v(destroyed), validUntil, v(memo))}`;
}

/** The body of a reward, selector included. */
export function reward(height = le(3, 8), outputs = OUTPUT): string {
  return `01${container(height, v(outputs))}`;
}

/** The body of a governance transaction, selector included. */
export function governance(change: string, sequence = le(0, 8)): string {
  return `02${container(sequence, v(change), le(1_000, 8))}`;
}

/** A witness; policies as their list, the others as their elements in a row. */
export function witness(policies: readonly string[] = [], signatures = "", preimages = ""): string {
  return container(v(list(policies)), v(signatures), v(preimages));
}

/** A transaction. */
export function transaction(body: string, shown = witness()): string {
  return container(v(body), v(shown));
}

/** The nodes of policies, selector included. */
export const NODES = {
  hidden: `00${HASH}`,
  key: `01${KEY}`,
  after: `02${le(1_000, 8)}`,
  hash: `03${HASH}`,
  threshold: `04${le(1, 1)}${le(2, 1)}`,
} as const;

/** A member. */
export function member(name = ascii("a"), role = "00", peer = PEER): string {
  return container(v(name), role, KEY, peer, KEY_2, ZERO);
}

/** Parameters: the defaults. */
export const PARAMETERS =
  le(2_097_152, 8) +
  le(8_192, 8) +
  le(8_192, 8) +
  le(0, 8) +
  le(604_800_000, 8) +
  le(2_000, 8) +
  le(60_000, 8) +
  le(10_000, 8) +
  le(1, 2);

/** An asset. */
export function asset(name = ascii("WITAN"), decimals = le(8, 1), policy = ZERO): string {
  return container(v(name), decimals, policy);
}

/** A client's record. */
export function client(status = "01", prefixes: readonly string[] = []): string {
  return container(KEY, status, v(list(prefixes)));
}

/** One of each change, selector included. */
export const CHANGES = {
  addMember: `00${container(v(member()))}`,
  removeMember: `01${container(v(ascii("a")))}`,
  "replaceKey of voting": `02${container(v(ascii("a")), v(`00${KEY}`))}`,
  "replaceKey of peer": `02${container(v(ascii("a")), v(`01${PEER}`))}`,
  "replaceKey of operator": `02${container(v(ascii("a")), v(`02${KEY}`))}`,
  permitClient: `03${container(KEY, v(list([ascii("a/"), ascii("b/")])))}`,
  revokeClient: `04${KEY}`,
  registerAsset: `05${asset()}`,
  changeParameter: `06${le(3, 1)}${le(9, 8)}`,
  changeRules: `07${le(2, 2)}`,
  forgetClient: `08${KEY}`,
} as const;

/** What a header may say otherwise. */
export interface HeaderBytes {
  readonly height?: string;
  readonly timestamp?: string;
  readonly target?: string;
  readonly nonce?: string;
}

/** A header. */
export function header(of: HeaderBytes = {}): string {
  const { height = le(1, 8), timestamp = le(1_000, 8), target = le(0, 4), nonce = le(0, 8) } = of;
  return le(1, 2) + height + HASH + timestamp + HASH + HASH + le(0, 2) + target + nonce;
}

/** A certificate of PBFT, selector included; signatures as their elements in a row. */
export function pbftCertificate(signatures: string = le(0, 2) + SIGNATURE): string {
  return `00${container(le(1, 8), le(0, 8), le(2, 8), HASH, v(signatures))}`;
}

/** A certificate of BP Fast Paxos, selector included. */
export function paxosCertificate(signatures: string = le(0, 2) + SIGNATURE): string {
  return `01${container(le(1, 8), le(2, 8), HASH, v(signatures))}`;
}

/** What a genesis may say otherwise. */
export interface GenesisBytes {
  readonly prefix?: string;
  readonly consensus?: string;
  readonly clientsMode?: string;
  readonly clients?: readonly string[];
}

/** Proof of work as a genesis has it. */
export const WORK = `02${le(0x207fffff, 4)}${le(0x207fffff, 4)}${[600, 10, 50, 100, 3, 9].map((n) => le(n, 8)).join("")}`;

/** A genesis. */
export function genesis(of: GenesisBytes = {}): string {
  const { prefix = ascii("wt"), consensus = "00", clientsMode = "00", clients = [] } = of;
  return container(
    le(1, 2),
    v(ascii("test")),
    v(prefix),
    le(1_000, 8),
    v(consensus),
    clientsMode,
    v(list([member()])),
    PARAMETERS,
    v(list([asset()])),
    v(list(clients)),
    v(OUTPUT),
  );
}

/** A governance state. */
export function governanceState(retired = HASH, clients: readonly string[] = [client()]): string {
  return container(
    le(4, 8),
    le(9, 8),
    v(list([member(), member(ascii("b"))])),
    PARAMETERS,
    v(list([asset(), asset(ascii("GOLD"))])),
    v(list(clients)),
    v(retired),
  );
}

/** A proof with a certificate and one change of members. */
export function certifiedProof(branch = fill(HASH, 17), changeBranch = fill(HASH, 3)): string {
  const change = container(header(), v(pbftCertificate()), v(list([member()])), v(changeBranch));
  const certified = container(v(list([change])), header(), v(pbftCertificate()));
  return container(HASH, ZERO, le(5, 4), v(branch), v(`00${certified}`));
}

/** A proof of work. */
export function workProof(headers: string = header()): string {
  return container(HASH, ZERO, le(5, 4), v(fill(HASH, 17)), v(`01${container(v(headers), le(0, 4))}`));
}

/** A block; each transaction as its bytes. */
export function block(transactions: readonly string[]): string {
  return container(header(), v(list(transactions)));
}

/** A coin. */
export function coin(madeByReward = "01"): string {
  return le(1, 4) + le(5, 8) + HASH + le(9, 8) + madeByReward;
}
