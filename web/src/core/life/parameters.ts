// The numbers of `life.json`, which Python and the page share. Mirrors
// `voxface.engine.life.parameters`.

import parameters from "../../../../src/voxface/engine/life/life.json";

export { parameters };

/** A time in frames of 10 ms. */
export function frames(seconds: number): number {
  return seconds * parameters.frames_per_second;
}

/** The step of a one-pole low-pass: the share of the way that one frame takes. */
export function blend(seconds: number): number {
  return 1 - Math.exp(-1 / frames(seconds));
}
