// All stages after the model, in a row. Mirrors `voxface.engine.stream` without its model.

import type { FaceClip, FrameRate } from "../types";
import type { Controls, ModelDescription } from "./api";
import { FRAME_RATE, SPEECH_CHANNELS } from "./contract";
import {
  checkedControls,
  ControlStage,
  controlsMetadata,
  type WholeControls,
} from "./controls";
import { framesSoFar, soundFrames } from "./frame_count";
import { FrameRateStage, joined, type Faces } from "./frame_rate_stage";
import { SilenceGate } from "./gate";
import { lifeMetadata } from "./life/settings";
import { replaced } from "./life/stage";
import { Liveliness } from "./liveliness";
import { multiplied, quaternionOf } from "./rotation";
import type { Said } from "./runner";
import { Smoother } from "./smoothing";

/** What the worker says of some more sound. */
export interface ModelFrames extends Said {
  /** Loudness in decibels, by row. */
  readonly level: Float32Array;
}

/** How much sound there is, in samples at its own rate. */
export interface Heard {
  readonly samples: number;
  readonly sampleRate: number;
}

/** Gate, controls, smoothing, pose and frame rate over frames that come in pieces. */
export class Stages {
  private controls: WholeControls;
  private control: ControlStage;
  private readonly gate = new SilenceGate();
  private readonly smoother: Smoother;
  private readonly frameRate: FrameRateStage;
  private readonly beside: Liveliness;
  private readonly gated: Uint8Array;
  /** How much of the model's own weights stays. */
  private readonly kept: Float64Array;

  constructor(
    private readonly about: ModelDescription,
    readonly fps: FrameRate,
    controls: Controls | undefined,
    private readonly source: string,
  ) {
    const { channels } = about;
    this.controls = checkedControls(controls);
    this.control = new ControlStage(this.controls, channels);
    this.smoother = new Smoother(this.controls.smoothing, channels.length + 6);
    this.frameRate = new FrameRateStage(fps, channels.length);
    const { life, expression } = this.controls;
    this.beside = new Liveliness(life, expression, channels, this.control.factor);
    this.gated = Uint8Array.from(channels, (name) => Number(SPEECH_CHANNELS.includes(name)));
    this.kept = replaced(life, channels).map((kept, column) =>
      about.untrainedChannels.includes(channels[column]!) ? 0 : kept,
    );
  }

  /** Seconds that smoothing and the frame rate keep a frame back. */
  get delay(): number {
    return this.smoother.delay / FRAME_RATE + this.frameRate.delay;
  }

  /** Change expressions from the next frame on. */
  express(intensities: Readonly<Record<string, number>>, fade: number): void {
    this.beside.express(intensities, fade);
  }

  /**
   * Go on with other controls; false if their change reaches back in time, so that new stages must
   * hear everything again.
   */
  adopt(controls: Controls): boolean {
    const reachingBack = ({ smoothing, expression, life }: WholeControls): string =>
      JSON.stringify([smoothing, expression, life]);
    const checked = checkedControls(controls);
    if (reachingBack(checked) !== reachingBack(this.controls)) return false;
    this.controls = checked;
    this.control = new ControlStage(checked, this.about.channels);
    this.beside.scale(this.control.factor);
    return true;
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

  /** Gate and control a copy of the model's rows; let life notice what is said. */
  private shaped({ frames, speech, level }: ModelFrames): Float32Array {
    const rows = frames.slice();
    const opening = this.gate.push(speech);
    this.beside.notice(speech, level, opening);
    const { gated, kept } = this;
    const gates = this.controls.silenceGate;
    for (let row = 0; row < opening.length; row++) {
      const at = row * (kept.length + 6);
      for (let column = 0; column < kept.length; column++) {
        rows[at + column] *= gates && gated[column] ? kept[column] * opening[row] : kept[column];
      }
    }
    this.control.apply(rows);
    return rows;
  }

  private finish(rows: Float32Array, total: number, last: boolean): FaceClip {
    const { channels } = this.about;
    const start = (this.frameRate.next * this.fps.denominator) / this.fps.numerator;
    const life = this.beside.apply(rows);
    const faces = split(rows, channels.length, life);
    const { weights, head } = this.frameRate.push(faces, total, last);
    return {
      channels,
      fps: this.fps,
      weights,
      head,
      tracked: this.tracked(weights.length),
      start,
      metadata: {
        model: `${this.about.name} ${this.about.version}`,
        licence: this.about.licence,
        controls: controlsMetadata(this.controls),
        life: lifeMetadata(this.controls.life),
        source: this.source,
      },
    };
  }

  /** Seen is what the model was trained on and what a person asked for. */
  private tracked(length: number): Uint8Array {
    const { channels, untrainedChannels } = this.about;
    const row = channels.map(
      (name, column) =>
        !untrainedChannels.includes(name) ||
        name in this.controls.offset ||
        this.beside.moves(column),
    );
    const tracked = new Uint8Array(length);
    for (let at = 0; at < length; at++) tracked[at] = Number(row[at % row.length]);
    return tracked;
  }
}

/** Part rows of channels + 6 into weights and poses; the model's head moves within the living. */
function split(rows: Float32Array, channels: number, life: Float64Array | undefined): Faces {
  const width = channels + 6;
  const count = rows.length / width;
  const weights = new Float32Array(count * channels);
  const head = new Float32Array(count * 7);
  for (let row = 0; row < count; row++) {
    const pose = row * width + channels;
    weights.set(rows.subarray(row * width, pose), row * channels);
    const [x, y, z] = [rows[pose + 3], rows[pose + 4], rows[pose + 5]];
    const own = quaternionOf(x, y, z);
    if (life) {
      const at = 6 * row;
      const living = quaternionOf(life[at + 3], life[at + 4], life[at + 5]);
      head.set(multiplied(living, own), row * 7 + 3);
      for (let i = 0; i < 3; i++) head[row * 7 + i] = rows[pose + i] + life[at + i];
    } else {
      head.set(own, row * 7 + 3);
      head.set(rows.subarray(pose, pose + 3), row * 7);
    }
  }
  return { weights, head };
}
