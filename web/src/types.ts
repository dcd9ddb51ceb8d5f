// The types that flow through the page. They mirror the Python package: see docs/design.md.

/** A face over time; the counterpart of `voxface.face.FaceClip`. */
export interface FaceClip {
  /** Names of the weight columns; channels are matched by name, never by position. */
  readonly channels: readonly string[];
  /** Frames per second, exact. */
  readonly fps: FrameRate;
  /** Row-major, frames x channels, 0 to 1. */
  readonly weights: Float32Array;
  /** Row-major, frames x 7: x, y, z in centimetres, unit quaternion w, x, y, z. */
  readonly head: Float32Array;
  /** Row-major, frames x channels, 1 where seen. */
  readonly tracked: Uint8Array;
  /** Time of frame 0 on the sound's clock, in seconds. */
  readonly start: number;
  /** Source, model, controls, licence: plain JSON values. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface FrameRate {
  readonly numerator: number;
  readonly denominator: number;
}

export function frameCount(clip: FaceClip): number {
  return clip.channels.length ? clip.weights.length / clip.channels.length : clip.head.length / 7;
}

export function framesPerSecond(rate: FrameRate): number {
  return rate.numerator / rate.denominator;
}

/** What a person can put right; its message is shown as it is. The counterpart of VoxfaceError. */
export class VoxfaceError extends Error {
  override name = "VoxfaceError";
}
