/** Mouth cues as Rhubarb Lip Sync writes them; the port of `voxface.formats.mouth_cues`. */
import { frameCount, framesPerSecond, type FaceClip } from "../types";
import { decimalText } from "./digits";
import type { Bytes, WriteOptions } from "./format";
import { mouthCues, SHAPES, type Cue } from "./mouth_shapes";
import { encodeText, pythonJson } from "./text";

const REST = "X";

/** What the shapes are called in the classic chart, by which Moho and OpenToonz go. */
const PRESTON_BLAIR = ["MBP", "etc", "E", "AI", "O", "U", "FV", "L", "rest"];

/** A start and a shape in every line, and rest at the end. */
export function writeCuesTsv(clip: FaceClip): Bytes {
  const cues = cuesOf(clip);
  const rows = [...cues, { start: endOf(cues), shape: REST }];
  return encodeText(rows.map((cue) => `${seconds(cue.start)}\t${cue.shape}\n`).join(""));
}

export function writeCuesJson(clip: FaceClip, options: WriteOptions): Bytes {
  const cues = cuesOf(clip);
  const rows = cues.map(
    (cue) =>
      `    { "start": ${seconds(cue.start)}, "end": ${seconds(cue.end)}, "value": "${cue.shape}" }`,
  );
  return encodeText(
    `{\n  "metadata": {\n    "soundFile": ${pythonJson(soundOf(clip, options))},\n` +
      `    "duration": ${seconds(endOf(cues))}\n  },\n` +
      `  "mouthCues": [\n${rows.join(",\n")}\n  ]\n}\n`,
  );
}

export function writeCuesXml(clip: FaceClip, options: WriteOptions): Bytes {
  const cues = cuesOf(clip);
  const rows = cues.map(
    ({ start, end, shape }) =>
      `    <mouthCue start="${seconds(start)}" end="${seconds(end)}">${shape}</mouthCue>\n`,
  );
  const sound = soundOf(clip, options)
    .replaceAll("&", "&amp;")
    .replaceAll(">", "&gt;")
    .replaceAll("<", "&lt;");
  return encodeText(
    '<?xml version="1.0" encoding="utf-8"?>\n<rhubarbResult>\n  <metadata>\n' +
      `    <soundFile>${sound}</soundFile>\n    <duration>${seconds(endOf(cues))}</duration>\n` +
      `  </metadata>\n  <mouthCues>\n${rows.join("")}  </mouthCues>\n</rhubarbResult>\n`,
  );
}

/** A Moho switch: a frame and a shape in every line, and rest at the end. */
export function writeCuesDat(clip: FaceClip): Bytes {
  return moho(clip, [...SHAPES]);
}

/** A Moho switch with the names of the Preston Blair chart. */
export function writePrestonBlairDat(clip: FaceClip): Bytes {
  return moho(clip, PRESTON_BLAIR);
}

function moho(clip: FaceClip, names: readonly string[]): Bytes {
  const cues = cuesOf(clip);
  const rate = framesPerSecond(clip.fps);
  // Half a microsecond, so that 0.29 s at 100 a second is frame 29 and not 28.
  const frameOf = (time: number) => 1 + Math.trunc((time + 5e-7) * rate);
  const rows = new Map<number, string>();
  for (const cue of cues) {
    // Of two shapes that begin in one frame, the first is shown.
    const frame = frameOf(cue.start);
    if (!rows.has(frame)) rows.set(frame, cue.shape);
  }
  const last = frameOf(endOf(cues));
  rows.set(rows.has(last) ? last + 1 : last, REST);
  const lines = [...rows].map(([frame, shape]) => `${frame} ${names[SHAPES.indexOf(shape)]}\n`);
  return encodeText(`MohoSwitch1\n${lines.join("")}`);
}

function cuesOf(clip: FaceClip): Cue[] {
  const length = (frameCount(clip) * clip.fps.denominator) / clip.fps.numerator;
  const cues = mouthCues(clip);
  if (cues.length) return cues;
  return [{ start: 0, end: Math.max(clip.start + length, 0), shape: REST }];
}

function endOf(cues: readonly Cue[]): number {
  return cues[cues.length - 1].end;
}

function soundOf(clip: FaceClip, options: WriteOptions): string {
  return options.source ?? String(clip.metadata.source ?? "");
}

function seconds(time: number): string {
  return decimalText(time, 2);
}
