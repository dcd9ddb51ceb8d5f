// A jump of the eyes. Mirrors `Saccade` of `voxface.engine.life.gaze`.

import { frames, parameters } from "./parameters";

/** Yaw to the subject's left and pitch downwards, in degrees. */
export type Angles = readonly [yaw: number, pitch: number];

export class Saccade {
  constructor(
    private readonly origin: Angles = [0, 0],
    private readonly target: Angles = [0, 0],
    private readonly start = 0,
    private readonly duration = 1,
  ) {}

  /** Where the eyes are, on a minimum-jerk course (Flash & Hogan 1985). */
  at(frame: number): Angles {
    const u = (frame - this.start) / this.duration;
    if (u >= 1) return this.target;
    const share = u > 0 ? u * u * u * (10 + u * (6 * u - 15)) : 0;
    const [a, b] = this.origin;
    const [c, d] = this.target;
    return [a + share * (c - a), b + share * (d - b)];
  }

  /** The next jump; its duration follows the main sequence. */
  towards(target: Angles, start: number): Saccade {
    const { saccade_seconds, saccade_seconds_per_degree } = parameters.gaze;
    const here = this.at(start);
    const degrees = Math.hypot(target[0] - here[0], target[1] - here[1]);
    const seconds = saccade_seconds + saccade_seconds_per_degree * degrees;
    return new Saccade(here, target, start, frames(seconds));
  }

  /** Add the course to rows `begin` to `end` of yaw and pitch; row 0 is frame `first`. */
  fill(angles: Float64Array, first: number, begin: number, end: number): void {
    for (let row = begin; row < end; row++) {
      const [yaw, pitch] = this.at(first + row);
      angles[2 * row] += yaw;
      angles[2 * row + 1] += pitch;
    }
  }
}
