// A chain of blocks and its state: the rules for blocks, section 10 of docs/formats.md.
import { concat, firstBroken, H, hex, type Rule, unhex, ZERO32 } from "./bytes.ts";
import {
  Block,
  Checkpoint,
  Coin,
  type Genesis,
  type GovernanceState,
  type Header,
  type Reward,
  type Transaction,
} from "./formats.ts";
import {
  blockHash,
  blockZero,
  governanceRoot,
  naiveChainId,
  transactionsRoot,
  validGenesis,
} from "./genesis.ts";
import { firstGovernance, proposes, stateAfterChange } from "./governance.ts";
import { isAboveTarget, median, nextTarget, subsidyAt } from "./pow.ts";
import { decode } from "./ssz.ts";
import {
  decodeTransaction,
  judgeTransaction,
  type Surroundings,
  type Unspent,
  unspentAfter,
} from "./transaction.ts";

/** A verdict; `transaction` is the position of the transaction that causes it. */
export type NaiveVerdict = { ok: true } | { ok: false; code: string; transaction?: number };

interface State {
  headers: Header[];
  tipHash: string;
  governance: GovernanceState;
  unspent: Unspent[];
}
type Judged = { ok: true; state: State } | { ok: false; code: string; transaction?: number };

/** Everything about a chain that never changes. */
interface Chain {
  genesis: Genesis;
  chainId: string;
}

function prescribedTarget(chain: Chain, headers: readonly Header[]): bigint {
  const { consensus } = chain.genesis;
  return consensus.kind === "pow" ? nextTarget(headers, consensus.value) : 0n;
}

function headerRules(chain: Chain, state: State, header: Header): Rule[] {
  const parent = state.headers.at(-1)!;
  const { governance } = state;
  const { kind } = chain.genesis.consensus;
  const isPow = kind === "pow";
  const proposer = governance.members[Number(header.proposer)];
  return [
    ["header-version", () => header.version !== governance.parameters.rulesVersion],
    ["header-height", () => header.height !== parent.height + 1n],
    ["header-parent", () => header.parent !== state.tipHash],
    ["header-timestamp", () => header.timestamp <= (isPow ? median(state.headers) : parent.timestamp)],
    [
      "header-proposer",
      () => (isPow ? header.proposer !== 0n : proposer === undefined || !proposes(proposer, kind)),
    ],
    ["header-target", () => header.target !== prescribedTarget(chain, state.headers)],
    ["header-nonce", () => !isPow && header.nonce !== 0n],
    ["header-work", () => isPow && isAboveTarget(blockHash(header, kind, chain.chainId), header.target)],
  ];
}

function bodyRules(chain: Chain, state: State, header: Header, transactions: readonly Transaction[]): Rule[] {
  const { parameters } = state.governance;
  let signatures = 0n;
  for (const { body, witness } of transactions)
    if (body.kind === "transfer") signatures += BigInt(witness.signatures.length);
  const last = transactions.length - 1;
  return [
    ["transactions-too-many", () => BigInt(transactions.length) > parameters.blockTransactionsMax],
    ["signatures-too-many", () => signatures > parameters.blockSignaturesMax],
    ["transactions-root", () => header.transactionsRoot !== transactionsRoot(transactions, chain.chainId)],
    ["reward-position", () => transactions.some(({ body }, i) => body.kind === "reward" && i !== 0)],
    [
      "governance-position",
      () => transactions.some(({ body }, i) => body.kind === "governance" && i !== last),
    ],
  ];
}

function rewardRules(
  chain: Chain,
  state: State,
  header: Header,
  fees: bigint,
  reward: Reward | undefined,
): Rule[] {
  const { consensus } = chain.genesis;
  if (consensus.kind === "pow") {
    if (reward === undefined) return [];
    let sum = 0n;
    for (const output of reward.outputs) sum += output.amount;
    const foreign = reward.outputs.some((output) => output.asset !== 0n);
    const most = subsidyAt(header.height, consensus.value) + fees;
    return [["reward-wrong", () => reward.outputs.length === 0 || foreign || sum > most]];
  }
  const { rewardPolicy } = state.governance.members[Number(header.proposer)]!;
  const isDue = fees > 0n && rewardPolicy !== ZERO32;
  const isTheOne = (given: Reward): boolean =>
    given.outputs.length === 1 &&
    given.outputs[0]!.asset === 0n &&
    given.outputs[0]!.amount === fees &&
    given.outputs[0]!.policyHash === rewardPolicy;
  return [
    ["reward-missing", () => isDue && reward === undefined],
    ["reward-wrong", () => reward !== undefined && !(isDue && isTheOne(reward))],
  ];
}

function judgeBody(chain: Chain, state: State, header: Header, transactions: readonly Transaction[]): Judged {
  const { height, timestamp } = header;
  const around: Surroundings = { ...chain, governance: state.governance, height, timestamp };
  let unspent = state.unspent;
  let governance = state.governance;
  let fees = 0n;
  for (const [position, transaction] of transactions.entries()) {
    const code = judgeTransaction(transaction, around, unspent);
    if (code !== undefined) return { ok: false, code, transaction: position };
    const { body } = transaction;
    if (body.kind === "transfer") {
      unspent = unspentAfter(transaction, unspent, around);
      fees += body.value.fee;
    }
    if (body.kind === "governance") governance = stateAfterChange(governance, body.value.change, height);
  }
  const first = transactions[0];
  const reward = first?.body.kind === "reward" ? first.body.value : undefined;
  const code = firstBroken([
    ...rewardRules(chain, state, header, fees, reward),
    ["governance-root", () => header.governanceRoot !== governanceRoot(governance)],
  ]);
  if (code !== undefined) return { ok: false, code };
  if (first !== undefined && reward !== undefined) unspent = unspentAfter(first, unspent, around);
  const tipHash = blockHash(header, chain.genesis.consensus.kind, chain.chainId);
  return { ok: true, state: { headers: [...state.headers, header], tipHash, governance, unspent } };
}

function judgeBlock(chain: Chain, state: State, bytes: Uint8Array): Judged {
  if (state.governance.parameters.rulesVersion !== 1n) return { ok: false, code: "rules-unknown" };
  if (BigInt(bytes.length) > state.governance.parameters.blockBytesMax)
    return { ok: false, code: "block-too-large" };
  const block = decode(Block, bytes);
  if (block === undefined) return { ok: false, code: "encoding" };
  const transactions: Transaction[] = [];
  for (const [position, encoded] of block.transactions.entries()) {
    const decoded = decodeTransaction(unhex(encoded));
    if (!("transaction" in decoded)) return { ok: false, code: decoded.code, transaction: position };
    transactions.push(decoded.transaction);
  }
  const { header } = block;
  const code = firstBroken([
    ...headerRules(chain, state, header),
    ...bodyRules(chain, state, header, transactions),
  ]);
  return code === undefined ? judgeBody(chain, state, header, transactions) : { ok: false, code };
}

/** The state of a chain from block 0 on. */
export class NaiveChain {
  #chain: Chain;
  #state: State;

  /** Begins after block 0 of a valid genesis. */
  constructor(genesisBytes: Uint8Array) {
    const genesis = validGenesis(genesisBytes);
    const chainId = naiveChainId(genesisBytes);
    const { header, transactions } = blockZero(genesis, chainId);
    let unspent: Unspent[] = [];
    for (const transaction of transactions)
      unspent = unspentAfter(transaction, unspent, { chainId, height: 0n });
    const tipHash = blockHash(header, genesis.consensus.kind, chainId);
    this.#chain = { genesis, chainId };
    this.#state = { headers: [header], tipHash, governance: firstGovernance(genesis), unspent };
  }

  /** The height of the last block. */
  get height(): number {
    return this.#state.headers.length - 1;
  }

  /** The hash of the last block. */
  get tipHash(): string {
    return this.#state.tipHash;
  }

  /** The root of the governance state. */
  get governanceRoot(): string {
    return governanceRoot(this.#state.governance);
  }

  /** The outputs that can be spent, in ascending order of (transaction, index). */
  get outputs(): readonly {
    transaction: string;
    index: number;
    asset: number;
    amount: bigint;
    policyHash: string;
    height: number;
    reward: boolean;
  }[] {
    const sorted = [...this.#state.unspent].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return sorted.map(({ transaction, index, asset, amount, policyHash, height, reward }) => ({
      transaction,
      index: Number(index),
      asset: Number(asset),
      amount,
      policyHash,
      height: Number(height),
      reward,
    }));
  }

  /** The digest of section 14 for this state. */
  get checkpointDigest(): string {
    const sorted = [...this.#state.unspent].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    const entries = sorted.map((coin) => concat([unhex(keyOf(coin)), Coin.encode(coin)]));
    const pieces: string[] = [];
    for (let at = 0; at < entries.length; at += 12_052)
      pieces.push(H("witan/checkpoint-piece/1", this.#chain.chainId, concat(entries.slice(at, at + 12_052))));
    const height = BigInt(this.height);
    const root = Checkpoint.root({
      height,
      blockHash: this.tipHash,
      governanceRoot: this.governanceRoot,
      pieces,
    });
    return hex(root);
  }

  /** Judges a lone transaction as if it stood in the next block with that timestamp. */
  checkTransaction(bytes: Uint8Array, timestamp: bigint | number): NaiveVerdict {
    const decoded = decodeTransaction(bytes);
    if (!("transaction" in decoded)) return { ok: false, code: decoded.code };
    const { governance, unspent, headers } = this.#state;
    const height = BigInt(headers.length);
    const around = { ...this.#chain, governance, height, timestamp: BigInt(timestamp) };
    const code = judgeTransaction(decoded.transaction, around, unspent);
    return code === undefined ? { ok: true } : { ok: false, code };
  }

  /** Judges a block without changing anything. */
  checkBlock(bytes: Uint8Array): NaiveVerdict {
    const judged = judgeBlock(this.#chain, this.#state, bytes);
    return judged.ok ? { ok: true } : judged;
  }

  /** Judges a block and, if it is valid, becomes the state after it. */
  apply(bytes: Uint8Array): NaiveVerdict {
    const judged = judgeBlock(this.#chain, this.#state, bytes);
    if (!judged.ok) return judged;
    this.#state = judged.state;
    return { ok: true };
  }

  /** The compact target of the next height; 0 outside proof of work. */
  expectedTarget(): number {
    return Number(prescribedTarget(this.#chain, this.#state.headers));
  }
}

/** The key of an output in section 14: the index is big-endian. */
function keyOf(coin: Unspent): string {
  return coin.transaction + coin.index.toString(16).padStart(4, "0");
}
