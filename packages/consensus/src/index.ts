export * from "./engine.ts";
export * from "./pbft/messages.ts";
export * from "./pbft/pbft.ts";
export * from "./pbft/types.ts";
export * from "./pbft/verify.ts";
export * from "./pbft/view-change.ts";
export * from "./pbft/votes.ts";
