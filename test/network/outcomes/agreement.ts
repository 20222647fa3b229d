// What was told, held against the chain as it is at the end: each end is true, there is one for each transaction, and what
// is final can be proven.
import assert from "node:assert/strict";
import { type Chain, isEnd, type RpcClient, TrustedState, verifyExpiry, verifyProof } from "@witan/client";
import { bytesToHex } from "@witan/primitives";
import type { TestNetwork } from "../harness.ts";
import type { End } from "./cases.ts";
import type { Account, Told } from "./clients.ts";

/** Blocks, or transactions, asked for at a time. */
const PAGE = 50;

/** Where a transaction stands. */
interface Place {
  readonly height: number;
  readonly index: number;
  readonly hash: string;
  readonly witnessHash: string;
}

interface ReadChain {
  readonly places: ReadonlyMap<string, Place>;
  readonly hashes: readonly string[];
  /** The time of the last block. */
  readonly timestamp: number;
}

/** Checks all that was told. */
export async function checkAccount(network: TestNetwork, chain: Chain, account: Account): Promise<void> {
  const longest = await readChain(network);
  for (const told of [...account.ends, ...account.heard]) isTrue(told, longest);
  for (const { errand, outcome } of account.ends) isExpected({ errand, outcome });
  for (const { of, ends } of account.cases) {
    const finals = ends.filter(({ outcome }) => outcome.status === "final").length;
    if (of.finals !== undefined)
      assert.equal(
        finals,
        of.finals,
        `of ${of.errands.map(({ kind }) => kind)}: ${JSON.stringify(ends.map(({ outcome }) => outcome))}`,
      );
  }
  const again = await toldAgain(network, account.ends);
  // The chain goes on meanwhile, and what is told then is of a later block.
  const later = await readChain(network);
  for (const told of again) isTrue(told, later);
  await areProven(network, chain, account.ends);
  await areShownExpired(network, chain, account.ends);
}

/** Reads the chains of all, which are one, and gives the longest. */
async function readChain(network: TestNetwork): Promise<ReadChain> {
  const chains = await Promise.all(network.clients.map((client) => readPlaces(client)));
  const lowest = Math.min(...chains.map(({ hashes }) => hashes.length));
  const [first] = chains;
  assert.ok(first !== undefined);
  for (const { hashes } of chains) assert.deepEqual(hashes.slice(0, lowest), first.hashes.slice(0, lowest));
  return chains.reduce((a, b) => (b.hashes.length > a.hashes.length ? b : a));
}

/** Reads every block, and finds no transaction twice. */
async function readPlaces(client: RpcClient): Promise<ReadChain> {
  const { height } = await client.call("chain_head", {});
  const [places, hashes] = [new Map<string, Place>(), [] as string[]];
  let timestamp = 0;
  for (let from = 0; from <= height; from += PAGE) {
    const heights = Array.from({ length: Math.min(PAGE, height - from + 1) }, (_, at) => from + at);
    const calls = heights.map((at) => ({ method: "chain_block", params: { height: at } }) as const);
    for (const answer of await client.batch(calls)) {
      assert.ok(answer.ok, JSON.stringify(answer));
      const { hash, header, transactions } = answer.value;
      hashes.push(hash);
      timestamp = header.timestamp;
      for (const [index, { transaction, witnessHash }] of transactions.entries()) {
        assert.ok(!places.has(transaction), `${transaction} is in two blocks`);
        places.set(transaction, { height: header.height, index, hash, witnessHash });
      }
    }
  }
  return { places, hashes, timestamp };
}

/** Whether an end that somebody was told is what the chain says. */
function isTrue({ errand, outcome }: Told, { places, timestamp }: ReadChain): void {
  const { transaction, kind } = errand;
  const place = places.get(transaction.id);
  const words = `${kind} ${transaction.id} was told ${JSON.stringify(outcome)}`;
  if (outcome.status === "final") {
    const { height, index, hash } = outcome;
    assert.ok(place !== undefined, `${words}, and is in no block`);
    assert.deepEqual(
      { height, index, hash },
      { height: place.height, index: place.index, hash: place.hash },
      words,
    );
    return;
  }
  // A copy with a broken witness is another thing than the good one of the same id.
  const isOther = place !== undefined && place.witnessHash !== transaction.witnessHash;
  assert.ok(
    place === undefined || (isOther && kind === "broken beside"),
    `${words}, and is in block ${place?.height}`,
  );
  if (outcome.status !== "expired") return;
  const { body } = transaction;
  assert.ok(body.kind !== "reward" && timestamp > body.validUntil, `${words}, and could still be in a block`);
}

function isExpected({ errand, outcome }: Told): void {
  const { kind, ends, codes } = errand;
  const words = `${kind}: ${JSON.stringify(outcome)}`;
  assert.ok(ends.includes(outcome.status as End), words);
  if (outcome.status === "rejected") assert.ok(codes === undefined || codes.includes(outcome.code), words);
}

/** Whoever asks again, anywhere, is told the same: final at the same place, or never. */
async function toldAgain(network: TestNetwork, ends: readonly Told[]): Promise<readonly Told[]> {
  const all: Told[] = [];
  for (const [at, client] of network.clients.entries())
    for (let from = at * PAGE; from < ends.length; from += PAGE * network.clients.length) {
      const told = ends.slice(from, from + PAGE);
      const calls = told.map(({ errand }) => {
        const transaction = bytesToHex(errand.transaction.bytes);
        return { method: "transaction_submit", params: { transaction } } as const;
      });
      for (const [index, answer] of (await client.batch(calls)).entries()) {
        const { errand, outcome } = told[index] ?? assert.fail();
        assert.ok(answer.ok, JSON.stringify(answer));
        const again = answer.value;
        all.push({ errand, outcome: again });
        const words = `${errand.kind}: ${JSON.stringify([outcome, again])}`;
        assert.ok(isEnd(again), words);
        if (errand.kind !== "broken beside")
          assert.equal(again.status === "final", outcome.status === "final", words);
      }
    }
  return all;
}

/** Of so many it is shown: for each all blocks since its coin are read. */
const EXPIRED_SHOWN_MAX = 5;

/** What has expired can be shown to who believes no node. Of a copy with a broken witness the good one may be in a block. */
async function areShownExpired(network: TestNetwork, chain: Chain, ends: readonly Told[]): Promise<void> {
  const expired = ends.flatMap(({ errand: { kind, transaction }, outcome }) =>
    outcome.status === "expired" && kind !== "broken beside" ? [{ transaction, height: outcome.height }] : [],
  );
  const trusted = TrustedState.ofGenesis(chain);
  for (const [at, { transaction, height }] of expired.slice(0, EXPIRED_SHOWN_MAX).entries()) {
    const client = network.client(at % network.clients.length);
    const shown = await verifyExpiry(client, { trusted, transaction, height });
    assert.ok(shown.verified, JSON.stringify(shown));
  }
}

/** Each final one has a proof, at any node, that holds by what the genesis says. */
async function areProven(network: TestNetwork, chain: Chain, ends: readonly Told[]): Promise<void> {
  const ids = [
    ...new Set(ends.flatMap(({ outcome }) => (outcome.status === "final" ? [outcome.transaction] : []))),
  ];
  for (let from = 0; from < ids.length; from += PAGE) {
    const client = network.client((from / PAGE) % network.clients.length);
    const page = ids.slice(from, from + PAGE);
    const calls = page.map((transaction) => ({ method: "chain_proof", params: { transaction } }) as const);
    for (const [at, answer] of (await client.batch(calls)).entries()) {
      assert.ok(answer.ok, JSON.stringify(answer));
      const { proof } = answer.value;
      const transaction = page[at] ?? "";
      const verified = await verifyProof({ genesis: chain, proof, transaction });
      assert.ok(verified.verified, JSON.stringify(verified));
    }
  }
}
