// docs/rpc.md, made of the OpenRPC document: what every method is for, takes, answers and refuses, with an example.
import {
  CLOSE_CODES,
  METHOD_EXAMPLES,
  type MethodName,
  openRpcDocument,
  PROPOSALS_OF_OPERATOR_MAX,
  RPC_ERRORS,
} from "@witan/rpc";
import { RPC_LIMITS } from "@witan/rpc/server";
import { DEPTH_MAX, SIGNS_MAX } from "../../packages/rpc/src/server/body.ts";
import { LARGE_BYTES } from "../../packages/rpc/src/server/sources.ts";
import { type Schema, schemaText } from "./schema-text.ts";

const document = openRpcDocument() as unknown as {
  readonly openrpc: string;
  readonly info: { readonly version: string };
  readonly methods: readonly MethodPart[];
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  readonly "x-subscription-notification": Schema;
};

interface MethodPart {
  readonly name: MethodName;
  readonly summary: string;
  readonly params: readonly { readonly name: string; readonly required: boolean; readonly schema: Schema }[];
  readonly result: { readonly schema: Schema };
  readonly errors: readonly { readonly code: number; readonly message: string; readonly data: Schema }[];
  readonly "x-role": string;
}

const MIB = 1024 * 1024;

const TITLES: readonly (readonly [prefix: string, title: string])[] = [
  ["node", "The node"],
  ["chain", "The chain"],
  ["transaction", "Transactions"],
  ["mempool", "What waits for a block"],
  ["consensus", "Consensus"],
  ["governance", "Governance"],
  ["register", "Registers"],
  ["subscribe", "Subscriptions"],
  ["unsubscribe", ""],
  ["rpc", "The contract itself"],
];

const INTRODUCTION = `# The RPC

This page is made from the node's own contract (\`npm run docs:rpc\`); a test holds them together. The same contract is what \`rpc.discover\` answers, as an [OpenRPC](https://open-rpc.org) document (OpenRPC ${document.openrpc}; the contract's own version is ${document.info.version}).

A node speaks JSON-RPC 2.0 at one port (\`rpc.listen\`, 127.0.0.1:9545 by default): one request or a list of them by HTTP \`POST /\`, or each as a message over WebSocket at the same address. Params go by name. Heights and times (milliseconds since 1970) are numbers, amounts decimal strings in base units, hashes and bytes lower-case hex, addresses bech32m. \`GET /health\` answers 200 or 503.

\`\`\`
curl -s http://127.0.0.1:9545 -H 'Content-Type: application/json' \\
  -d '{"jsonrpc": "2.0", "id": 1, "method": "chain_head", "params": {}}'
\`\`\`

*Roles.* On loopback nobody needs a token, unless the node is told otherwise. Elsewhere a token is sent as \`Authorization: Bearer TOKEN\`; it stands for a role: \`read\`, \`submit\` (may bring transactions in, and read), \`operate\` (may approve changes of governance, and all else). Each method below names the role that it asks for. Browsers may ask from the node's own page, and from origins that the operator allows.

*Bounds.* A body, or a message, has at most ${RPC_LIMITS.bodyBytes / MIB} MiB, ${DEPTH_MAX} levels of lists and objects, and ${SIGNS_MAX} characters outside of texts (brackets, commas, digits); a batch has at most ${RPC_LIMITS.batchCalls} calls, and what is read for it at most ${RPC_LIMITS.batchAnswerBytes / MIB} MiB. A source (an address) makes at most ${RPC_LIMITS.callsPerSecond} calls in a second, and ${RPC_LIMITS.wrongPerSecond} that are wrong before it waits, unless the operator says otherwise; on one connection ${RPC_LIMITS.callsPerConnection} calls are answered at a time, and as many wait for transactions. What is beyond is refused with a reason of its own, and never half done. Bodies above ${LARGE_BYTES / 1024} KiB are read one after the other for each source.

*Params.* None may be sent as \`{}\`, \`[]\` or null, or left out.

*Pages.* Lists come in pages: \`next\` is a cursor for the next call, or null at the end. It is opaque, and of one method. A page may hold less than \`limit\`, even nothing, and still have a \`next\`.

*Outcomes.* \`transaction_submit\`, \`transaction_wait\` and \`chain_transaction\` tell what became of a transaction: \`final\` (for good; \`chain_proof\` shows it to anyone), \`rejected\` (with a code of docs/formats.md, section 7, or of the mempool), \`expired\` (a final block is later than its \`validUntil\`: it never will be in one), \`evicted\` (this node has dropped it, or would not take it now, and until \`possibleUntil\` a block may take it from elsewhere). \`pending\`, \`waiting\` and \`unknown\` are no end, and no error: ask again. Submitting the same bytes again is harmless, and answers the same. A refusal of the moment (\`conflict\`, \`mempool-full\`, \`fee-too-low\`, …) is \`rejected\` to who submits, and the end if nobody else has the transaction; who has sent it before without hearing of an end, to this node or another, goes on asking until it is final or expired, as \`settleTransaction\` of the client does. To who only knows the id, and asks with \`transaction_wait\` or \`chain_transaction\`, it is \`evicted\`, or \`unknown\` where the refusal may be due to the witness: that a copy with a broken or a larger one was refused says nothing of the transaction, since anyone can make one.

*Expired* is told by the time of a final block, and can be shown, as \`verifyExpiry\` of the client does it: \`chain_proof\` with the \`height\` of the outcome shows that block final, with its timestamp, which is later than the transaction's \`validUntil\`. Timestamps only grow, so no block from there on takes the transaction. The blocks before it are read with \`chain_block\`, back to the head when it was made or to the block that made one of its coins: each one's hash is the \`parent\` of the next, and its \`transactionsRoot\` that of the ids and witness hashes told, among which it is not.

*Errors.* \`{"code": …, "message": …, "data": {"reason": …}}\`: the number is a class that other tools know (JSON-RPC, EIP-1474), the reason is what a program should look at, and the message is for people. Numbers and reasons never change their meaning. All are in the table at the end.
`;

const SUBSCRIBING = `
A subscription tells events over a WebSocket connection, each with a cursor. After a lost connection, \`after\` with the last cursor goes on behind it: every block and every final transaction is told once and in order, whatever happened to connection or node. What happened in memory only (\`admitted\`, \`evicted\`, \`consensus\`) may be lost when a node restarts, and then \`gap\` says so first. Who reads too slowly is told \`slow\` and cut off with close code ${CLOSE_CODES.slow}. Over plain HTTP, subscribing is refused with \`websocket-needed\`. More in [subscriptions.md](subscriptions.md).

Events come as notifications of the method \`subscription\`, with params:

`;

/** What is said under a title before its methods. */
const NOTES: Readonly<Record<string, string>> = {
  "The node": `\`node_health\`, and \`GET /health\` for load balancers, say whether a node is *fit to serve*: whether what clients read here is the chain as the others have it by now, what they bring in can become final, and the node does its part as a member. Where it is not, \`reasons\` says why: \`behind\` (more than 5 blocks behind its peers), \`too-few-peers\` (fewer members than a quorum are connected, so nothing becomes final here; in proof of work no peer at all where some are listed, so the node sees its own branch only: a miner for whom no peers are listed is fit), \`changing-view\`, \`changing-trust\` (members wait for another view or round to begin), \`votes-forgotten\` (a member that is silent for some blocks, since its data are older than its signer guard), \`peer-key-replaced\` (the members know it by another peer key than it runs with) and \`stopping\`. Under PBFT and BP Fast Paxos what an unfit node calls final is final all the same, and may only be old.
`,
  Consensus: `\`consensus_explain\` is for operators: read its \`sentences\` and \`advice\`. For programs, \`waitingFor\` is one of \`transactions\` (for something to put into a block: nothing is wrong), \`proposal\`, \`prepares\`, \`commits\`, \`block\` (it is decided, and this node gets or writes it), \`view-changes\` (for members to ask for the next view), \`new-view\` (for its primary to begin it), \`sync\` (this node is behind) and \`peers\` (fewer members than a quorum can be reached); in BP Fast Paxos \`learns\` (for acceptors to vote), \`promises\` (for acceptors to promise a round to its proposer) and \`new-round\` (for that proposer to begin it) instead of the steps of views. A member is \`me\`, \`voted\` (it has done its part), \`silent\` (connected, and its part is missing), \`ready\` (nothing is expected of it now), \`behind\`, \`disconnected\` or \`equivocating\` (it voted twice in the last 100 heights, or misbehaved otherwise in BP Fast Paxos). In proof of work, where nobody votes, it waits for \`work\` (for somebody to find a block: nothing is wrong), \`blocks\` (of a branch with more work) or \`peers\` (none is connected, though some are listed), and there are no members to tell of. All of it is one node's view.
`,
  Registers: `Small named values that validators of PBFT keep beside the chain: [registers.md](registers.md) says what they are for and how they are used, [formats.md](formats.md#17-registers) what is in the bytes. Whoever writes a client of its own checks every answer as that section says, and believes no single validator.
`,
  Governance: `Approvals are held in the memory of the node that got them, ${PROPOSALS_OF_OPERATOR_MAX} changes at most for each operator key, until the change is made, another takes its sequence, or its time is over. Nodes do not pass them on: operators approve at the same node, or hand proposal files around (\`witan governance\`).
`,
};

/** The page. */
export function rpcPage(): string {
  const parts = [INTRODUCTION];
  for (const [prefix, title] of TITLES) {
    const methods = document.methods.filter(({ name }) => name.split(/[_.]/)[0] === prefix);
    if (title !== "") parts.push(`## ${title}\n`);
    const note = NOTES[title];
    if (note !== undefined) parts.push(note);
    if (title === "Subscriptions") {
      const notice = schemaText(document["x-subscription-notification"]);
      parts.push(`${SUBSCRIBING.trim()}\n\n${fenced(notice)}\n`);
    }
    for (const method of methods) parts.push(methodText(method));
  }
  parts.push(valuesText(), errorsText());
  return `${parts.join("\n").trim()}\n`;
}

function methodText(method: MethodPart): string {
  const { name, summary, params, result, errors } = method;
  const own = errors.flatMap(({ code, data }) => reasonsOf(data).map((reason) => `\`${reason}\` (${code})`));
  const shared = sharedReasons();
  const special = own.filter((one) => !shared.includes(one));
  const taken: Schema = {
    type: "object",
    properties: Object.fromEntries(params.map((param) => [param.name, param.schema])),
    required: params.filter(({ required }) => required).map((param) => param.name),
  };
  return [
    `### ${name}\n`,
    `${summary[0]?.toUpperCase()}${summary.slice(1)}. Role: \`${method["x-role"]}\`.\n`,
    params.length === 0 ? "No params.\n" : `Params:\n\n${fenced(schemaText(taken))}\n`,
    `${resultText(schemaText(result.schema))}\n`,
    `Errors of its own: ${special.length === 0 ? "none" : special.join(", ")}.\n`,
    `${exampleText(name)}\n`,
  ].join("\n");
}

function resultText(text: string): string {
  if (/^\w+$/.test(text)) return `Result: one \`${text}\`, as under "Values".`;
  return `Result:\n\n${fenced(text)}`;
}

/** Reasons that every method has. */
function sharedReasons(): readonly string[] {
  const all = document.methods.map(({ errors }) =>
    errors.flatMap(({ code, data }) => reasonsOf(data).map((reason) => `\`${reason}\` (${code})`)),
  );
  return (all[0] ?? []).filter((one) => all.every((reasons) => reasons.includes(one)));
}

function reasonsOf(data: Schema): readonly string[] {
  const { reason } = data["properties"] as { readonly reason: { readonly enum: readonly string[] } };
  return reason.enum;
}

function exampleText(name: MethodName): string {
  const { params, result } = METHOD_EXAMPLES[name];
  const request = JSON.stringify({ jsonrpc: "2.0", id: 1, method: name, params });
  const asked =
    name === "subscribe" || name === "unsubscribe"
      ? `→ ${request}`
      : `curl -s http://127.0.0.1:9545 -H 'Content-Type: application/json' -d '${request}'`;
  return fenced(`${asked}\n${JSON.stringify({ jsonrpc: "2.0", id: 1, result }, undefined, 2)}`);
}

function valuesText(): string {
  const names = Object.entries(document.components.schemas).map(([name, schema]) => {
    const { description = "" } = schema as { readonly description?: string };
    return { name, description, text: schemaText({ ...schema, description: undefined }) };
  });
  const rows = names.filter(({ text }) => !text.includes("\n") && text.length < 60);
  const others = names.filter((one) => !rows.includes(one));
  return [
    "## Values\n",
    "| name | as JSON | what it is |\n| --- | --- | --- |",
    ...rows.map(({ name, text, description }) => `| \`${name}\` | ${cell(text)} | ${description} |`),
    "",
    ...others.map(({ name, text, description }) => `\`${name}\`: ${description}.\n\n${fenced(text)}\n`),
  ].join("\n");
}

function errorsText(): string {
  const rows = Object.entries(RPC_ERRORS).sort(([, a], [, b]) => b.code - a.code);
  return [
    "## Errors\n",
    "A number is a class; OpenRPC wants it once for each method, so the document lists the reasons within.\n",
    "| number | reason | what is told, unless there is more to say |\n| --- | --- | --- |",
    ...rows.map(([reason, { code, message }]) => `| ${code} | \`${reason}\` | ${cell(message)} |`),
    "",
    `Of every method: ${sharedReasons().join(", ")}.`,
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function fenced(text: string): string {
  return `\`\`\`\n${text.replaceAll(/ +$/gm, "").replace(/^\n/, "")}\n\`\`\``;
}
