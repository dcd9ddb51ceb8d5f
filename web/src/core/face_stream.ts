// `Stream`: sound in as it comes, frames out as they become due. Mirrors `voxface.engine.stream`.

import type { FaceClip, FrameRate } from "../types";
import type { Controls, FaceStream, ModelDescription, RawFrames } from "./api";
import { FRAME_RATE, SAMPLE_RATE } from "./contract";
import { checkedControls } from "./controls";
import { FrameStore } from "./frame_store";
import { SoundResampler } from "./resampler";
import { Stages, type ModelFrames } from "./stages";
import type { Ear, WorkerModel } from "./worker_model";

export class Stream implements FaceStream {
  private readonly ear: Ear;
  private readonly store = new FrameStore();
  private stages: Stages;
  /** Whether the stages are new and have not been told of what came before. */
  private unaware = false;
  private samples = 0;
  /** Frames given out, and frames that the present stages have made. */
  private given = 0;
  private made = 0;

  constructor(
    model: WorkerModel,
    private readonly about: ModelDescription,
    readonly fps: FrameRate,
    controls: Controls | undefined,
    private readonly sampleRate: number,
    private readonly source: string,
  ) {
    this.stages = new Stages(about, fps, controls, source);
    this.ear = model.listen(sampleRate);
  }

  get latency(): number {
    // A frame of the model is there once the hop is whole in which its look-ahead ends.
    const seconds =
      (this.about.delayFrames + 1) / FRAME_RATE +
      this.stages.delay +
      new SoundResampler(this.sampleRate, SAMPLE_RATE).delay;
    return Math.max(seconds, this.fps.denominator / (2 * this.fps.numerator));
  }

  async push(pcm: Float32Array): Promise<FaceClip> {
    return this.heard(pcm.length, await this.ear.push(pcm.slice()), false);
  }

  async flush(): Promise<FaceClip> {
    return this.heard(0, await this.ear.push(new Float32Array(0), true), true);
  }

  setControls(controls: Controls): void {
    this.stages = new Stages(this.about, this.fps, checkedControls(controls), this.source);
    this.unaware = true;
  }

  raw(): RawFrames {
    return {
      channels: this.about.channels,
      ...this.store.all(),
      samples: this.samples,
      sampleRate: this.sampleRate,
      source: this.source,
    };
  }

  close(): void {
    this.ear.close();
  }

  private heard(samples: number, said: ModelFrames, last: boolean): FaceClip {
    this.samples += samples;
    this.store.add(said);
    // New stages hear everything again, so that gate and smoothing stand where they should.
    const news = this.unaware ? this.store.all() : said;
    if (this.unaware) this.made = 0;
    this.unaware = false;
    const heard = { samples: this.samples, sampleRate: this.sampleRate };
    const clip = last ? this.stages.flush(news, heard) : this.stages.push(news, heard);
    return this.unseen(clip);
  }

  /** Leave out frames that were given before the controls changed. */
  private unseen(clip: FaceClip): FaceClip {
    const frames = clip.head.length / 7;
    const known = Math.min(frames, Math.max(0, this.given - this.made));
    this.made += frames;
    this.given = Math.max(this.given, this.made);
    if (!known) return clip;
    const columns = clip.channels.length;
    return {
      ...clip,
      weights: clip.weights.slice(known * columns),
      head: clip.head.slice(known * 7),
      tracked: clip.tracked.slice(known * columns),
      start: clip.start + (known * this.fps.denominator) / this.fps.numerator,
    };
  }
}
