/** A command for tests in Python: prints as JSON what is wrong with how heads of files stand. */
import { readFile } from "node:fs/promises";
import { connect } from "../../src/rig";
import { loadRig } from "../../src/rig/load_rig";
import { misplaced } from "../../src/view/facing";

const found = process.argv.slice(2).map(async (path) => {
  const rig = await loadRig(new Uint8Array(await readFile(path)), path);
  return misplaced(rig, connect(rig.targets, { expressions: rig.expressions }));
});
console.log(JSON.stringify(await Promise.all(found)));
