// Chance without a memory: every draw is a hash of a seed, a stream and a counter. Mirrors
// `voxface.engine.life.chance`.

/** 2^32 over the golden ratio: counters one apart start far apart. */
const STEP = 0x9e3779b9;

/** Scramble a number of 32 bits: "lowbias32", https://nullprogram.com/blog/2018/07/31/. */
export function mixed(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Draw a number between 0 and 1, never either of them. */
export function uniform(seed: number, stream: number, counter: number): number {
  let value = mixed((seed + STEP) | 0);
  value = mixed((value + Math.imul(stream, STEP)) | 0);
  value = mixed((value + Math.imul(counter, STEP)) | 0);
  return (value + 0.5) / 4294967296;
}

/** Draw from the standard normal distribution (Box & Muller 1958), of draws 2n and 2n + 1. */
export function normal(seed: number, stream: number, counter: number): number {
  const first = uniform(seed, stream, 2 * counter);
  const second = uniform(seed, stream, 2 * counter + 1);
  return Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
}

/** Draw from the log-normal distribution of mean 1 whose logarithm has deviation `sigma`. */
export function logNormal(seed: number, stream: number, counter: number, sigma: number): number {
  return Math.exp(sigma * normal(seed, stream, counter) - (sigma * sigma) / 2);
}

/** Draw evenly from a span. */
export function between(
  seed: number,
  stream: number,
  counter: number,
  span: readonly number[],
): number {
  return span[0]! + (span[1]! - span[0]!) * uniform(seed, stream, counter);
}
