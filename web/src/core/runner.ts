// Sound in, frames of the model at 100 Hz out, on the sound's own clock. Mirrors
// `voxface.engine.runner`.

import { HOP } from "./contract";
import { joined } from "./frame_rate_stage";

/** What the net says of some more sound. */
export interface Said {
  /** Rows of channels + 6. */
  readonly frames: Float32Array;
  /** Probability that somebody speaks, by row. */
  readonly speech: Float32Array;
}

/** One call of the pure function in the model file. */
export interface Net {
  /** Whole hops of sound and the state before them; gives frames, speech and the state after. */
  run(pcm: Float32Array, state: Float32Array): Promise<Said & { state: Float32Array }>;
}

/** Runs a model over 16 kHz sound that comes in blocks of any size, one call at a time. */
export class ModelRunner {
  private state: Float32Array;
  private rest = new Float32Array(0);
  private drop: number;

  constructor(
    private readonly net: Net,
    stateSize: number,
    private readonly delayFrames: number,
  ) {
    this.state = new Float32Array(stateSize);
    this.drop = delayFrames;
  }

  /** Take sound, give the frames that are ready: N samples give ceil(N / 160) in all. */
  async push(pcm: Float32Array): Promise<Said> {
    const sound = joined(this.rest, pcm);
    const whole = sound.length - (sound.length % HOP);
    this.rest = sound.slice(whole);
    if (!whole) return { frames: new Float32Array(0), speech: new Float32Array(0) };
    const { frames, speech, state } = await this.net.run(sound.subarray(0, whole), this.state);
    this.state = state;
    const dropped = Math.min(this.drop, speech.length);
    this.drop -= dropped;
    const width = frames.length / speech.length;
    return { frames: frames.slice(dropped * width), speech: speech.slice(dropped) };
  }

  /** Give the last frames, as if silence followed. */
  flush(): Promise<Said> {
    const whole = (HOP - (this.rest.length % HOP)) % HOP;
    return this.push(new Float32Array(whole + this.delayFrames * HOP));
  }
}
