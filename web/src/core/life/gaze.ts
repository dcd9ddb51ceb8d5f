// Fixations and saccades: the eyes rest on the viewer, and look away now and then. Mirrors
// `voxface.engine.life.gaze`.

import { logNormal, normal, uniform } from "./chance";
import { at, strike, type ClockSet } from "./clocks";
import { frames, parameters } from "./parameters";
import { Saccade, type Angles } from "./saccade";

const { gaze, blinks } = parameters;
const streams = parameters.chance.streams;

/** Upper ends of the shares of the eight directions. */
const SECTORS = gaze.away_directions.map(
  (_, index, all) => sum(all.slice(0, index + 1)) / sum(all),
);

export class Gaze {
  private count = 0;
  private away = false;
  private saccade = new Saccade();
  private until: number;
  private microCount = 0;
  private micro = new Saccade();
  private microUntil: number;
  private lateKick = 0;

  constructor(private readonly seed: number) {
    this.until = this.length(gaze.contact_seconds, false);
    this.microUntil = this.microLength();
  }

  /**
   * Advance by the frames of the clocks: give yaw and pitch in degrees, row by row, and how much
   * the blinks' clock is pushed on by large shifts.
   */
  push(
    first: number,
    clocks: ClockSet,
    memory: Float64Array,
  ): { angles: Float64Array; kicks: Float64Array } {
    const count = memory.length - 1;
    const angles = new Float64Array(2 * count);
    const kicks = new Float64Array(count + 1);
    kicks[0] = this.lateKick;
    let begin = 0;
    for (let struck; (struck = strike(this.clock(clocks), this.until)); ) {
      const { entry, share } = struck;
      this.saccade.fill(angles, first, begin, entry - 1);
      begin = entry - 1;
      const kick = this.look(first + entry - 2 + share, at(memory, struck));
      // As if it came evenly over 10 ms, so that it moves smoothly from frame to frame.
      kicks[entry - 1] += kick * (1 - share);
      kicks[entry] += kick * share;
      this.until += at(this.clock(clocks), struck);
    }
    this.saccade.fill(angles, first, begin, count);
    this.lateKick = kicks[count];
    this.addMicro(angles, first);
    return { angles, kicks: kicks.subarray(0, count) };
  }

  private clock({ away, contact }: ClockSet): Float64Array {
    return this.away ? away : contact;
  }

  /** Begin the next fixation; give how much it provokes a blink. */
  private look(start: number, memory: number): number {
    const { seed } = this;
    const count = ++this.count;
    this.away = !this.away && uniform(seed, streams.gaze_kind, count) < gaze.away_chance;
    let target: Angles;
    let degrees = 0;
    if (this.away) {
      [target, degrees] = this.awayTarget(memory);
      this.until = this.length(gaze.away_seconds, true);
    } else {
      target = [
        gaze.contact_degrees[0]! * normal(seed, streams.gaze_contact_yaw, count),
        gaze.contact_degrees[1]! * normal(seed, streams.gaze_contact_pitch, count),
      ];
      this.until = this.length(gaze.contact_seconds, false);
    }
    this.saccade = this.saccade.towards(target, start);
    const [low, high] = blinks.saccade_kick_degrees as [number, number];
    return blinks.saccade_kick * Math.min(1, Math.max(0, (degrees - low) / (high - low)));
  }

  /** Draw a place to look at: its angles, and its distance before silence shortens it. */
  private awayTarget(memory: number): [Angles, number] {
    const { seed, count } = this;
    const far = -gaze.away_mean_degrees * Math.log(uniform(seed, streams.gaze_magnitude, count));
    const degrees = Math.min(gaze.away_least_degrees + far, gaze.away_most_degrees);
    const drawn = uniform(seed, streams.gaze_direction, 2 * count);
    const sector = SECTORS.findIndex((upper) => upper >= drawn);
    const within = uniform(seed, streams.gaze_direction, 2 * count + 1) - 0.5;
    const angle = ((sector + within) * Math.PI) / 4;
    const reach = degrees * (gaze.quiet_away_share + (1 - gaze.quiet_away_share) * memory);
    const pitch = -reach * Math.sin(angle) * gaze.away_pitch_share;
    return [[reach * Math.cos(angle), pitch], degrees];
  }

  private length(mean: number, away: boolean): number {
    const sigma = away ? gaze.away_sigma : gaze.contact_sigma;
    const drawn = logNormal(this.seed, streams.gaze_duration, this.count, sigma);
    return gaze.shortest_seconds + (mean - gaze.shortest_seconds) * drawn;
  }

  private addMicro(angles: Float64Array, first: number): void {
    const { seed } = this;
    const rows = angles.length / 2;
    let begin = 0;
    for (let last; (last = Math.ceil(this.microUntil)) < first + rows; ) {
      this.micro.fill(angles, first, begin, last - first);
      begin = last - first;
      const start = this.microUntil;
      const count = ++this.microCount;
      this.micro = this.micro.towards(
        [
          gaze.micro_degrees * normal(seed, streams.micro_yaw, count),
          gaze.micro_degrees * normal(seed, streams.micro_pitch, count),
        ],
        start,
      );
      this.microUntil = start + this.microLength();
    }
    this.micro.fill(angles, first, begin, rows);
  }

  private microLength(): number {
    const drawn = logNormal(
      this.seed,
      streams.micro_interval,
      this.microCount,
      gaze.micro_sigma,
    );
    return frames(gaze.micro_seconds * drawn);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
