import { type FaceClip, frameCount, framesPerSecond } from "../types";
import { emptyMoment, type Moment } from "../view/sample";

/** How much of what is heard stays in sight. */
export const LIVE_SECONDS = 8;
const PEAKS_PER_SECOND = 50;

/** The last seconds of a microphone: loudness and frames, for the strips under the head. */
export class Live {
  readonly peaks: number[] = [];
  /** Newest last. */
  readonly rows: Float32Array[] = [];
  channels: readonly string[] = [];
  seconds = 0;
  rate = 60;
  #peak = 0;
  #counted = 0;
  #moment: Moment = emptyMoment(0);

  clear(): void {
    this.peaks.length = this.rows.length = 0;
    this.seconds = this.#peak = this.#counted = 0;
  }

  hear(pcm: Float32Array, sampleRate: number): void {
    const every = sampleRate / PEAKS_PER_SECOND;
    for (const sample of pcm) {
      this.#peak = Math.max(this.#peak, Math.abs(sample));
      this.#counted += 1;
      if (this.#counted < every) continue;
      this.peaks.push(this.#peak);
      this.#peak = this.#counted = 0;
    }
    this.seconds += pcm.length / sampleRate;
    const most = LIVE_SECONDS * PEAKS_PER_SECOND;
    if (this.peaks.length > 2 * most) this.peaks.splice(0, this.peaks.length - most);
  }

  /** Keep new frames and give the last one. */
  see(clip: FaceClip): Moment {
    const width = clip.channels.length;
    const count = frameCount(clip);
    this.channels = clip.channels;
    this.rate = framesPerSecond(clip.fps);
    for (let frame = 0; frame < count; frame++) {
      this.rows.push(clip.weights.slice(frame * width, (frame + 1) * width));
    }
    const most = Math.round(LIVE_SECONDS * this.rate);
    if (this.rows.length > 2 * most) this.rows.splice(0, this.rows.length - most);
    if (this.#moment.weights.length !== width) this.#moment = emptyMoment(width);
    this.#moment.weights.set(this.rows[this.rows.length - 1]);
    this.#moment.head.set(clip.head.subarray((count - 1) * 7, count * 7));
    return this.#moment;
  }

  /** The last seconds of loudness, oldest first, as many as are in sight. */
  peaksInSight(): number[] {
    return this.peaks.slice(-LIVE_SECONDS * PEAKS_PER_SECOND);
  }

  rowsInSight(): Float32Array[] {
    return this.rows.slice(-Math.round(LIVE_SECONDS * this.rate));
  }
}
