/** Live Link Face CSV; the port of `voxface.formats.livelink`, to the byte. */
import { eulerFromQuaternion, quaternionFromEuler } from "../face/euler";
import {
  add,
  fraction,
  fractionOfNumber,
  multiply,
  roundHalfEven,
  type Fraction,
} from "../face/fraction";
import { exactRate } from "../face/frame_rate";
import type { Quaternion } from "../face/rotation";
import contract from "../generated/contract.json";
import { frameCount, VoxfaceError, type FaceClip } from "../types";
import { clipOfRows, rowsByName } from "./arkit";
import { decimalRow } from "./digits";
import type { Bytes, WriteOptions } from "./format";
import { capitalised, nameKey } from "./names";
import { timingFromTimecodes } from "./rates";
import { findColumn, readTable } from "./table";
import { encodeText } from "./text";
import { countingRate, parseTimecode, timecodeText } from "./timecode";

const { shapeColumns, headColumns, eyeColumns, eyeTurn, decimals } = contract.livelink;
const HEADER = ["Timecode", "BlendshapeCount", ...shapeColumns, ...headColumns, ...eyeColumns];

/** Channels the clip lacks are 0, others than ARKit's left out. */
export function writeLiveLink(clip: FaceClip, options: WriteOptions): Bytes {
  const rate = countingRate(clip.fps);
  const first = add(
    firstTimecode(clip, rate, options.startTimecode),
    multiply(fractionOfNumber(clip.start), exactRate(clip.fps)),
  );
  const milli = Number(roundHalfEven(multiply(first, fraction(1000))));
  const columnOf = new Map(clip.channels.map((name, column) => [capitalised(name), column]));
  const columns = shapeColumns.map((name) => columnOf.get(name));
  const shapes = new Float32Array(shapeColumns.length);
  const lines = [HEADER.join(",")];
  for (let frame = 0; frame < frameCount(clip); frame += 1) {
    const row = frame * clip.channels.length;
    columns.forEach((column, i) => {
      shapes[i] = column === undefined ? 0 : clip.weights[row + column];
    });
    const rotation = [...clip.head.subarray(frame * 7 + 3, frame * 7 + 7)] as Quaternion;
    const angles = [...eulerFromQuaternion(rotation), ...eyeAngles(shapes)];
    lines.push(
      `${timecodeText(milli, frame, rate)},61,` +
        `${decimalRow(shapes, decimals)},${decimalRow(angles, decimals)}`,
    );
  }
  return encodeText(`${lines.join("\n")}\n`);
}

/**
 * Reads files of the app or of other tools: timecode, count, head and eye columns and any channel
 * may be absent. Lost frames (missing timecodes, rows without a face) are untracked.
 */
export function readLiveLink(bytes: Uint8Array, fileName: string): FaceClip {
  const { columns, rows: table, texts } = readTable(bytes, fileName, "Timecode");
  if (!table.length) throw new VoxfaceError(`${fileName} holds a header but no frames`);
  const count = findColumn(columns, "BlendshapeCount");
  const own = ["Timecode", "BlendshapeCount", ...headColumns, ...eyeColumns].map(nameKey);
  const shapes = [...columns.keys()].filter((column) => !own.includes(nameKey(columns[column])));
  const heads = headColumns.map((name) => findColumn(columns, name));
  const { rows, unknown } = rowsByName(fileName, {
    names: shapes.map((column) => columns[column]),
    count: table.length,
    value: (row, column) => table[row][shapes[column]],
    head: (row) => {
      const [yaw, pitch, roll] = heads.map((column) => (column < 0 ? 0 : table[row][column]));
      return [0, 0, 0, ...quaternionFromEuler(yaw, pitch, roll)];
    },
    seen: (row) => count < 0 || table[row][count] !== 0,
  });
  const timing = timingFromTimecodes(texts);
  return clipOfRows(
    rows,
    timing.positions,
    timing.fps,
    { file: fileName, format: "livelink", ...timing.notes },
    unknown,
  );
}

/** The timecode of time 0: as asked, as the clip was recorded, or zero. */
function firstTimecode(clip: FaceClip, rate: number, asked: string | undefined): Fraction {
  if (asked !== undefined) return parseTimecode(asked, rate);
  const recorded = clip.metadata.start_timecode;
  if (recorded === undefined || recorded === null) return fraction(0);
  const counted = Math.trunc(Number(clip.metadata.timecode_rate ?? rate));
  return multiply(parseTimecode(String(recorded), counted), fraction(rate, counted));
}

/**
 * The six eye angles of weights in the order of Live Link's columns.
 *
 * Signs are those of the head: positive yaw to the subject's left, positive pitch downwards. "In"
 * is towards the nose: to the right for the left eye, to the left for the right one.
 */
function eyeAngles(shapes: Float32Array): number[] {
  const turn = (more: string, less: string) =>
    eyeTurn * Math.fround(shapes[shapeColumns.indexOf(more)] - shapes[shapeColumns.indexOf(less)]);
  return [
    turn("EyeLookOutLeft", "EyeLookInLeft"),
    turn("EyeLookDownLeft", "EyeLookUpLeft"),
    0,
    turn("EyeLookInRight", "EyeLookOutRight"),
    turn("EyeLookDownRight", "EyeLookUpRight"),
    0,
  ];
}
