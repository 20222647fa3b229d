// Failures of the file system, as one typed error: what was being done, to which path, and the system's code.

/** The file system failed: an operational failure, neither a bug nor a user's mistake. */
export class FileError extends Error {
  override readonly name = "FileError";
  /** The system's code: `EACCES`, `ENOSPC`, `EIO`, …; `UNKNOWN` if it gave none. */
  readonly code: string;
  readonly path: string;

  /** @param doing what failed, as in "reading a key file" */
  constructor(doing: string, path: string, cause: unknown) {
    const code = systemCode(cause) ?? "UNKNOWN";
    super(`${doing} failed with ${code}: ${path}`, { cause });
    this.code = code;
    this.path = path;
  }
}

/** The system's code of an error, such as `ENOENT`, or undefined if it is none of the system's. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Runs `work`, and turns whatever it throws into a FileError. */
export async function withFileErrors<T>(doing: string, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof FileError ? error : new FileError(doing, path, error);
  }
}
