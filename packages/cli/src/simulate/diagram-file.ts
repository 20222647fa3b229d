// Where a diagram goes: into a new file, or in place of an older diagram, which can be drawn again. No other file is
// overwritten.
import { open, rename, unlink } from "node:fs/promises";
import { badInput } from "../exit.ts";
import { checkNewFile, exists, fileFailure, writeNewText } from "../files.ts";

/** How a diagram begins, as simulator's diagram.ts writes it. */
const BEGINS = '<svg xmlns="http://www.w3.org/2000/svg" class="witan-diagram"';

/**
 * Makes sure that a diagram can be written there, before its world is run.
 * @throws {CommandFailure} something else has that name, or nothing may be written there
 */
export async function checkDiagramFile(path: string): Promise<void> {
  if (!(await exists(path))) return await checkNewFile(path);
  if (await isDiagram(path)) return;
  throw badInput(
    "file",
    `writing ${path} failed: it exists, is no diagram of ours, and is not overwritten: move it away, or choose another name`,
  );
}

/** Writes it, whole or not at all. @throws {CommandFailure} it can't be written */
export async function writeDiagram(path: string, svg: string): Promise<void> {
  await checkDiagramFile(path);
  if (!(await exists(path))) return await writeNewText(path, svg);
  const beside = `${path}.new`;
  await writeNewText(beside, svg);
  try {
    await rename(beside, path);
  } catch (error) {
    await unlink(beside).catch(() => {});
    throw fileFailure("writing", path, error);
  }
}

async function isDiagram(path: string): Promise<boolean> {
  try {
    const file = await open(path, "r");
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINS.length), 0, BEGINS.length, 0);
      return buffer.toString("utf8", 0, bytesRead) === BEGINS;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileFailure("reading", path, error);
  }
}
