// Who is in a new network: numbers by mode and hosts, homes of proposers, acceptors and observers, and which home may hold
// the key that acceptors share.
import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadConfig } from "../../packages/cli/src/config/load.ts";
import type { CommandFailure } from "../../packages/cli/src/exit.ts";
import type { NetworkList } from "../../packages/cli/src/home/make-network.ts";
import { type SeatOptions, seatsOf } from "../../packages/cli/src/home/network-seats.ts";
import { type Home, openHome } from "../../packages/cli/src/home/open.ts";
import { inFolder, lastJson, type Ran, witan } from "./run.ts";

const FAST = ["--consensus", "bp-fast-paxos"] as const;

function create(folder: string, ...more: readonly string[]): Promise<Ran> {
  return witan("network", "create", "--plain", "--out", join(folder, "net"), "--json", ...more);
}

async function open(home: string, flags: Record<string, string> = {}): Promise<Home> {
  return openHome((await loadConfig({ home, env: {}, flags })).config);
}

async function refusal(home: string, flags: Record<string, string> = {}): Promise<CommandFailure> {
  return open(home, flags).then(
    () => assert.fail("it opened"),
    (error) => error as CommandFailure,
  );
}

/** A network of one proposer, two acceptors and one observer. */
function withFast<T>(work: (net: string) => Promise<T>, ...more: readonly string[]): Promise<T> {
  return inFolder(async (folder) => {
    const counts = ["--proposers", "1", "--acceptors", "2", "--observers", "1"];
    const ran = await create(folder, ...FAST, ...counts, ...more);
    assert.equal(ran.code, 0, ran.out);
    return work(join(folder, "net"));
  });
}

describe("the nodes of a network", () => {
  const names = (
    options: Omit<SeatOptions, "consensus">,
    hosts = 1,
    consensus: SeatOptions["consensus"] = "bp-fast-paxos",
  ) =>
    seatsOf({ consensus, ...options }, hosts)
      .map(({ name }) => name)
      .join(" ");

  it("are as many as asked for, or as there are hosts, or a few", () => {
    assert.equal(names({}), "p1 p2 a1 a2 a3 a4");
    assert.equal(names({ proposers: "1", acceptors: "3", observers: "2" }), "p1 a1 a2 a3 o1 o2");
    assert.equal(names({}, 6), "p1 p2 a1 a2 a3 a4");
    assert.equal(names({ observers: "1" }, 6), "p1 p2 a1 a2 a3 o1");
    assert.equal(names({ acceptors: "4" }, 7), "p1 p2 p3 a1 a2 a3 a4");
    assert.equal(names({ proposers: "3" }, 4), "p1 p2 p3 a1");
    assert.equal(names({}, 1, "pbft"), "v1 v2 v3 v4");
    assert.equal(names({ observers: "1" }, 3, "pbft"), "v1 v2 o1");
    assert.equal(names({ validators: "1", observers: "1" }, 1, "pbft"), "v1 o1");
  });

  it("have roles by their names", () => {
    const seats = seatsOf({ consensus: "bp-fast-paxos", proposers: "1", acceptors: "1", observers: "1" }, 1);
    assert.deepEqual(
      seats.map(({ role }) => role),
      ["proposer", "acceptor", "observer"],
    );
  });

  const refusals: readonly (readonly [
    Omit<SeatOptions, "consensus">,
    number,
    SeatOptions["consensus"],
    RegExp,
  ])[] = [
    [{ validators: "4" }, 1, "bp-fast-paxos", /--validators is for --consensus pbft/],
    [{ proposers: "2" }, 1, "pbft", /--proposers and --acceptors are for --consensus bp-fast-paxos/],
    [{ acceptors: "4" }, 1, "pbft", /--proposers and --acceptors are for --consensus bp-fast-paxos/],
    [{ acceptors: "0" }, 1, "bp-fast-paxos", /--acceptors 0/],
    [{ proposers: "0" }, 1, "bp-fast-paxos", /--proposers 0/],
    [{ proposers: "two" }, 1, "bp-fast-paxos", /--proposers two/],
    [{}, 2, "bp-fast-paxos", /--hosts names 2, and 2 are taken: none is left for an acceptor/],
    [{ acceptors: "3" }, 3, "bp-fast-paxos", /none is left for a proposer/],
    [{ observers: "2" }, 2, "pbft", /none is left for a validator/],
    [
      { proposers: "256", acceptors: "256" },
      1,
      "bp-fast-paxos",
      /512 members, and a chain takes at most 256/,
    ],
  ];
  for (const [options, hosts, consensus, message] of refusals)
    it(`are refused for ${consensus} with ${JSON.stringify(options)} on ${hosts} hosts`, () => {
      assert.throws(
        () => seatsOf({ consensus, ...options }, hosts),
        (error: CommandFailure) => {
          assert.equal(error.exitCode, 2);
          assert.match(error.message, message);
          return true;
        },
      );
    });
});

describe("a network of BP Fast Paxos", () => {
  it("has a home for each process, that opens, knows all others, and is of one chain", () =>
    withFast(async (net) => {
      const list = JSON.parse(await readFile(join(net, "network.json"), "utf8")) as NetworkList;
      assert.deepEqual(
        list.nodes.map(({ name, role }) => `${name} ${role}`),
        ["p1 proposer", "a1 acceptor", "a2 acceptor", "o1 observer"],
      );
      assert.equal(list.consensus, "bp-fast-paxos");
      for (const { name, role } of list.nodes) {
        const { config } = await loadConfig({ home: join(net, name), env: {}, flags: {} });
        const home = await openHome(config);
        assert.equal(home.chain.chainId, list.chainId);
        const consensus = {
          kind: "bp-fast-paxos",
          promiseAuthentication: "mac",
          detectByzantineAcceptors: false,
        };
        assert.deepEqual(home.chain.genesis.consensus, consensus);
        assert.equal(config.network.peers.length, 3);
        const member = home.chain.genesis.members.find((one) => one.name === name);
        assert.equal(member?.role, role === "observer" ? undefined : role);
        assert.deepEqual(home.member, member);
        assert.deepEqual(home.votingKeys.length, role === "observer" ? 0 : 1);
      }
    }));

  it("gives the shared key to acceptors, the same to all, and to nobody else", () =>
    withFast(async (net) => {
      const keyOf = async (name: string) => (await open(join(net, name))).acceptorsKey;
      assert.ok((await keyOf("a1"))?.id);
      assert.deepEqual(await keyOf("a1"), await keyOf("a2"));
      assert.equal((await stat(join(net, "a1/keys/acceptors.json"))).mode & 0o777, 0o600);
      for (const name of ["p1", "o1"])
        assert.ok(!(await readdir(join(net, name, "keys"))).includes("acceptors.json"), name);
    }));

  it("gives an observer a key that names it, and no other", () =>
    withFast(async (net) => {
      assert.deepEqual(await readdir(join(net, "o1")), ["config.toml", "genesis.json", "keys"]);
      assert.deepEqual(await readdir(join(net, "o1/keys")), ["peer.json"]);
    }));

  it("has no shared key where acceptors sign, and refuses one", () =>
    withFast(
      async (net) => {
        assert.ok(!(await readdir(join(net, "a1/keys"))).includes("acceptors.json"));
        const { chain } = await open(join(net, "a1"));
        assert.deepEqual(chain.genesis.consensus, {
          ...{ kind: "bp-fast-paxos", promiseAuthentication: "signature", detectByzantineAcceptors: true },
        });
        const error = await refusal(join(net, "a1"), { "keys.acceptors": join(net, "none") });
        assert.match(error.message, /nobody shares a key on this chain \(its acceptors sign promises\)/);
      },
      ...["--promise-authentication", "signature", "--detect-byzantine-acceptors"],
    ));

  it("encrypts the shared key as the others", () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, "pw"), "correct horse\n");
      const argv = ["network", "create", ...FAST, "--proposers", "1", "--acceptors", "1"];
      const files = ["--passphrase-file", join(folder, "pw"), "--out", join(folder, "net")];
      assert.equal((await witan(...argv, ...files)).code, 0);
      const home = await open(join(folder, "net/a1"), { "keys.passphraseFile": join(folder, "pw") });
      const text = await readFile(join(folder, "net/a1/keys/acceptors.json"), "utf8");
      assert.ok(home.acceptorsKey && !text.includes(home.acceptorsKey.secretKey));
    })).timeout(60_000);

  it("is meant by who counts proposers or acceptors, and no other mode with them", () =>
    inFolder(async (folder) => {
      const ran = await create(folder, "--plain", "--proposers", "1", "--acceptors", "1");
      assert.equal(ran.code, 0, ran.out);
      assert.equal(JSON.parse(ran.out).consensus, "bp-fast-paxos");
      for (const other of [
        ["--validators", "3"],
        ["--consensus", "pbft"],
      ]) {
        const refused = await create(join(folder, "other"), "--plain", "--acceptors", "1", ...other);
        assert.equal(refused.code, 2);
        assert.match(refused.out, /--proposers and --acceptors/);
      }
    }));

  for (const option of [["--promise-authentication", "mac"], ["--detect-byzantine-acceptors"]])
    it(`alone takes ${option[0]}`, () =>
      inFolder(async (folder) => {
        const ran = await create(folder, ...option);
        assert.equal(ran.code, 2);
        assert.match(ran.out, /are for --consensus bp-fast-paxos only; the mode is pbft/);
        const file = ["--name", "x", "--out", join(folder, "g.json"), "--json", ...option];
        assert.equal((await witan("genesis", "create", ...file)).code, 2);
        assert.deepEqual(await readdir(folder), []);
      }));
});

describe("a home of BP Fast Paxos", () => {
  it("is refused with the keys of a proposer and of an acceptor, with the reason", () =>
    withFast(async (net) => {
      const voting = ["p1", "a1"].map((name) => join(net, name, "keys/voting.json")).join(",");
      for (const home of ["p1", "a1"]) {
        const error = await refusal(join(net, home), { "keys.voting": voting });
        assert.deepEqual([error.exitCode, error.reason], [2, "proposer-and-acceptor"]);
        assert.match(error.message, /the key of the proposer p1 .* the key of the acceptor a1 .* never both/);
      }
    }));

  it("of a proposer is refused with the shared key; so is an observer's", () =>
    withFast(async (net) => {
      const shared = { "keys.acceptors": join(net, "a1/keys/acceptors.json") };
      const proposer = await refusal(join(net, "p1"), shared);
      assert.deepEqual([proposer.exitCode, proposer.reason], [2, "acceptors-key"]);
      assert.match(
        proposer.message,
        /make promises of every acceptor, so no proposer may\. .* replace it on all/,
      );
      assert.match((await refusal(join(net, "o1"), shared)).message, /an observer has no use for it/);
      // A copy that lies there is held too, though no setting names it.
      for (const [home, why] of [
        ["p1", /p1\/keys\/acceptors\.json, and so is the key of the proposer p1 .* no proposer may/],
        ["o1", /o1\/keys\/acceptors\.json, .* an observer has no use for it/],
      ] as const) {
        await copyFile(join(net, "a1/keys/acceptors.json"), join(net, home, "keys/acceptors.json"));
        const found = await refusal(join(net, home));
        assert.deepEqual([found.exitCode, found.reason], [2, "acceptors-key"]);
        assert.match(found.message, why);
      }
    }));

  it("of an acceptor is refused without the shared key, or with one that is damaged or open to others", () =>
    withFast(async (net) => {
      const home = join(net, "a1");
      assert.match(
        (await refusal(home, { "keys.acceptors": "" })).message,
        /holds the key of the acceptor a1 .*, and no key that acceptors share: .* Copy the file from another acceptor/,
      );
      const file = join(home, "keys/acceptors.json");
      await rm(file);
      const missing = await refusal(home);
      assert.deepEqual([missing.exitCode, missing.reason], [2, "missing"]);
      assert.match(missing.message, /copy the key from another acceptor/);
      await writeFile(file, "{}", { mode: 0o600 });
      assert.match((await refusal(home)).message, /acceptors\.json is no file of the acceptors' key/);
      await writeFile(join(home, "keys/wide"), await readFile(join(net, "a2/keys/acceptors.json")), {
        mode: 0o644,
      });
      assert.match(
        (await refusal(home, { "keys.acceptors": join(home, "keys/wide") })).message,
        /run chmod 600/,
      );
    }));
});

describe("a network of BP Fast Paxos without network create", () => {
  it("is founded by its members, each with a home of its own; the key goes to acceptors by hand", () =>
    inFolder(async (folder) => {
      const at = (path: string) => join(folder, path);
      for (const [name, role] of [
        ["p1", "proposer"],
        ["a1", "acceptor"],
        ["a2", "acceptor"],
      ] as const) {
        const argv = ["member", "create", "--plain", "--name", name, "--role", role, "--out", at(name)];
        assert.equal((await witan(...argv)).code, 0);
      }
      const members = ["p1", "a1", "a2"].flatMap((name) => ["--member", at(`${name}/member.json`)]);
      const genesis = at("genesis.json");
      const made = await witan("genesis", "create", "--name", "port", ...FAST, ...members, "--out", genesis);
      assert.equal(made.code, 0, made.err);
      const join_ = (name: string) =>
        witan("member", "join", "--home", at(name), "--genesis", genesis, "--json");
      const without = await join_("a1");
      assert.equal(without.code, 2);
      assert.match(without.out, /"reason":"acceptors-key".*no key that acceptors share/);

      const key = ["keys", "new", "--plain", "--purpose", "acceptors", "--out", at("a1/keys/acceptors.json")];
      const shared = await witan(...key, "--json");
      const { id } = lastJson(shared);
      assert.match(String(id), /^[0-9a-f]{32}$/);
      await copyFile(at("a1/keys/acceptors.json"), at("a2/keys/acceptors.json"));
      for (const name of ["p1", "a1", "a2"]) {
        const joined = await join_(name);
        assert.deepEqual([joined.code, lastJson(joined)["member"]], [0, name], joined.out);
        assert.equal((await open(at(name))).acceptorsKey?.id, name === "p1" ? undefined : id);
      }
      const shown = await witan("keys", "show", at("a2/keys/acceptors.json"), "--json");
      assert.deepEqual([lastJson(shown)["purpose"], lastJson(shown)["id"]], ["acceptors", id]);
      assert.ok(!shown.out.includes("secretKey"));
    }));

  it("refuses to join a proposer that was given the key", () =>
    inFolder(async (folder) => {
      assert.equal((await create(folder, ...FAST, "--proposers", "1", "--acceptors", "1")).code, 0);
      const home = join(folder, "net/p1");
      for (const file of ["genesis.json", "config.toml", "keys/voting.guard"]) await rm(join(home, file));
      await mkdir(join(home, "keys"), { recursive: true });
      await copyFile(join(folder, "net/a1/keys/acceptors.json"), join(home, "keys/acceptors.json"));
      const ran = await witan(
        "member",
        "join",
        "--home",
        home,
        "--genesis",
        join(folder, "net/a1/genesis.json"),
        "--json",
      );
      assert.equal(ran.code, 2);
      assert.match(ran.out, /so no proposer may/);
    }));
});
