// The bytes of a register on a replica's disk. Never for bytes from a peer.
import { byteList, type Codec, container, LIMITS, list } from "@witan/primitives";
import { prepareProofCodec, registerVersionCodec } from "./messages.ts";
import type { RegisterState } from "./replica.ts";
import { REGISTER_LIMITS } from "./types.ts";

/** SSZ of what a replica keeps of a register. */
export const registerStateCodec: Codec<RegisterState> = container<RegisterState>({
  proof: list(prepareProofCodec, 1),
  data: byteList(LIMITS.registerValueBytes),
  prepared: list(registerVersionCodec, REGISTER_LIMITS.clients),
  optimistic: list(registerVersionCodec, REGISTER_LIMITS.clients),
  written: registerVersionCodec,
});
