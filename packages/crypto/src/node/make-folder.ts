// Makes a folder and those above it: what `recursive` of Node's mkdir is for, which tries for ever where no folder can be
// made, such as below /proc. Never changes a folder that is there.
import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "./file-error.ts";

/**
 * Makes a folder, with those above it that are missing; all is well if it is there.
 * @param mode of each folder made
 * @returns the first, highest folder that was made; undefined if none was
 * @throws the system's error: `ENOENT` where the system takes no folders, `EEXIST` where a file is in its place
 */
export async function makeFolder(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    return await made(path, mode);
  } catch (error) {
    if (systemCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    const first = await makeFolder(dirname(path), mode);
    const last = await made(path, mode);
    return first ?? last;
  }
}

async function made(path: string, mode: number): Promise<string | undefined> {
  try {
    await mkdir(path, { mode });
    return path;
  } catch (error) {
    if (systemCode(error) === "EEXIST" && (await stat(path)).isDirectory()) return undefined;
    throw error;
  }
}
