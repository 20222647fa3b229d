// What is to be checked of a message before an engine sees it: rules of the engine's package, asked by its host.
import type { Mutation } from "./mutation.ts";

const VERIFY = "consensus/src/pbft/verify.ts";

/** By name. */
export const MESSAGE_CHECKS: Readonly<Record<string, Mutation>> = {
  "sender-unchecked": {
    says: "does not ask for the signature of who is said to have sent a message",
    file: VERIFY,
    replace: [
      "this.checks.push({ digest, signature, publicKey: this.#voter(membership, sender) });\n  }\n\n  #viewChange",
      "this.#voter(membership, sender);\n    void digest;\n    void signature;\n  }\n\n  #viewChange",
    ],
    checks: ["agreement", "certificates", "evidence", "faults", "accountability", "double-votes"],
    wishes: { conducts: ["forged-senders"] },
    ...{ from: 2, seeds: 60 },
  },
  "short-new-view": {
    says: "takes a NEW-VIEW on fewer VIEW-CHANGEs than a quorum",
    file: VERIFY,
    replace: [
      'if (message.viewChanges.length !== byzantineQuorum(n)) throw fault("new-view-quorum");',
      'if (message.viewChanges.length === 0) throw fault("new-view-quorum");',
    ],
    checks: ["agreement", "certificates", "accountability"],
    scenario: "decided-alone",
    ...{ from: 22, seeds: 60 },
  },
  "repeated-view-changes": {
    says: "counts one VIEW-CHANGE in a NEW-VIEW several times",
    file: VERIFY,
    replace: ['if (from <= last) throw fault("new-view-senders");', ""],
    checks: ["agreement", "certificates", "accountability"],
    scenario: "decided-alone",
    ...{ from: 14, seeds: 60 },
  },
  "new-view-contents-unsigned": {
    says: "does not ask for the signatures of the VIEW-CHANGEs in a NEW-VIEW",
    file: VERIFY,
    replace: [
      'this.#signed(from, { kind: "viewChange", ...content }, signature, membership);',
      "void signature;",
    ],
    checks: ["agreement", "certificates", "accountability"],
    scenario: "decided-alone",
    ...{ from: 2, seeds: 60 },
  },
  "prepared-unsigned": {
    says: "does not ask for the signatures of a prepared certificate",
    file: VERIFY,
    replace: [
      'if (prepared.view >= content.view) throw fault("prepared-view");\n    this.#prepared(prepared);',
      'if (prepared.view >= content.view) throw fault("prepared-view");',
    ],
    checks: ["agreement", "certificates", "validity", "liveness", "accountability"],
    wishes: { conducts: ["forged-prepared"] },
    ...{ from: 22, seeds: 60 },
  },
  "repeated-prepares": {
    says: "counts one PREPARE in a prepared certificate several times",
    file: VERIFY,
    replace: ["if (member <= last || member === primary)", "if (member === primary)"],
    checks: ["agreement", "certificates", "validity", "accountability"],
    wishes: { conducts: ["two-proposals", "padded-prepared"], members: 4, liars: 1 },
    ...{ from: 10, seeds: 60 },
  },
  "decided-height-unchecked": {
    says: "takes the decided height that a VIEW-CHANGE says, whatever its certificate is of",
    file: VERIFY,
    replace: ['if (decided.height !== content.decidedHeight) throw fault("decided-height");', ""],
    checks: ["liveness"],
    scenario: "false-height",
    ...{ from: 7, seeds: 60 },
  },
  "decided-unsigned": {
    says: "does not ask for the signatures of a certificate in a VIEW-CHANGE",
    file: VERIFY,
    replace: ["this.certificate(decided);", ""],
    checks: ["agreement", "certificates", "validity", "liveness"],
    wishes: { conducts: ["forged-decided"] },
    ...{ from: 2, seeds: 60 },
  },
  "repeated-commits": {
    says: "counts one COMMIT in a commit certificate several times",
    file: VERIFY,
    replace: ['if (member <= last) throw fault("certificate-senders");', ""],
    checks: ["agreement", "certificates", "validity"],
    wishes: { conducts: ["forged-decided", "forged-sync"] },
    ...{ from: 29, seeds: 60 },
  },
  "short-certificate": {
    says: "takes a commit certificate of fewer votes than a quorum",
    file: VERIFY,
    replace: [
      "if (certificate.signatures.length < byzantineQuorum(membership.members.length))",
      "if (certificate.signatures.length < 1)",
    ],
    checks: ["agreement", "certificates", "validity"],
    wishes: { conducts: ["forged-decided", "forged-sync"] },
    ...{ from: 13, seeds: 60 },
  },
  "members-of-another-height": {
    says: "holds a certificate against members of a height after its own",
    file: VERIFY,
    replace: [
      "const membership = this.#deciding(certificate.height);",
      "const membership = this.#deciding((certificate.height + 1) as Height);",
    ],
    checks: ["certificates", "liveness", "faults"],
    ...{ from: 2, seeds: 60 },
  },
};
