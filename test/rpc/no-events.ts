// A feed of events in which nothing ever happens.
import type { EventFeed } from "@witan/rpc";

/** Nothing happens. */
export const NO_EVENTS: EventFeed = {
  open: () => ({
    cursor: "00000000.0000000000000000.0.1.0",
    read: async () => ({ kind: "events", events: [] }),
    close: () => undefined,
  }),
};
