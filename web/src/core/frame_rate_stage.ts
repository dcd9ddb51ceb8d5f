// Last stage: from the model's 100 frames per second to anybody's. Mirrors
// `voxface.engine.frame_rate` and `voxface.face.resample`.

import type { FrameRate } from "../types";
import { FRAME_RATE } from "./contract";
import { writeSlerp } from "./rotation";

/** Weights, and head poses of seven numbers, row by row. */
export interface Faces {
  readonly weights: Float32Array;
  readonly head: Float32Array;
}

/** Reads frames at the times k / fps; positions are reckoned in whole numbers, without drift. */
export class FrameRateStage {
  /** Number of the frame that comes next. */
  next = 0;
  /** Longest time in seconds that a frame waits for the model's frame after it. */
  readonly delay: number;
  /** Model frames from one frame to the next are `up / down`. */
  private readonly up: number;
  private readonly down: number;
  private kept: Faces = { weights: new Float32Array(0), head: new Float32Array(0) };
  private first = 0;

  constructor(fps: FrameRate, private readonly channels: number) {
    const up = FRAME_RATE * fps.denominator;
    const divisor = gcd(up, fps.numerator);
    this.up = up / divisor;
    this.down = fps.numerator / divisor;
    this.delay = (1 - 1 / this.down) / FRAME_RATE;
  }

  /**
   * Take model frames, give those that became due, never more than `total` in all. With `last`, the
   * last model frame holds until `total` is reached.
   */
  push(faces: Faces, total: number, last = false): Faces {
    const weights = joined(this.kept.weights, faces.weights);
    const head = joined(this.kept.head, faces.head);
    const rows = head.length / 7;
    if (!rows) return { weights, head };
    const { up, down } = this;
    const newest = this.first + rows - 1;
    const end = last ? total : Math.min(total, Math.floor((newest * down) / up) + 1);
    const due = Math.max(0, end - this.next);
    const result = this.read(weights, head, due);
    this.next += due;
    const ahead = Math.floor((this.next * up) / down) - this.first;
    const keep = Math.max(0, Math.min(ahead, rows - 1));
    this.first += keep;
    this.kept = {
      weights: weights.slice(keep * this.channels),
      head: head.slice(keep * 7),
    };
    return result;
  }

  /** Linear on weights and position, slerp on rotation. */
  private read(weights: Float32Array, head: Float32Array, due: number): Faces {
    const { channels, up, down } = this;
    const last = head.length / 7 - 1;
    const out: Faces = {
      weights: new Float32Array(due * channels),
      head: new Float32Array(due * 7),
    };
    for (let index = 0; index < due; index++) {
      const scaled = (this.next + index) * up;
      const left = scaled % down;
      const position = (scaled - left) / down - this.first;
      const below = Math.min(position, last);
      const above = Math.min(below + 1, last);
      const share = position >= last ? 0 : left / down;
      mix(out.weights, index * channels, weights, below * channels, above * channels, share,
        channels);
      mix(out.head, index * 7, head, below * 7, above * 7, share, 3);
      writeSlerp(out.head, index * 7 + 3, head, below * 7 + 3, above * 7 + 3, share);
    }
    return out;
  }
}

function mix(
  out: Float32Array,
  at: number,
  from: Float32Array,
  a: number,
  b: number,
  share: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) out[at + i] = from[a + i] + share * (from[b + i] - from[a + i]);
}

/** One array after the other; no copy if either is empty. */
export function joined(first: Float32Array, second: Float32Array): Float32Array {
  if (!first.length) return second;
  if (!second.length) return first;
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function gcd(a: number, b: number): number {
  while (b) [a, b] = [b, a % b];
  return a;
}
