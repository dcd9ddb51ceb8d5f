// A named pose of the face that mixes with speech and leaves it its lip closures. Mirrors
// `ExpressionStage` of `voxface.engine.expression`.

import { FRAME_RATE, SPEECH_CHANNELS } from "./contract";
import {
  bothSides,
  expressionPose,
  intensityAt,
  MIXING,
  timeline,
  type Timeline,
} from "./expression_poses";

const LIPS = ["mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight"];
const [FREE, OPENING, CLOSING, SHAPE] = [0, 1, 2, 3];

interface Expression {
  readonly name: string;
  readonly points: Timeline;
  /** Weights at intensity 1, by column. */
  readonly pose: Float64Array;
}

/**
 * Mixes expressions into controlled and smoothed rows of channels + 6: with s what speech says of a
 * channel, e the expression's weight and k what speech leaves it, the weight becomes
 * s + (1 - s) e k.
 */
export class ExpressionStage {
  private frame = 0;
  private expressions: Expression[];
  private readonly kinds: readonly number[];
  private readonly jaw: readonly number[];
  private readonly close: readonly number[];
  private readonly lips: readonly number[];
  private readonly rounds: readonly number[];
  private readonly left: Float64Array;

  constructor(
    wanted: Readonly<Record<string, Timeline>>,
    private readonly channels: readonly string[],
  ) {
    const opening = MIXING.opening.flatMap(bothSides);
    const closing = MIXING.closing.flatMap(bothSides);
    this.kinds = channels.map((name) => {
      if (!SPEECH_CHANNELS.includes(name)) return FREE;
      return opening.includes(name) ? OPENING : closing.includes(name) ? CLOSING : SHAPE;
    });
    const present = (...names: string[]): number[] =>
      names.map((name) => channels.indexOf(name)).filter((column) => column >= 0);
    this.jaw = present("jawOpen");
    this.close = present("mouthClose");
    this.lips = present(...LIPS);
    this.rounds = present("mouthFunnel", "mouthPucker");
    this.left = new Float64Array(channels.length);
    this.expressions = Object.entries(wanted).map(([name, points]) => this.made(name, points));
  }

  /** Whether there is any expression to mix in. */
  get expresses(): boolean {
    return this.expressions.length > 0;
  }

  /** Whether the expressions now asked for move a column. */
  moves(column: number): boolean {
    return this.expressions.some(({ pose }) => pose[column] !== 0);
  }

  /** From the next row on, go to other intensities within `fade` seconds. */
  express(intensities: Readonly<Record<string, number>>, fade: number): void {
    const now = this.frame / FRAME_RATE;
    const end = now + Math.max(fade, 1 / FRAME_RATE);
    const changes = Object.entries(intensities).map(([name, value]) => {
      const to = timeline(name, value)[0]![1];
      const old = this.expressions.find((expression) => expression.name === name);
      return this.made(name, [[now, old ? intensityAt(old.points, now) : 0], [end, to]]);
    });
    for (const change of changes) {
      const place = this.expressions.findIndex(({ name }) => name === change.name);
      if (place < 0) this.expressions.push(change);
      else this.expressions[place] = change;
    }
  }

  /** Change rows in place; `speaking` is the opening of the silence gate, 0 to 1, by row. */
  push(rows: Float32Array, speaking: Float32Array): void {
    const width = this.channels.length + 6;
    for (let row = 0; row < speaking.length; row++) {
      if (this.expresses) this.mix(rows, row * width, speaking[row]);
      this.frame += 1;
    }
  }

  private mix(rows: Float32Array, at: number, speaking: number): void {
    const { left, kinds } = this;
    // Several expressions are overlaid as speech and expression are: 1 - product (1 - e).
    left.fill(1);
    const seconds = this.frame / FRAME_RATE;
    for (const { points, pose } of this.expressions) {
      const intensity = intensityAt(points, seconds);
      if (intensity) {
        for (let column = 0; column < left.length; column++) {
          left[column] *= 1 - intensity * pose[column];
        }
      }
    }
    const shares = this.shares(rows, at, speaking);
    for (let column = 0; column < left.length; column++) {
      if (left[column] === 1) continue;
      const said = rows[at + column];
      rows[at + column] = said + (1 - said) * (1 - left[column]) * shares[kinds[column]!]!;
    }
  }

  /** What speech leaves to free, opening, closing and shaping channels. */
  private shares(rows: Float32Array, at: number, speaking: number): readonly number[] {
    const sum = (columns: readonly number[]): number =>
      columns.reduce((total, column) => total + rows[at + column], 0);
    let gap = sum(this.jaw) - sum(this.close);
    if (this.lips.length) gap += (MIXING.gap_of_lips * sum(this.lips)) / this.lips.length;
    const share = (gap - MIXING.shut_gap) / (MIXING.open_gap - MIXING.shut_gap);
    const bounded = Math.min(Math.max(share, 0), 1);
    const opened = bounded * bounded * (3 - 2 * bounded);
    const rounded = Math.max(0, ...this.rounds.map((column) => rows[at + column]));
    const shaping = MIXING.shape_while_speaking;
    const whileSpeaking = [
      1,
      opened * MIXING.opening_while_speaking,
      (1 - opened) * shaping,
      shaping * (1 - MIXING.rounding_takes * rounded),
    ];
    return whileSpeaking.map((kept) => 1 - speaking * (1 - kept));
  }

  private made(name: string, points: Timeline): Expression {
    const pose = expressionPose(name);
    return { name, points, pose: Float64Array.from(this.channels, (each) => pose[each] ?? 0) };
  }
}
