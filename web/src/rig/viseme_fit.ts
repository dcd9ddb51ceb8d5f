/** Fitting visemes to the channels of a face; the port of `voxface.rig.viseme_fit`. */
import type { Frame } from "./match";

/** Times that every viseme is fitted in turn. */
const ROUNDS = 60;
/** Factor of `jawOpen` in the fit: an open mouth is seen before all else. */
const JAW_MATTERS = 2;
/** A `mouthClose` as large as the jaw's opening, and at least this, shuts the lips. */
const SEALED_BY = 0.1;

/** A viseme as a mix of channels. */
export type Mix = Readonly<Record<string, number>>;

/**
 * Returns a function that gives the weights of visemes which come nearest to the mouth's channels.
 *
 * Non-negative least squares by coordinate descent, from zero, with a fixed number of rounds;
 * weights that sum to more than 1 are scaled down to it. A face at rest gives exactly zero. The jaw
 * counts as open by `jawOpen - mouthClose`. Where `mouthClose` shuts the lips of an open jaw, `PP`
 * takes the place of all others, or nothing where there is no `PP`.
 *
 * @param names of the visemes, for `PP`
 * @param ignored channels that something else moves: visemes should leave them at rest
 */
export function visemeFit(
  names: readonly string[],
  mixes: readonly Mix[],
  ignored: ReadonlySet<string>,
): (frame: Frame) => number[] {
  const channels = [...new Set(mixes.flatMap((mix) => Object.keys(mix)))].sort();
  const matters = (channel: string) => (channel === "jawOpen" ? JAW_MATTERS : 1);
  const table = mixes.map((mix) => channels.map((each) => (mix[each] ?? 0) * matters(each)));
  const overlap = table.map((row) => table.map((other) => product(row, other)));
  const sealing = names.indexOf("PP");
  return (frame) => {
    const closing = frame("mouthClose");
    const face = channels.map((channel) => {
      if (ignored.has(channel)) return 0;
      const value = frame(channel);
      return channel === "jawOpen" ? Math.max(value - closing, 0) * JAW_MATTERS : value;
    });
    const weights = descend(table.map((row) => product(row, face)), overlap);
    const sum = Math.max(weights.reduce((total, weight) => total + weight, 0), 1);
    const sealed = closing / Math.max(frame("jawOpen"), SEALED_BY);
    const seal = Math.min(Math.max(sealed, 0), 1);
    const result = weights.map((weight) => (weight / sum) * (1 - seal));
    if (sealing >= 0) result[sealing] += seal * Math.min(closing / SEALED_BY, 1);
    return result;
  };
}

/** Minimises `x overlap x / 2 - wanted x` over x >= 0. */
function descend(wanted: readonly number[], overlap: readonly number[][]): number[] {
  const weights = wanted.map(() => 0);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let k = 0; k < wanted.length; k += 1) {
      if (!overlap[k][k]) continue;
      const step = (wanted[k] - product(weights, overlap[k])) / overlap[k][k];
      weights[k] = Math.max(weights[k] + step, 0);
    }
  }
  return weights;
}

function product(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}
