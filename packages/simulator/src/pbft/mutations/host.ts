// Duties of a host: what is on the disk before something leaves, what is checked, what comes back after a crash.
import type { Mutation } from "./mutation.ts";

const WORLD = "simulator/src/pbft";
const ENGINES = "simulator/src/engines";

/** By name. */
export const HOST: Readonly<Record<string, Mutation>> = {
  "no-durable-votes": {
    says: "writes no record of where its engine stands",
    file: `${WORLD}/process.ts`,
    replace: ["    this.disk.put(record);\n", ""],
    checks: ["durable-votes"],
    ...{ from: 2, seeds: 60 },
  },
  "body-not-durable": {
    says: "does not write the body with the vote for it",
    file: `${WORLD}/process.ts`,
    replace: ["this.bodies.makeDurable(record.accepted.message.blockHash);", "{}"],
    checks: ["durable-votes"],
    ...{ from: 2, seeds: 60 },
  },
  "sends-before-writing": {
    says: "sends votes while what they rest on is being written",
    file: `${ENGINES}/process.ts`,
    replace: [
      "if (this.#inWrite > 0) return false;\n    const due = this.#effects[0];",
      'if (this.#inWrite > 0) {\n      const at = this.#effects.findIndex(({ effect }) => effect.kind === "broadcast");\n      if (at < 0) return false;\n      for (const one of this.#effects.splice(at, 1)) this.carryOut(one.effect, one.members);\n      return true;\n    }\n    const due = this.#effects[0];',
    ],
    checks: ["durable-votes"],
    ...{ from: 1, seeds: 60 },
  },
  "new-views-not-kept": {
    says: "writes no NEW-VIEW",
    file: `${WORLD}/disk.ts`,
    replace: [
      "  put(record: PbftRecord): void {",
      '  put(record: PbftRecord): void {\n    if (record.kind === "newView") return;',
    ],
    checks: ["double-votes", "accountability", "liveness"],
    ...{ from: 12, seeds: 60 },
  },
  "records-not-read": {
    says: "gives its engine no record back after a crash",
    file: `${WORLD}/process.ts`,
    replace: ["      records: this.disk.records(),\n    });\n  }\n", "      records: [],\n    });\n  }\n"],
    checks: ["double-votes"],
    ...{ from: 9, seeds: 60 },
  },
  "signatures-unchecked": {
    says: "lets every message that has a form through to its engine",
    file: `${WORLD}/cast.ts`,
    replace: ['answer.kind === "checks" && this.hold(answer.checks) ?', 'answer.kind === "checks" ?'],
    checks: ["agreement", "certificates", "evidence", "accountability", "double-votes", "validity"],
    wishes: { conducts: ["forged-senders"], members: 4, liars: 1 },
    ...{ from: 2, seeds: 60 },
  },
  "verdicts-by-content": {
    says: "remembers whether a message holds by what it says, not by its signature",
    file: `${WORLD}/cast.ts`,
    replace: [
      'readonly #checked = new WeakMap<SignedMessage, "holds" | "fault">();',
      'readonly #checked = {\n    known: new Map<string, "holds" | "fault">(),\n    get({ sender, message }: SignedMessage) {\n      return this.known.get(sender + digestOf(CHAIN, message));\n    },\n    set({ sender, message }: SignedMessage, found: "holds" | "fault") {\n      this.known.set(sender + digestOf(CHAIN, message), found);\n    },\n  };',
    ],
    checks: ["faults", "certificates"],
    wishes: { conducts: ["forged-senders"] },
    ...{ from: 2, seeds: 60 },
  },
  "all-valid": {
    says: "finds every block valid",
    file: `${ENGINES}/world.ts`,
    replace: [
      "return isNew && this.blocks.isValid(hash, { height, head });",
      "return isNew || this.blocks.isValid(hash, { height, head }) || true;",
    ],
    checks: ["validity", "double-spends"],
    wishes: { conducts: ["bad-root", "bad-double-spend"], members: 4, liars: 1 },
    ...{ from: 3, seeds: 60 },
  },
  "synced-unchecked": {
    says: "hands on certificates that come with blocks without looking at them",
    file: `${WORLD}/process.ts`,
    replace: [
      "if (certificate.blockHash === hash && this.#isGiven(certificate)) return true;",
      "if (certificate.height > 0) return true;",
    ],
    checks: ["certificates", "validity", "agreement"],
    wishes: { conducts: ["forged-sync"] },
    ...{ from: 3, seeds: 60 },
  },
  "never-asks": {
    says: "never asks for blocks that its engine lacks",
    file: `${ENGINES}/block-sync.ts`,
    replace: [
      "const { place: own, height } = this.#self;\n",
      "const { place: own, height } = this.#self;\n    if (height >= 0) return;\n",
    ],
    checks: ["liveness"],
    ...{ from: 20, seeds: 60 },
  },
  "members-too-late": {
    says: "lets new members count a height too late",
    file: `${ENGINES}/blocks.ts`,
    replace: ["from: (height + 1) as Height, members", "from: (height + 2) as Height, members"],
    checks: ["liveness", "engine", "faults", "certificates", "memberships"],
    ...{ from: 12, seeds: 60 },
  },
  "members-too-early": {
    says: "counts the members of the height before when it starts again",
    file: `${ENGINES}/process.ts`,
    replace: [
      "return this.disk.memberships.findLast(({ from }) => from <= Math.max(height, 1));",
      "return this.disk.memberships.findLast(({ from }) => from <= Math.max(height - 1, 1));",
    ],
    checks: ["memberships", "faults", "certificates", "liveness", "engine"],
    ...{ from: 12, seeds: 60 },
  },
  "last-block-lost": {
    says: "loses its last block in a crash",
    file: `${ENGINES}/process.ts`,
    replace: [
      "    this.up = false;\n    this.writer.crash();",
      "    this.up = false;\n    this.disk.chain.pop();\n    this.writer.crash();",
    ],
    checks: ["finality"],
    ...{ from: 5, seeds: 60 },
  },
  "forced-by-clock": {
    says: "holds the time of a block that a view begins with against its clock",
    file: `${ENGINES}/block-host.ts`,
    replace: ["const isInTime = forced || this.#isInTime(hash);", "const isInTime = this.#isInTime(hash);"],
    checks: ["liveness"],
    ...{ from: 13, seeds: 60 },
  },
  "records-overtaken": {
    says: "sends what is behind records while those are being written",
    file: `${ENGINES}/process.ts`,
    replace: [
      "this.writer.write(() => this.#persisted());",
      "const held = this.#effects.splice(0, this.#inWrite);\n    this.#inWrite = 0;\n    this.writer.write(() => {\n      for (const { effect } of held) this.persisted(effect);\n    });",
    ],
    checks: ["durable-votes"],
    ...{ from: 1, seeds: 60 },
  },
  "bodies-not-asked-for": {
    says: "waits for bodies, and asks nobody",
    file: `${ENGINES}/bodies.ts`,
    replace: ["    if (this.#wanted !== wanted) return;", "    if (this.#wanted !== undefined) return;"],
    checks: ["liveness"],
    ...{ from: 165, seeds: 60 },
  },
};
