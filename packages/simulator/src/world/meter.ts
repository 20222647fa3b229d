// Hears what the processes of a world send and check, in numbers: for measuring. Worlds that nobody measures have none, and
// work nothing out for it.

/** What counts. */
export interface Meter {
  /** Something leaves for another process. @param kind as the protocol calls it @param bytes on the wire */
  sent(kind: string, bytes: number): void;
  /** A process checks so many signatures, of somebody else. */
  checked(signatures: number): void;
}
