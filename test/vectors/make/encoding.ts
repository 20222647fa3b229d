// Vectors for encoding: for each type what decodes, and what is no canonical encoding of anything.
import type { EncodingCase, VectorFile } from "../format.ts";
import { ascii, container, fill, le, list, times, v, withOffset } from "./bytes.ts";
import * as by from "./encoding-values.ts";

const MAX = 2n ** 53n - 1n;

type Row = readonly [what: string, bytes: string];

function rows(type: string, valid: readonly Row[], wrong: readonly Row[]): EncodingCase[] {
  return [
    ...valid.map(([what, bytes]) => ({ name: `${type} ok: ${what}`, type, bytes, expected: "ok" as const })),
    ...wrong.map(([what, bytes]) => ({
      name: `${type} encoding: ${what}`,
      type,
      bytes,
      expected: "encoding" as const,
    })),
  ];
}

const shown = by.witness(
  [list(Object.values(by.NODES)), list([by.NODES.key])],
  by.KEY_SIGNATURE.repeat(2),
  by.HASH + by.ZERO,
);
const full = { issued: by.ASSET_AMOUNT, destroyed: by.ASSET_AMOUNT.repeat(2), memo: "00ff80" };

function transactions(): EncodingCase[] {
  const plain = by.transaction(by.transfer());
  const body = by.transfer();
  const of = (bytes: by.TransferBytes): string => by.transaction(by.transfer(bytes));
  return rows(
    "Transaction",
    [
      ["a transfer that shows nothing", plain],
      ["a transfer with everything", by.transaction(by.transfer(full), shown)],
      ["a transfer of empty lists", of({ inputs: "", outputs: "" })],
      ["a reward", by.transaction(by.reward())],
      ["a reward without outputs", by.transaction(by.reward(le(0, 8), ""))],
      ...Object.entries(by.CHANGES).map(
        ([kind, change]): Row => [`governance, ${kind}`, by.transaction(by.governance(change))],
      ),
      ["256 inputs", of({ inputs: fill(by.INPUT, 256) })],
      ["256 outputs", of({ outputs: fill(by.OUTPUT, 256) })],
      ["64 issued", of({ issued: fill(by.ASSET_AMOUNT, 64) })],
      ["64 destroyed", of({ destroyed: fill(by.ASSET_AMOUNT, 64) })],
      ["a memo of 256 bytes", of({ memo: fill("ab", 256) })],
      ["a fee of 2^64 - 1", of({ fee: le(2n ** 64n - 1n, 8) })],
      ["a time of 2^53 - 1", of({ validUntil: le(MAX, 8) })],
      ["64 signatures", by.transaction(body, by.witness([], fill(by.KEY_SIGNATURE, 64)))],
      ["64 preimages", by.transaction(body, by.witness([], "", fill(by.HASH, 64)))],
      ["320 policies", by.transaction(body, by.witness(times(320, list([by.NODES.after]))))],
      ["a policy without nodes", by.transaction(body, by.witness([""]))],
      ["a policy of 32 nodes", by.transaction(body, by.witness([list(times(32, by.NODES.after))]))],
    ],
    [
      ["nothing", ""],
      ["four bytes", "08000000"],
      ["a byte behind", `${plain}00`],
      ["the last byte missing", plain.slice(0, -2)],
      ["the first offset one lower", withOffset(plain, 0, 7)],
      ["the first offset one higher", withOffset(plain, 0, 9)],
      [
        "the first offset four higher: a gap",
        withOffset(`${plain.slice(0, 16)}00000000${plain.slice(16)}`, 0, 12),
      ],
      ["the second offset below the first", withOffset(plain, 4, 7)],
      ["the second offset behind the end", withOffset(plain, 4, plain.length / 2 + 1)],
      ["the second offset 2^32 - 1", withOffset(plain, 4, 0xffff_ffff)],
      ["a body without a selector", by.transaction("")],
      ["selector 3", by.transaction(`03${body.slice(2)}`)],
      ["selector 255", by.transaction(`ff${body.slice(2)}`)],
      ["half an input", of({ inputs: by.INPUT.slice(0, 34) })],
      ["an input and a byte", of({ inputs: `${by.INPUT}00` })],
      ["257 inputs", of({ inputs: fill(by.INPUT, 257) })],
      ["257 outputs", of({ outputs: fill(by.OUTPUT, 257) })],
      ["65 issued", of({ issued: fill(by.ASSET_AMOUNT, 65) })],
      ["65 destroyed", of({ destroyed: fill(by.ASSET_AMOUNT, 65) })],
      ["a memo of 257 bytes", of({ memo: fill("ab", 257) })],
      ["a time of 2^53", of({ validUntil: le(MAX + 1n, 8) })],
      ["a time of 2^64 - 1", of({ validUntil: fill("ff", 8) })],
      ["a reward for height 2^53", by.transaction(by.reward(le(MAX + 1n, 8)))],
      ["a reward of 257 outputs", by.transaction(by.reward(le(1, 8), fill(by.OUTPUT, 257)))],
      ["257 signatures", by.transaction(body, by.witness([], fill(by.KEY_SIGNATURE, 257)))],
      ["a signature of 63 bytes", by.transaction(body, by.witness([], by.KEY_SIGNATURE.slice(2)))],
      ["65 preimages", by.transaction(body, by.witness([], "", fill(by.HASH, 65)))],
      ["a preimage of 31 bytes", by.transaction(body, by.witness([], "", by.HASH.slice(2)))],
      ["321 policies", by.transaction(body, by.witness(times(321, list([by.NODES.after]))))],
      ["a policy of 33 nodes", by.transaction(body, by.witness([list(times(33, by.NODES.after))]))],
    ],
  );
}

function policies(): EncodingCase[] {
  const { key, after, threshold, hidden, hash } = by.NODES;
  const two = list([key, after]);
  return rows(
    "Policy",
    [
      ["no node", ""],
      ["a node of each kind", list([threshold, hidden, key, after, hash])],
      ["a threshold of anything", list(["04ffff"])],
      ["a time of 2^53 - 1", list([`02${le(MAX, 8)}`])],
    ],
    [
      ["selector 5", list([`05${by.HASH}`])],
      ["a node without a selector", list([""])],
      ["a node without a selector behind another", list([key, ""])],
      ["a threshold of one byte", list(["0401"])],
      ["a threshold of three bytes", list(["04010203"])],
      ["a key of 32 bytes", list([key.slice(0, -2)])],
      ["a key of 34 bytes", list([`${key}00`])],
      ["a hash of 31 bytes", list([hash.slice(0, -2)])],
      ["a time of 2^53", list([`02${le(MAX + 1n, 8)}`])],
      ["the first offset 0", withOffset(two, 0, 0)],
      ["the first offset not a multiple of 4", withOffset(two, 0, 7)],
      ["the first offset says one node more", withOffset(two, 0, 12)],
      ["the second offset below the first", withOffset(two, 4, 4)],
      ["the second offset behind the end", withOffset(two, 4, 200)],
      ["half an offset", "0400"],
      ["an offset and no node", "04000000"],
    ],
  );
}

function changes(): EncodingCase[] {
  const named = (name: string): string => `01${container(v(name))}`;
  const prefixes = (...texts: string[]): string => `03${container(by.KEY, v(list(texts)))}`;
  const many = Array.from({ length: 17 }, (_, at) => ascii(String.fromCharCode(97 + at)));
  return rows(
    "Change",
    [
      ...Object.entries(by.CHANGES),
      ["a name of 32 characters", named(fill("61", 32))],
      ["a name of nothing", named("")],
      ["a name of the first and last printable characters", named("207e")],
      ["16 prefixes of 64 characters", prefixes(...times(16, fill("61", 64)))],
      ["an empty prefix", prefixes("")],
      ["255 decimals", `05${by.asset(ascii("X"), "ff")}`],
    ],
    [
      ["nothing", ""],
      ["selector 9", "09"],
      ["a name of 33 characters", named(fill("61", 33))],
      ["a name with the byte 1f", named("611f")],
      ["a name with the byte 7f", named("7f61")],
      ["a name with a line feed", named("610a")],
      ["a name with the byte 80", named("80")],
      ["a name in UTF-8", named("c3a9")],
      ["a role of 3", `00${container(v(by.member(ascii("a"), "03")))}`],
      ["a role of 255", `00${container(v(by.member(ascii("a"), "ff")))}`],
      ["a peer id of 37 bytes", `00${container(v(by.member(ascii("a"), "00", by.PEER.slice(2))))}`],
      ["a key to replace of kind 3", `02${container(v(ascii("a")), v(`03${by.KEY}`))}`],
      ["a voting key of a peer id's length", `02${container(v(ascii("a")), v(`00${by.PEER}`))}`],
      ["a client's key of 32 bytes", `04${by.KEY.slice(2)}`],
      ["17 prefixes", prefixes(...many)],
      ["a prefix of 65 characters", prefixes(fill("61", 65))],
      ["a prefix with the byte 00", prefixes("00")],
      ["parameter 8", `06${le(8, 1)}${le(9, 8)}`],
      ["a value of 2^53", `06${le(0, 1)}${le(MAX + 1n, 8)}`],
      ["a rules version of three bytes", "07010000"],
    ],
  );
}

function certificates(): EncodingCase[] {
  const vote = le(0, 2) + by.SIGNATURE;
  return rows(
    "Certificate",
    [
      ["of PBFT", by.pbftCertificate()],
      ["of BP Fast Paxos", by.paxosCertificate()],
      ["without signatures", by.pbftCertificate("")],
      ["256 signatures in any order", by.pbftCertificate(fill(vote, 256))],
    ],
    [
      ["257 signatures", by.pbftCertificate(fill(vote, 257))],
      ["selector 2", `02${by.pbftCertificate().slice(2)}`],
      ["of PBFT, with the selector of BP Fast Paxos", `01${by.pbftCertificate().slice(2)}`],
      ["a byte behind", `${by.pbftCertificate()}00`],
      ["a view of 2^53", `00${container(le(1, 8), le(MAX + 1n, 8), le(2, 8), by.HASH, v(""))}`],
    ],
  );
}

function proofs(): EncodingCase[] {
  return rows(
    "FinalityProof",
    [
      ["certified", by.certifiedProof()],
      ["work", by.workProof()],
      ["short branches", by.certifiedProof(by.HASH, "")],
    ],
    [
      ["a branch of 18", by.certifiedProof(fill(by.HASH, 18))],
      ["a change's branch of 4", by.certifiedProof(fill(by.HASH, 17), fill(by.HASH, 4))],
      ["half a header", by.workProof(by.header().slice(2))],
      ["evidence of selector 2", by.workProof().replace(`01${le(8, 4)}`, `02${le(8, 4)}`)],
      ["a byte behind", `${by.workProof()}00`],
      ["nothing", ""],
    ],
  );
}

/** encoding.json */
export function encodingVectors(
  withRoots: (cases: EncodingCase[]) => EncodingCase[],
): VectorFile<EncodingCase> {
  const cases = [
    ...transactions(),
    ...policies(),
    ...changes(),
    ...certificates(),
    ...proofs(),
    ...rows("Block", ...blockRows()),
    ...rows("Header", ...headerRows()),
    ...rows("Genesis", ...genesisRows()),
    ...rows("GovernanceState", ...stateRows()),
    ...rows("Coin", ...coinRows()),
  ];
  return {
    about: "What decodes, and what is no canonical encoding: docs/formats.md, section 1",
    shared: {},
    cases: withRoots(cases),
  };
}

type Rows = readonly [valid: readonly Row[], wrong: readonly Row[]];

function blockRows(): Rows {
  const one = by.transaction(by.transfer());
  const block = by.block([one, one]);
  return [
    [
      ["without transactions", by.block([])],
      ["two transactions", block],
    ],
    [
      ["a header only", by.header()],
      ["an offset one lower", withOffset(block, 128, 131)],
      ["a gap behind the offset", `${withOffset(by.block([]), 128, 133)}00`],
      ["a byte behind", `${by.block([])}00`],
      ["a transaction of nothing", by.block([one, ""])],
      ["a transaction of a byte", by.block([one, "00"])],
      ["a transaction with a byte behind", by.block([`${one}00`, one])],
      ["a transaction of 65,537 bytes", by.block([fill("00", 65_537)])],
    ],
  ];
}

function headerRows(): Rows {
  return [
    [
      ["128 bytes", by.header()],
      ["a height of 2^53 - 1", by.header({ height: le(MAX, 8) })],
      ["the greatest target and nonce", by.header({ target: fill("ff", 4), nonce: fill("ff", 8) })],
    ],
    [
      ["127 bytes", by.header().slice(2)],
      ["129 bytes", `${by.header()}00`],
      ["a height of 2^53", by.header({ height: le(MAX + 1n, 8) })],
      ["a timestamp of 2^63", by.header({ timestamp: le(2n ** 63n, 8) })],
    ],
  ];
}

function genesisRows(): Rows {
  return [
    [
      ["of PBFT", by.genesis()],
      ["of BP Fast Paxos", by.genesis({ consensus: "010101" })],
      ["of proof of work", by.genesis({ consensus: by.WORK })],
      ["a client", by.genesis({ clients: [by.client()] })],
      ["a prefix of 12 characters of any kind", by.genesis({ prefix: ascii("A-b c~012345") })],
    ],
    [
      ["bytes behind PBFT, which has none", by.genesis({ consensus: "0000" })],
      ["consensus of selector 3", by.genesis({ consensus: "03" })],
      ["consensus without a selector", by.genesis({ consensus: "" })],
      ["a boolean of 2", by.genesis({ consensus: "010002" })],
      ["a boolean of 255", by.genesis({ consensus: "0100ff" })],
      ["promise authentication of 2", by.genesis({ consensus: "010200" })],
      ["clients mode of 2", by.genesis({ clientsMode: "02" })],
      ["a client's status of 2", by.genesis({ clients: [by.client("02")] })],
      ["a prefix of 13 characters", by.genesis({ prefix: ascii("abcdefghijklm") })],
      ["a prefix with a tabulator", by.genesis({ prefix: "0961" })],
      ["proof of work a byte short", by.genesis({ consensus: by.WORK.slice(0, -2) })],
    ],
  ];
}

function stateRows(): Rows {
  return [
    [
      ["with something in each list", by.governanceState()],
      ["without clients and retired keys", by.governanceState("", [])],
      [
        "clients with prefixes",
        by.governanceState("", [by.client("01", [ascii("a"), ascii("b")]), by.client("00")]),
      ],
      ["many retired keys", by.governanceState(fill(by.HASH, 65))],
    ],
    [["a retired key of 31 bytes", by.governanceState(by.HASH.slice(2))]],
  ];
}

function coinRows(): Rows {
  return [
    [
      ["made by a reward", by.coin()],
      ["not made by a reward", by.coin("00")],
    ],
    [
      ["a boolean of 2", by.coin("02")],
      ["52 bytes", by.coin("")],
      ["54 bytes", by.coin("0000")],
    ],
  ];
}
