/** NVIDIA Audio2Face-3D CSV and legacy JSON; the port of `voxface.formats.audio2face`. */
import { parseFrameRate } from "../face/frame_rate";
import { frameCount, VoxfaceError, type FaceClip, type FrameRate } from "../types";
import { clipOfRows, rowsByName } from "./arkit";
import { decimalRow, decimalText } from "./digits";
import type { Bytes, WriteOptions } from "./format";
import { capitalised } from "./names";
import { rateFromTimes } from "./rates";
import { findColumn, readTable } from "./table";
import { encodeText, isObject, plainNumber, pythonJson, readJson } from "./text";

const DECIMALS = 6;
/** Room for the count of frames, which Python's writer knows at the end only. */
const COUNT_WIDTH = 10;
/** Rate of Audio2Face where a file does not say. */
const DEFAULT_RATE: FrameRate = { numerator: 30, denominator: 1 };
const NO_RATE = { frame_rate: "assumed: the file does not say" };

export function writeAudio2FaceCsv(clip: FaceClip): Bytes {
  const names = clip.channels.map((name) => `blendShapes.${capitalised(name)}`);
  const lines = [["", "timeCode", ...names].join(",")];
  const rate = plainNumber(clip.fps);
  for (let frame = 0; frame < frameCount(clip); frame += 1) {
    const seconds = clip.start + frame / rate;
    lines.push([frame, decimalText(seconds, DECIMALS), weightsOf(clip, frame)].join(","));
  }
  return encodeText(`${lines.join("\n")}\n`);
}

export function writeAudio2FaceJson(clip: FaceClip, options: WriteOptions): Bytes {
  const opening = pythonJson({
    exportFps: plainNumber(clip.fps),
    trackPath: options.source ?? String(clip.metadata.source ?? ""),
    numPoses: clip.channels.length,
    facsNames: clip.channels,
  });
  const frames = frameCount(clip);
  const rows = Array.from({ length: frames }, (_, frame) => `\n[${weightsOf(clip, frame)}]`);
  const count = String(frames).padStart(COUNT_WIDTH);
  return encodeText(
    `${opening.slice(0, -1)}, "numFrames": ${count}, "weightMat": [${rows.join(",")}\n]}\n`,
  );
}

export function readAudio2FaceCsv(bytes: Uint8Array, fileName: string): FaceClip {
  const { columns, rows: table } = readTable(bytes, fileName, "");
  if (!table.length) throw new VoxfaceError(`${fileName} holds a header but no frames`);
  const timeColumn = findColumn(columns, "timeCode", "time_code", "time");
  const shapes = [...columns.keys()].filter(
    (column) =>
      column !== timeColumn && !["", "index", "frame"].includes(columns[column].trim()),
  );
  const { rows, unknown } = rowsByName(fileName, {
    names: shapes.map((column) => columns[column]),
    count: table.length,
    value: (row, column) => table[row][shapes[column]],
  });
  const times = timeColumn < 0 ? null : table.map((row) => row[timeColumn]);
  const fps = times && rateFromTimes(times);
  const rate = fps ?? DEFAULT_RATE;
  const scale = plainNumber(rate);
  return clipOfRows(
    rows,
    times && fps ? times.map((time) => (time - times[0]) * scale) : null,
    rate,
    { file: fileName, format: "audio2face", ...(fps ? {} : NO_RATE) },
    unknown,
    times && Number.isFinite(times[0]) ? times[0] : 0,
  );
}

export function readAudio2FaceJson(bytes: Uint8Array, fileName: string): FaceClip {
  const document = readJson(bytes, fileName);
  const { facsNames: names, weightMat: values } = document;
  if (!Array.isArray(names) || !Array.isArray(values)) {
    const lacking = Array.isArray(names) ? "weightMat" : "facsNames";
    throw new VoxfaceError(`${fileName} is not Audio2Face JSON: no list ${lacking}`);
  }
  const fits = (row: unknown) =>
    Array.isArray(row) && row.length === names.length && row.every((v) => typeof v === "number");
  if (!values.length || !values.every(fits)) {
    throw new VoxfaceError(
      `${fileName}: weightMat does not hold rows of ${names.length} numbers, one for each of ` +
        "facsNames; the file is damaged",
    );
  }
  const { rows, unknown } = rowsByName(fileName, {
    names: names.map(String),
    count: values.length,
    value: (row, column) => values[row][column],
  });
  const claimed = document.exportFps;
  const notes: Record<string, unknown> = claimed ? {} : { ...NO_RATE };
  if (document.trackPath) notes.source = String(document.trackPath);
  if (isObject(claimed)) throw new VoxfaceError(`${fileName}: exportFps is no number`);
  return clipOfRows(
    rows,
    null,
    claimed ? parseFrameRate(String(claimed)) : DEFAULT_RATE,
    { file: fileName, format: "audio2face", ...notes },
    unknown,
  );
}

function weightsOf(clip: FaceClip, frame: number): string {
  const channels = clip.channels.length;
  return decimalRow(clip.weights.subarray(frame * channels, (frame + 1) * channels), DECIMALS);
}
