// What may be wrong with a block: each flaw makes a block that breaks one rule out of one that holds. Undefined: this block
// can't be spoilt in that way.
import {
  applyChange,
  type Block,
  genesisGovernance,
  type Header,
  type SealedTransaction,
} from "@witan/ledger";
import type { Amount, AssetId, BlockHash, Height, MemberIndex, Timestamp } from "@witan/primitives";
import {
  coinOf,
  type Draft,
  draftOf,
  dueIn,
  finished,
  freshCoins,
  inventedHash,
  rewardOf,
  transferOf,
} from "./draft.ts";
import type { Liar } from "./tap.ts";

/** Spoils a block. */
export type Flaw = (block: Block, liar: Liar) => Block | undefined;

/** Further than clocks of these worlds are ever apart, and not so far that transactions would have expired. */
const FAR_MS = 300_000;
const GENEROUS = 1_000n;
/** Transactions of the kind below that are more than any block may hold. */
const BULKY_OUTPUTS = 255;

type Spoil = (draft: Draft, liar: Liar) => Draft | undefined;

/** A flaw of header or transactions; root and reward fit. */
function spoilt(spoil: Spoil): Flaw {
  return (block, liar) => {
    const draft = spoil(draftOf(block), liar);
    return draft && finished(liar, draft);
  };
}

function withHeader(change: (header: Header, liar: Liar) => Partial<Header>): Flaw {
  return spoilt((draft, liar) => ({ ...draft, header: { ...draft.header, ...change(draft.header, liar) } }));
}

/** One more transaction in front of the others. */
function withTransaction(make: (draft: Draft, liar: Liar) => SealedTransaction | undefined): Flaw {
  return spoilt((draft, liar) => {
    const one = make(draft, liar);
    return one && { ...draft, transactions: [one, ...draft.transactions] };
  });
}

function brokenWitness({ cast, random }: Liar, { body, witness }: SealedTransaction): SealedTransaction {
  const signatures = witness.signatures.map(({ publicKey }) => ({
    publicKey,
    // A signature of that very key, over something else: as anybody can take it from another transaction.
    signature: cast.scheme.sign(cast.chain.chainId as never, publicKey),
  }));
  const some = random.chance(500) && signatures.length > 1 ? signatures.slice(1) : signatures;
  return cast.sealWith(body, { ...witness, signatures: some });
}

/** The same transaction with a witness that does not hold. */
export const brokenCopy = brokenWitness;

function transfersOf({ transactions }: Draft): readonly SealedTransaction[] {
  return transactions.filter(({ body }) => body.kind === "transfer");
}

/** A theft: a coin of somebody else, with a signature that does not hold. */
export const badSignature: Flaw = withTransaction((draft, liar) => {
  const { owner, input } = coinOf(liar);
  const body = transferOf(draft, { inputs: [input] }, [{ to: liar.cast.person("thief") }]);
  return brokenWitness(liar, liar.cast.seal(body, [owner.publicKey], [owner.policy]));
});

/** A client's own transaction, with another witness, which does not hold. */
export const badWitness: Flaw = spoilt((draft, liar) => {
  const transfers = transfersOf(draft);
  if (transfers.length === 0) return undefined;
  const victim = liar.random.pick(transfers);
  const transactions = draft.transactions.map((one) => (one === victim ? brokenWitness(liar, one) : one));
  return { ...draft, transactions };
});

/** Spends a coin twice in one block, has a transaction twice, or one that is final. */
export const badDoubleSpend: Flaw = spoilt((draft, liar) => {
  const { random, finals } = liar;
  const transfers = transfersOf(draft);
  const twice = transfers.length > 0 ? random.pick(transfers) : undefined;
  const again = finals.length > 0 ? random.pick(finals) : undefined;
  if (again && (twice === undefined || random.chance(500)))
    return { ...draft, transactions: [again, ...draft.transactions] };
  if (twice?.body.kind !== "transfer") return undefined;
  const { body } = twice;
  const owner = liar.cast.clients.find(
    ({ publicKey }) => publicKey === twice.witness.signatures[0]?.publicKey,
  );
  if (owner === undefined || twice.witness.signatures.length > 1 || random.chance(300))
    return { ...draft, transactions: [twice, ...draft.transactions] };
  // Its owner is in with the liar, and signs that too.
  const rival = liar.cast.seal({ ...body, memo: "ff" }, [owner.publicKey], [owner.policy]);
  return { ...draft, transactions: [...draft.transactions.filter((one) => one !== twice), twice, rival] };
});

/** A root that is not that of the transactions, or not that of the members and parameters after the block. */
export const badRoot: Flaw = (block, liar) => {
  const draft = draftOf(block);
  if (liar.random.chance(500)) return finished(liar, draft, { transactionsRoot: inventedHash(liar) });
  return finished(liar, { ...draft, header: { ...draft.header, governanceRoot: inventedHash(liar) } });
};

/** Stands on a block that nobody decided. */
export const badParent: Flaw = withHeader((_header, liar) => ({ parent: inventedHash(liar) as BlockHash }));

/** Has more bytes than a block may have, or more transactions, each of which holds. */
export const badSize: Flaw = spoilt((draft, liar) => {
  const { cast, random } = liar;
  const { blockTransactionsMax } = cast.chain.genesis.parameters;
  const coins = freshCoins(liar, draft).slice(0, blockTransactionsMax + 1);
  if (coins.length > blockTransactionsMax && random.chance(500)) {
    const transactions = coins.map(({ owner, input }) =>
      // Their owners are in with the liar.
      cast.seal(transferOf(draft, { inputs: [input] }, [{ to: owner }]), [owner.publicKey], [owner.policy]),
    );
    return { ...draft, transactions };
  }
  const { input } = coinOf(liar);
  const to = cast.person("thief");
  const outputs = Array.from({ length: BULKY_OUTPUTS }, () => ({ to, amount: 1n }));
  const bulky = cast.seal(transferOf(draft, { inputs: [input] }, outputs), [], []);
  const count = Math.ceil(cast.chain.genesis.parameters.blockBytesMax / bulky.bytes.length) + 1;
  return { ...draft, transactions: Array<SealedTransaction>(count).fill(bulky) };
});

/** Too much for the proposer, something for somebody else, nothing where it is due, a second reward, or one too late. */
export const badReward: Flaw = (block, liar) => {
  const { cast, random } = liar;
  const draft = draftOf(block);
  const { header, transactions } = draft;
  const [due] = dueIn(cast, header, transactions);
  const thief = cast.person("thief");
  if (due === undefined) return finished(liar, draft, { reward: [{ amount: GENEROUS, to: thief }] });
  const lie = random.pick(["more", "other", "none", "two", "late"] as const);
  switch (lie) {
    case "more":
      return finished(liar, draft, { reward: [{ ...due, amount: due.amount + GENEROUS }] });
    case "other":
      return finished(liar, draft, { reward: [{ ...due, to: thief }] });
    case "none":
      return finished(liar, draft, { reward: [] });
    case "two":
      return finished(liar, draft, { reward: [due, { amount: GENEROUS, to: thief }] });
    case "late": {
      const late = [...transactions, rewardOf(cast, header.height, due)];
      return finished(liar, { ...draft, transactions: late }, { reward: [] });
    }
  }
};

/** Two changes of the members in one block, or one that nobody but the liar has approved. */
export const badGovernance: Flaw = spoilt((draft, { cast, node, random }) => {
  const { transactions, header } = draft;
  const there = transactions.find(({ body }) => body.kind === "governance");
  if (there !== undefined && random.chance(500)) return { ...draft, transactions: [...transactions, there] };
  const change = {
    kind: "removeMember",
    name: cast.nameOf(random.below(cast.chain.genesis.members.length)),
  } as const;
  const validUntil = (header.timestamp + FAR_MS) as Timestamp;
  const { operatorKey } = cast.member(node);
  // As long as nothing was changed, so that nothing else is wrong with it.
  const first = genesisGovernance(cast.chain);
  const { sequence } = first.state;
  const alone = cast.seal({ kind: "governance", sequence, change, validUntil }, [operatorKey], []);
  const others = transactions.filter((one) => one !== there);
  const after = header.governanceRoot === first.root ? applyChange(first, change, header.height) : undefined;
  const governanceRoot = after?.ok ? after.value.root : header.governanceRoot;
  return { header: { ...header, governanceRoot }, transactions: [...others, alone] };
});

/** A time that is far from every clock. */
export const badTime: Flaw = withHeader(({ timestamp }, { random }) => ({
  timestamp: (timestamp + random.pick([-FAR_MS, FAR_MS])) as Timestamp,
}));

/** Another version, height, proposer, target or nonce than it must have. */
export const badHeader: Flaw = withHeader((header, { random, cast }) => {
  const { height, proposer, version } = header;
  const count = cast.chain.genesis.members.length;
  return random.pick<Partial<Header>>([
    { version: version + 1 },
    { height: (height + 1) as Height },
    { height: (height - 1) as Height },
    { proposer: (proposer + 100) as MemberIndex },
    ...(count > 1 ? [{ proposer: ((proposer + 1) % count) as MemberIndex }] : []),
    { target: 1 },
    { nonce: 1n },
  ]);
});

/** Money out of nothing, another's money, or money that is not there, each well signed by whoever does it. */
export const badMoney: Flaw = withTransaction((draft, liar) => {
  const { cast, random } = liar;
  const thief = cast.person("thief");
  const { owner, input } = coinOf(liar);
  const gold = { asset: 1 as AssetId, amount: 1_000n as Amount };
  const byOwner = (body: Parameters<typeof cast.seal>[0]) =>
    cast.seal(body, [owner.publicKey], [owner.policy]);
  switch (random.pick(["theft", "invented", "unbalanced", "issued", "expired"] as const)) {
    case "theft":
      return cast.seal(
        transferOf(draft, { inputs: [input] }, [{ to: thief }]),
        [thief.publicKey],
        [thief.policy],
      );
    case "invented": {
      const nothing = { ...input, transaction: inventedHash(liar) as never };
      return cast.seal(
        transferOf(draft, { inputs: [nothing] }, [{ to: thief }]),
        [thief.publicKey],
        [thief.policy],
      );
    }
    case "unbalanced":
      return byOwner(transferOf(draft, { inputs: [input] }, [{ to: thief }, { to: thief }]));
    case "issued":
      return byOwner(
        transferOf(draft, { inputs: [input], issued: [gold] }, [
          { to: thief },
          { to: thief, asset: 1, amount: gold.amount },
        ]),
      );
    case "expired": {
      const validUntil = (draft.header.timestamp - 1) as Timestamp;
      return byOwner(transferOf(draft, { inputs: [input], validUntil }, [{ to: thief }]));
    }
  }
});
