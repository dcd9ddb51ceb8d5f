/** Which of nine drawn mouths a face shows, and for how long; `voxface.formats.mouth_shapes`. */
import { frameCount, framesPerSecond, type FaceClip } from "../types";
import { percentile } from "./arrays";
import { cheapestSequence } from "./cheapest_sequence";
import { rint } from "./digits";

/** The alphabet of Rhubarb Lip Sync. */
export const SHAPES = "ABCDEFGHX";
/** Frames a second on which shapes are decided; times of cues are hundredths of a second. */
const RATE = 100;

/** Seconds for which a shape is held at least. */
const LEAST_HELD: Readonly<Record<string, number>> = { A: 0.04, X: 0.25 };
const LEAST_HELD_OTHERWISE = 0.08;

/** What counts as wide open and as puckered lies between these. */
const USUAL_OPENING = [0.2, 0.7] as const;
const USUAL_ROUNDING = [0.2, 0.9] as const;

/** Shares of a moderate opening below which lips count as shut, and as at rest. */
const [SHUT, REST] = [0.25, 0.12];
/** Opening and rounding below which a mouth does nothing. */
const STILL = 0.04;
/** The widest opening of quiet speech. */
const MODERATE = 0.3;

/** One shape from `start` to `end`, in seconds. */
export interface Cue {
  readonly start: number;
  readonly end: number;
  readonly shape: string;
}

/**
 * Decides which shapes a clip shows, from time 0 to its end, without a gap.
 *
 * Neighbouring cues differ. A clip that begins after 0 is at rest until then.
 *
 * @param shapes the letters to choose from
 */
export function mouthCues(clip: FaceClip, shapes = SHAPES): Cue[] {
  const length = (frameCount(clip) * clip.fps.denominator) / clip.fps.numerator;
  const frames = rint((clip.start + length) * RATE);
  if (frames <= 0 || !frameCount(clip)) return [];
  const costs = shapeCosts(clip, frames);
  const chosen = cheapestSequence(
    [...shapes].map((shape) => costs[shape]),
    [...shapes].map((shape) => rint(RATE * (LEAST_HELD[shape] ?? LEAST_HELD_OTHERWISE))),
  );
  const edges = [0];
  for (let i = 1; i < frames; i += 1) if (chosen[i] !== chosen[i - 1]) edges.push(i);
  return edges.map((begin, i) => ({
    start: begin / RATE,
    end: (edges[i + 1] ?? frames) / RATE,
    shape: shapes[chosen[begin]],
  }));
}

/** How wrong each shape would be at hundredths of a second; about 1 is as wrong as can be. */
function shapeCosts(clip: FaceClip, frames: number): Record<string, Float64Array> {
  const channel = (...names: string[]) => curveOf(clip, names, frames);
  const sides = (base: string) => [`${base}Left`, `${base}Right`];
  const lips = channel(...sides("mouthLowerDown"), ...sides("mouthUpperUp"));
  const [jaw, close] = [channel("jawOpen"), channel("mouthClose")];
  const [pucker, funnel] = [channel("mouthPucker"), channel("mouthFunnel")];
  const [lower, upper] = [channel("mouthRollLower"), channel("mouthRollUpper")];
  const [press, tongueOut] = [channel(...sides("mouthPress")), channel("tongueOut")];
  const opening = jaw.map((value, i) => Math.max(value - close[i], 0) + 0.5 * lips[i]);
  const rounding = pucker.map((value, i) => value + funnel[i]);
  // Silence before and after must not change what counts as wide.
  const moving = opening.map((value, i) => Number(value > STILL || rounding[i] > STILL));
  const widest = reachOf(opening.filter((_, i) => moving[i]), ...USUAL_OPENING);
  const roundest = reachOf(rounding.filter((_, i) => moving[i]), ...USUAL_ROUNDING);
  const costs: Record<string, Float64Array> = {};
  for (const shape of SHAPES) costs[shape] = new Float64Array(frames);
  for (let i = 0; i < frames; i += 1) {
    const wide = clipped(opening[i] / widest, 0, 1.2);
    const round = clipped(rounding[i] / roundest, 0, 1);
    // However wide a mouth opens at times, lips that meet leave no gap.
    const gap = clipped(opening[i] / Math.min(widest, MODERATE), 0, 1.2);
    // The lower lip alone is drawn in at the teeth; in p, b and m both are.
    const biting = clipped((lower[i] - upper[i]) / 0.3, 0, 1);
    const tongue = clipped(tongueOut[i] / 0.15, 0, 1);
    const other = 0.5 * biting;
    const from = (opened: number, rounded: number) =>
      square(wide - opened) + 0.5 * square(round - rounded) + other + 0.5 * tongue;
    // Rounded lips with any gap at all are puckered, not shut.
    const puckered = 1.5 * square(Math.max(round - 0.75, 0)) * clipped(gap / 0.15, 0, 1);
    const parted = square(Math.max(gap - SHUT, 0)) * 4 + puckered + 0.025;
    costs.A[i] = parted + other + 0.5 * tongue;
    costs.B[i] = from(0.5, 0.1);
    costs.C[i] = from(0.76, 0.1);
    costs.D[i] = from(0.95, 0.2);
    costs.E[i] = from(0.7, 0.7);
    costs.F[i] = from(0.35, 0.85);
    costs.G[i] = square(wide - 0.25) * 0.5 + 0.8 * (1 - biting);
    costs.H[i] = square(wide - 0.6) * 0.5 + 0.8 * (1 - tongue);
    const busy = Math.min(rounding[i] + (press[i] + upper[i]) + lower[i], 1);
    costs.X[i] = square(Math.max(gap - REST, 0)) * 4 + 0.1 * busy;
  }
  return costs;
}

/** How far a mouth goes at its most, short of outliers. */
function reachOf(values: Float64Array, low: number, high: number): number {
  return values.length ? clipped(percentile(values, 95), low, high) : low;
}

/** The mean of channels at hundredths of a second: 0 before the clip, its last after. */
function curveOf(clip: FaceClip, names: readonly string[], frames: number): Float64Array {
  const columns = names.map((name) => clip.channels.indexOf(name)).filter((each) => each >= 0);
  const last = frameCount(clip) - 1;
  const rate = framesPerSecond(clip.fps);
  const timeOf = (frame: number) => clip.start + frame / rate;
  const values = Float32Array.from({ length: last + 1 }, (_, frame) => {
    let sum = 0;
    for (const column of columns) {
      sum = Math.fround(sum + clip.weights[frame * clip.channels.length + column]);
    }
    return sum / names.length;
  });
  let below = 0;
  return Float64Array.from({ length: frames }, (_, i) => {
    const time = i / RATE;
    while (below < last && timeOf(below + 1) <= time) below += 1;
    const before = timeOf(below);
    if (time < before) return 0;
    if (below === last || time === before) return values[below];
    const slope = (values[below + 1] - values[below]) / (timeOf(below + 1) - before);
    return slope * (time - before) + values[below];
  });
}

function square(value: number): number {
  return value * value;
}

function clipped(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
