// How many frames a sound deserves. Mirrors `voxface.face.frame_count` and the count of
// `voxface.engine.stream`.

import type { FrameRate } from "../types";

/** Frames that cover a sound: the nearest whole number, halves to the even, and at least one. */
export function soundFrames(samples: number, sampleRate: number, fps: FrameRate): number {
  const up = samples * fps.numerator;
  const down = sampleRate * fps.denominator;
  const whole = Math.floor(up / down);
  const left = 2 * (up - whole * down) - down;
  return Math.max(1, left > 0 || (left === 0 && whole % 2 === 1) ? whole + 1 : whole);
}

/** Frames that a sound not yet over deserves: the nearest whole number, a half not yet counted. */
export function framesSoFar(samples: number, sampleRate: number, fps: FrameRate): number {
  const up = samples * fps.numerator;
  const down = sampleRate * fps.denominator;
  return Math.ceil((2 * up - down) / (2 * down)) + 0;
}
