/** Clips that hold together; the checks of `voxface.face.FaceClip`. */
import contract from "../generated/contract.json";
import { VoxfaceError, type FaceClip } from "../types";
import { parseFrameRate } from "./frame_rate";

/** Head pose of a face at rest: no displacement, identity quaternion w, x, y, z. */
export const REST_POSE: readonly number[] = contract.restPose;

/** Returns `clip`, or says what does not fit together. */
export function checkedClip(clip: FaceClip): FaceClip {
  const { channels, weights, head, tracked } = clip;
  if (new Set(channels).size !== channels.length) {
    throw new VoxfaceError("a clip's channel names must differ from one another");
  }
  const frames = head.length / 7;
  if (weights.length !== frames * channels.length || tracked.length !== weights.length) {
    throw new VoxfaceError(
      `weights, head and tracked have ${weights.length}, ${head.length} and ${tracked.length} ` +
        `values; they do not fit ${channels.length} channels`,
    );
  }
  if (!weights.every(Number.isFinite)) {
    throw new VoxfaceError("weights hold values that are not finite numbers");
  }
  if (!head.every(Number.isFinite)) {
    throw new VoxfaceError("head hold values that are not finite numbers");
  }
  for (let row = 0; row < head.length; row += 7) {
    const [w, x, y, z] = head.subarray(row + 3, row + 7);
    if (Math.abs(w * w + x * x + y * y + z * z - 1) > 2e-2) {
      throw new VoxfaceError("head rotations must be unit quaternions (w, x, y, z)");
    }
  }
  if (!Number.isFinite(clip.start)) {
    throw new VoxfaceError(`a clip starts at a finite time, not ${clip.start}`);
  }
  return { ...clip, fps: parseFrameRate(clip.fps) };
}

/** Heads at rest, frames x 7. */
export function restingHeads(frames: number): Float32Array {
  const head = new Float32Array(frames * 7);
  for (let row = 0; row < frames; row += 1) head.set(REST_POSE, row * 7);
  return head;
}
