// Fewer window updates. Yamux's stream tells the sender after each frame how much was read, which makes an answer, with
// encryption and two system calls, of every vote. Half a window is soon enough, and saves a third of what a vote costs.
import type { Stream } from "@libp2p/interface";

/** What of Yamux's stream this rests on. Its package is pinned to one version; another shape is left as it is. */
interface YamuxStream {
  readonly state: number;
  readonly recvWindow: number;
  readonly recvWindowCapacity: number;
  sendWindowUpdate: () => void;
}

/** Yamux's `StreamState.Established`: before that an update carries the opening of the stream. */
const ESTABLISHED = 3;

function isYamuxStream(stream: object): stream is YamuxStream {
  return (
    "sendWindowUpdate" in stream &&
    typeof stream.sendWindowUpdate === "function" &&
    ["state", "recvWindow", "recvWindowCapacity"].every(
      (field) => typeof Reflect.get(stream, field) === "number",
    )
  );
}

/** Lets the stream tell the sender once half of the window is read. */
export function spareWindowUpdates(stream: Stream): void {
  if (!isYamuxStream(stream)) return;
  const update = stream.sendWindowUpdate.bind(stream);
  stream.sendWindowUpdate = () => {
    const read = stream.recvWindow - stream.recvWindowCapacity;
    if (stream.state !== ESTABLISHED || read >= stream.recvWindow / 2) update();
  };
}
