// All stages after the model, in a row. Mirrors `voxface.engine.stream` without its model.

import type { FaceClip, FrameRate } from "../types";
import type { Controls, ModelDescription } from "./api";
import { FRAME_RATE, SPEECH_CHANNELS } from "./contract";
import { checkedControls, ControlStage, controlsMetadata } from "./controls";
import { framesSoFar, soundFrames } from "./frame_count";
import { FrameRateStage, joined, type Faces } from "./frame_rate_stage";
import { SilenceGate } from "./gate";
import { writeQuaternion } from "./rotation";
import { Smoother } from "./smoothing";

/** What the model says of some more sound. */
export interface ModelFrames {
  /** Rows of channels + 6. */
  readonly frames: Float32Array;
  readonly speech: Float32Array;
}

/** How much sound there is, in samples at its own rate. */
export interface Heard {
  readonly samples: number;
  readonly sampleRate: number;
}

/** Gate, controls, smoothing, pose and frame rate over frames that come in pieces. */
export class Stages {
  private readonly controls: Required<Controls>;
  private readonly gate: SilenceGate | undefined;
  private readonly control: ControlStage;
  private readonly smoother: Smoother;
  private readonly frameRate: FrameRateStage;
  private readonly gated: Uint8Array;
  private readonly trained: Uint8Array;
  private readonly tracked: Uint8Array;

  constructor(
    private readonly about: ModelDescription,
    readonly fps: FrameRate,
    controls: Controls | undefined,
    private readonly source: string,
  ) {
    const { channels } = about;
    this.controls = checkedControls(controls);
    this.gate = this.controls.silenceGate ? new SilenceGate() : undefined;
    this.control = new ControlStage(this.controls, channels);
    this.smoother = new Smoother(this.controls.smoothing, channels.length + 6);
    this.frameRate = new FrameRateStage(fps, channels.length);
    this.gated = mask(channels, (name) => SPEECH_CHANNELS.includes(name));
    this.trained = mask(channels, (name) => !about.untrainedChannels.includes(name));
    this.tracked = mask(
      channels,
      (name, column) => this.trained[column] === 1 || name in this.controls.offset,
    );
  }

  /** Seconds that smoothing and the frame rate keep a frame back. */
  get delay(): number {
    return this.smoother.delay / FRAME_RATE + this.frameRate.delay;
  }

  /** Take what the model said next; `heard` counts all sound so far. */
  push(said: ModelFrames, heard: Heard): FaceClip {
    const rows = this.smoother.push(this.shaped(said));
    return this.finish(rows, framesSoFar(heard.samples, heard.sampleRate, this.fps), false);
  }

  /** Take the last the model said, and give all frames still owed. */
  flush(said: ModelFrames, heard: Heard): FaceClip {
    const rows = joined(this.smoother.push(this.shaped(said)), this.smoother.flush());
    const total = heard.samples ? soundFrames(heard.samples, heard.sampleRate, this.fps) : 0;
    return this.finish(rows, total, true);
  }

  /** Gate and control a copy of the model's rows. */
  private shaped(said: ModelFrames): Float32Array {
    const rows = said.frames.slice();
    const opening = this.gate?.push(said.speech);
    const { gated, trained } = this;
    const count = trained.length;
    for (let row = 0; row * (count + 6) < rows.length; row++) {
      const at = row * (count + 6);
      const open = opening ? opening[row] : 1;
      for (let column = 0; column < count; column++) {
        if (!trained[column]) rows[at + column] = 0;
        else if (gated[column]) rows[at + column] *= open;
      }
    }
    this.control.apply(rows);
    return rows;
  }

  private finish(rows: Float32Array, total: number, last: boolean): FaceClip {
    const { channels } = this.about;
    const start = (this.frameRate.next * this.fps.denominator) / this.fps.numerator;
    const { weights, head } = this.frameRate.push(split(rows, channels.length), total, last);
    const tracked = new Uint8Array(weights.length);
    for (let at = 0; at < tracked.length; at += channels.length) tracked.set(this.tracked, at);
    return {
      channels,
      fps: this.fps,
      weights,
      head,
      tracked,
      start,
      metadata: {
        model: `${this.about.name} ${this.about.version}`,
        licence: this.about.licence,
        controls: controlsMetadata(this.controls),
        source: this.source,
      },
    };
  }
}

/** Part rows of channels + 6 into weights and poses with quaternions. */
function split(rows: Float32Array, channels: number): Faces {
  const width = channels + 6;
  const count = rows.length / width;
  const weights = new Float32Array(count * channels);
  const head = new Float32Array(count * 7);
  for (let row = 0; row < count; row++) {
    const at = row * width;
    const pose = at + channels;
    weights.set(rows.subarray(at, pose), row * channels);
    head.set(rows.subarray(pose, pose + 3), row * 7);
    writeQuaternion(head, row * 7 + 3, rows[pose + 3], rows[pose + 4], rows[pose + 5]);
  }
  return { weights, head };
}

function mask(
  channels: readonly string[],
  test: (name: string, column: number) => boolean,
): Uint8Array {
  return Uint8Array.from(channels, (name, column) => Number(test(name, column)));
}
