// `witan evidence`: what it says of stores that agree, of stores that hold two blocks of one height, and of stores that it
// can't read. The stores are real, their last block made up: nobody but liars would have signed it.
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  asVerified,
  ballotMessage,
  digestOf,
  type NewView,
  type PbftMessage,
  primaryOf,
  type SignedViewChange,
  type ViewChangeContent,
} from "@witan/consensus";
import type { SecretKey } from "@witan/crypto";
import { chooseSign } from "@witan/crypto/node";
import type { Chain } from "@witan/ledger";
import {
  asciiBytes,
  type BlockHash,
  type Certificate,
  certificateCodec,
  type Height,
  type MemberIndex,
  type Signature,
  sha256Hex,
  type View,
} from "@witan/primitives";
import { type CheckedStore, keyOf, putMeta } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import { loadConfig } from "../../packages/cli/src/config/load.ts";
import { openHome } from "../../packages/cli/src/home/open.ts";
import { openChainKeeper } from "../../packages/node/src/chain/open-chain-keeper.ts";
import { putNewView } from "../../packages/node/src/consensus/pbft/records.ts";
import { inFolder, lastJson, witan } from "./run.ts";

const sign = chooseSign();
const [A, B] = ["a", "b"].map((name) => sha256Hex(asciiBytes(name)) as BlockHash) as [BlockHash, BlockHash];

/** The homes of a network of four, by the position of each among the members. */
class Network {
  readonly homes: readonly string[];
  readonly chain: Chain;
  readonly #keys: readonly SecretKey[];

  private constructor(homes: readonly string[], chain: Chain, keys: readonly SecretKey[]) {
    this.homes = homes;
    this.chain = chain;
    this.#keys = keys;
  }

  static async create(folder: string): Promise<Network> {
    const net = join(folder, "net");
    const made = await witan("network", "create", "--validators", "4", "--plain", "--out", net);
    assert.equal(made.code, 0, made.err);
    const homes = ["v1", "v2", "v3", "v4"].map((name) => join(net, name));
    const opened = [];
    for (const home of homes) {
      const { config } = await loadConfig({ home, env: {}, flags: {} });
      opened.push(await openHome(config));
    }
    const [first] = opened;
    assert.ok(first);
    const network = new Network(
      homes,
      first.chain,
      opened.map(({ votingKeys }) => votingKeys[0]?.key.secretKey ?? assert.fail()),
    );
    for (const home of homes) await network.write(home, async () => {});
    return network;
  }

  /** Opens a store with its first block, and writes more into it. */
  async write(home: string, more: (store: CheckedStore) => Promise<void>): Promise<void> {
    const store = await openLevelStore(join(home, "data"));
    try {
      if (store.get(keyOf("block", 0)) === undefined) {
        const keeper = await openChainKeeper({
          ...{ chain: this.chain, store, addressIndex: false, yieldNow: async () => {} },
          onFailure: (error) => assert.fail(String(error)),
        });
        await keeper.close();
      }
      await more(store);
    } finally {
      await store.close();
    }
  }

  sign(sender: number, message: PbftMessage): Signature {
    return sign(digestOf(this.chain.chainId, message), this.#keys[sender] ?? assert.fail()) as Signature;
  }

  /** The block of height 1, as a store has it, decided by these. */
  async decide(home: string, blockHash: BlockHash, view: number, signers: readonly number[]): Promise<void> {
    const ballot = { membership: 1 as Height, view: view as View, height: 1 as Height, blockHash };
    const signatures = signers.map((member) => ({
      member: member as MemberIndex,
      signature: this.sign(member, ballotMessage("commit", ballot)),
    }));
    const certificate: Certificate = { ...ballot, kind: "pbft", signatures };
    await this.write(home, (store) =>
      store.write(
        [
          { kind: "put", key: keyOf("certificate", 1), value: certificateCodec.encode(certificate) },
          putMeta("tip", { height: 1 as Height, hash: blockHash }),
        ],
        { sync: true },
      ),
    );
  }

  /** How a view began: these say that they are prepared for nothing. */
  async begin(home: string, view: number, senders: readonly number[]): Promise<void> {
    const content: ViewChangeContent = {
      ...{ membership: 1 as Height, view: view as View, decidedHeight: 0 as Height },
      ...{ decided: [], prepared: [] },
    };
    const viewChanges = senders.map((sender): SignedViewChange => {
      const signature = this.sign(sender, { kind: "viewChange", ...content });
      return { sender: sender as MemberIndex, signature, content };
    });
    const message: NewView = { kind: "newView", membership: 1 as Height, view: view as View, viewChanges };
    const primary = primaryOf(view, 4);
    const verified = asVerified(primary, message, this.sign(primary, message));
    await this.write(home, (store) => store.write([putNewView(0, verified)], { sync: true }));
  }
}

describe("witan evidence", function () {
  this.timeout(30_000);

  it("finds nothing in stores that agree, one or more", () =>
    inFolder(async (folder) => {
      const network = await Network.create(folder);
      const [v1 = "", v2 = ""] = network.homes;
      for (const home of [v1, v2]) await network.decide(home, A, 0, [0, 1, 2]);
      const ran = await witan("evidence", "--home", v1, "--home", v2);
      assert.equal(ran.code, 0, ran.err);
      assert.match(
        ran.out,
        /^nothing contradicts: nobody is proven to have lied\nlooked at 3 signed messages of 2 stores\n$/,
      );
      const json = lastJson(await witan("evidence", "--home", v1, "--json"));
      assert.deepEqual(json, {
        homes: [{ home: v1, height: 1 }],
        ...{ fork: null, statements: 3, unsigned: 0, guilty: [] },
      });
    }));

  it("names who decided two blocks, in one view and across views", () =>
    inFolder(async (folder) => {
      const network = await Network.create(folder);
      const [v1 = "", v2 = ""] = network.homes;
      await network.decide(v1, A, 0, [0, 1, 2]);
      await network.decide(v2, B, 0, [1, 2, 3]);
      const homes = ["--home", v1, "--home", v2];
      const one = await witan("evidence", ...homes);
      assert.equal(one.code, 1, one.err);
      assert.match(one.out, /^two blocks were decided at height 1:\n/);
      assert.match(one.out, /v2 \(a member from height 1 on\), double-vote: it voted for two blocks/);
      assert.match(one.out, /proven to have lied: v2, v3\n/);

      await network.decide(v2, B, 1, [1, 2, 3]);
      const unproven = await witan("evidence", ...homes);
      assert.equal(unproven.code, 1);
      assert.match(
        unproven.out,
        /nobody is proven to have lied\nmore than 1 must have lied: give the homes of more/,
      );

      await network.begin(v2, 1, [1, 2, 3]);
      const ran = await witan("evidence", ...homes, "--json");
      assert.equal(ran.code, 1);
      const { fork, guilty } = lastJson(ran) as {
        fork: unknown;
        guilty: { name: string; kind: string; second: { says: string } }[];
      };
      const blocks = [A, B].map((hash) => ({ hash, certified: true }));
      assert.deepEqual(fork, { height: 1, blocks, faultyMax: 1 });
      assert.deepEqual(
        guilty.map(({ name, kind }) => [name, kind]),
        [
          ["v2", "forgotten-lock"],
          ["v3", "forgotten-lock"],
        ],
      );
      assert.match(
        JSON.stringify(guilty[0]),
        /VIEW-CHANGE for view 1: decided up to height 0, prepared for nothing/,
      );
    }));

  it("believes no store: what nobody signed convicts nobody", () =>
    inFolder(async (folder) => {
      const network = await Network.create(folder);
      const [v1 = "", v2 = ""] = network.homes;
      await network.decide(v1, A, 0, [0, 1, 2]);
      // v1 and v2 vouch for a block in the name of v3.
      const right = network.sign.bind(network);
      network.sign = (sender, message) => right(sender === 2 ? 0 : sender, message);
      await network.decide(v2, B, 0, [0, 1, 2]);
      const ran = await witan("evidence", "--home", v1, "--home", v2);
      assert.equal(ran.code, 1);
      assert.match(ran.out, /^the stores differ at height 1, and only one of them can be right:\n/);
      assert.match(
        ran.out,
        /v2: block [0-9a-f]{64}, whose certificate does not hold: this store was changed\n/,
      );
      assert.match(ran.out, /proven to have lied: v1, v2\n/);
      assert.match(ran.out, /1 more have signatures that do not hold: those stores were changed/);
    }));

  it("says why it can't read a store", () =>
    inFolder(async (folder) => {
      const network = await Network.create(folder);
      const [v1 = "", v2 = ""] = network.homes;
      await network.write(v1, async () => {
        const locked = await witan("evidence", "--home", v2, "--home", v1);
        assert.equal(locked.code, 3);
        assert.match(
          locked.err,
          /v1\/data is in use: a store is read while its node is stopped\. Stop the node of/,
        );
      });
      // And lets go of those that it could open.
      assert.equal((await witan("evidence", "--home", v2)).code, 0);
      const other = join(folder, "other");
      assert.equal(
        (await witan("network", "create", "--validators", "1", "--plain", "--out", other)).code,
        0,
      );
      const missing = await witan("evidence", "--home", join(other, "v1"));
      assert.equal(missing.code, 3);
      assert.match(missing.err, /data/);
      const foreign = await Network.create(join(folder, "more"));
      const mixed = await witan("evidence", "--home", v1, "--home", foreign.homes[0] ?? "");
      assert.equal(mixed.code, 2);
      assert.match(mixed.err, /give homes of one chain/);
      assert.equal((await witan("evidence")).code, 2);
      for (const [home, why] of [
        [join(v2, "config.toml"), "that is a file"],
        ["", "there is no such folder"],
        [join(folder, "none"), "there is no such folder"],
      ] as const) {
        const refused = await witan("evidence", "--home", home);
        assert.equal(refused.code, 2);
        assert.ok(refused.err.includes(`${why}. Give the home of a node`), refused.err);
      }
    }));
});
