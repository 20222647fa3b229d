// `witan governance …`: a change goes from hand to hand as a file, and nobody approves what they did not read.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RpcClient } from "@witan/client";
import { formatPeerId } from "@witan/crypto";
import { writeKeyFile } from "@witan/crypto/node";
import type { Change, Governance } from "@witan/ledger";
import type { ChainId, PublicKey } from "@witan/primitives";
import { changeText } from "../../packages/cli/src/governance-change.ts";
import { proposalOf, writeProposal } from "../../packages/cli/src/governance-file.ts";
import { keyOfName, memberOf } from "../ledger/build.ts";
import { SAMPLES } from "../rpc/samples.ts";
import { FakeNode } from "./fake-node.ts";
import { inFolder, lastJson, type Ran, witan } from "./run.ts";

let node: FakeNode;
beforeEach(async () => {
  node = await FakeNode.start();
});
afterEach(() => FakeNode.stopAll());

function errorOf(ran: Ran): { readonly reason: string; readonly message: string } {
  return lastJson(ran)["error"] as { reason: string; message: string };
}

/** A folder with the operators' keys of members, and what is done there. */
function withOperators<T>(work: (at: Desk) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    for (const name of ["a", "b", "c", "d", "stranger"]) {
      const { publicKey, secretKey } = keyOfName(`${name} operator`);
      await writeKeyFile(join(folder, `${name}.json`), { purpose: "operator", publicKey, secretKey });
    }
    return work(new Desk(folder));
  });
}

class Desk {
  readonly folder: string;
  constructor(folder: string) {
    this.folder = folder;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  propose(...change: readonly string[]): Promise<Ran> {
    const out = ["--out", this.file("proposal.json"), "--json"];
    return witan("governance", "propose", ...change, "--rpc", node.url, ...out);
  }

  async approve(...names: readonly string[]): Promise<readonly string[]> {
    const files: string[] = [];
    for (const name of names) {
      const out = this.file(`by-${name}.json`);
      const ran = await this.approving(this.file("proposal.json"), name, "--out", out);
      assert.equal(ran.code, 0, ran.out);
      files.push(out);
    }
    return files;
  }

  approving(file: string, name: string, ...more: readonly string[]): Promise<Ran> {
    return witan("governance", "approve", file, "--key", this.file(`${name}.json`), "--json", ...more);
  }

  submit(files: readonly string[], ...more: readonly string[]): Promise<Ran> {
    return witan("governance", "submit", ...files, "--rpc", node.url, "--json", ...more);
  }
}

const FEE = ["change-parameter", "feeRateMin=10"];

describe("witan governance", () => {
  it("makes a change that a quorum of operators approved, each in a file of its own", () =>
    withOperators(async (desk) => {
      const proposed = await desk.propose(...FEE);
      assert.equal(proposed.code, 0, proposed.out);
      const { change, sequence, approvals, transaction } = lastJson(proposed);
      assert.deepEqual(
        [change, sequence, approvals],
        [{ kind: "changeParameter", parameter: "feeRateMin", value: 10 }, 0, []],
      );
      const ran = await desk.submit(await desk.approve("a", "c", "d"), "--wait");
      assert.equal(ran.code, 0, ran.out);
      const expected = {
        transaction,
        status: "final",
        height: 1,
        quorum: 3,
        approved: ["a", "c", "d"],
        missing: ["b"],
      };
      assert.deepEqual(lastJson(ran), expected);
      assert.equal(node.proven.ledger.state.governance.state.parameters.feeRateMin, 10);
    }));

  it("goes on from an approved file, and counts an operator once", () =>
    withOperators(async (desk) => {
      await desk.propose(...FEE);
      const [first] = await desk.approve("a");
      const chained = desk.file("chain.json");
      await desk.approving(first as string, "b", "--out", chained);
      const again = desk.file("again.json");
      await desk.approving(chained, "b", "--out", again);
      const shown = lastJson(await witan("governance", "show", again, "--json"));
      assert.equal((shown["approvals"] as unknown[]).length, 2);
      const ran = await desk.submit([again, chained]);
      assert.deepEqual([ran.code, errorOf(ran).reason], [1, "approvals-too-few"]);
      assert.match(
        errorOf(ran).message,
        /approved by a, b; 1 more of c, d needed \(3 in all\)\. Nothing was submitted/,
      );
    }));

  it("leaves out the approval of who has no say, and says so", () =>
    withOperators(async (desk) => {
      await desk.propose(...FEE);
      const files = await desk.approve("a", "b", "stranger", "c");
      const ran = await witan("governance", "submit", ...files, "--rpc", node.url, "--wait");
      assert.equal(ran.code, 0, ran.out + ran.err);
      assert.match(
        ran.err,
        /left out: the approval by 0[23][0-9a-f]{64}, which is no voting member's operator key/,
      );
      assert.match(ran.out, /status +final: in block 1/);
    }));

  it("shows in words what is approved, before the key is asked for", () =>
    withOperators(async (desk) => {
      await desk.propose("remove-member", "d");
      const proposal = desk.file("proposal.json");
      const ran = await witan("governance", "approve", proposal, "--key", desk.file("none.json"));
      assert.equal(ran.code, 2);
      assert.match(ran.err, /would +remove the member d; its keys never come back\n/);
      assert.ok(ran.err.indexOf("would") < ran.err.indexOf("does not exist"));
      const shown = await witan("governance", "show", proposal);
      assert.match(shown.out, /approved by +nobody yet/);
    }));

  it("tells whose keys have approved, where a node is asked", () =>
    withOperators(async (desk) => {
      await desk.propose(...FEE);
      const [byA = ""] = await desk.approve("a");
      const both = desk.file("both.json");
      await desk.approving(byA, "stranger", "--out", both);
      const [a, stranger] = [keyOfName("a operator").publicKey, keyOfName("stranger operator").publicKey];
      const alone = await witan("governance", "show", both);
      assert.ok(alone.out.includes(a) && !alone.out.includes(`a (${a})`), "without a node keys alone");
      const argv = ["governance", "show", both, "--rpc", node.url];
      const told = (await witan(...argv)).out;
      assert.ok(told.includes(`a (${a})`), told);
      assert.ok(told.includes(`${stranger}, which is no member's operator key`), told);
      const json = lastJson(await witan(...argv, "--json"));
      const approvals = json["approvals"] as readonly string[];
      assert.deepEqual(
        json["approvedBy"],
        approvals.map((key) => (key === a ? "a" : null)),
      );
      const approve = ["governance", "approve", both, "--key", desk.file("b.json"), "--rpc", node.url];
      const third = await witan(...approve);
      assert.ok(third.err.includes(`a (${a})`), "before the key is used");
    }));

  it("names the approval beside the proposal unless told otherwise", () =>
    withOperators(async (desk) => {
      await desk.propose(...FEE);
      const ran = await desk.approving(desk.file("proposal.json"), "a");
      const key = keyOfName("a operator").publicKey;
      assert.equal(lastJson(ran)["file"], desk.file(`proposal.${key.slice(0, 10)}.json`));
    }));

  it("approves with operator keys only", () =>
    withOperators(async (desk) => {
      await desk.propose(...FEE);
      await witan("keys", "new", "--plain", "--purpose", "voting", "--out", desk.file("voting.json"));
      const ran = await desk.approving(desk.file("proposal.json"), "voting");
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "key-purpose"]);
    }));

  it("refuses a proposal whose turn is over, where a node is asked", () =>
    withOperators(async (desk) => {
      await desk.propose(...FEE);
      const files = await desk.approve("a", "b", "c");
      assert.equal((await desk.submit(files)).code, 0);
      const late = await desk.approving(desk.file("proposal.json"), "d", "--rpc", node.url);
      assert.deepEqual([late.code, errorOf(late).reason], [1, "governance-sequence"]);
      assert.match(
        errorOf(late).message,
        /has sequence 0, the chain's next is 1: another change took its place/,
      );
      node.instead.transaction_wait = async ({ transaction }) => ({ transaction, status: "unknown" });
      const twice = await desk.submit(files);
      assert.deepEqual([twice.code, errorOf(twice).reason], [1, "governance-sequence"]);
    }));

  it("answers as the first time where the change is made already, though its members are others now", () =>
    withOperators(async (desk) => {
      const before = await new RpcClient({ url: node.url }).call("governance_state", {});
      await desk.propose("remove-member", "a");
      const files = await desk.approve("a", "b", "c");
      const first = await desk.submit(files, "--wait");
      assert.equal(first.code, 0, first.out);
      const hash = "11".repeat(32);
      node.instead.transaction_wait = async ({ transaction }) => {
        return { transaction, status: "final", height: 1, hash, index: 0 };
      };
      node.instead.consensus_membership = async ({ height }) => {
        assert.equal(height, 1);
        return { from: 1, quorum: 3, members: before.members };
      };
      for (const more of [[], ["--wait"]]) {
        const again = await desk.submit(files, ...more);
        assert.deepEqual([again.code, lastJson(again)], [0, lastJson(first)]);
      }
    }));

  it("refuses a proposal of another chain", () =>
    withOperators(async (desk) => {
      await desk.propose(...FEE);
      const [file = ""] = await desk.approve("a");
      node.instead.node_status = async () => {
        return SAMPLES.node_status.result;
      };
      const ran = await desk.approving(file, "b", "--rpc", node.url, "--out", desk.file("x.json"));
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "chain-other"]);
    }));

  it("refuses files of two proposals together", () =>
    withOperators(async (desk) => {
      await desk.propose(...FEE);
      const [first = ""] = await desk.approve("a");
      const out = ["--out", desk.file("other.json")];
      await witan("governance", "propose", "change-parameter", "feeRateMin=11", "--rpc", node.url, ...out);
      const ran = await desk.submit([first, desk.file("other.json")]);
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "proposals-differ"]);
    }));

  it("refuses a file that says something else than it would do", () =>
    withOperators(async (desk) => {
      await desk.propose("remove-member", "d");
      const file = desk.file("proposal.json");
      const text = await readFile(file, "utf8");
      const altered: readonly (readonly [string, string])[] = [
        [text.replace("the member d;", "the member c;"), "proposal-contradicts"],
        [text.replace(/"id": "[0-9a-f]{64}"/, `"id": "${"00".repeat(32)}"`), "proposal-contradicts"],
        [text.replace(node.chainId, "11".repeat(32)), "proposal-contradicts"],
        [text.replace('"version": 1', '"version": 2'), "proposal-file"],
        [text.replace('"version"', '"note": "", "version"'), "proposal-file"],
        [text.slice(0, -10), "proposal-file"],
        [text.replace(/"transaction": "[0-9a-f]+"/, '"transaction": "00"'), "encoding"],
      ];
      for (const [changed, reason] of altered) {
        await writeFile(file, changed);
        const ran = await desk.approving(file, "a");
        assert.deepEqual([ran.code, errorOf(ran).reason], [2, reason], ran.out);
      }
    }));

  it("refuses a change that no chain would take, however well it is written down", () =>
    withOperators(async (desk) => {
      const body = {
        kind: "governance",
        sequence: 0,
        validUntil: 1,
        change: { kind: "removeMember", name: "c, d" },
      } as const;
      await writeProposal(
        desk.file("proposal.json"),
        proposalOf(node.chainId as ChainId, body as unknown as Governance, []),
      );
      const ran = await desk.approving(desk.file("proposal.json"), "a");
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "change-name"]);
    }));

  it("refuses a signature that is not of the proposal", () =>
    withOperators(async (desk) => {
      await desk.propose(...FEE);
      const [file = ""] = await desk.approve("a");
      const json = JSON.parse(await readFile(file, "utf8")) as { transaction: string };
      const { publicKey } = keyOfName("a operator");
      const other = keyOfName("b operator").publicKey;
      json.transaction = json.transaction.replace(publicKey, other);
      await writeFile(file, JSON.stringify(json));
      const ran = await witan("governance", "show", file, "--json");
      assert.deepEqual([ran.code, errorOf(ran).reason], [2, "signature-invalid"]);
    }));
});

describe("a proposal", () => {
  const key = keyOfName("newcomer").publicKey;
  const hash = "ab".repeat(32);
  const peer = formatPeerId(memberOf("e").peerId);
  const changes: readonly (readonly [readonly string[], unknown])[] = [
    [["remove-member", "d"], { kind: "removeMember", name: "d" }],
    [
      ["replace-key", "a", "--voting-key", key],
      { kind: "replaceKey", name: "a", key: { kind: "voting", votingKey: key } },
    ],
    [
      ["replace-key", "a", "--peer-id", peer],
      { kind: "replaceKey", name: "a", key: { kind: "peer", peerId: peer } },
    ],
    [
      ["replace-key", "a", "--operator-key", key],
      { kind: "replaceKey", name: "a", key: { kind: "operator", operatorKey: key } },
    ],
    [
      ["permit-client", key, "--prefix", "z/", "--prefix", "a/"],
      { kind: "permitClient", publicKey: key, registerPrefixes: ["a/", "z/"] },
    ],
    [["revoke-client", key], { kind: "revokeClient", publicKey: key }],
    [
      ["register-asset", `TIN:3:${hash}`],
      { kind: "registerAsset", name: "TIN", decimals: 3, issuancePolicyHash: hash },
    ],
    [["change-rules", "2"], { kind: "changeRules", rulesVersion: 2 }],
  ];
  for (const [argv, change] of changes)
    it(`may be: ${argv.slice(0, 3).join(" ").slice(0, 60)}`, () =>
      withOperators(async (desk) => {
        const ran = await desk.propose(...argv);
        assert.equal(ran.code, 0, ran.out);
        assert.deepEqual(lastJson(ran)["change"], change);
      }));

  it("may be a new member, made by member create", () =>
    withOperators(async (desk) => {
      await witan("member", "create", "--plain", "--name", "e", "--out", desk.file("e"));
      const ran = await desk.propose("add-member", "--member", desk.file("e/member.json"));
      assert.equal(ran.code, 0, ran.out);
      const member = JSON.parse(await readFile(desk.file("e/member.json"), "utf8"));
      assert.deepEqual(lastJson(ran)["change"], { kind: "addMember", member });
      await desk.submit(await desk.approve("a", "b", "c"), "--wait");
      assert.equal(node.proven.ledger.state.governance.state.members.length, 5);
    }));

  const refusals: readonly (readonly [readonly string[], number, string, RegExp])[] = [
    [["fly"], 2, "change", /there is no change fly, expected one of add-member/],
    [["add-member"], 2, "arguments", /propose add-member --member FILE/],
    [["remove-member"], 2, "arguments", /propose remove-member NAME/],
    [["remove-member", "D"], 2, "name", /1 to 32 of a-z/],
    [["remove-member", "x"], 1, "member-unknown", /the chain would refuse this change at height 0/],
    [["replace-key", "a"], 2, "arguments", /--voting-key KEY \| --peer-id ID/],
    [["replace-key", "a", "--voting-key", key, "--operator-key", key], 2, "arguments", /replace-key NAME/],
    [["replace-key", "a", "--voting-key", "05"], 2, "public-key", /--voting-key: a public key is 66/],
    [["replace-key", "a", "--peer-id", "12D3"], 2, "peer-id", /--peer-id: found 4 characters/],
    [
      ["remove-member", "d", "--voting-key", key],
      2,
      "arguments",
      /a new key is for replace-key, and the change is remove-member/,
    ],
    [["revoke-client", key, "--prefix", "a"], 2, "arguments", /--prefix is for permit-client/],
    [["permit-client", key, "--prefix", "a", "--prefix", "a"], 2, "change-prefixes", /./],
    [["forget-client", key], 1, "client-unknown", /would refuse/],
    [["register-asset", "TIN:3"], 2, "arguments", /NAME:DECIMALS:POLICY-HASH/],
    [["register-asset", `TIN:19:${hash}`], 2, "number", /DECIMALS 19: expected a whole number from 0 to 18/],
    [["register-asset", `GOLD:2:${hash}`], 1, "name-taken", /would refuse/],
    [["change-parameter", "feeRate=1"], 2, "parameter", /one of blockBytesMax/],
    [["change-parameter", "clockDriftMs=5"], 2, "parameter", /expected 100 to 60000/],
    [["change-parameter", "feeRateMin=0"], 1, "change-empty", /would refuse/],
    [["change-rules", "5"], 1, "rules-not-next", /would refuse/],
  ];
  for (const [argv, code, reason, message] of refusals)
    it(`may not be: ${argv.join(" ").slice(0, 60)}`, () =>
      withOperators(async (desk) => {
        const ran = await desk.propose(...argv);
        assert.deepEqual([ran.code, errorOf(ran).reason], [code, reason], ran.out);
        assert.match(errorOf(ran).message, message);
        await assert.rejects(readFile(desk.file("proposal.json")));
      }));

  it("is told in words, whatever it is", () => {
    const publicKey = key as PublicKey;
    const all: readonly (readonly [Change, RegExp])[] = [
      [
        { kind: "addMember", member: memberOf("e") },
        /^add e as validator, with voting key 0\w+, peer id 12D3KooW\w+, operator key \w+, reward policy none: fees are destroyed$/,
      ],
      [
        { kind: "addMember", member: { ...memberOf("e"), rewardPolicy: keyOfName("e").policyHash } },
        /, reward policy [0-9a-f]{64}$/,
      ],
      [{ kind: "permitClient", publicKey, registerPrefixes: [] }, /to sign, and to write no registers$/],
      [
        { kind: "permitClient", publicKey, registerPrefixes: ["a", "b"] },
        /registers beginning with "a", "b"$/,
      ],
      [{ kind: "revokeClient", publicKey }, /^revoke the client 0/],
      [{ kind: "forgetClient", publicKey }, /^forget the client 0/],
      [{ kind: "changeRules", rulesVersion: 2 }, /^let rules version 2 hold/],
    ];
    for (const [change, words] of all) assert.match(changeText(change), words);
  });
});
