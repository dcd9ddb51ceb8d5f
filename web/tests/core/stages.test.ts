// The stages after the model against what Python's stages answer.

import { describe, expect, test } from "vitest";

import type { Controls, ModelDescription } from "../../src/core/api";
import { ARKIT_CHANNELS } from "../../src/core/contract";
import { checkedControls } from "../../src/core/controls";
import { parseFrameRate } from "../../src/face/frame_rate";
import { SilenceGate } from "../../src/core/gate";
import { Smoother } from "../../src/core/smoothing";
import { Loudness } from "../../src/core/life/loudness";
import { Stages, type ModelFrames } from "../../src/core/stages";
import type { FaceClip } from "../../src/types";
import { concatenated, expectClose, golden, pieces, wave } from "./golden";

const WIDTH = ARKIT_CHANNELS.length + 6;
const LATE = 2;
const PLANNED: ModelDescription = {
  name: "planned",
  version: "1",
  lookAhead: 1,
  delayFrames: LATE,
  stateSize: 1,
  channels: ARKIT_CHANNELS,
  untrainedChannels: ["tongueOut", "cheekPuff"],
  licence: "none",
};

/** What the planned model of scripts/web_golden says, without the frames it is late by. */
function planned(): ModelFrames {
  const frames = wave((golden.hops + LATE) * WIDTH, 0.013);
  for (let i = 0; i < frames.length; i++) if (i % WIDTH >= WIDTH - 6) frames[i] -= 0.5;
  const loudness = new Loudness(LATE);
  loudness.push(wave(golden.hops * 160 - 77, 0.3).map((value) => value - 0.5));
  return {
    frames: frames.slice(LATE * WIDTH),
    speech: wave(golden.hops + LATE, 0.05).slice(LATE),
    level: loudness.take(golden.hops),
  };
}

function shown(clip: FaceClip): Float32Array {
  const columns = golden.shown.map((name) => clip.channels.indexOf(name));
  const width = clip.channels.length;
  const rows = clip.weights.length / width;
  return Float32Array.from(
    Array.from({ length: rows }, (_, row) => columns.map((c) => clip.weights[row * width + c]))
      .flat(),
  );
}

test("the gate opens and closes as Python's", () => {
  expectClose(new SilenceGate().push(wave(90, 0.07)), golden.gate);
  const gate = new SilenceGate();
  expectClose(concatenated(pieces(wave(90, 0.07)).map((part) => gate.push(part))), golden.gate);
});

test.each(golden.smoothing)("smoothing over $milliseconds ms", ({ milliseconds, rows }) => {
  const whole = new Smoother(milliseconds, 2);
  const input = wave(140, 0.02);
  expectClose(concatenated([whole.push(input), whole.flush()]), rows);
  const cut = new Smoother(milliseconds, 2);
  const parts = pieces(input, 2).map((part) => cut.push(part));
  expectClose(concatenated([...parts, cut.flush()]), rows);
});

test("smoothing brings rest back to rest exactly", () => {
  const smoother = new Smoother(90, 1);
  const rows = Float32Array.from({ length: 200 }, (_, i) => (i < 60 ? Math.sin(i) ** 2 : 0));
  expect([...smoother.push(rows).slice(80)].every((value) => value === 0)).toBe(true);
});

describe.each(golden.stages)("all stages at $fps with $controls", (wanted) => {
  const fps = parseFrameRate(wanted.fps);
  const controls = wanted.controls as Controls;
  const said = planned();
  const heard = { samples: wanted.samples, sampleRate: 16000 };

  test("in one go", () => {
    const clip = new Stages(PLANNED, fps, controls, "test").flush(said, heard);
    expectClose(shown(clip), wanted.weights);
    expectClose(clip.head, wanted.head);
    expect(clip.metadata).toMatchObject(wanted.metadata);
    const untracked = [...clip.tracked.slice(0, clip.channels.length).entries()];
    expect(untracked.filter(([, seen]) => !seen).map(([column]) => column)).toEqual(wanted.tracked);
    expect(clip.start).toBe(0);
  });

  test("in pieces", () => {
    const stages = new Stages(PLANNED, fps, controls, "test");
    const clips: FaceClip[] = [];
    for (let row = 0; row + 3 <= golden.hops; row += 3) {
      const part = {
        frames: said.frames.slice(row * WIDTH, (row + 3) * WIDTH),
        speech: said.speech.slice(row, row + 3),
        level: said.level.slice(row, row + 3),
      };
      const samples = Math.min(heard.samples, (row + 3 + LATE) * 160);
      clips.push(stages.push(part, { ...heard, samples }));
    }
    const none = new Float32Array(0);
    clips.push(stages.flush({ frames: none, speech: none, level: none }, heard));
    expectClose(concatenated(clips.map(shown)), wanted.weights);
    expectClose(concatenated(clips.map((clip) => clip.head)), wanted.head);
    let frames = 0;
    for (const clip of clips) {
      expect(clip.start).toBeCloseTo((frames * fps.denominator) / fps.numerator, 9);
      frames += clip.head.length / 7;
    }
  });
});

test("controls are refused with a reason", () => {
  expect(() => checkedControls({ gain: { jawOpn: 1 } })).toThrow("did you mean 'jawOpen'?");
  expect(() => checkedControls({ strength: { chin: 1 } })).toThrow("unknown region 'chin'");
  expect(() => checkedControls({ offset: { jawOpen: 2 } })).toThrow("give a number, -1 to 1");
  expect(() => checkedControls({ gain: { jawOpen: -1 } })).toThrow("give a number, 0 or more");
  expect(() => checkedControls({ life: 3 })).toThrow("life is 3; give a number, 0 to 2");
  expect(() => checkedControls({ life: { seed: -1 } })).toThrow("seed is -1; give a whole number");
  expect(() => checkedControls({ expression: { joi: 1 } })).toThrow("did you mean 'joy'?");
  expect(() => checkedControls({ expression: { joy: [[1, 0], [1, 1]] } })).toThrow("moment 1 s");
  expect(() => checkedControls({ expression: { fear: 2 } })).toThrow("give an intensity, 0 to 1");
  expect(() => checkedControls({ smoothing: Number.NaN })).toThrow("give a number, 0 to 1000");
});
