// Questions that `scripts/web_golden` put to Python, and the closeness of answers.

import { expect } from "vitest";

import golden from "./golden.json";

export { golden };

/** The inputs' formula; see scripts/web_golden. */
export function wave(count: number, speed: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, index) => 0.5 + 0.6 * Math.sin(speed * (index + 1) ** 1.2),
  );
}

/** Equal in number, and each within `most`. */
export function expectClose(
  found: ArrayLike<number>,
  wanted: ArrayLike<number>,
  most = 2e-6,
): void {
  expect(found.length).toBe(wanted.length);
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) worst = Math.max(worst, Math.abs(found[i] - wanted[i]));
  expect(worst).toBeLessThanOrEqual(most);
}

export function concatenated(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** Cut into pieces of uneven lengths, in whole rows. */
export function pieces(values: Float32Array, width = 1): Float32Array[] {
  const parts = [];
  for (let row = 0, step = 1; row * width < values.length; row += step, step = (step * 7) % 11) {
    parts.push(values.subarray(row * width, (row + step) * width));
  }
  return parts;
}
