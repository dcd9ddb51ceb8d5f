// Loudness at each frame, for life: how loud the 20 ms about it are. Mirrors
// `voxface.engine.life.loudness`.

import { HOP, SOUND } from "../contract";
import { joined } from "../frame_rate_stage";
import { parameters } from "./parameters";

const [QUIETEST, LOUDEST] = SOUND.decibels as [number, number];

/**
 * Measures 16 kHz sound that comes in blocks of any size; gives as many frames as are asked for.
 * Frame i covers hops i + lead - 1 and i + lead, which the model's look-ahead affords.
 */
export class Loudness {
  private rest: Float32Array = new Float32Array(0);
  private powers: Float32Array = new Float32Array(1);
  private skip: number;

  constructor(delayFrames: number) {
    this.skip = Math.min(delayFrames, parameters.listening.level_lead_frames);
  }

  push(pcm: Float32Array): void {
    const sound = joined(this.rest, pcm);
    const hops = Math.floor(sound.length / HOP);
    const powers = new Float32Array(hops);
    for (let hop = 0; hop < hops; hop++) powers[hop] = power(sound, hop * HOP, HOP);
    this.powers = joined(this.powers, powers);
    this.rest = sound.slice(hops * HOP);
  }

  /** The next levels in decibels re a full-scale sine; after the sound there is silence. */
  take(count: number): Float32Array {
    if (!count) return new Float32Array(0);
    const end = this.skip + count + 1;
    if (end > this.powers.length) {
      const padded = new Float32Array(Math.max(end, this.powers.length + 1));
      padded.set(this.powers);
      if (this.rest.length) padded[this.powers.length] = power(this.rest, 0, this.rest.length);
      this.rest = new Float32Array(0);
      this.powers = padded.subarray(0, end);
    }
    const levels = new Float32Array(count);
    const quietest = 10 ** (QUIETEST / 10);
    for (let index = 0; index < count; index++) {
      const at = this.skip + index;
      // Mean square of two hops, times two: a full-scale sine is 0 dB.
      const mean = (this.powers[at] + this.powers[at + 1]) / HOP;
      levels[index] = Math.min(10 * Math.log10(Math.max(mean, quietest)), LOUDEST);
    }
    this.powers = this.powers.slice(this.skip + count);
    this.skip = 0;
    return levels;
  }
}

function power(sound: Float32Array, from: number, count: number): number {
  let sum = 0;
  for (let index = from; index < from + count; index++) sum += sound[index] ** 2;
  return sum;
}
