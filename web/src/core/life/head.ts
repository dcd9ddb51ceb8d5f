// Small motion of head and brows: drift, stress, phrases, breath, and a share of the gaze. Mirrors
// `voxface.engine.life.head`.

import { uniform } from "./chance";
import type { Heard } from "./listening";
import { blend, parameters } from "./parameters";
import type { WholeLife } from "./settings";

const { head, breathing, brows } = parameters;
const { drift_degrees: turns, drift_centimetres: places, accent_degrees: accents } = head;
const { limit_degrees: mostTurned, limit_centimetres: farthest } = head;

/** Deviation of the drift, and limits: yaw, pitch, roll in degrees, x, y, z in centimetres. */
const SIZES = [turns.yaw, turns.pitch, turns.roll, places.x, places.y, places.z];
const LIMITS = [
  mostTurned.yaw, mostTurned.pitch, mostTurned.roll, farthest.x, farthest.y, farthest.z,
];
const DRIFTING = SIZES.length * head.sines;
const FOLLOW = blend(head.gaze_follow_seconds);

export class Head {
  /** Radians per frame, phase and amount of every sine; the last three have no amount. */
  private readonly speeds: Float64Array;
  private readonly phases: Float64Array;
  private readonly amounts: Float64Array;
  private readonly accent: readonly number[];
  private readonly breath: readonly number[];
  private followed = new Float64Array(4);

  constructor(private readonly life: WholeLife) {
    const { sine_phase: phase } = parameters.chance.streams;
    const { hertz, amounts } = sines(life.seed);
    this.speeds = hertz.map((each) => (2 * Math.PI * each) / parameters.frames_per_second);
    this.phases = hertz.map((_, k) => 2 * Math.PI * uniform(life.seed, phase, k));
    this.amounts = amounts;
    this.accent = [accents.yaw, accents.pitch, accents.roll].map((size) => life.head * size);
    const [pitch, rise] = [breathing.pitch_degrees, breathing.rise_centimetres];
    this.breath = [0, pitch, 0, 0, rise, 0].map((size) => life.breathing * size);
  }

  /**
   * Advance by n frames, given the eyes' yaw and pitch and the fullness of the chest: the pose in
   * rows of six, and how far the brows rise.
   */
  push(
    first: number,
    { memory, accent }: Heard,
    gaze: Float64Array,
    chest: Float64Array,
  ): { pose: Float64Array; rise: Float64Array } {
    const { life } = this;
    const pose = new Float64Array(6 * chest.length);
    const rise = new Float64Array(chest.length);
    const follows = life.head && life.gaze ? head.gaze_share * life.head : 0;
    for (let i = 0; i < chest.length; i++) {
      const late = memory[i + 1];
      const size = (head.quiet_drift_share + (1 - head.quiet_drift_share) * late) * life.head;
      const row = pose.subarray(6 * i, 6 * i + 6);
      this.drift(first + i, row, size);
      row[0] += accent[i] * this.accent[0]! * this.wave(first + i, DRIFTING);
      row[1] += accent[i] * this.accent[1]! + late * life.head * head.phrase_lift_degrees;
      row[2] += accent[i] * this.accent[2]! * this.wave(first + i, DRIFTING + 1);
      if (follows) {
        this.follow(gaze[2 * i], gaze[2 * i + 1]);
        row[0] += this.followed[2] * follows;
        row[1] += this.followed[3] * follows;
      }
      for (let j = 0; j < 6; j++) {
        const value = row[j] + chest[i] * this.breath[j]!;
        row[j] = value / Math.sqrt(1 + (value / LIMITS[j]!) ** 2);
      }
      const raised = Math.max(accent[i], 0) * (0.5 + 0.5 * this.wave(first + i, DRIFTING + 2));
      rise[i] = Math.min(raised * brows.accent_weight * life.brows, brows.limit);
    }
    return { pose, rise };
  }

  private wave(frame: number, sine: number): number {
    return Math.sin(frame * this.speeds[sine] + this.phases[sine]);
  }

  private drift(frame: number, row: Float64Array, size: number): void {
    if (!size) return;
    for (let sine = 0; sine < DRIFTING; sine++) {
      row[Math.floor(sine / head.sines)] += this.wave(frame, sine) * this.amounts[sine] * size;
    }
  }

  /** The slower head follows the gaze: two one-pole low-passes in a row. */
  private follow(yaw: number, pitch: number): void {
    const { followed } = this;
    followed[0] += FOLLOW * (yaw - followed[0]);
    followed[1] += FOLLOW * (pitch - followed[1]);
    followed[2] += FOLLOW * (followed[0] - followed[2]);
    followed[3] += FOLLOW * (followed[1] - followed[3]);
  }
}

/** Draw the sines: five for each number of the pose, and three that turn the stress about. */
function sines(seed: number): { hertz: Float64Array; amounts: Float64Array } {
  const { sine_frequency: frequency } = parameters.chance.streams;
  const { accent_direction_hertz: direction, drift_hertz: band, sines: count } = head;
  const [low, high] = band as [number, number];
  const hertz = new Float64Array(DRIFTING + 3);
  const amounts = new Float64Array(DRIFTING);
  SIZES.forEach((size, column) => {
    let power = 0;
    for (let step = 0; step < count; step++) {
      const number = column * count + step;
      const drawn = uniform(seed, frequency, number);
      hertz[number] = low * Math.exp((Math.log(high / low) * (step + drawn)) / count);
      amounts[number] = 1 / Math.sqrt(hertz[number]);
      power += amounts[number] ** 2;
    }
    const scale = size * Math.sqrt(2 / power);
    for (let step = 0; step < count; step++) amounts[column * count + step] *= scale;
  });
  hertz.set([direction.yaw, direction.roll, direction.brow], DRIFTING);
  return { hertz, amounts };
}
