// Writes the files of genesis/. Review the difference: whoever runs one of these networks has another chain afterwards.
import { writeFile } from "node:fs/promises";
import { GENESIS_FOLDER, READY_MODES, readyGenesis } from "./make.ts";

for (const mode of READY_MODES)
  await writeFile(new URL(`${mode}.json`, GENESIS_FOLDER), await readyGenesis(mode));
