// Which registers there are, as a quorum of replicas says: each with the newest version that any of them proves. A register whose
// write was done is known to a correct one among them; one that is being written may be missing.
import {
  compareRegisters,
  compareVersions,
  type ListedRegister,
  REGISTER_LIMITS,
  type RegisterId,
  type RegisterVersion,
  registerQuorum,
} from "@witan/consensus";
import type { Hash, MemberIndex } from "@witan/primitives";
import { pause } from "../platform-clock.ts";
import type { Term } from "../term.ts";
import type { RunParts } from "./register-run.ts";

/** A register with its newest version. */
export interface FoundRegister {
  readonly register: RegisterId;
  readonly version: RegisterVersion;
}

/** Before a node that did not answer is asked again. */
const AGAIN_MS = 250;
/** Any will do: it is asked for what signs the answer. */
const ANY: RegisterId = { name: "-", variant: "base" };

/** The lists of a quorum put together, in the order of names; undefined: the time was up first. */
export async function listRegisters(
  parts: RunParts,
  term: Term,
  nonce: () => Hash,
): Promise<readonly FoundRegister[] | undefined> {
  const { panel, members, clock } = parts;
  const lists = new Map<MemberIndex, readonly ListedRegister[]>();
  const needed = registerQuorum(members.newest);
  let enough: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const asking = [...panel.nodes.keys()].map(async (at) => {
    while (!term.isOver && lists.size < needed) {
      const list = await listOf(parts, at, { term, nonce });
      if (list !== undefined) {
        lists.set(list.member, list.registers);
        if (lists.size >= needed) enough();
        return;
      }
      await pause(clock, AGAIN_MS, term.signal);
    }
  });
  await Promise.race([done, Promise.all(asking)]);
  return lists.size < needed ? undefined : merged([...lists.values()]);
}

/** All that one replica has, page by page; undefined if it is not shown to be one, or does not answer to the end. */
async function listOf(
  { panel }: RunParts,
  at: number,
  { term, nonce }: { readonly term: Term; readonly nonce: () => Hash },
) {
  // Lists are not signed: whose this is shows only in what is.
  if (panel.memberOf(at) === undefined)
    await panel.ask(at, { kind: "readTimestamp", register: ANY, nonce: nonce() }, term.call);
  const member = panel.memberOf(at);
  if (member === undefined) return undefined;
  const registers: ListedRegister[] = [];
  for (;;) {
    const last = registers.at(-1)?.register;
    const after = last === undefined ? [] : [last];
    const word = await panel.ask(at, { kind: "list", after, limit: REGISTER_LIMITS.listed }, term.call);
    if (word.kind !== "answer" || word.answer.kind !== "listed") return undefined;
    registers.push(...word.answer.registers);
    if (word.answer.more === "no") return { member, registers };
    if (word.answer.registers.length === 0) return undefined;
  }
}

function merged(lists: readonly (readonly ListedRegister[])[]): readonly FoundRegister[] {
  const found = new Map<string, FoundRegister>();
  for (const { register, proof } of lists.flat()) {
    const key = `${register.variant} ${register.name}`;
    const before = found.get(key);
    const { version } = proof;
    if (before === undefined || compareVersions(version, before.version) > 0)
      found.set(key, { register, version });
  }
  return [...found.values()].sort((a, b) => compareRegisters(a.register, b.register));
}
