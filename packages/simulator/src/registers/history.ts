// What good clients did to registers, and when: what the checks of a world look at, and all that they look at.
import type { RegisterVersion } from "@witan/consensus";

/** An operation. Moments count up: no two things happen at the same one. */
export interface RecordedOperation {
  readonly number: number;
  /** The place of the client. */
  readonly client: number;
  readonly register: number;
  readonly kind: "write" | "read";
  readonly begins: number;
  /** Infinity: it may never have ended, nor have had any effect. */
  ends: number;
  /** What names the value: of a good client's write its own text, of another's text and version. Empty: never written. */
  value: string;
  /** Known once it has ended. */
  version: RegisterVersion | undefined;
}

/** A history of all registers of a world. */
export class RegisterHistory {
  readonly operations: RecordedOperation[] = [];
  /** By bad client: the moment from which no replica that keeps the rules permits it anything. */
  readonly stops = new Map<number, number>();
  #moment = 0;

  begin(operation: Pick<RecordedOperation, "client" | "register" | "kind" | "value">): RecordedOperation {
    const made: RecordedOperation = {
      ...{ ...operation, number: this.operations.length, begins: this.#moment++ },
      ...{ ends: Number.POSITIVE_INFINITY, version: undefined },
    };
    this.operations.push(made);
    return made;
  }

  end(operation: RecordedOperation, value: string, version: RegisterVersion): void {
    operation.ends = this.#moment++;
    operation.value = value;
    operation.version = version;
  }

  stop(client: number): void {
    this.stops.set(client, this.#moment++);
  }
}
