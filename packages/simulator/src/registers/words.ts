// Requests and answers of registers in words, for traces and diagrams. Hashes are their first eight digits.
import {
  isUnwritten,
  type RegisterAnswer,
  type RegisterRequest,
  type RegisterVersion,
} from "@witan/consensus";
import type { RegistersCast } from "./cast.ts";

/** `3.p5 0badcafe`: counter, place of the client, hash. */
export function versionWords(cast: RegistersCast, version: RegisterVersion): string {
  if (isUnwritten(version)) return "nothing";
  const { timestamp, hash } = version;
  return `${timestamp.counter}.p${cast.placeOf(timestamp.client)} ${hash.slice(0, 8)}`;
}

/** A request. */
export function requestWords(cast: RegistersCast, request: RegisterRequest): string {
  if (request.kind === "list") return "LIST";
  const { name } = request.register;
  switch (request.kind) {
    case "readTimestamp":
      return `READ-TS ${name}`;
    case "read":
      return `READ ${name}`;
    case "prepare":
      return `PREPARE ${name} ${versionWords(cast, request.version)}`;
    case "readAndPrepare":
      return `READ-TS-PREP ${name} ${request.hash.slice(0, 8)}`;
    case "write":
      return `WRITE ${name} ${versionWords(cast, request.proof.version)}`;
  }
}

/** An answer. */
export function answerWords(cast: RegistersCast, answer: RegisterAnswer): string {
  switch (answer.kind) {
    case "timestamp": {
      const entered = answer.entered.length > 0 ? " and entered what follows" : "";
      return `TS ${versionWords(cast, answer.version)}${entered}`;
    }
    case "value":
      return `HOLDS ${versionWords(cast, answer.version)}`;
    case "prepared":
      return `PREPARED ${versionWords(cast, answer.version)}`;
    case "written":
      return `WRITTEN ${versionWords(cast, answer.version)}`;
    case "listed":
      return "LISTED";
    case "refused":
      return `REFUSED ${answer.code}`;
  }
}
