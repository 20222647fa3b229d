// `witan network create`: homes for a whole network, all or none, with addresses that fit together.
import assert from "node:assert/strict";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parsePeerId } from "@witan/crypto";
import { SignerGuard } from "@witan/crypto/node";
import { openGenesisFile } from "@witan/ledger";
import type { ChainId, PublicKey } from "@witan/primitives";
import { loadConfig } from "../../packages/cli/src/config/load.ts";
import type { CommandFailure } from "../../packages/cli/src/exit.ts";
import type { NetworkList } from "../../packages/cli/src/home/make-network.ts";
import { planNetwork } from "../../packages/cli/src/home/network-plan.ts";
import { openHome } from "../../packages/cli/src/home/open.ts";
import { inFolder, lastJson, type Ran, witan, witanProcess } from "./run.ts";

function create(folder: string, ...more: readonly string[]): Promise<Ran> {
  return witan("network", "create", "--plain", "--out", join(folder, "net"), "--json", ...more);
}

async function listOf(folder: string): Promise<NetworkList> {
  return JSON.parse(await readFile(join(folder, "net/network.json"), "utf8")) as NetworkList;
}

async function configOf(folder: string, name: string) {
  return (await loadConfig({ home: join(folder, "net", name), env: {}, flags: {} })).config;
}

function modeOf(path: string): Promise<number> {
  return stat(path).then(({ mode }) => mode & 0o777);
}

describe("witan network create", () => {
  it("makes homes that open, know each other, and are one chain", () =>
    inFolder(async (folder) => {
      const ran = await create(folder, "--name", "market", "--parameter", "feeRateMin=7");
      assert.equal(ran.code, 0, ran.out + ran.err);
      const list = await listOf(folder);
      assert.deepEqual(await readdir(join(folder, "net")), ["network.json", "v1", "v2", "v3", "v4"]);
      for (const { name, peerId, address } of list.nodes) {
        const config = await configOf(folder, name);
        const home = await openHome(config);
        assert.equal(home.chain.chainId, list.chainId);
        assert.equal(home.chain.genesis.parameters.feeRateMin, 7);
        assert.deepEqual(home.remarks, []);
        assert.deepEqual(parsePeerId(peerId), { ok: true, value: home.peerId });
        assert.equal(config.network.listen, address);
        const others = list.nodes.filter((other) => other.name !== name);
        assert.deepEqual(
          config.network.peers.map((peer) => [peer.name, peer.address]),
          others.map((other) => [other.name, other.address]),
        );
        const member = home.chain.genesis.members.find((one) => one.name === name);
        assert.deepEqual(home.member, member);
        assert.equal(home.votingKeys[0]?.key.publicKey, member?.votingKey);
      }
    }));

  it("lets nobody else read what is secret", () =>
    inFolder(async (folder) => {
      await create(folder, "--accounts", "1");
      for (const key of ["voting.json", "peer.json", "operator.json", "voting.guard"])
        assert.equal(await modeOf(join(folder, "net/v3/keys", key)), 0o600, key);
      assert.equal(await modeOf(join(folder, "net/network.json")), 0o600);
      assert.equal(await modeOf(join(folder, "net")), 0o700);
    }));

  it("makes the guard of each voting key, bound to the chain and empty", () =>
    inFolder(async (folder) => {
      await create(folder, "--validators", "1");
      const { chain, votingKeys } = await openHome(await configOf(folder, "v1"));
      const [voting] = votingKeys;
      assert.ok(voting);
      const bound = { file: voting.guardFile, publicKey: voting.key.publicKey as PublicKey, create: false };
      const guard = await SignerGuard.open({ ...bound, chainId: chain.chainId });
      assert.ok(guard.ok);
      await guard.value.close();
      const other = await SignerGuard.open({ ...bound, chainId: "11".repeat(32) as ChainId });
      assert.equal(other.ok ? "" : other.code, "other-chain");
    }));

  it("pays accounts whose keys it tells, on one machine", () =>
    inFolder(async (folder) => {
      const ran = await create(folder, "--accounts", "10");
      const { accounts } = await listOf(folder);
      assert.deepEqual(lastJson(ran)["accounts"], accounts);
      assert.equal(new Set(accounts.map(({ address }) => address)).size, 10);
      const genesis = openGenesisFile(await readFile(join(folder, "net/v1/genesis.json"), "utf8"));
      assert.ok(genesis.ok);
      assert.deepEqual(
        genesis.value.genesis.allocations.map(({ amount }) => `${amount}`),
        accounts.map(({ balance }) => balance),
      );
      await writeFile(join(folder, "secret"), accounts[0]?.secretKey ?? "");
      const key = await witan(
        "keys",
        "import",
        join(folder, "secret"),
        "--plain",
        "--json",
        "--out",
        join(folder, "k"),
      );
      assert.equal(lastJson(key)["address"], accounts[0]?.address);
    }));

  it("gives each node of a network for development its share of the cores", () =>
    inFolder(async (folder) => {
      await create(folder, "--accounts", "1", "--validators", "2");
      const { verifier } = await configOf(folder, "v2");
      assert.equal(verifier.workers, Math.max(1, Math.floor(availableParallelism() / 2)));
    }));

  it("lists what `witan member join --network` takes for peers", () =>
    inFolder(async (folder) => {
      await create(folder, "--validators", "2");
      const list = await listOf(folder);
      const home = join(folder, "v5");
      await witan("member", "create", "--name", "v5", "--plain", "--out", home);
      const file = join(folder, "net/network.json");
      const joining = (genesis: string, network: string): Promise<Ran> =>
        witan("member", "join", "--home", home, "--genesis", genesis, "--network", network, "--json");
      const genesis = join(folder, "net/v1/genesis.json");
      const other = join(folder, "other.json");
      for (const text of ["", "{}", "null", JSON.stringify({ ...list, nodes: [{ name: "v1" }] })]) {
        await writeFile(other, text);
        const refused = await joining(genesis, other);
        assert.equal(refused.code, 2);
        assert.match(refused.out, /"reason":"network-list".*lists no network/);
      }
      await writeFile(other, JSON.stringify({ ...list, chainId: "11".repeat(32) }));
      assert.match((await joining(genesis, other)).out, /a network of the chain 1111.*and the genesis is of/);
      const ran = await joining(genesis, file);
      assert.deepEqual([ran.code, lastJson(ran)["peers"]], [0, ["v1", "v2"]], ran.out);
      const { config } = await loadConfig({ home, env: {}, flags: {} });
      assert.deepEqual(
        config.network.peers.map(({ address }) => address),
        list.nodes.map(({ address }) => address),
      );
    }));

  it("makes no accounts with open secrets where another machine is among the hosts", () =>
    inFolder(async (folder) => {
      const ran = await create(folder, "--accounts", "1", "--hosts", "127.0.0.1,10.0.0.2");
      assert.equal(ran.code, 2);
      assert.match(ran.out, /"reason":"accounts".*10\.0\.0\.2:9600 is not this machine/);
      assert.deepEqual(await readdir(folder), []);
    }));

  it("encrypts all keys under one passphrase", () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "pw"), "correct horse\n");
      const out = join(folder, "net");
      const argv = [
        "network",
        "create",
        "--validators",
        "1",
        "--passphrase-file",
        join(folder, "pw"),
        "--out",
        out,
      ];
      const ran = await witan(...argv);
      assert.equal(ran.code, 0, ran.err);
      assert.match(ran.err, /encrypting the keys of v1/);
      assert.match(ran.out, /witan node --home .*v1 --keys-passphrase-file FILE/);
      const open = async (file: string) => {
        const flags = { "keys.passphraseFile": file };
        return openHome((await loadConfig({ home: join(out, "v1"), env: {}, flags })).config);
      };
      assert.equal((await open(join(folder, "pw"))).votingKeys.length, 1);
      await writeFile(join(folder, "wrong"), "wrong\n");
      await assert.rejects(open(join(folder, "wrong")), (error: CommandFailure) => {
        assert.deepEqual([error.exitCode, error.reason], [2, "passphrase"]);
        return true;
      });
    })).timeout(60_000);

  it("asks nobody without a terminal: the keys are not encrypted then, and it says so", () =>
    inFolder(async (folder) => {
      const ran = await witanProcess(["network", "create", "--out", "net"], { cwd: folder });
      assert.equal(ran.code, 0, ran.err);
      assert.match(ran.out, /keys +not encrypted: their files' mode is all that guards them/);
      assert.equal((await openHome(await configOf(folder, "v1"))).votingKeys.length, 1);
      assert.equal(await modeOf(join(folder, "net/v1/keys/voting.json")), 0o600);
    }));

  it("refuses an empty passphrase, and leaves nothing", () =>
    inFolder(async (folder) => {
      const env = { ...process.env, WITAN_PASSPHRASE: "" };
      const ran = await witanProcess(["network", "create", "--out", "net"], { cwd: folder, env });
      assert.equal(ran.code, 2);
      assert.match(ran.err, /an empty passphrase protects nothing/);
      assert.deepEqual(await readdir(folder), []);
    }));

  it("keeps what is there", () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, "net"));
      const ran = await create(folder);
      assert.equal(ran.code, 2);
      assert.match(ran.out, /it exists\. Move it away, or choose another name/);
      assert.deepEqual(await readdir(join(folder, "net")), []);
    }));

  it("leaves nothing of a network whose genesis does not hold", () =>
    inFolder(async (folder) => {
      const ran = await create(folder, "--parameter", "clockDriftMs=1");
      assert.equal(ran.code, 2);
      assert.match(ran.out, /"field":"parameters\.clockDriftMs"/);
      assert.deepEqual(await readdir(folder), []);
    }));
});

describe("the addresses of a network", () => {
  const plan = (hosts: string, validators = hosts.split(",").length, rpcPort = 9_545) => {
    const seats = Array.from({ length: validators }, (_, at) => {
      return { name: `v${at + 1}`, role: "validator" } as const;
    });
    return planNetwork({ seats, hosts: hosts.split(","), rpcPort });
  };
  const shown = (...of: Parameters<typeof plan>) =>
    plan(...of).map(({ address, listen, rpcListen }) => `${address} ${listen} ${rpcListen}`);

  it("count up on a host, for peers and for clients", () => {
    assert.deepEqual(shown("127.0.0.1", 3), [
      "127.0.0.1:9600 127.0.0.1:9600 127.0.0.1:9545",
      "127.0.0.1:9601 127.0.0.1:9601 127.0.0.1:9546",
      "127.0.0.1:9602 127.0.0.1:9602 127.0.0.1:9547",
    ]);
  });

  it("begin anew on each host, which listens everywhere for peers and on itself for clients", () => {
    assert.deepEqual(shown("a.org,b.org:700,a.org,[fd00::1],b.org:700"), [
      "a.org:9600 0.0.0.0:9600 127.0.0.1:9545",
      "b.org:700 0.0.0.0:700 127.0.0.1:9545",
      "a.org:9601 0.0.0.0:9601 127.0.0.1:9546",
      "[fd00::1]:9600 [::]:9600 127.0.0.1:9545",
      "b.org:701 0.0.0.0:701 127.0.0.1:9546",
    ]);
  });

  it("take localhost for what it is", () => {
    assert.deepEqual(shown("localhost,127.0.0.1"), shown("127.0.0.1", 2));
    assert.ok(plan("localhost,[::1],127.3.2.1").every((place) => place.isLoopback));
  });

  it("never meet: peers step aside, clients stay where they were said to be", () => {
    const places = plan("127.0.0.1", 100);
    const all = places.flatMap(({ address, rpcListen }) => [address, rpcListen]);
    assert.equal(new Set(all).size, 200);
    assert.equal(places[99]?.rpcListen, "127.0.0.1:9644");
  });

  const refusals: readonly (readonly [string, number, RegExp])[] = [
    ["a,b", 3, /names 2, expected one for all or 3/],
    ["a:0", 1, /a port from 1 on/],
    ["::1", 1, /IPv6 address in brackets/],
    ["a b", 1, /expected HOST or HOST:PORT/],
    ["", 1, /expected HOST or HOST:PORT/],
    ["127.0.0.1:9546,127.0.0.1", 2, /127\.0\.0\.1:9546: that port is for clients/],
    ["a:65535", 2, /reach past 65535/],
  ];
  for (const [hosts, validators, message] of refusals)
    it(`are refused for ${JSON.stringify(hosts)} and ${validators}`, () => {
      assert.throws(
        () => plan(hosts, validators),
        (error: CommandFailure) => {
          assert.equal(error.exitCode, 2);
          assert.match(error.message, message);
          return true;
        },
      );
    });
});
