// Loaded before all else: tells zod not to try whether it may make functions of text. The node's policy forbids it, and
// each try would stand in the browser's console as an offence.

declare global {
  /** Zod's configuration, where it looks for it. */
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

globalThis.__zod_globalConfig = { ...globalThis.__zod_globalConfig, jitless: true };

export {};
