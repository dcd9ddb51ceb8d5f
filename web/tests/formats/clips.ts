/**
 * A command for tests in Python: clips through the page's formats, in Node.
 *
 * `node clips.mjs write CLIP.npz FOLDER [HEAD.glb]` writes FOLDER/NAME.SUFFIX in every format.
 * `node clips.mjs read FILE... FOLDER` reads each file and writes FOLDER/FILE.npz, or
 * FOLDER/FILE.txt with the message if it cannot be read.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { FORMATS, readClip, writeClip } from "../../src/formats";
import { VoxfaceError } from "../../src/types";

const [verb, ...rest] = process.argv.slice(2);

async function write(file: string, folder: string, head: string | undefined): Promise<void> {
  const clip = await readClip(await readFile(file), file);
  const rig = head === undefined ? undefined : await readFile(head);
  for (const { name, suffix, needsRig } of FORMATS) {
    if (needsRig && !rig) continue;
    const fileName = `${name}${suffix}`;
    await writeFile(join(folder, fileName), await writeClip(clip, name, { fileName, rig }));
  }
}

async function read(files: readonly string[], folder: string): Promise<void> {
  for (const file of files) {
    const target = join(folder, basename(file));
    try {
      const clip = await readClip(await readFile(file), file);
      await writeFile(`${target}.npz`, await writeClip(clip, "npz"));
    } catch (error) {
      if (!(error instanceof VoxfaceError)) throw error;
      await writeFile(`${target}.txt`, error.message);
    }
  }
}

const folder = verb === "write" ? rest[1] : rest[rest.length - 1];
await mkdir(folder, { recursive: true });
if (verb === "write") await write(rest[0], folder, rest[2]);
else await read(rest.slice(0, -1), folder);
