// What becomes of the bytes that a process hears: checked as a node does it, and handed to the engine as what they are.
import assert from "node:assert/strict";
import { asAuthentic, type BpfpInput, bpfpChecks, bpfpMessageCodec, peekBpfpMessage } from "@witan/consensus";
import type { MemberIndex } from "@witan/primitives";
import { holds } from "./fakes.ts";
import type { Process } from "./process.ts";
import type { Actor } from "./world.ts";

/** What the engine is told; undefined: nothing. */
export function inputOf(process: Process, from: Actor, bytes: Uint8Array): BpfpInput | undefined {
  const { world } = process;
  const head = peekBpfpMessage(bytes);
  const read = bpfpMessageCodec.decode(bytes);
  assert.ok(head.ok && read.ok);
  const members = process.membershipAt(head.value.membership);
  if (members === undefined) {
    process.askBlocks(from, head.value.membership);
    return undefined;
  }
  const sender = members.members.findIndex(({ votingKey }) => votingKey === from.key) as MemberIndex;
  if (sender < 0) return undefined;
  const message = read.value;
  const answer = bpfpChecks(world.checkOptions(process), sender, message, (height) =>
    process.membershipAt(height),
  );
  if (answer.kind === "checks") world.checked?.(message.kind, answer.checks);
  if (answer.kind === "checks" && answer.checks.every(holds))
    return { kind: "message", message: asAuthentic(sender, message) };
  if (message.kind !== "accept" || answer.kind === "notYet") return undefined;
  const fault = answer.kind === "fault" ? answer.code : "authentication";
  return { kind: "badAccept", sender, ballot: message, fault };
}
