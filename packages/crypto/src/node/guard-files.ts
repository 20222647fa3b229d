// The few file operations that the signer guard lives on, as a port, and the real ones. Small, so that tests can crash
// between any two of them and in the middle of a write.
import { open } from "node:fs/promises";
import { createFileExclusively } from "./create-file.ts";
import { FileError, systemCode, withFileErrors } from "./file-error.ts";

/** An open file of fixed size. Every operation may fail with an exception; then nothing is known of its effect. */
export interface GuardFile {
  /** All bytes of the file, or the first `bytesMax`. */
  read(bytesMax: number): Promise<Uint8Array>;
  /** Writes at a position within the file. Durable only after `dataSync`. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Returns once all that was written is on the disk. */
  dataSync(): Promise<void>;
  close(): Promise<void>;
}

/** Where guard files live. */
export interface GuardFiles {
  /** Creates a file durably, whole or not at all. @returns false if there is one of that name */
  create(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Opens a file to read and write. @returns undefined if there is none */
  open(path: string): Promise<GuardFile | undefined>;
}

/** The real files. */
export const NODE_GUARD_FILES: GuardFiles = Object.freeze({
  create: createFileExclusively,
  open: async (path: string) => {
    try {
      return guardFileOf(path, await open(path, "r+"));
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw new FileError("opening a signer guard", path, error);
    }
  },
});

type Handle = Awaited<ReturnType<typeof open>>;

function guardFileOf(path: string, handle: Handle): GuardFile {
  const doing = <T>(what: string, work: () => Promise<T>) =>
    withFileErrors(`${what} a signer guard`, path, work);
  return {
    read: (bytesMax) =>
      doing("reading", async () => {
        const buffer = new Uint8Array(bytesMax);
        let length = 0;
        for (;;) {
          const { bytesRead } = await handle.read(buffer, length, bytesMax - length, length);
          if (bytesRead === 0) return buffer.slice(0, length);
          length += bytesRead;
        }
      }),
    write: (bytes, position) =>
      doing("writing", async () => {
        // One write in practice: a short one happens on a full disk or after a signal, and is then continued.
        for (let at = 0; at < bytes.length; ) {
          at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
        }
      }),
    dataSync: () => doing("syncing", () => handle.datasync()),
    close: () => doing("closing", () => handle.close()),
  };
}
