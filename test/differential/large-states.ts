// Governance states that are as large as they can be: one more member, client or asset fits, the next does not.
import type { Change, Genesis } from "@witan/ledger";
import { asciiBytes, type Member, type PolicyHash, type PublicKey, sha256Hex } from "@witan/primitives";
import { clientOf, GENESIS_TIME, keyOfName, memberOf, testGenesis } from "../ledger/build.ts";
import { draftBlock, finishBlock } from "./blocks.ts";
import { Dice } from "./dice.ts";
import { finish, type LooseBody } from "./draft.ts";
import { knownKey } from "./keyring.ts";
import { Pair, readTransaction } from "./pair.ts";
import type { Tally } from "./tally.ts";
import { World } from "./transfers.ts";

/** A key of the right shape; nobody signs with it. */
function shapely(name: string): PublicKey {
  return `02${sha256Hex(asciiBytes(name)).replace(/^./, "1")}` as PublicKey;
}

function proposer(at: number): Member {
  const member = memberOf("p", "proposer");
  const peerId = `002408011220${sha256Hex(asciiBytes(`peer ${at}`))}` as Member["peerId"];
  return {
    ...member,
    name: `p${at}`,
    votingKey: shapely(`voting ${at}`),
    operatorKey: shapely(`operator ${at}`),
    peerId,
  };
}

function numbered<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at));
}

const ZERO = "00".repeat(32) as PolicyHash;

/** A state with room for exactly one more, and changes that each want that room. */
interface Large {
  readonly genesis: Genesis;
  readonly changes: readonly Change[];
  /** Names of the members who approve; `a` if it is not said. */
  readonly approvers?: readonly string[];
}

function manyMembers(): Large {
  const members = [memberOf("a", "acceptor"), ...numbered(254, proposer)];
  const genesis = testGenesis("bp-fast-paxos", { members });
  return { genesis, changes: [1000, 1001].map((at) => ({ kind: "addMember", member: proposer(at) })) };
}

function manyClients(): Large {
  const clients = numbered(16_383, (at) => ({
    ...clientOf(keyOfName("bob")),
    publicKey: shapely(`client ${at}`),
  }));
  clients.sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1));
  const genesis = testGenesis("pbft", { members: [memberOf("a")], clients });
  const permit = (name: string): Change => ({
    kind: "permitClient",
    publicKey: shapely(name),
    registerPrefixes: [],
  });
  return {
    genesis,
    changes: [
      permit("one more"),
      permit("two more"),
      { kind: "revokeClient", publicKey: shapely("two more") },
    ],
  };
}

function manyAssets(): Large {
  const asset = (at: number) => ({ name: `A${at}`, decimals: 0, issuancePolicyHash: ZERO });
  const genesis = testGenesis("pbft", { members: [memberOf("a")], assets: numbered(4_095, asset) });
  return { genesis, changes: [5_000, 5_001].map((at) => ({ kind: "registerAsset", ...asset(at) })) };
}

/** As many validators as there can be: one approval less than the quorum of 171 is too few. */
function manyValidators(): Large[] {
  const names = numbered(256, (at) => `v${at}`);
  const genesis = testGenesis("pbft", { members: names.map((name) => memberOf(name)) });
  const changes: Change[] = [{ kind: "changeParameter", parameter: "feeRateMin", value: 1 }];
  return [170, 171].map((count) => ({ genesis, changes, approvers: names.slice(0, count) }));
}

function judgeLarge({ genesis, changes, approvers = ["a"] }: Large, tally: Tally): void {
  const pair = new Pair(genesis, tally);
  const world = new World(pair);
  const dice = new Dice(1);
  changes.forEach((change, sequence) => {
    world.now = GENESIS_TIME + 1_000 * (sequence + 1);
    const body = {
      kind: "governance",
      sequence: Math.min(sequence, 1),
      change,
      validUntil: world.now,
    } as LooseBody;
    const keys = approvers.map((name) => knownKey(`${name} operator`).publicKey);
    const bytes = finish(pair, { body, policies: [], keys, preimages: [], sorted: true, afterwards: [] });
    if (!bytes || !pair.transaction(bytes, world.now).ok) return;
    const sealed = readTransaction(pair, bytes);
    const block = sealed && finishBlock(draftBlock(world, [sealed], dice));
    if (block) pair.block(block.bytes);
  });
}

/** Puts the largest states before both validators. @throws {Disagreement} where they differ */
export function judgeLargeStates(tally: Tally): void {
  for (const large of [manyMembers(), manyClients(), manyAssets(), ...manyValidators()])
    judgeLarge(large, tally);
}
