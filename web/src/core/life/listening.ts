// What life hears: whether somebody speaks, has just stopped, and where the stress lies. Mirrors
// `voxface.engine.life.listening`.

import { blend, parameters } from "./parameters";

export interface Heard {
  /** Whether somebody speaks, 0 to 1, by frame. */
  readonly voice: Float64Array;
  /** How much was spoken of late, 0 to 1; one more, the first belongs to the frame before. */
  readonly memory: Float64Array;
  /** Rises with stress and falls after it; about -0.3 to 0.3. */
  readonly accent: Float64Array;
}

const p = parameters.listening;
const TURN = (2 * Math.PI * p.accent_hertz) / parameters.frames_per_second;
const REMEMBER = blend(p.memory_seconds);
const REFER = blend(p.reference_seconds);
const QUICK = blend(p.fast_seconds);
const [LOW, HIGH] = p.level_span as [number, number];
const SLOWLY = blend(p.slow_seconds);

/** Follows the probability of speech and the loudness, frame by frame. */
export class Listener {
  private memory = 0;
  private reference = p.reference_start_db;
  private fast = 0;
  private slow = 0;
  private accent = 0;
  private change = 0;

  push(speech: Float32Array, level: Float32Array): Heard {
    const count = speech.length;
    const voice = new Float64Array(count);
    const memory = new Float64Array(count + 1);
    const accent = new Float64Array(count);
    memory[0] = this.memory;
    for (let i = 0; i < count; i++) {
      const share = clip((speech[i] - p.speech_shut) / (p.speech_open - p.speech_shut), 0, 1);
      const heard = share * share * (3 - 2 * share);
      this.memory += REMEMBER * (heard - this.memory);
      this.reference += REFER * heard * (level[i] - this.reference);
      const above = clip((level[i] - this.reference) / p.level_range_db, LOW, HIGH) * heard;
      this.fast += QUICK * (above - this.fast);
      this.slow += SLOWLY * (above - this.slow);
      // A damped spring, driven by the fast mean less the slow one.
      this.change +=
        TURN * TURN * (this.fast - this.slow - this.accent) -
        2 * p.accent_damping * TURN * this.change;
      this.accent += this.change;
      voice[i] = heard;
      memory[i + 1] = this.memory;
      accent[i] = this.accent;
    }
    return { voice, memory, accent };
  }
}

function clip(value: number, low: number, high: number): number {
  return value < low ? low : value > high ? high : value;
}
