// `Stream`: sound in as it comes, frames out as they become due. Mirrors `voxface.engine.stream`.

import type { FaceClip, FrameRate } from "../types";
import type { Controls, FaceStream, ModelDescription, RawFrames } from "./api";
import { FRAME_RATE, SAMPLE_RATE } from "./contract";
import { joined } from "./frame_rate_stage";
import { FrameStore } from "./frame_store";
import { SoundResampler } from "./resampler";
import { Stages, type ModelFrames } from "./stages";
import type { Ear, WorkerModel } from "./worker_model";

export class Stream implements FaceStream {
  private readonly ear: Ear;
  private readonly resamplingDelay: number;
  private readonly store = new FrameStore();
  private stages: Stages;
  /** Whether the stages are new and have not been told of what came before. */
  private unaware = false;
  private samples = 0;
  /** Frames given out, and frames that the present stages have made. */
  private given = 0;
  private made = 0;
  /** Frames that were ready before they were asked for. */
  private early: FaceClip | undefined;
  private readonly expressed: Record<string, number> = {};

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
    this.resamplingDelay = new SoundResampler(sampleRate, SAMPLE_RATE).delay;
  }

  get latency(): number {
    // A frame of the model is there once the hop is whole in which its look-ahead ends.
    const seconds =
      (this.about.delayFrames + 1) / FRAME_RATE + this.stages.delay + this.resamplingDelay;
    return Math.max(seconds, this.fps.denominator / (2 * this.fps.numerator));
  }

  async push(pcm: Float32Array): Promise<FaceClip> {
    return this.heard(pcm.length, await this.ear.push(pcm.slice()), false);
  }

  async flush(): Promise<FaceClip> {
    return this.heard(0, await this.ear.push(new Float32Array(0), true), true);
  }

  setControls(controls: Controls): void {
    if (this.stages.adopt(controls)) return;
    this.stages = new Stages(this.about, this.fps, controls, this.source);
    this.unaware = true;
  }

  express(intensities: Readonly<Record<string, number>>, fade = 0.3): void {
    this.catchUp();
    this.stages.express(intensities, fade);
    Object.assign(this.expressed, intensities);
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
    this.catchUp();
    this.samples += samples;
    this.store.add(said);
    const heard = { samples: this.samples, sampleRate: this.sampleRate };
    const clip = last ? this.stages.flush(said, heard) : this.stages.push(said, heard);
    const early = this.early;
    this.early = undefined;
    return early ? following(early, this.unseen(clip)) : this.unseen(clip);
  }

  /** Let new stages hear everything again, so that gate, smoothing and life stand as they would. */
  private catchUp(): void {
    if (!this.unaware) return;
    this.unaware = false;
    this.made = 0;
    const heard = { samples: this.samples, sampleRate: this.sampleRate };
    // New stages that hold frames back for less time have some ready at once.
    const early = this.unseen(this.stages.push(this.store.all(), heard));
    this.early = this.early ? following(this.early, early) : early;
    this.stages.express(this.expressed, 0);
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

/** Two clips, one after the other. */
function following(first: FaceClip, second: FaceClip): FaceClip {
  if (!first.head.length) return second;
  const tracked = new Uint8Array(first.tracked.length + second.tracked.length);
  tracked.set(first.tracked);
  tracked.set(second.tracked, first.tracked.length);
  return {
    ...second,
    weights: joined(first.weights, second.weights),
    head: joined(first.head, second.head),
    tracked,
    start: first.start,
  };
}
