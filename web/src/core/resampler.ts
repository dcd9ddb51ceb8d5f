// Sample-rate conversion of sound that comes in blocks. Mirrors `voxface.audio.resampler`: the same
// windowed sinc as FFmpeg's libswresample builds from the options that Python gives it
// (libswresample/resample.c: build_filter, invert_initial_buffer, resample_flush).

import { SOUND } from "./contract";
import { joined } from "./frame_rate_stage";

/** libswresample's number of filters where the ratio of the rates asks for more. */
const MOST_PHASES = 1024;

/** Converts mono blocks from one rate to another, without shifting them in time. */
export class SoundResampler {
  /** Longest time in seconds that sound is held back. */
  readonly delay: number;
  private readonly equal: boolean;
  /** Input samples from one output sample to the next are `stepUp / stepDown`. */
  private readonly stepUp: number;
  private readonly stepDown: number;
  private readonly phases: number;
  private readonly taps: number;
  private readonly centre: number;
  private readonly filters: Float64Array;
  /** Input from sample `first` on; negative numbers lie before the sound. */
  private kept = new Float64Array(0);
  private first = 0;
  private begun = false;
  private next = 0;

  constructor(rateIn: number, rateOut: number) {
    this.equal = rateIn === rateOut;
    const divisor = gcd(Math.round(rateIn), Math.round(rateOut));
    this.stepUp = Math.round(rateIn) / divisor;
    this.stepDown = Math.round(rateOut) / divisor;
    this.phases = Math.min(this.stepDown, MOST_PHASES);
    const { filter_size: size, cutoff, kaiser_beta: beta } = SOUND.resampler;
    const factor = Math.min((rateOut * cutoff) / rateIn, 1);
    this.taps = Math.ceil(size / factor);
    this.centre = Math.floor((this.taps - 1) / 2);
    this.filters = this.equal
      ? new Float64Array(0)
      : kaiserFilters(this.phases, this.taps, factor, beta);
    this.delay = this.equal ? 0 : (this.taps - this.centre) / rateIn + 1 / rateOut;
  }

  /** Take sound, give what has become ready. */
  push(block: Float32Array): Float32Array {
    if (this.equal) return block;
    this.append(block);
    if (!this.begun) {
      // Before the sound stands its mirror image; that much of it must be known.
      if (this.kept.length <= this.taps) return new Float32Array(0);
      this.mirrorStart();
    }
    return this.ready();
  }

  /** Give what is left: after the sound stands its mirror image. */
  flush(): Float32Array {
    if (this.equal || !this.kept.length) return new Float32Array(0);
    if (!this.begun) this.mirrorStart();
    const { kept } = this;
    const count = Math.floor((Math.min(kept.length, this.taps) + 1) / 2);
    this.append(Float32Array.from(kept.subarray(kept.length - count)).reverse());
    return this.ready();
  }

  private append(block: Float32Array): void {
    const all = new Float64Array(this.kept.length + block.length);
    all.set(this.kept);
    all.set(block, this.kept.length);
    this.kept = all;
  }

  private mirrorStart(): void {
    const { kept, centre } = this;
    const all = new Float64Array(centre + kept.length);
    for (let i = 1; i <= centre; i++) all[centre - i] = kept[Math.min(i, kept.length - 1)];
    all.set(kept, centre);
    this.kept = all;
    this.first = -centre;
    this.begun = true;
  }

  private ready(): Float32Array {
    const { stepUp, stepDown, phases, taps, centre, filters, kept } = this;
    // Output k needs input from floor(k x up / down) - centre on, `taps` samples long.
    const newest = this.first + kept.length - taps + centre;
    const end = newest < 0 ? 0 : Math.floor(((newest + 1) * stepDown - 1) / stepUp) + 1;
    const out = new Float32Array(Math.max(0, end - this.next));
    for (let index = 0; index < out.length; index++) {
      const scaled = (this.next + index) * stepUp;
      const left = scaled % stepDown;
      const from = (scaled - left) / stepDown - centre - this.first;
      const filter = Math.floor((left * phases) / stepDown) * taps;
      let sum = 0;
      for (let tap = 0; tap < taps; tap++) sum += filters[filter + tap] * kept[from + tap];
      out[index] = sum;
    }
    this.next += out.length;
    const needed = Math.floor((this.next * stepUp) / stepDown) - centre;
    const drop = Math.max(0, Math.min(needed - this.first, kept.length));
    this.kept = kept.slice(drop);
    this.first += drop;
    return out;
  }
}

/** Resample a whole recording. */
export function resampled(sound: Float32Array, rateIn: number, rateOut: number): Float32Array {
  const resampler = new SoundResampler(rateIn, rateOut);
  return joined(resampler.push(sound), resampler.flush());
}

/** One filter of `taps` numbers for every phase: a sinc under a Kaiser window. */
function kaiserFilters(phases: number, taps: number, factor: number, beta: number): Float64Array {
  const filters = new Float64Array(phases * taps);
  const centre = Math.floor((taps - 1) / 2);
  let norm = 0;
  for (let phase = 0; phase < phases; phase++) {
    for (let tap = 0; tap < taps; tap++) {
      const x = Math.PI * (tap - centre - phase / phases) * factor;
      const w = (2 * x) / (factor * taps * Math.PI);
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      const value = sinc * besselI0(beta * Math.sqrt(Math.max(1 - w * w, 0)));
      filters[phase * taps + tap] = value;
      if (phase === 0) norm += value;
    }
  }
  return filters.map((value) => value / norm);
}

/** Modified Bessel function of the first kind, order 0 (Abramowitz & Stegun 9.6.12). */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a: number, b: number): number {
  while (b) [a, b] = [b, a % b];
  return a;
}
