// Blinks: quick to close, slow to open, likelier where a phrase ends. Mirrors
// `voxface.engine.life.blinks`.

import { between, logNormal, uniform } from "./chance";
import { strike, type Clock } from "./clocks";
import { frames, parameters } from "./parameters";

const p = parameters.blinks;
const streams = parameters.chance.streams;

/** One closing and opening of the lids; all times in frames. */
class Pulse {
  constructor(
    readonly start: number,
    readonly closing: number,
    readonly hold: number,
    readonly opening: number,
    readonly depth: number,
  ) {}

  get end(): number {
    return this.start + this.closing + this.hold + this.opening;
  }

  /** How far the eye is shut: an S-curve down, then up fast at first and settling slowly. */
  at(frame: number): number {
    const down = (frame - this.start) / this.closing;
    if (down < 0) return 0;
    if (down < 1) return this.depth * down * down * (3 - 2 * down);
    const up = (frame - this.start - this.closing - this.hold) / this.opening;
    if (up <= 0) return this.depth;
    if (up >= 1) return 0;
    const v = up * (2 - up);
    return this.depth * (1 - v * v * (3 - 2 * v));
  }
}

export class Blinks {
  private count = 0;
  private until: number;
  private pulses: Pulse[] = [];
  private kicked = 0;

  constructor(private readonly seed: number) {
    this.until = this.interval() * uniform(seed, streams.blink_gap, 0);
  }

  /**
   * Advance by the frames of the blinks' clock, which `kicks` push on besides; give how far the
   * eyes are shut.
   */
  push(first: number, steady: Clock, kicks: Float64Array): Float64Array {
    const lids = new Float64Array(kicks.length);
    const clock = steady.slice();
    clock[0] += this.kicked;
    for (let i = 0; i < kicks.length; i++) {
      this.kicked += kicks[i];
      clock[i + 1] += this.kicked;
    }
    for (let struck; (struck = strike(clock, this.until)); ) {
      this.pulses.push(...this.blink(first + struck.entry - 2 + struck.share));
      this.count += 1;
      this.until += this.interval();
    }
    const last = first + lids.length;
    for (const pulse of this.pulses) {
      const end = Math.min(last, Math.floor(pulse.end) + 1);
      for (let frame = Math.max(first, Math.ceil(pulse.start)); frame < end; frame++) {
        lids[frame - first] = Math.max(lids[frame - first], pulse.at(frame));
      }
    }
    this.pulses = this.pulses.filter((pulse) => pulse.end >= last);
    return lids;
  }

  private interval(): number {
    const drawn = logNormal(this.seed, streams.blink_interval, this.count, p.interval_sigma);
    return p.refractory + (1 - p.refractory) * drawn;
  }

  /** The pulse of a blink, or the two of a double one. */
  private blink(start: number): Pulse[] {
    const { seed, count } = this;
    const closing = logNormal(seed, streams.blink_closing, count, p.closing_sigma);
    const opening = logNormal(seed, streams.blink_opening, count, p.opening_sigma);
    const hold = between(seed, streams.blink_hold, count, p.hold_seconds);
    const partly = uniform(seed, streams.blink_depth, 2 * count) < p.incomplete_chance;
    const depth = partly
      ? between(seed, streams.blink_depth, 2 * count + 1, p.incomplete_depth)
      : 1;
    const one = new Pulse(
      start,
      frames(p.closing_seconds * closing),
      frames(hold),
      frames(p.opening_seconds * opening),
      depth,
    );
    if (uniform(seed, streams.blink_double, count) >= p.double_chance) return [one];
    const gap = between(seed, streams.blink_gap, count + 1, p.double_gap_seconds);
    return [one, new Pulse(one.end + frames(gap), one.closing, one.hold, one.opening, 1)];
  }
}
