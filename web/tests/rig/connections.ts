/**
 * A command for tests in Python: reads a list of {targets, expressions, channels, frames} from a
 * JSON file and prints what the page makes of each.
 */
import { readFile } from "node:fs/promises";
import { connect, type ExpressionBind } from "../../src/rig";

interface Case {
  readonly targets: string[];
  readonly expressions: Record<string, Record<string, number>>;
  readonly channels: string[];
  readonly frames: number[][];
}

const cases = JSON.parse(await readFile(process.argv[2], "utf-8")) as Case[];
const answers = cases.map(({ targets, expressions, channels, frames }) => {
  const binds: Record<string, ExpressionBind[]> = {};
  for (const [name, pose] of Object.entries(expressions)) {
    binds[name] = Object.entries(pose).map(([target, weight]) => ({ target, weight }));
  }
  const connection = connect(targets, { expressions: binds });
  const weights = frames.map((frame) => [...connection.weights(frame, channels)]);
  return { ...connection, weights };
});
console.log(JSON.stringify(answers));
