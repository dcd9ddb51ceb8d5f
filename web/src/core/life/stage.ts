// Life on the frames of a model: lids, eyes and brows as weights, and the head's pose. Mirrors
// `voxface.engine.life.stage`.

import { MOTION } from "./motion";
import { parameters } from "./parameters";
import type { WholeLife } from "./settings";

const LIDS = ["eyeBlink", "eyeSquint", "eyeWide"];
const LOOKS = ["eyeLookIn", "eyeLookOut", "eyeLookDown", "eyeLookUp"];
const DEGREE = Math.PI / 180;

/** How much of the model's own weights stays: where life blinks and looks, it takes their place. */
export function replaced(life: WholeLife, channels: readonly string[]): Float64Array {
  return Float64Array.from(channels, (name) => {
    let kept = 1;
    if (LIDS.some((kind) => name.startsWith(kind))) kept = 1 - Math.min(1, life.blinks);
    if (LOOKS.some((kind) => name.startsWith(kind))) kept = 1 - Math.min(1, life.gaze);
    return kept;
  });
}

/** A channel that life moves. */
interface Moved {
  readonly column: number;
  /** Weight per degree of yaw and of pitch, and per unit of the brows. */
  readonly mix: readonly [number, number, number];
  readonly factor: number;
  readonly blinks: boolean;
}

/** Adds the motion of life to controlled and smoothed frames. */
export class LifeStage {
  private readonly moved: readonly Moved[];
  /** Columns of what an eye that shuts cannot be: wide or squinting. */
  private readonly held: readonly number[];
  private readonly counter: number;

  /** `factors` are gains times strengths, channels + 6: they scale life as they scale the model. */
  constructor(
    life: WholeLife,
    private readonly channels: readonly string[],
    private readonly factors: Float64Array,
  ) {
    this.counter = Math.min(1, life.gaze) * parameters.gaze.head_counter;
    this.moved = Object.entries(movedChannels(life))
      .map(([name, mix]) => ({ name, mix, column: channels.indexOf(name) }))
      .filter(({ column }) => column >= 0)
      .map(({ name, mix, column }) => {
        return { column, mix, factor: factors[column], blinks: name.startsWith("eyeBlink") };
      });
    const holds = (name: string): boolean => /^eye(Squint|Wide)/.test(name);
    this.held = life.blinks
      ? channels.flatMap((name, column) => (holds(name) ? [column] : []))
      : [];
  }

  /** Move the weights of rows in place; give the head's life in rows of six. */
  apply(rows: Float32Array, motion: Float64Array): Float64Array {
    const pose = this.channels.length;
    const width = pose + 6;
    const count = rows.length / width;
    const head = new Float64Array(6 * count);
    for (let i = 0; i < count; i++) {
      const at = i * width;
      const from = i * MOTION.length;
      for (let j = 0; j < 3; j++) head[6 * i + j] = motion[from + 7 + j] * this.factors[pose + j];
      // A rotation vector: pitch about x, yaw about y, roll about z.
      const turns = [motion[from + 5], motion[from + 4], motion[from + 6]];
      for (let j = 0; j < 3; j++) {
        head[6 * i + 3 + j] = turns[j]! * this.factors[pose + 3 + j] * DEGREE;
      }
      // Eyes that hold a place turn against the head.
      const yaw = rows[at + pose + 4] + head[6 * i + 4];
      const pitch = rows[at + pose + 3] + head[6 * i + 3];
      const seenYaw = motion[from + 1] - (yaw / DEGREE) * this.counter;
      const seenPitch = motion[from + 2] - (pitch / DEGREE) * this.counter;
      this.move(rows, at, motion[from], seenYaw, seenPitch, motion[from + 3]);
    }
    return head;
  }

  private move(
    rows: Float32Array,
    at: number,
    lid: number,
    yaw: number,
    pitch: number,
    brow: number,
  ): void {
    for (const { column, mix, factor, blinks } of this.moved) {
      const plain = yaw * mix[0] + pitch * mix[1] + brow * mix[2];
      let weight = plain < 0 ? 0 : plain > 1 ? 1 : plain;
      if (blinks) weight += (1 - weight) * lid;
      weight = Math.min(weight * factor, 1);
      const here = rows[at + column];
      rows[at + column] = here + (1 - here) * weight;
    }
    for (const column of this.held) rows[at + column] *= 1 - lid;
  }
}

function movedChannels(life: WholeLife): Record<string, readonly [number, number, number]> {
  const { gaze, brows } = parameters;
  const whole = gaze.degrees_per_weight;
  const moved: Record<string, readonly [number, number, number]> = {};
  for (const [side, outwards] of [["Left", 1], ["Right", -1]] as const) {
    if (life.gaze) {
      moved[`eyeLookOut${side}`] = [outwards / whole.out, 0, 0];
      moved[`eyeLookIn${side}`] = [-outwards / whole.in, 0, 0];
      moved[`eyeLookDown${side}`] = [0, 1 / whole.down, 0];
      moved[`eyeLookUp${side}`] = [0, -1 / whole.up, 0];
    }
    if (life.blinks) {
      const follows = life.gaze ? 1 : 0;
      moved[`eyeBlink${side}`] = [0, (follows * gaze.lid_follows_down) / whole.down, 0];
      moved[`eyeWide${side}`] = [0, (-follows * gaze.lid_follows_up) / whole.up, 0];
    }
    if (life.brows) moved[`browOuterUp${side}`] = [0, 0, brows.outer_share];
  }
  if (life.brows) moved["browInnerUp"] = [0, 0, 1];
  return moved;
}
