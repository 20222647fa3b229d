export type { AdmissionInput, AdmissionVerdict, Prechecked, PrecheckVerdict, Standing } from "./admission.ts";
export * from "./codes.ts";
export type { PendingTransaction } from "./entry.ts";
export { MEMPOOL_DEFAULTS, type MempoolLimits, memoryOf } from "./limits.ts";
export * from "./mempool.ts";
export type { Notice } from "./notices.ts";
export type { MempoolTip } from "./pool.ts";
export type { Rejection } from "./rejections.ts";
export type { SelectionInput } from "./selection.ts";
