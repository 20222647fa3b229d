// Opening the chain of a node: a new database gets block 0; one of another chain, or one that is not whole, is refused
// with what was found; and of a sound one the blocks behind the last flush are applied again. They were judged before
// they were written, so signatures are not checked again; all else is, since it costs little and tells damage.
import {
  coinCodec,
  genesisBlock,
  genesisGovernance,
  judgeBlock,
  keyOf as keyOfInput,
  type ValidBlock,
} from "@witan/ledger";
import { type Height, present, RULES_VERSIONS, type StoreChange } from "@witan/primitives";
import {
  checkStart,
  type Damage,
  damageOf,
  keyOf,
  OUTPUT_CACHE_DEFAULTS,
  OutputCache,
  outputKey,
  putMeta,
  type StartReport,
} from "@witan/storage";
import { buildAddressIndex, dropAddressIndex } from "../indexes/build-address-index.ts";
import { IndexChanges } from "../indexes/index-changes.ts";
import { damaged, otherChain, rulesUnknown } from "./chain-error.ts";
import { ChainKeeper } from "./chain-keeper.ts";
import { blockChanges, ChainRecords, governanceChange } from "./chain-records.ts";
import { HeaderList, headerChange } from "./header-list.ts";
import { MembershipList } from "./membership-list.ts";
import { dropProposals, ProposalBodies } from "./proposal-bodies.ts";
import type { ChainKeeperOptions, FlushLimits, KeeperStart } from "./types.ts";

type Sound = Extract<StartReport, { kind: "sound" }>;

/** Limits unless told otherwise: with those of outputs, 31,000 records in a flush (docs/decisions/010-small-flushes.md). */
export const FLUSH_LIMITS: FlushLimits = Object.freeze({ ...OUTPUT_CACHE_DEFAULTS, indexRecords: 20_000 });

/** Blocks replayed between two reports. */
const PROGRESS_BLOCKS = 100;

/**
 * Opens the chain that a store holds, or begins it there.
 * @throws {ChainError} with what was found and what to do; {StoreError} if the store fails
 */
export async function openChainKeeper(options: ChainKeeperOptions): Promise<ChainKeeper> {
  const { chain, store, addressIndex, onProgress } = options;
  const report = await check(options);
  const sound = report.kind === "new" ? await begin(options) : report;
  const from = sound.prunedTo;
  const flushed = sound.flushed.height;
  if (addressIndex) {
    const onHeight = (height: Height) => onProgress?.({ phase: "indexing", height, target: flushed });
    const { yieldNow } = options;
    await buildAddressIndex({ chain, store, from, flushed, yieldNow, onProgress: onHeight });
  } else await dropAddressIndex(store);
  const { indexRecords, ...limits } = { ...FLUSH_LIMITS, ...options.limits };
  const cache = new OutputCache({ store, flushed: sound.flushed, limits });
  const keeper = new ChainKeeper(options, { ...(await load(options, sound)), cache }, indexRecords);
  await replay(keeper, options, sound);
  return keeper;
}

async function check({ chain, store, onProgress }: ChainKeeperOptions): Promise<Sound | { kind: "new" }> {
  const onOutputs = (outputs: number) => onProgress?.({ phase: "checking", outputs });
  const report = await checkStart(store, { chainId: chain.chainId, onProgress: onOutputs });
  if (report.kind === "other-chain") throw otherChain(report.found, report.expected);
  if (report.kind === "damaged") throw damaged(report.damages);
  return report;
}

/** Writes block 0 and the state after it, in one batch. */
async function begin({ chain, store, addressIndex }: ChainKeeperOptions): Promise<Sound> {
  const { block, coins } = genesisBlock(chain);
  const height = 0 as Height;
  const undo = { spent: [] };
  const indexes = new IndexChanges(addressIndex);
  indexes.add(block, undo);
  const made = coins.changes();
  const flushed = { height, outputs: made.length };
  const changes: StoreChange[] = [
    putMeta("chainId", chain.chainId),
    ...blockChanges({ block, undo }, undefined),
    governanceChange(height, genesisGovernance(chain)),
    ...indexes.storeChanges(),
    putMeta("flushed", flushed),
  ];
  if (chain.proofOfWork !== undefined) changes.push(headerChange(block.header));
  for (const [outpoint, coin] of made) {
    const value = coinCodec.encode(present(coin ?? undefined, `output ${outpoint} of block 0`));
    changes.push({ kind: "put", key: outputKey(outpoint), value });
  }
  if (addressIndex) changes.push(putMeta("addressIndex", "whole"));
  await store.write(changes, { sync: true });
  const tip = { height, hash: block.hash };
  return { kind: "sound", tip, flushed, prunedTo: height, replayFrom: 1 as Height };
}

/** The state after the block that the outputs on the disk belong to. */
async function load({ chain, store }: ChainKeeperOptions, sound: Sound): Promise<Omit<KeeperStart, "cache">> {
  const { height } = sound.flushed;
  const records = new ChainRecords(chain, store);
  const header = records.header(height);
  if (header === undefined) throw gone(height);
  const hash = chain.blockHash(header);
  const governance = await records.newestGovernance(height);
  if (header.governanceRoot !== governance.root)
    throw contradiction(keyOf("governance", height), "the state is not the one that the block names");
  const bodies = await ProposalBodies.load(store);
  const headers = chain.proofOfWork && (await HeaderList.load(chain, store, height));
  const useless = headers ? [] : bodies.upTo(sound.tip.height);
  if (useless.length > 0) await store.write(dropProposals(useless), { sync: false });
  bodies.forget(useless);
  return {
    tip: { height, hash, header },
    governance,
    memberships: await memberships(records, governance),
    ...{ bodies, headers },
  };
}

/** Every membership that led to the newest: each was made by the block before the first that it decides. */
async function memberships(
  records: ChainRecords,
  newest: KeeperStart["governance"],
): Promise<MembershipList> {
  const found = [newest];
  for (let at = newest; at.state.membersFrom > 1; ) {
    const before = await records.newestGovernance((at.state.membersFrom - 2) as Height);
    if (before.state.membersFrom >= at.state.membersFrom)
      throw contradiction(keyOf("governance", at.state.membersFrom - 1), "the members before are later ones");
    found.push(before);
    at = before;
  }
  const list = new MembershipList();
  for (const one of found.reverse()) list.add(one);
  return list;
}

async function replay(keeper: ChainKeeper, options: ChainKeeperOptions, sound: Sound): Promise<void> {
  const { chain, store, yieldNow, onProgress } = options;
  const records = new ChainRecords(chain, store);
  const target = sound.tip.height;
  for (let at: number = sound.replayFrom; at <= target; at++) {
    const height = at as Height;
    await keeper.replay(await judged(keeper, records, height));
    await yieldNow();
    if (height % PROGRESS_BLOCKS === 0 || height === target)
      onProgress?.({ phase: "replaying", height, target });
  }
  const { hash } = keeper.tip;
  if (hash !== sound.tip.hash)
    throw contradiction(keyOf("block", target), `its hash is ${hash}, the tip's is ${sound.tip.hash}`);
}

async function judged(keeper: ChainKeeper, records: ChainRecords, height: Height): Promise<ValidBlock> {
  const { rulesVersion } = keeper.governance.state.parameters;
  // Before the block is read: under other rules it may look otherwise.
  if (!RULES_VERSIONS.includes(rulesVersion)) throw rulesUnknown(height, rulesVersion);
  const block = records.block(height);
  if (block === undefined) throw gone(height);
  const inputs = block.transactions.flatMap(({ body }) => (body.kind === "transfer" ? body.inputs : []));
  await keeper.fetchCoins(inputs.map(keyOfInput));
  const judgement = judgeBlock(keeper.state(), block, keeper.coins, () => true);
  if (judgement.ok) return judgement.value;
  const { code, detail = "" } = judgement;
  const on = "judged on the state that the database holds";
  throw contradiction(keyOf("block", height), `${on} it breaks the rule ${code} (${detail})`);
}

function gone(height: Height): Error {
  return damaged([damageOf("missing", keyOf("block", height), "the state is built on this block")]);
}

function contradiction(key: Uint8Array, detail: string): Error {
  const damage: Damage = damageOf("contradiction", key, detail);
  return damaged([damage]);
}
