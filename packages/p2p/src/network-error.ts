// What a network throws: one typed error, with a code for programs and a sentence that says what to do for people.
import type { NetworkFailure } from "@witan/primitives";

/** The network can't start, or is closed: an operational failure. */
export class NetworkError extends Error implements NetworkFailure {
  override readonly name = "NetworkError";
  readonly code: NetworkFailure["code"];
  readonly address?: string;

  constructor(
    code: NetworkFailure["code"],
    message: string,
    place: { address?: string; cause?: unknown } = {},
  ) {
    super(message, place.cause === undefined ? {} : { cause: place.cause });
    this.code = code;
    if (place.address !== undefined) this.address = place.address;
  }
}
