// What the classics have in common: small engines for one question at a time, among processes that know each other by their
// places, 0 and up. Like the large ones each is a pure state machine: no clock, no IO, no chance.
import type { Engine, TickInput } from "../engine.ts";

/** What a classic takes in. `tick`: time has passed; what that means is the protocol's. */
export type ClassicInput<Message, Request> =
  | TickInput
  /** Somebody outside wants something of it. */
  | { readonly kind: "request"; readonly request: Request }
  /** A message came. The channel vouches for who sent it; nothing in it has been looked at, signatures aside. */
  | { readonly kind: "message"; readonly from: number; readonly message: Message };

/** What a classic wants done, in this order. */
export type ClassicEffect<Message, Kept, Outcome> =
  /** All that must survive a crash, in place of what was kept before. Nothing behind it happens before it is durable. */
  | { readonly kind: "persist"; readonly kept: Kept }
  | { readonly kind: "send"; readonly to: number; readonly message: Message }
  /** Something has come out: a decision, an answer. */
  | { readonly kind: "tell"; readonly outcome: Outcome };

/** A classic. What it begins with, after a crash what it kept, its constructor is given. */
export interface ClassicEngine<Message, Request, Kept, Outcome, Status = unknown>
  extends Engine<ClassicInput<Message, Request>, ClassicEffect<Message, Kept, Outcome>, Status> {}
