/** Columns by name in, a clip of the 52 channels out; the port of `voxface.formats.arkit`. */
import { ARKIT_CHANNELS } from "../face/channels";
import { checkedClip, REST_POSE } from "../face/clip";
import { normalized, type Quaternion } from "../face/rotation";
import { VoxfaceError, type FaceClip, type FrameRate } from "../types";
import { matchChannels } from "./names";
import { onGrid, type Rows } from "./rows";

/** What a file holds, by column. */
export interface Columns {
  /** Column names in any spelling `matchChannels` knows. */
  readonly names: readonly string[];
  readonly count: number;
  /** Weight of a row and column; NaN where there is none. */
  readonly value: (row: number, column: number) => number;
  /** Head pose of a row, 7 numbers; NaN is a head at rest, and so is a file without heads. */
  readonly head?: (row: number) => readonly number[];
  /** False for frames without a face. */
  readonly seen?: (row: number) => boolean;
}

/** Sorts columns of weights into ARKit channels; absent ones are untracked. */
export function rowsByName(fileName: string, file: Columns): { rows: Rows; unknown: string[] } {
  const { columns, unknown } = matchChannels(file.names);
  if (!columns.size) {
    throw new VoxfaceError(
      `${fileName} names no ARKit channel such as jawOpen; is it a face file?`,
    );
  }
  const channels = ARKIT_CHANNELS.length;
  const weights = new Float32Array(file.count * channels);
  const tracked = new Uint8Array(weights.length);
  const head = new Float32Array(file.count * 7);
  for (let row = 0; row < file.count; row += 1) {
    head.set(poseOf(file.head?.(row) ?? REST_POSE), row * 7);
    if (file.seen && !file.seen(row)) continue;
    ARKIT_CHANNELS.forEach((channel, index) => {
      const column = columns.get(channel);
      const value = column === undefined ? NaN : file.value(row, column);
      if (Number.isNaN(value)) return;
      weights[row * channels + index] = value;
      tracked[row * channels + index] = 1;
    });
  }
  return { rows: { count: file.count, channels, weights, head, tracked }, unknown };
}

/** Builds the clip of rows at given frame positions; without positions, rows are frames. */
export function clipOfRows(
  rows: Rows,
  positions: readonly number[] | null,
  fps: FrameRate,
  metadata: Readonly<Record<string, unknown>>,
  unknown: readonly string[],
  start = 0,
): FaceClip {
  const notes: Record<string, unknown> = { ...metadata };
  if (unknown.length) notes.unknown_columns = [...unknown];
  const even = positions?.length ? onGrid(rows, positions) : rows;
  if (!even) {
    notes.timing = "times in the file jump about; its rows were taken as even frames";
  }
  const { weights, head, tracked } = even ?? rows;
  return checkedClip({
    channels: ARKIT_CHANNELS,
    fps,
    weights,
    head,
    tracked,
    start,
    metadata: notes,
  });
}

function poseOf(pose: readonly number[]): readonly number[] {
  if (pose.some(Number.isNaN)) return REST_POSE;
  return [...pose.slice(0, 3), ...normalized(pose.slice(3, 7) as Quaternion)];
}
