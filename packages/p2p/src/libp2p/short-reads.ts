// Cheaper ends of reads. Noise reads frames from what has come until there is no length left to read, and learns that from a
// RangeError that is thrown and caught each time: its stack trace was a twentieth of what a node did for a lone transfer.
// The same error, made once, says it as well.
import { noise } from "@chainsafe/libp2p-noise";
import type { MessageStream } from "@libp2p/interface";

/** What of Noise's stream this rests on. Its package is pinned to one version; another shape is left as it is. */
interface NoiseStream {
  readonly decoder: { lengthDecoder: (data: { readonly byteLength: number }) => number };
}

/** Bytes of a frame's length. */
const LENGTH_BYTES = 2;
const TOO_SHORT = new RangeError("there are too few bytes for the length of a frame");

function isNoiseStream(stream: object): stream is NoiseStream {
  if (!("decoder" in stream) || typeof stream.decoder !== "object" || stream.decoder === null) return false;
  return "lengthDecoder" in stream.decoder && typeof stream.decoder.lengthDecoder === "function";
}

/** Lets a stream of Noise end its reads without a stack trace. */
export function spareShortReads(stream: MessageStream): void {
  if (!isNoiseStream(stream)) return;
  const { decoder } = stream;
  const decode = decoder.lengthDecoder;
  decoder.lengthDecoder = (data) => {
    if (data.byteLength < LENGTH_BYTES) throw TOO_SHORT;
    return decode(data);
  };
}

/** Noise, as libp2p is given it, whose streams are spared. */
export function sparingNoise(): ReturnType<typeof noise> {
  return (components) => {
    const encrypter = noise()(components);
    const inbound: typeof encrypter.secureInbound = encrypter.secureInbound.bind(encrypter);
    const outbound: typeof encrypter.secureOutbound = encrypter.secureOutbound.bind(encrypter);
    encrypter.secureInbound = async (connection, options) => {
      const secured = await inbound(connection, options);
      spareShortReads(secured.connection);
      return secured;
    };
    encrypter.secureOutbound = async (connection, options) => {
      const secured = await outbound(connection, options);
      spareShortReads(secured.connection);
      return secured;
    };
    return encrypter;
  };
}
