// Genesis of all modes: open and permitted clients, parameters at their limits, few members, coins behind all sorts
// of locks; and what can be wrong with one.
import {
  compactOfTarget,
  type Genesis,
  PARAMETER_NAMES,
  PARAMETER_RANGES,
  type Parameters,
} from "@witan/ledger";
import {
  AMOUNT_MAX,
  type Amount,
  type AssetId,
  type ConsensusMode,
  type Member,
  type PolicyHash,
  type PublicKey,
  type Role,
} from "@witan/primitives";
import { clientOf, GENESIS_TIME, keyOfName, memberOf, testGenesis } from "../ledger/build.ts";
import { Dice } from "./dice.ts";
import type { Loose } from "./draft.ts";
import { hashOfLock, type Lock, MISSHAPEN, makeLock } from "./locks.ts";

/** What a scenario's chain is like. */
export interface GenesisRecipe {
  readonly mode: ConsensusMode;
  readonly clientsMode: "open" | "permitted";
  readonly seed: number;
}

function members(recipe: GenesisRecipe, dice: Dice): Member[] {
  if (recipe.mode === "pow") return [];
  const make = (names: readonly string[], role: Role) =>
    names.map((name) => {
      const pay = dice.chance(25) ? undefined : keyOfName(dice.pick(["alice", "bob", "carol"])).policyHash;
      return memberOf(name, role, pay);
    });
  const voters = dice.some(["a", "b", "c", "d", "e"], dice.pick([1, 2, 3, 4, 4, 5]));
  if (recipe.mode === "pbft") return make(voters, "validator");
  return [...make(dice.some(["p", "q"], dice.pick([1, 2])), "proposer"), ...make(voters, "acceptor")];
}

function parameters(dice: Dice): Partial<Parameters> {
  const { blockTransactionsMax, blockSignaturesMax, blockBytesMax, validUntilAheadMsMax } = PARAMETER_RANGES;
  return {
    ...(dice.chance(30) ? { blockTransactionsMax: blockTransactionsMax[0] } : {}),
    ...(dice.chance(30) ? { blockSignaturesMax: blockSignaturesMax[0] } : {}),
    ...(dice.chance(30) ? { blockBytesMax: blockBytesMax[0] } : {}),
    ...(dice.chance(50) ? { validUntilAheadMsMax: validUntilAheadMsMax[dice.below(2)] as number } : {}),
    ...(dice.chance(30) ? { feeRateMin: dice.pick([1, 7, 1_000]) } : {}),
  };
}

function work(dice: Dice): Genesis["consensus"] {
  const easy = (1n << 254n) - 1n;
  return {
    kind: "pow",
    initialTarget: compactOfTarget(dice.pick([easy, easy >> 2n])),
    targetLimit: compactOfTarget(easy),
    blockIntervalMs: dice.pick([1, 500, 1_000, 4_000]),
    retargetInterval: dice.pick([2, 3, 4, 7]),
    subsidy: BigInt(dice.pick([0, 1, 5_000, 5_001])),
    halvingInterval: dice.pick([1, 2, 3, 100]),
    coinbaseMaturity: dice.pick([0, 1, 2, 3]),
    maxFutureDriftMs: 10_000,
  };
}

function clients(): Genesis["clients"] {
  const permitted = ["alice", "bob", "carol", "mint"].map((name) =>
    clientOf(keyOfName(name), "permitted", ["a", "b"]),
  );
  return [...permitted, clientOf(keyOfName("mallory"), "revoked")].sort((a, b) =>
    a.publicKey < b.publicKey ? -1 : 1,
  );
}

/** The genesis of a recipe, always valid, and the locks that its coins and assets are under. */
export function makeGenesis(recipe: GenesisRecipe): { genesis: Genesis; locks: readonly Lock[] } {
  const dice = new Dice(recipe.seed);
  const locks: Lock[] = [];
  const lock = (made: Lock): PolicyHash => {
    locks.push(made);
    return hashOfLock(made);
  };
  const keyLock = (name: string): Lock => ({ kind: "key", publicKey: keyOfName(name).publicKey });
  for (const name of ["alice", "bob", "carol"]) lock(keyLock(name));
  const owner = () => lock(dice.chance(60) ? keyLock(dice.pick(["alice", "alice", "bob"])) : makeLock(dice));
  const amount = (asset: number) => {
    if (asset > 0 && dice.chance(30)) return AMOUNT_MAX - BigInt(dice.below(2));
    return BigInt(dice.pick([1, 1_000, 1_000_000, 50_000_000]));
  };
  const allocations = Array.from({ length: 14 }, (_, at) => {
    const asset = at < 8 ? 0 : dice.below(4);
    return { asset: asset as AssetId, amount: amount(asset) as Amount, policyHash: owner() };
  });
  const genesis = testGenesis(recipe.mode, {
    name: "differential",
    addressPrefix: dice.pick(["w", "wt", "abcdefghijkl"]),
    ...(recipe.mode === "pow" ? { consensus: work(dice) } : {}),
    clientsMode: recipe.clientsMode,
    timestamp: (GENESIS_TIME - dice.below(2)) as Genesis["timestamp"],
    members: members(recipe, dice),
    parameters: parameters(dice),
    assets: [
      { name: "WITAN", decimals: 8, issuancePolicyHash: "00".repeat(32) as PolicyHash },
      { name: "GOLD", decimals: 2, issuancePolicyHash: lock(keyLock("mint")) },
      { name: "SILVER", decimals: 18, issuancePolicyHash: lock(makeLock(dice)) },
      { name: "DEAD", decimals: 0, issuancePolicyHash: "00".repeat(32) as PolicyHash },
    ],
    clients: recipe.clientsMode === "permitted" || dice.chance(70) ? clients() : [],
    allocations: dice.chance(3) ? [] : allocations,
  });
  return { genesis, locks };
}

type GenesisMutation = (genesis: Loose<Genesis>, dice: Dice) => void;

function someMember(genesis: Loose<Genesis>, dice: Dice): Loose<Member> {
  if (genesis.members.length === 0) genesis.members.push(structuredClone(memberOf("a")) as Loose<Member>);
  return dice.pick(genesis.members);
}

const MEMBERS: Record<string, GenesisMutation> = {
  "no members": (genesis) => void genesis.members.splice(0),
  "a member dropped": (genesis, dice) => void genesis.members.splice(dice.below(genesis.members.length), 1),
  "a member twice": (genesis, dice) => void genesis.members.push({ ...someMember(genesis, dice) }),
  "a member's role": (genesis, dice) => {
    someMember(genesis, dice).role = dice.pick(["validator", "proposer", "acceptor"]);
  },
  "a member's name": (genesis, dice) => {
    someMember(genesis, dice).name = dice.pick(["", "A", "a b", "b", "ok-1"]);
  },
  "a member's key": (genesis, dice) => {
    const field = dice.pick(["votingKey", "operatorKey"] as const);
    const other = someMember(genesis, dice).operatorKey;
    someMember(genesis, dice)[field] = dice.pick([...MISSHAPEN, other, keyOfName("alice").publicKey]);
  },
  "a member's peer id": (genesis, dice) => {
    const other = someMember(genesis, dice).peerId;
    someMember(genesis, dice).peerId = dice.pick([other, `11${other.slice(2)}` as typeof other]);
  },
};

const LISTS: Record<string, GenesisMutation> = {
  "a parameter": (genesis, dice) => {
    const name = dice.pick(PARAMETER_NAMES);
    const [least, greatest] = PARAMETER_RANGES[name];
    genesis.parameters[name] = Math.max(0, dice.pick([least - 1, least, greatest, greatest + 1]));
  },
  "the rules": (genesis, dice) => {
    genesis.parameters.rulesVersion = dice.pick([0, 1, 2]);
  },
  assets: (genesis, dice) => {
    const asset = { name: dice.pick(["GOLD", "a b", "", "x.y_z-1"]), decimals: dice.pick([0, 18, 19]) };
    const list = [{ ...asset, issuancePolicyHash: dice.pick([dice.hash(), "00".repeat(32)]) as PolicyHash }];
    genesis.assets = dice.pick([[], list, [...genesis.assets, ...list]]);
  },
  clients: (genesis, dice) => {
    const publicKey = dice.pick([
      ...MISSHAPEN,
      keyOfName("a voting").publicKey,
      keyOfName("alice").publicKey,
    ]);
    const status = dice.pick(["revoked", "permitted"] as const);
    const registerPrefixes = dice.pick([[], ["a"], ["b", "a"], ["a", "a"]]);
    genesis.clients.splice(dice.below(genesis.clients.length + 1), dice.below(2), {
      publicKey: publicKey as PublicKey,
      status,
      registerPrefixes,
    });
  },
  "clients turned": (genesis) => void genesis.clients.reverse(),
  allocations: (genesis, dice) => {
    const asset = dice.pick([0, 1, genesis.assets.length - 1, genesis.assets.length]);
    const amount = dice.pick([0n, 1n, AMOUNT_MAX, AMOUNT_MAX / 2n]) as Amount;
    genesis.allocations.push({
      asset: Math.max(0, asset) as AssetId,
      amount,
      policyHash: dice.hash() as PolicyHash,
    });
  },
};

function changeWork(genesis: Loose<Genesis>, dice: Dice): void {
  const { consensus } = genesis;
  if (consensus.kind !== "pow") return;
  const targets = [
    0x2100_ffff, 0x207f_ffff, 0x1d00_ffff, 0x0100_0000, 0x0180_0000, 0x0301_0000, 0x2300_0001, 0xff7f_ffff,
    0x2101_0000, 0x2000_ffff, 0x1f80_0000,
  ];
  const numbers = [
    "blockIntervalMs",
    "retargetInterval",
    "halvingInterval",
    "coinbaseMaturity",
    "maxFutureDriftMs",
  ] as const;
  const values = [
    0, 1, 2, 999, 1_000, 86_400_000, 86_400_001, 1_000_000, 1_000_001, 1_000_000_000, 1_000_000_001, 100_000,
    100_001,
  ];
  const kind = dice.below(4);
  if (kind === 0)
    consensus[dice.pick(["initialTarget", "targetLimit"] as const)] = dice.pick([...targets, dice.next()]);
  else if (kind === 1) consensus.subsidy = dice.pick([0n, AMOUNT_MAX, 2n ** 62n, 92_233_720_368_547_758n]);
  else consensus[dice.pick(numbers)] = dice.pick(values);
}

/** Every mutation of a genesis, by name. */
export const GENESIS_MUTATIONS: Record<string, GenesisMutation> = {
  ...MEMBERS,
  ...LISTS,
  "the head": (genesis, dice) => {
    const kind = dice.below(3);
    if (kind === 0) genesis.version = dice.pick([0, 1, 2]);
    else if (kind === 1) genesis.name = dice.pick(["", "x".repeat(32), "Upper", "a.b"]);
    else genesis.addressPrefix = dice.pick(["", "a", "A", "a1", "a-", "abcdefghijkl"]);
  },
  "the mode": (genesis, dice) => {
    genesis.consensus = dice.pick<Loose<Genesis>["consensus"]>([
      { kind: "pbft" },
      { kind: "bp-fast-paxos", promiseAuthentication: "signature", detectByzantineAcceptors: true },
      work(dice) as Loose<Genesis>["consensus"],
    ]);
  },
  work: changeWork,
};
