// What stands beside the model's motion: expressions and life, laid over the smoothed frames.
// Mirrors `voxface.engine.liveliness`; loudness is measured in the worker, where the sound is.

import { ExpressionStage } from "./expression";
import { joined } from "./frame_rate_stage";
import { LifeMotion, MOTION } from "./life/motion";
import { lives, type WholeLife } from "./life/settings";
import { LifeStage } from "./life/stage";
import type { Timeline } from "./expression_poses";

/**
 * Makes life as sound is heard. Smoothing keeps frames back; what belongs to them waits here as
 * long, so blinks are in time and not smeared.
 */
export class Liveliness {
  private readonly motion: LifeMotion | undefined;
  private stage: LifeStage;
  private readonly expression: ExpressionStage;
  private made: Float64Array = new Float64Array(0);
  private speaking: Float32Array = new Float32Array(0);

  constructor(
    private readonly life: WholeLife,
    expression: Readonly<Record<string, Timeline>>,
    private readonly channels: readonly string[],
    factors: Float64Array,
  ) {
    this.motion = lives(life) ? new LifeMotion(life) : undefined;
    this.stage = new LifeStage(life, channels, factors);
    this.expression = new ExpressionStage(expression, channels);
  }

  /** Whether a column is moved whether or not the model was trained on it. */
  moves(column: number): boolean {
    return this.expression.moves(column);
  }

  express(intensities: Readonly<Record<string, number>>, fade: number): void {
    this.expression.express(intensities, fade);
  }

  /** Scale life by other gains and strengths from the next frame on. */
  scale(factors: Float64Array): void {
    this.stage = new LifeStage(this.life, this.channels, factors);
  }

  /** Take what was heard at frames on their way, and the gate's opening there. */
  notice(speech: Float32Array, level: Float32Array, opening: Float32Array): void {
    if (this.motion) this.made = appended(this.made, this.motion.push(speech, level));
    this.speaking = joined(this.speaking, opening);
  }

  /**
   * Lay expressions and life over the next rows, in place; give the living head, if it lives, in
   * rows of position and rotation vector.
   */
  apply(rows: Float32Array): Float64Array | undefined {
    const count = rows.length / (this.channels.length + 6);
    this.expression.push(rows, this.speaking.subarray(0, count));
    this.speaking = this.speaking.slice(count);
    if (!this.motion) return undefined;
    const head = this.stage.apply(rows, this.made.subarray(0, count * MOTION.length));
    this.made = this.made.slice(count * MOTION.length);
    return head;
  }
}

function appended(first: Float64Array, second: Float64Array): Float64Array {
  if (!first.length) return second;
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
