// Life and expressions against the vectors that Python's tests keep, tests/golden/life.

import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import type { Life } from "../../src/core/api";
import { ExpressionStage } from "../../src/core/expression";
import { timeline, type Timeline } from "../../src/core/expression_poses";
import { normal, uniform } from "../../src/core/life/chance";
import { Loudness } from "../../src/core/life/loudness";
import { LifeMotion, MOTION } from "../../src/core/life/motion";
import { checkedLife } from "../../src/core/life/settings";
import { LifeStage } from "../../src/core/life/stage";
import { concatenated, expectClose, pieces } from "./golden";

const GOLDEN = new URL("../../../tests/golden/life/", import.meta.url);

function vectors(name: string): any {
  return JSON.parse(readFileSync(new URL(`${name}.json`, GOLDEN), "utf8"));
}

/** Settings under the page's names. */
function lifeOf({ blink_rate, ...rest }: Record<string, number | null>): Life {
  return { ...rest, blinkRate: blink_rate };
}

test("chance", () => {
  const { seed_stream_counter: draws, uniform: even, normal: bell } = vectors("chance");
  expectClose(draws.map((draw: [number, number, number]) => uniform(...draw)), even, 1e-12);
  expectClose(draws.map((draw: [number, number, number]) => normal(...draw)), bell, 1e-12);
});

test("loudness", () => {
  const { lead, sound, level } = vectors("loudness");
  const whole = new Loudness(lead);
  whole.push(Float32Array.from(sound));
  expectClose(whole.take(level.length), level, 2e-5);
  const cut = new Loudness(lead);
  const levels: number[] = [];
  let heard = 0;
  for (const part of pieces(Float32Array.from(sound))) {
    cut.push(part);
    heard += part.length;
    levels.push(...cut.take(Math.max(0, Math.floor(heard / 160) - lead - levels.length)));
  }
  levels.push(...cut.take(level.length - levels.length));
  expectClose(levels, level, 2e-5);
});

describe.each(["talk", "silence", "strengths"])("the motion of %s", (name) => {
  const golden = vectors(name);
  const life = checkedLife(lifeOf(golden.life));
  const [speech, level] = [Float32Array.from(golden.speech), Float32Array.from(golden.level)];
  const kept = (motion: ArrayLike<number>): number[] =>
    Array.from({ length: golden.motion.length }, (_, row) =>
      MOTION.map((_, column) => motion[row * golden.every * MOTION.length + column]!),
    ).flat();

  test("in one go", () => {
    expect([...MOTION]).toEqual(golden.columns);
    // Degrees: a tenth of a thousandth of one is 3e-6 as a weight.
    expectClose(kept(new LifeMotion(life).push(speech, level)), golden.motion.flat(), 1e-4);
  });

  test("in pieces", () => {
    const motion = new LifeMotion(life);
    const parts: number[] = [];
    const levels = pieces(level);
    pieces(speech).forEach((part, index) => parts.push(...motion.push(part, levels[index]!)));
    expectClose(kept(parts), golden.motion.flat(), 1e-4);
  });
});

test("expressions and life on frames", () => {
  const golden = vectors("stage");
  const { channels } = golden;
  const width = channels.length + 6;
  const weights = (): Float32Array => rows.filter((_, at) => at % width < channels.length);
  const rows = Float32Array.from(golden.frames.flat());
  const wanted = Object.entries(golden.expression as Record<string, number | Timeline>);
  const timelines = Object.fromEntries(
    wanted.map(([name, given]) => [name, timeline(name, given)]),
  );
  new ExpressionStage(timelines, channels).push(rows, Float32Array.from(golden.speaking));
  expectClose(weights(), golden.after_expression.flat());
  const factors = new Float64Array(channels.length + 6).fill(1);
  factors[channels.indexOf("eyeBlinkLeft")] = golden.factors.eyeBlinkLeft;
  factors.fill(golden.factors.head, channels.length);
  const stage = new LifeStage(checkedLife(lifeOf(golden.life ?? {})), channels, factors);
  const head = stage.apply(rows, Float64Array.from(golden.motion.flat()));
  expectClose(weights(), golden.after_life.flat());
  expectClose(head, golden.head.flat());
});

test("expressions asked for while a stream runs fade in", () => {
  const rows = (count: number): Float32Array => new Float32Array(count * 8);
  const stage = new ExpressionStage({}, ["browInnerUp", "jawOpen"]);
  const silent = new Float32Array(50);
  const before = rows(50);
  stage.push(before, silent);
  expect(before.every((value) => value === 0)).toBe(true);
  stage.express({ surprise: 1 }, 0.2);
  const after = rows(50);
  stage.push(after, silent);
  const brow = Array.from({ length: 50 }, (_, row) => after[row * 8]!);
  expect(brow[0]).toBe(0);
  expect(brow[10]).toBeCloseTo(0.375, 6);
  expect(brow[49]).toBeCloseTo(0.75, 6);
  stage.express({ surprise: 0 }, 0);
  const gone = concatenated([rows(3)]);
  stage.push(gone, new Float32Array(3));
  expect(gone[2 * 8]).toBe(0);
});
