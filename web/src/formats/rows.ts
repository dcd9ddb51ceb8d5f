/** Frames as a file holds them, put onto an even grid; the port of `voxface.formats.timeline`. */
import { slerp, type Quaternion } from "../face/rotation";
import { rint } from "./digits";

/** n frames of C weights. */
export interface Rows {
  readonly count: number;
  readonly channels: number;
  /** n x C. */
  readonly weights: Float32Array;
  /** n x 7. */
  readonly head: Float32Array;
  /** n x C. */
  readonly tracked: Uint8Array;
}

/** Rows within this part of a frame from an even grid count as lying on it. */
const STEADY = 0.05;
/** Neighbouring rows further apart than this many frames have lost frames between them. */
const LONGEST_STEP = 1.75;

/**
 * Puts rows at fractional frame positions onto whole frames.
 *
 * Rows that lie evenly are kept as they are. Otherwise frames are read between rows, linear on
 * weights and slerp on rotation; frames between rows too far apart were lost and are untracked.
 * Null if the positions jump about so much that they cannot be times of one take.
 */
export function onGrid(rows: Rows, positions: readonly number[]): Rows | null {
  if (positions.every((position, row) => Math.abs(position - row) < STEADY)) return rows;
  const kept: number[] = [];
  let highest = -Infinity;
  positions.forEach((position, row) => {
    if (row === 0 || position > highest + 1e-6) kept.push(row);
    highest = Math.max(highest, position);
  });
  if (kept.length / rows.count < 0.9) return null;
  const position = kept.map((row) => positions[row]);
  const total = rint(position[position.length - 1]) + 1;
  if (total > 10 * rows.count + 1000) return null;
  const result: Rows = {
    count: total,
    channels: rows.channels,
    weights: new Float32Array(total * rows.channels),
    head: new Float32Array(total * 7),
    tracked: new Uint8Array(total * rows.channels),
  };
  for (let frame = 0, below = 0; frame < total; frame += 1) {
    while (below + 1 < kept.length && position[below + 1] <= frame) below += 1;
    readFrame(rows, kept, position, frame, below, result);
  }
  return result;
}

function readFrame(
  rows: Rows,
  kept: readonly number[],
  position: readonly number[],
  frame: number,
  below: number,
  result: Rows,
): void {
  const last = kept.length - 1;
  const above = Math.min(below + 1, last);
  const step = position[above] - position[below];
  const into = step > 0 ? Math.max((frame - position[below]) / step, 0) : 0;
  mixFrame(rows, kept[below], kept[above], into, frame, result);
  const nearest = rint(below + into);
  const onRow = Math.abs(below + into - nearest) < STEADY && near(position[nearest], frame);
  const lost = step > LONGEST_STEP && !onRow;
  const [first, second] = onRow ? [nearest, nearest] : [below, above];
  for (let column = 0; column < rows.channels; column += 1) {
    const at = frame * rows.channels + column;
    const seen =
      rows.tracked[kept[first] * rows.channels + column] &
      rows.tracked[kept[second] * rows.channels + column];
    result.tracked[at] = seen && !lost ? 1 : 0;
    if (!result.tracked[at]) result.weights[at] = 0;
  }
}

function near(position: number, frame: number): boolean {
  return Math.abs(position - frame) < 0.5;
}

/** Reads between two frames; the port of `voxface.face.resample.interpolate_frames`. */
function mixFrame(
  rows: Rows,
  below: number,
  above: number,
  fraction: number,
  frame: number,
  result: Rows,
): void {
  const blend = Math.fround(fraction);
  const mix = (source: Float32Array, width: number, column: number) => {
    const start = source[below * width + column];
    const step = Math.fround(source[above * width + column] - start);
    return start + Math.fround(blend * step);
  };
  for (let column = 0; column < rows.channels; column += 1) {
    result.weights[frame * rows.channels + column] = mix(rows.weights, rows.channels, column);
  }
  for (let axis = 0; axis < 3; axis += 1) {
    result.head[frame * 7 + axis] = mix(rows.head, 7, axis);
  }
  const rotation = (row: number) => [...rows.head.subarray(row * 7 + 3, row * 7 + 7)] as Quaternion;
  result.head.set(slerp(rotation(below), rotation(above), fraction), frame * 7 + 3);
}
