// A process that writes until it is killed or the disk refuses: batches of 20 records with one number, synced, each
// told on standard output once it is acknowledged.
import { keyOf, StoreError } from "@witan/storage";
import { openLevelStore } from "@witan/storage/level";
import { block, hashOf, put } from "./records.ts";

const directory = process.argv[2] ?? "";
const store = await openLevelStore(directory, { writeBufferBytes: 256 * 1024 });
const value = "x".repeat(2_000);
try {
  for (let number = 0; ; number++) {
    const outputs = Array.from({ length: 19 }, (_, at) => put(keyOf("output", hashOf(number), at), value));
    await store.write([put(block(number), value), ...outputs], { sync: true });
    process.stdout.write(`${JSON.stringify({ written: number })}\n`);
  }
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  let then = "";
  try {
    store.get(block(0));
  } catch (next) {
    then = next instanceof StoreError ? next.code : String(next);
  }
  process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message, then })}\n`);
  process.exit(0);
}
