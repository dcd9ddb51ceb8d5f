// A mouth that stays at rest where nobody speaks. Mirrors `voxface.engine.gate`.

import { FRAME_RATE, GATE } from "./contract";

const UP = 1 / (GATE.attack * FRAME_RATE);
const DOWN = 1 / (GATE.release * FRAME_RATE);

/** Turns the probability of speech into how far the mouth may move, 0 to 1. */
export class SilenceGate {
  private position: number | undefined;

  /** Take probabilities at 100 Hz, give as many openings. */
  push(speech: Float32Array): Float32Array {
    const opening = new Float32Array(speech.length);
    let position = this.position;
    for (let index = 0; index < speech.length; index++) {
      const share = (speech[index] - GATE.shut) / (GATE.open - GATE.shut);
      const target = share < 0 ? 0 : share > 1 ? 1 : share;
      if (position === undefined) position = target;
      else if (target > position) position = Math.min(target, position + UP);
      else position = Math.max(target, position - DOWN);
      opening[index] = position * position * (3 - 2 * position);
    }
    this.position = position;
    return opening;
  }
}
