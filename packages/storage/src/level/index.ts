export type { LevelOptions } from "./level-backend.ts";
export { type OpenOptions, openLevelStore } from "./open-level.ts";
