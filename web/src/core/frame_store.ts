// The model's frames, gathered as they come.

import type { ModelFrames } from "./stages";

export class FrameStore {
  private frames: Float32Array[] = [];
  private speech: Float32Array[] = [];
  private level: Float32Array[] = [];

  add(said: ModelFrames): void {
    this.frames.push(said.frames);
    this.speech.push(said.speech);
    this.level.push(said.level);
  }

  /** Everything so far as one piece. */
  all(): ModelFrames {
    const whole = {
      frames: oneOf(this.frames),
      speech: oneOf(this.speech),
      level: oneOf(this.level),
    };
    this.frames = [whole.frames];
    this.speech = [whole.speech];
    this.level = [whole.level];
    return whole;
  }
}

function oneOf(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
