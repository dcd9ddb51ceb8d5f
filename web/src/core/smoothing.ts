// Smoothing that keeps motion in time with the sound. Mirrors `voxface.engine.smoothing`.

import { FRAME_RATE } from "./contract";

/** Below what a 32-bit weight can tell from rest: rounding of the running sums, set to zero. */
const NOTHING = 1e-9;

/**
 * Averages rows at 100 Hz under a symmetric Hann window. Python adds up every window anew; here a
 * window moves on by one row at a time, so that a wide one costs no more than a narrow one: a Hann
 * window is half a plain one and half a cosine, and both can be kept as running sums.
 */
export class Smoother {
  /** Rows by which the output trails the input: half the window. */
  readonly delay: number;
  private readonly turn: number;
  private readonly total: number;
  /** The last 2 x delay + 1 rows, as a ring. */
  private ring: Float64Array;
  private head = 0;
  private filled = 0;
  private plain: Float64Array;
  private cosine: Float64Array;
  private sine: Float64Array;

  constructor(milliseconds: number, private readonly width: number) {
    const half = Math.max(1, (milliseconds / 1000) * FRAME_RATE);
    this.delay = Math.ceil(half) - 1;
    this.turn = Math.PI / half;
    let total = 0;
    for (let d = -this.delay; d <= this.delay; d++) total += 0.5 + 0.5 * Math.cos(this.turn * d);
    this.total = total;
    this.ring = new Float64Array((2 * this.delay + 1) * width);
    this.plain = new Float64Array(width);
    this.cosine = new Float64Array(width);
    this.sine = new Float64Array(width);
  }

  /** Take rows, give those that became ready. */
  push(rows: Float32Array): Float32Array {
    if (!this.delay || !rows.length) return rows;
    const { width } = this;
    // Before the first row stands the first.
    if (!this.filled) for (let i = 0; i < this.delay; i++) this.take(rows, 0, undefined, 0);
    const count = rows.length / width;
    const ready = Math.max(0, this.filled + count - 2 * this.delay);
    const out = new Float32Array(ready * width);
    for (let row = 0; row < count; row++) {
      const at = row - (count - ready);
      this.take(rows, row * width, at < 0 ? undefined : out, at * width);
    }
    return out;
  }

  /** Give the last rows: after the last row stands the last. */
  flush(): Float32Array {
    if (!this.delay || !this.filled) return new Float32Array(0);
    const { width } = this;
    const size = 2 * this.delay + 1;
    const newest = ((this.head + size - 1) % size) * width;
    const last = Float32Array.from(this.ring.subarray(newest, newest + width));
    const rows = new Float32Array(this.delay * width);
    for (let i = 0; i < this.delay; i++) rows.set(last, i * width);
    return this.push(rows);
  }

  /** Move the window on by one row, and write its average if asked. */
  private take(
    rows: Float32Array,
    from: number,
    out: Float32Array | undefined,
    at: number,
  ): void {
    const { width, delay, turn, ring, plain, cosine, sine, total } = this;
    const size = 2 * delay + 1;
    const place = this.head * width;
    const [stepCos, stepSin] = [Math.cos(turn), Math.sin(turn)];
    const [newCos, newSin] = [Math.cos(turn * delay), Math.sin(turn * delay)];
    const [oldCos, oldSin] = [Math.cos(turn * (delay + 1)), -Math.sin(turn * (delay + 1))];
    for (let column = 0; column < width; column++) {
      const value = rows[from + column];
      const old = ring[place + column];
      ring[place + column] = value;
      plain[column] += value - old;
      const [re, im] = [cosine[column], sine[column]];
      cosine[column] = re * stepCos + im * stepSin + value * newCos - old * oldCos;
      sine[column] = im * stepCos - re * stepSin + value * newSin - old * oldSin;
      if (out) {
        const mean = (0.5 * plain[column] + 0.5 * cosine[column]) / total;
        out[at + column] = Math.abs(mean) < NOTHING ? 0 : mean;
      }
    }
    this.head = (this.head + 1) % size;
    if (this.filled < 2 * delay) this.filled++;
  }
}
