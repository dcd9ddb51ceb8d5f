// Named expressions and how they are asked for. Mirrors the tables of `voxface.engine.expression`.

import definitions from "../../../src/voxface/engine/expressions.json";

import { ARKIT_CHANNELS } from "../face/channels";
import { VoxfaceError } from "../types";
import { unknownName } from "./names";

/** Moments in seconds and intensities 0 to 1; straight lines between, held before and after. */
export type Timeline = readonly (readonly [seconds: number, intensity: number])[];

const EXPRESSIONS: Readonly<Record<string, { readonly weights: object }>> =
  definitions.expressions;

/** Names of all expressions. */
export const EXPRESSION_NAMES: readonly string[] = Object.keys(EXPRESSIONS);

/** How expressions and speech share the mouth. */
export const MIXING = definitions.mixing;

/** An expression's weights at intensity 1, by channel. */
export function expressionPose(name: string): Readonly<Record<string, number>> {
  if (!EXPRESSION_NAMES.includes(name)) throw unknownName("expression", name, EXPRESSION_NAMES);
  const weights = Object.entries(EXPRESSIONS[name]!.weights as Record<string, number>);
  return Object.fromEntries(
    weights.flatMap(([channel, weight]) => bothSides(channel).map((side) => [side, weight])),
  );
}

/** Give a name without a side to both sides of the face. */
export function bothSides(name: string): readonly string[] {
  return ARKIT_CHANNELS.includes(name) ? [name] : [`${name}Left`, `${name}Right`];
}

/** Check an intensity, or moments and intensities. */
export function timeline(name: string, given: number | Timeline): Timeline {
  expressionPose(name);
  const points: Timeline = typeof given === "number" ? [[0, given]] : given;
  if (!points.length) {
    throw new VoxfaceError(`expression ${name} has no intensity; give a number, 0 to 1`);
  }
  let before = -1;
  for (const [seconds, intensity] of points) {
    if (!(Number.isFinite(seconds) && seconds >= 0 && seconds > before)) {
      throw new VoxfaceError(
        `expression ${name}: moment ${seconds} s; give seconds from 0, each later than the one ` +
          "before",
      );
    }
    if (!(intensity >= 0 && intensity <= 1)) {
      throw new VoxfaceError(`expression ${name} is ${intensity}; give an intensity, 0 to 1`);
    }
    before = seconds;
  }
  return points;
}

/** The intensity at a moment. */
export function intensityAt(points: Timeline, seconds: number): number {
  const after = points.findIndex(([moment]) => moment > seconds);
  if (after === 0) return points[0]![1];
  if (after < 0) return points[points.length - 1]![1];
  const [start, from] = points[after - 1]!;
  const [end, to] = points[after]!;
  return from + ((to - from) / (end - start)) * (seconds - start);
}
