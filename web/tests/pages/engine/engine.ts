// Hands the engine to tests that drive a real browser; bytes and numbers travel as base64.

import * as core from "../../../src/core";
import type { FaceClip } from "../../../src/types";

const engine = core.Engine.load();

const tests = {
  core,
  engine,

  /** A recording from the bytes of a file; a refusal comes back as its message. */
  async sound(base64: string, name: string): Promise<core.Sound> {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return core.readSound(new File([bytes], name));
  },

  /** What an error says, and what kind it is. */
  async refusal(promise: Promise<unknown>): Promise<string> {
    return promise.then(() => "none", (error: Error) => `${error.name}: ${error.message}`);
  },

  base64(values: Float32Array): string {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) {
      text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    }
    return btoa(text);
  },

  /** A clip, or clips that follow one another, as plain values. */
  plain(...clips: FaceClip[]): Record<string, unknown> {
    const whole = (part: "weights" | "head"): Float32Array => {
      const lengths = clips.map((clip) => clip[part].length);
      const values = new Float32Array(lengths.reduce((sum, length) => sum + length, 0));
      let at = 0;
      for (const clip of clips) {
        values.set(clip[part], at);
        at += clip[part].length;
      }
      return values;
    };
    return {
      channels: clips[0]!.channels,
      fps: clips[0]!.fps,
      weights: tests.base64(whole("weights")),
      head: tests.base64(whole("head")),
      starts: clips.filter((clip) => clip.head.length).map((clip) => clip.start),
      metadata: clips[0]!.metadata,
      untracked: clips[0]!.channels.filter((_, column) => clips[0]!.tracked[column] === 0),
    };
  },
};

declare global {
  interface Window {
    tests: typeof tests;
  }
}

window.tests = tests;
