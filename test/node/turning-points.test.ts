// What the log says of consensus: views that were given up, who decides from now on, one node with the keys of several.
import assert from "node:assert/strict";
import type { PbftStatus } from "@witan/consensus";
import { formatPeerId } from "@witan/crypto";
import type { Log, VoteSigner } from "@witan/node";
import type { Height, Membership, Network, PeerId, PublicKey, View } from "@witan/primitives";
import type { VotingStatus } from "../../packages/node/src/consensus/pbft/voting-engine.ts";
import { TurningPoints } from "../../packages/node/src/consensus/turning-points.ts";
import { memberOf } from "../ledger/build.ts";

const [A, B, C, D, E] = [memberOf("a"), memberOf("b"), memberOf("c"), memberOf("d"), memberOf("e")];
const NONE: readonly PublicKey[] = [];

type Line = Readonly<Record<string, unknown>>;

function membership(from: number, members = [A, B, C, D]): Membership {
  return { mode: "pbft", from: from as Height, members };
}

function logOf() {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, message, ...fields });
  };
  return { lines, log: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

function status(view: number, phase: PbftStatus["phase"], more: Partial<Line> = {}): VotingStatus {
  const fields = { mode: "pbft", membership: 1, height: 7, primary: view % 4, ...more };
  const votes = { prepares: [], commits: [], viewChanges: [], ...more };
  return { ...fields, ...votes, view: view as View, phase } as unknown as VotingStatus;
}

/** Of a node that votes with these keys, and is called so on the network. */
function turningPoints(log: Log, publicKeys: readonly PublicKey[], self: PeerId = A.peerId): TurningPoints {
  const signer = { publicKeys } as VoteSigner;
  return new TurningPoints({ log, signer, network: { self } as Network }, membership(1));
}

describe("the log of turning points", () => {
  it("tells of a view that was given up: from which to which, and whose it was", () => {
    const { lines, log } = logOf();
    const points = turningPoints(log, NONE);
    points.look(status(0, "idle"));
    points.look(status(0, "proposed"));
    assert.deepEqual(lines, []);
    points.look(status(1, "changingView", { viewChanges: [1, 3] }));
    points.look(status(1, "changingView", { viewChanges: [1, 2, 3] }));
    assert.equal(lines.length, 1);
    const [{ message, ...fields } = {} as Line] = lines;
    assert.match(String(message), /view was given up: under its primary nothing was decided in time/);
    assert.deepEqual(fields, {
      ...{ level: "info", height: 7, from: 0, to: 1, primary: "a", next: "b", asked: ["b", "d"] },
    });
    points.look(status(1, "idle"));
    points.look(status(1, "proposed"));
    assert.equal(lines.length, 2);
    assert.deepEqual(lines[1], {
      ...{ level: "info", message: "a new view has begun", height: 7, view: 1, primary: "b" },
    });
  });

  it("tells of both where the new view begins between two looks", () => {
    const { lines, log } = logOf();
    const points = turningPoints(log, NONE);
    points.look(status(0, "idle"));
    points.look(status(2, "proposed"));
    assert.deepEqual(
      lines.map(({ from, to, view }) => [from, to, view]),
      [
        [0, 2, undefined],
        [undefined, undefined, 2],
      ],
    );
    // It has not asked for the view, and can't say what was wrong with the one before.
    assert.match(String(lines[0]?.["message"]), /view was given up: the other members went on/);
  });

  it("takes views that begin anew with other members for no view given up", () => {
    const { lines, log } = logOf();
    const points = turningPoints(log, NONE);
    points.look(status(3, "idle"));
    points.look(status(0, "idle", { membership: 8 }));
    assert.deepEqual(lines, []);
  });

  it("tells of members added and removed, and of keys replaced", () => {
    const { lines, log } = logOf();
    const points = turningPoints(log, NONE);
    points.membersAre(membership(1, [A, B]));
    assert.deepEqual(lines, [], "the same height, the same members");
    points.membersAre(membership(5, [A, { ...B, votingKey: E.votingKey }, D, E]));
    assert.deepEqual(
      lines.map(({ message, member, was, now, from }) => [message, member, was, now, from]),
      [
        ["a member's voting key was replaced", "b", B.votingKey, E.votingKey, 5],
        ["a member was added", "e", undefined, undefined, 5],
        ["a member was removed", "c", undefined, undefined, 5],
      ],
    );
  });

  it("warns where one node has the voting keys of several members, at the start and when it comes to that", () => {
    const { lines, log } = logOf();
    turningPoints(log, [A.votingKey, E.votingKey]);
    assert.deepEqual(lines, [], "a key that nobody has yet");
    turningPoints(log, [A.votingKey, C.votingKey]);
    assert.equal(lines.length, 1);
    assert.deepEqual([lines[0]?.["level"], lines[0]?.["members"]], ["warn", ["a", "c"]]);
    assert.match(String(lines[0]?.["message"]), /votes for a only/);
    const later = turningPoints(log, [A.votingKey, E.votingKey]);
    later.membersAre(membership(5, [A, B, C, E]));
    assert.deepEqual(lines.at(-1)?.["members"], ["a", "e"]);
  });

  it("warns where the members know this node by another peer key, at the start and when it comes to that", () => {
    const { lines, log } = logOf();
    const points = turningPoints(log, [A.votingKey]);
    points.membersAre(membership(5, [A, { ...B, peerId: E.peerId }, C, D]));
    assert.deepEqual(
      [...lines],
      [
        {
          ...{ level: "info", message: "a member's peer key was replaced", member: "b", from: 5 },
          ...{ was: formatPeerId(B.peerId), now: formatPeerId(E.peerId) },
        },
      ],
    );
    points.membersAre(membership(6, [{ ...A, peerId: B.peerId }, C, D, E]));
    const { message, ...fields } = lines.at(-1) ?? {};
    assert.deepEqual(fields, {
      ...{ level: "warn", member: "a", from: 6 },
      ...{ named: formatPeerId(B.peerId), own: formatPeerId(A.peerId) },
    });
    assert.match(String(message), /by another peer key .* set keys\.peer .* and restart; while it fetches/);
    const { length } = lines;
    turningPoints(log, [B.votingKey]);
    assert.equal(lines.length, length + 1);
    assert.equal(lines.at(-1)?.["named"], formatPeerId(B.peerId));
    turningPoints(log, [E.votingKey]);
    assert.equal(lines.length, length + 1, "one that is no member");
  });
});
