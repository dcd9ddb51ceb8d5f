/** Timecode `HH:MM:SS:FF.fff`; the port of `voxface.formats.timecode`. */
import {
  add,
  compare,
  fraction,
  fractionOfText,
  roundHalfEven,
  type Fraction,
} from "../face/fraction";
import { exactRate } from "../face/frame_rate";
import { VoxfaceError, type FrameRate } from "../types";

const DAY = 24 * 3600;
const PATTERN = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[:;.](\d{1,3}(?:\.\d+)?))?$/;

/** How many frames a second of timecode counts: the rate rounded, and at least 1. */
export function countingRate(fps: FrameRate): number {
  return Math.max(1, Number(roundHalfEven(exactRate(fps))));
}

/** A timecode as a number of frames since `00:00:00:00`. */
export function parseTimecode(text: string, rate: number): Fraction {
  const found = PATTERN.exec(text.trim());
  if (!found) {
    throw new VoxfaceError(
      `'${text}' is not a timecode; write HH:MM:SS:FF, such as 01:00:00:00`,
    );
  }
  const [hours, minutes, seconds] = found.slice(1, 4).map(Number);
  const frame = fractionOfText(found[4] ?? "0") as Fraction;
  if (hours > 23 || minutes > 59 || seconds > 59 || compare(frame, fraction(rate)) >= 0) {
    throw new VoxfaceError(
      `timecode '${text}' does not exist at ${rate} frames a second; ` +
        `hours go to 23, minutes and seconds to 59, frames to ${rate - 1}`,
    );
  }
  return add(fraction(((hours * 60 + minutes) * 60 + seconds) * rate), frame);
}

/** Timecodes of frames 0, 1, 2 … where frame 0 stands at `milli` thousandths of a frame. */
export function timecodeText(milli: number, index: number, rate: number): string {
  const day = DAY * rate * 1000;
  const wrapped = (((milli + 1000 * index) % day) + day) % day;
  const part = wrapped % 1000;
  const frames = (wrapped - part) / 1000;
  const frame = frames % rate;
  const seconds = (frames - frame) / rate;
  const second = seconds % 60;
  const minute = ((seconds - second) / 60) % 60;
  const hour = Math.floor(seconds / 3600);
  return (
    [hour, minute, second, frame].map((number) => String(number).padStart(2, "0")).join(":") +
    `.${String(part).padStart(3, "0")}`
  );
}

/**
 * Timecodes of unknown rate taken apart: whole seconds since midnight, without the jump back at
 * midnight, and the frame within the second. Null if any text is no timecode.
 */
export function splitTimecodes(
  texts: readonly string[],
): { seconds: number[]; frames: number[] } | null {
  const seconds: number[] = [];
  const frames: number[] = [];
  let midnights = 0;
  let before = 0;
  for (const text of texts) {
    const found = PATTERN.exec(text.trim());
    if (!found) return null;
    const [hour, minute, second] = found.slice(1, 4).map(Number);
    const now = (hour * 60 + minute) * 60 + second;
    if (seconds.length && now - before < -DAY / 2) midnights += 1;
    before = now;
    seconds.push(now + midnights * DAY);
    frames.push(Number(found[4] ?? 0));
  }
  return { seconds, frames };
}
