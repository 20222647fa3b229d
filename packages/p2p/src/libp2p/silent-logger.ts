// Libp2p's logs, left out: what matters is told to the observer, and formatting them costs time for each frame.
import type { ComponentLogger, Logger } from "@libp2p/interface";

function nothing(): void {}

const logger: Logger = Object.assign(() => nothing(), {
  error: nothing,
  trace: nothing,
  enabled: false,
  newScope: () => logger,
});

/** Says nothing. */
export const silentLogger: ComponentLogger = { forComponent: () => logger };
