export type { Backend, BackendReader, FileDamage, PreparedWrite, SealedEntry } from "./backend.ts";
export type { CheckedStore, PreparedStoreWrite, WalkedEntry } from "./checked-store.ts";
export { type Damage, damageOf, type Repair } from "./damage.ts";
export { heightCodec, placeBytes, type TransactionPlace, transactionPlaceCodec } from "./index-records.ts";
export {
  describeKey,
  heightRange,
  type KeyFields,
  type KeyRange,
  keyFromHex,
  keyOf,
  LAYOUT,
  LAYOUT_VERSION,
  OUTPUT_KEY_BYTES,
  OUTPUT_VALUE_BYTES,
  outpointOf,
  outputKey,
  type ParsedKey,
  parseKey,
  rangeOf,
  type TableName,
  tableOf,
} from "./layout.ts";
export { openMemoryBackend } from "./memory-backend.ts";
export { type Flushed, type Meta, metaKey, putMeta, readMeta, type Tip } from "./meta.ts";
export { openMemoryStore, openStoreOn } from "./open-store.ts";
export {
  CACHED_OUTPUT_BYTES,
  CHANGED_OUTPUT_BYTES,
  OUTPUT_CACHE_DEFAULTS,
  OutputCache,
  type OutputCacheLimits,
  type OutputCacheOptions,
  type OutputCacheStatus,
} from "./output-cache.ts";
export { SEAL_BYTES, seal, unseal } from "./seal.ts";
export { checkStart, type StartCheckOptions, type StartReport } from "./start-check.ts";
export { StoreError } from "./store-error.ts";
export { type VerifyOptions, type VerifyProgress, type VerifyReport, verifyStore } from "./verify.ts";
