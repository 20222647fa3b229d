// Why a node can't start on the records of its engine: one typed error, of every protocol.

/** A record of the engine holds bytes that are none: written by another version, or by a bug. */
export class UnreadableRecordError extends Error {
  override readonly name = "UnreadableRecordError";

  constructor(record: string, detail: string) {
    super(
      `the engine's record ${record} can't be read (${detail}): start the program that wrote it, or let the node fetch the chain anew into another directory`,
    );
  }
}
