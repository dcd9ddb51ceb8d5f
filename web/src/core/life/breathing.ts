// Breathing: slow and even at rest; in speech out with the words and in at the pauses. Mirrors
// `voxface.engine.life.breathing`.

import { uniform } from "./chance";
import { at, strike, type ClockSet } from "./clocks";
import { parameters } from "./parameters";

export class Breathing {
  private inhales = false;
  private until: number;

  constructor(seed: number) {
    this.until = uniform(seed, parameters.chance.streams.breath_start, 0);
  }

  /** How full the chest is at each frame, 0 to 1. */
  push(clocks: ClockSet): Float64Array {
    const chest = new Float64Array(clocks.inhale.length - 1);
    for (let begin = 0; begin < chest.length; ) {
      const clock = this.inhales ? clocks.inhale : clocks.exhale;
      const struck = strike(clock, this.until);
      const end = struck ? struck.entry - 1 : chest.length;
      for (let i = begin; i < end; i++) {
        const wave = 0.5 * Math.cos(Math.PI * (1 + clock[i + 1] - this.until));
        chest[i] = this.inhales ? 0.5 - wave : 0.5 + wave;
      }
      if (!struck) break;
      begin = end;
      this.inhales = !this.inhales;
      this.until = at(this.inhales ? clocks.inhale : clocks.exhale, struck) + 1;
    }
    return chest;
  }
}
