/** Voice-to-Action JSON, one object a frame; the port of `voxface.formats.voice_to_action`. */
import { parseFrameRate } from "../face/frame_rate";
import { frameCount, VoxfaceError, type FaceClip, type FrameRate } from "../types";
import { clipOfRows, rowsByName } from "./arkit";
import { decimalText } from "./digits";
import type { Bytes, WriteOptions } from "./format";
import { DEFAULT_RATE, rateFromTimes } from "./rates";
import { encodeText, isObject, plainNumber, pythonJson, readJson, type JsonObject } from "./text";

const DECIMALS = 6;
/** Room for the count of frames, which Python's writer knows at the end only. */
const COUNT_WIDTH = 10;

export function writeVoiceToAction(clip: FaceClip, options: WriteOptions): Bytes {
  const { numerator, denominator } = clip.fps;
  const session = pythonJson({
    sessionId: (options.fileName ?? "clip").replace(/(?<=.)\.[^.]*$/, ""),
    targetFPS: plainNumber(clip.fps),
    originalFPS: plainNumber(clip.fps),
    frameInterval: (1000 * denominator) / numerator,
    metadata: clip.metadata,
  });
  const frames = frameCount(clip);
  const names = clip.channels.map((name) => `${pythonJson(name)}: `);
  const rows = Array.from({ length: frames }, (_, frame) => frameText(clip, frame, names));
  const count = String(frames).padStart(COUNT_WIDTH);
  return encodeText(
    `{"sessionInfo": ${session},\n"frameCount": ${count},\n"frames": [${rows.join(",")}\n]}\n`,
  );
}

/**
 * Reads the file. Times count, not the rate it claims: recordings exist whose `targetFPS` is not
 * the rate of their frames. Where the two disagree the metadata says so.
 */
export function readVoiceToAction(bytes: Uint8Array, fileName: string): FaceClip {
  const document = readJson(bytes, fileName);
  const session = isObject(document.sessionInfo) ? document.sessionInfo : {};
  const frames = framesOf(document, fileName);
  const shapes = frames.map((frame) => frame.blendshapes as JsonObject);
  const names = [...new Set(shapes.flatMap((shape) => Object.keys(shape)))];
  const { rows, unknown } = rowsByName(fileName, {
    names,
    count: frames.length,
    value: (row, column) => numberOf(shapes[row][names[column]], NaN, fileName),
    head: (row) => poseOf(frames[row], fileName),
    seen: (row) => frames[row].has_face === undefined || Boolean(frames[row].has_face),
  });
  const times = frames.map((frame) => numberOf(frame.timestamp, NaN, fileName) / 1000);
  const { fps, notes } = rateOf(session, times);
  const known = !times.some(Number.isNaN);
  const scale = plainNumber(fps);
  return clipOfRows(
    rows,
    known ? times.map((time) => (time - times[0]) * scale) : null,
    fps,
    {
      ...(isObject(session.metadata) ? session.metadata : {}),
      file: fileName,
      format: "voice_to_action",
      ...notes,
    },
    unknown,
    known ? times[0] : 0,
  );
}

function frameText(clip: FaceClip, frame: number, names: readonly string[]): string {
  const row = frame * names.length;
  const seconds = clip.start + frame / plainNumber(clip.fps);
  const text = (value: number) => decimalText(value, DECIMALS);
  const shapes = names.map((name, column) => name + text(clip.weights[row + column]));
  const pose = [..."xyzwxyz"].map((axis, i) => `"${axis}": ${text(clip.head[frame * 7 + i])}`);
  const seen = !names.length || clip.tracked.subarray(row, row + names.length).includes(1);
  return (
    `\n{"frame_index": ${frame}, "timestamp": ${text(seconds * 1000)}, ` +
    `"blendshapes": {${shapes.join(", ")}}, ` +
    `"headPosition": {${pose.slice(0, 3).join(", ")}}, ` +
    `"headRotation": {${pose.slice(3).join(", ")}}, "has_face": ${seen}}`
  );
}

function framesOf(document: JsonObject, fileName: string): JsonObject[] {
  const frames = document.frames;
  if (!Array.isArray(frames)) {
    throw new VoxfaceError(`${fileName} is not Voice-to-Action JSON: no list of frames`);
  }
  if (!frames.length) throw new VoxfaceError(`${fileName} holds no frames`);
  const broken = frames.findIndex((frame) => !isObject(frame) || !isObject(frame.blendshapes));
  if (broken >= 0) {
    throw new VoxfaceError(
      `${fileName} is not Voice-to-Action JSON: frame ${broken} has no blendshapes`,
    );
  }
  return frames as JsonObject[];
}

function numberOf(value: unknown, absent: number, fileName: string): number {
  if (value === undefined || value === null) return absent;
  const number = typeof value === "string" && !value.trim() ? NaN : Number(value);
  if (typeof value === "object" || Number.isNaN(number)) {
    throw new VoxfaceError(
      `${fileName} is not Voice-to-Action JSON: '${String(value).slice(0, 30)}' is not a number`,
    );
  }
  return number;
}

function poseOf(frame: JsonObject, fileName: string): number[] {
  const position = isObject(frame.headPosition) ? frame.headPosition : {};
  const given = isObject(frame.headRotation) && Object.keys(frame.headRotation).length;
  const rotation = given ? (frame.headRotation as JsonObject) : { w: 1 };
  return [
    ...[..."xyz"].map((axis) => numberOf(position[axis], 0, fileName)),
    ...[..."wxyz"].map((axis) => numberOf((rotation as JsonObject)[axis], 0, fileName)),
  ];
}

function rateOf(
  session: JsonObject,
  times: readonly number[],
): { fps: FrameRate; notes: Record<string, unknown> } {
  const claimed = session.targetFPS ?? null;
  const measured = rateFromTimes(times);
  if (claimed === null) {
    const notes = measured ? {} : { frame_rate: "assumed: the file does not say" };
    return { fps: measured ?? DEFAULT_RATE, notes };
  }
  const fps = parseFrameRate(String(claimed));
  if (!measured || Math.abs(plainNumber(measured) / plainNumber(fps) - 1) < 5e-3) {
    return { fps, notes: {} };
  }
  return {
    fps: measured,
    notes: { frame_rate: `from timestamps; the file claims ${String(claimed)}` },
  };
}
