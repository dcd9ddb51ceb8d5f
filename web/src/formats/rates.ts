/** From times or timecodes to a frame rate; `voxface.formats.timeline`, `.livelink_timing`. */
import { fractionOfNumber, limitDenominator } from "../face/fraction";
import { frameRate, NTSC_RATES } from "../face/frame_rate";
import type { FrameRate } from "../types";
import { differences, largest, median } from "./arrays";
import { rint } from "./digits";
import { plainNumber } from "./text";
import { splitTimecodes } from "./timecode";

const WHOLE_RATES = [24, 25, 30, 48, 50, 60, 90, 100, 120];

/** Rates a recording is likely to have. */
const COMMON_RATES: readonly FrameRate[] = [...WHOLE_RATES.map(whole), ...NTSC_RATES];

/** Taken where a file says nothing of its rate; Live Link Face records at 60. */
export const DEFAULT_RATE: FrameRate = whole(60);

/** When the rows of a file happened. */
export interface Timing {
  readonly fps: FrameRate;
  /** Place of each row in frames from the first; null: the rows are taken as even. */
  readonly positions: number[] | null;
  /** What the clip's metadata should say of it. */
  readonly notes: Readonly<Record<string, unknown>>;
}

/** The exact rate that a measured one stands for; `tolerance` is its relative error. */
export function likelyRate(framesPerSecond: number, tolerance = 5e-5): FrameRate {
  for (const candidates of [COMMON_RATES, [whole(Math.max(1, rint(framesPerSecond)))]]) {
    const off = (rate: FrameRate) => Math.abs(plainNumber(rate) - framesPerSecond);
    const nearest = candidates.reduce((best, rate) => (off(rate) < off(best) ? rate : best));
    if (off(nearest) <= tolerance * framesPerSecond) return nearest;
  }
  return frameRate(limitDenominator(fractionOfNumber(framesPerSecond), 1001n));
}

/** The rate of rows at `times` in seconds; null if they do not say. */
export function rateFromTimes(times: readonly number[], resolution = 1e-6): FrameRate | null {
  if (times.length < 2 || !times.every(Number.isFinite)) return null;
  const steps = differences(times);
  const usual = median(steps);
  if (usual <= 0 || !(usual >= 1e-3 && usual <= 1e3)) return null;
  const rounded = steps.map((step) => rint(step / usual));
  const jitter = largest(steps.map((step, i) => Math.abs(step - rounded[i] * usual)));
  const total = rounded.reduce((sum, value) => sum + value, 0);
  if (jitter > 0.25 * usual || total < 1) return likelyRate(1 / usual, 0.02);
  const span = times[times.length - 1] - times[0];
  const tolerance = Math.max(5e-5, (2 * resolution + jitter) / span);
  return likelyRate(total / span, Math.min(tolerance, 0.02));
}

/**
 * The rate of a Live Link Face file, which only its timecodes tell.
 *
 * How many frames a second counts shows where timecode goes from one second to the next. In a take
 * too short for that the rate is assumed: the length if it is exactly one second of a common rate,
 * otherwise 60, which is what the app records at.
 */
export function timingFromTimecodes(timecodes: readonly string[]): Timing {
  if (!timecodes.length) return assumed("the file has no timecodes");
  const parts = splitTimecodes(timecodes);
  if (!parts) return assumed("timecodes are not readable");
  const { seconds, frames } = parts;
  const notes: Record<string, unknown> = { start_timecode: timecodes[0] };
  let rate = rolloverRate(seconds, frames);
  if (rate === null) {
    if (seconds[0] !== seconds[seconds.length - 1]) return assumed("timecodes do not count frames");
    rate = shortRate(frames);
    notes.frame_rate = "assumed: the take is too short to tell";
  }
  notes.timecode_rate = rate;
  const counted = rate;
  const total = seconds.map((second, row) => second * counted + frames[row]);
  const step = total.length > 1 ? median(differences(total)) : 1;
  if (step <= 0) return assumed("timecodes stand still");
  const fps = Math.abs(step - 1) < 0.02 ? whole(rate) : likelyRate(rate / step, 0.01);
  const scale = fps.numerator / (fps.denominator * rate);
  return { fps, positions: total.map((frame) => (frame - total[0]) * scale), notes };
}

function assumed(reason: string): Timing {
  return { fps: DEFAULT_RATE, positions: null, notes: { frame_rate: `assumed: ${reason}` } };
}

/** How many frames timecode counts to a second; null if no second begins in the take. */
function rolloverRate(seconds: readonly number[], frames: readonly number[]): number | null {
  const turns = differences(seconds);
  const steps = differences(frames);
  const same = steps.filter((_, row) => turns[row] === 0);
  const rolls = [...turns.keys()].filter((row) => turns[row] === 1);
  if (!same.length || !rolls.length) return null;
  const step = median(same);
  const rate = rint(median(rolls.map((row) => frames[row] + step - frames[row + 1])));
  return rate > 0 ? Math.max(rate, Math.trunc(largest(frames)) + 1) : null;
}

function shortRate(frames: readonly number[]): number {
  const counted = Math.trunc(largest(frames)) + 1;
  if (frames[0] === 0 && frames.length === counted && WHOLE_RATES.includes(counted)) {
    return counted;
  }
  return [60, ...WHOLE_RATES].find((rate) => rate >= counted) ?? counted;
}

function whole(rate: number): FrameRate {
  return { numerator: rate, denominator: 1 };
}
