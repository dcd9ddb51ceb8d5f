// From what is heard to how the face lives, at 100 frames a second. Mirrors
// `voxface.engine.life.motion`.

import { Blinks } from "./blinks";
import { Breathing } from "./breathing";
import { Clocks } from "./clocks";
import { Gaze } from "./gaze";
import { Head } from "./head";
import { Listener } from "./listening";
import { parameters } from "./parameters";
import type { WholeLife } from "./settings";

/** Columns of the motion: lids and brows 0 to 1, angles in degrees, places in centimetres. */
export const MOTION = [
  "lid", "gazeYaw", "gazePitch", "brow", "yaw", "pitch", "roll", "x", "y", "z",
] as const;

/** Makes the motion of a living face, as it hears, however the input is cut. */
export class LifeMotion {
  private readonly listener = new Listener();
  private readonly clocks: Clocks;
  private readonly gaze: Gaze;
  private readonly blinks: Blinks;
  private readonly breathing: Breathing;
  private readonly head: Head;
  private readonly kick: number;
  private frame = 0;

  constructor(private readonly life: WholeLife) {
    this.clocks = new Clocks(life);
    this.gaze = new Gaze(life.seed);
    this.blinks = new Blinks(life.seed);
    this.breathing = new Breathing(life.seed);
    this.head = new Head(life);
    const usual = parameters.blinks.per_minute_talking;
    this.kick = (life.blinks * Math.min(1, life.gaze) * (life.blinkRate ?? usual)) / usual;
  }

  /** Take probabilities of speech and levels in decibels; give rows of `MOTION`. */
  push(speech: Float32Array, level: Float32Array): Float64Array {
    const { life } = this;
    const heard = this.listener.push(speech, level);
    const count = speech.length;
    const first = this.frame;
    this.frame += count;
    const width = MOTION.length;
    const motion = new Float64Array(count * width);
    if (!count) return motion;
    const clocks = this.clocks.push(heard);
    const { angles, kicks } = this.gaze.push(first, clocks, heard.memory);
    for (let i = 0; i < angles.length; i++) angles[i] *= life.gaze;
    if (life.blinks) {
      // Only eyes that move provoke blinks.
      for (let i = 0; i < count; i++) kicks[i] *= this.kick;
      const lids = this.blinks.push(first, clocks.blink, kicks);
      for (let i = 0; i < count; i++) motion[i * width] = lids[i];
    }
    const chest = this.breathing.push(clocks);
    const { pose, rise } = this.head.push(first, heard, angles, chest);
    for (let i = 0; i < count; i++) {
      const at = i * width;
      motion[at + 1] = angles[2 * i];
      motion[at + 2] = angles[2 * i + 1];
      motion[at + 3] = rise[i];
      for (let j = 0; j < 6; j++) motion[at + 4 + j] = pose[6 * i + j];
    }
    return motion;
  }
}
