// What the engine takes and gives: the types that `core` shares with the rest of the page.

import type { FaceClip, FrameRate } from "../types";
import type { Timeline } from "./expression_poses";

export type { Timeline };

/** How to shape the motion; the counterpart of `voxface.Controls`. What is left out is usual. */
export interface Controls {
  /** Factor by channel, 0 or more. */
  readonly gain?: Readonly<Record<string, number>>;
  /** Added by channel, -1 to 1. */
  readonly offset?: Readonly<Record<string, number>>;
  /** Factor by region (`mouth`, `jaw`, `brows`, `eyes`, `head`), 0 or more. */
  readonly strength?: Readonly<Record<string, number>>;
  /** Width of the smoothing window in milliseconds, 0 to 1000. */
  readonly smoothing?: number;
  /** Keep the mouth at rest where nobody speaks; on unless said otherwise. */
  readonly silenceGate?: boolean;
  /** Expressions by name, 0 to 1, or moments in seconds with intensities. */
  readonly expression?: Readonly<Record<string, number | Timeline>>;
  /** Blinks, gaze, head, breath and brows: 0 for none, 1 (usual) for natural, up to 2. */
  readonly life?: number | Life;
}

/** How much of each kind of life a face has, 0 to 2; the counterpart of `voxface.Life`. */
export interface Life {
  readonly blinks?: number;
  readonly gaze?: number;
  readonly head?: number;
  readonly breathing?: number;
  readonly brows?: number;
  /** Blinks a minute, 1 to 60, in place of the natural rates. */
  readonly blinkRate?: number | null;
  /** Another seed is another life of the same kind; a whole number from 0. */
  readonly seed?: number;
}

/** A frame rate as a person gives it: `29.97`, `"30000/1001"` or exact. */
export type FrameRateLike = number | string | FrameRate;

/** A decoded recording. */
export interface Sound {
  /** The file's name, or what the sound is called. */
  readonly name: string;
  /** Mono, full scale ±1, at `sampleRate`: what waveforms are drawn from. */
  readonly samples: Float32Array;
  /** Samples per second, the file's own where the browser lets us have it. */
  readonly sampleRate: number;
  /** Length in seconds. */
  readonly seconds: number;
  /** Remarks a person should see, such as a file that is cut off or silent; often empty. */
  readonly notices: readonly string[];
}

/** What the model said of a sound, before any stage: kept, so that sliders cost nothing. */
export interface RawFrames {
  /** Names of the weight columns. */
  readonly channels: readonly string[];
  /** Row-major, frames x (channels + 6), 100 a second: weights, x y z, rotation vector. */
  readonly frames: Float32Array;
  /** Probability that somebody speaks, by frame. */
  readonly speech: Float32Array;
  /** How loud the sound is, in decibels re a full-scale sine, by frame: what life listens to. */
  readonly level: Float32Array;
  /** Samples of the sound, at its own rate: the exact length. */
  readonly samples: number;
  readonly sampleRate: number;
  /** What the sound is called. */
  readonly source: string;
}

/** What the model file says of itself. */
export interface ModelDescription {
  readonly name: string;
  readonly version: string;
  readonly lookAhead: number;
  readonly delayFrames: number;
  readonly stateSize: number;
  readonly channels: readonly string[];
  readonly untrainedChannels: readonly string[];
  readonly licence: string;
}

export interface AnimateOptions {
  readonly fps?: FrameRateLike;
  readonly controls?: Controls;
  /** Called with 0 to 1 as the sound is heard. */
  readonly onProgress?: (share: number) => void;
  /** Aborting rejects with an `AbortError`. */
  readonly signal?: AbortSignal;
}

export interface StreamOptions {
  readonly fps?: FrameRateLike;
  readonly controls?: Controls;
  /** Samples per second of what will be pushed; 16000 by default. */
  readonly sampleRate?: number;
  /** What the sound is called, for metadata. */
  readonly source?: string;
}

/** Sound in as it comes, frames out as they become due; the counterpart of `voxface.Stream`. */
export interface FaceStream {
  readonly fps: FrameRate;
  /** Longest time in seconds from a moment of sound being pushed to its frame. */
  readonly latency: number;
  /** Take mono sound; give the frames that became due, often none. Calls keep their order. */
  push(pcm: Float32Array): Promise<FaceClip>;
  /** End the sound and give the frames still owed; the stream is then over. */
  flush(): Promise<FaceClip>;
  /** From the next push on, shape by other controls. */
  setControls(controls: Controls): void;
  /** Change expressions from the next frame on, within `fade` seconds (0.3). */
  express(intensities: Readonly<Record<string, number>>, fade?: number): void;
  /** All that the model has said so far, for `engine.shape` and export. */
  raw(): RawFrames;
  /** Drop everything. */
  close(): void;
}

/** The model in a worker, and the stages after it. */
export interface EngineApi {
  readonly description: ModelDescription;
  /** Animate a whole recording. */
  animate(sound: Sound, options?: AnimateOptions): Promise<{ clip: FaceClip; raw: RawFrames }>;
  /** Shape kept raw frames anew: when a slider moves. Synchronous, some milliseconds a minute. */
  shape(raw: RawFrames, controls?: Controls, fps?: FrameRateLike): FaceClip;
  /** Animate while the sound is being heard. */
  stream(options?: StreamOptions): FaceStream;
  /** End the worker. */
  dispose(): void;
}

export interface MicrophoneOptions {
  /** Called with every block of mono sound (about 10 ms) at `sampleRate`. */
  readonly onBlock: (pcm: Float32Array) => void;
  /** Called if the device goes away while it is heard. */
  readonly onEnded?: (message: string) => void;
  readonly deviceId?: string;
  /** The browser's own echo cancellation, noise suppression and gain; off unless asked for. */
  readonly processing?: boolean;
}

/** An open microphone. */
export interface Microphone {
  readonly sampleRate: number;
  /** The device's name. */
  readonly label: string;
  /** Seconds from sound at the microphone to `onBlock`, as far as the browser tells. */
  readonly latency: number;
  stop(): Promise<void>;
}
