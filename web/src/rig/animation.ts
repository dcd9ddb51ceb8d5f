/** A clip as a glTF animation; the port of `voxface.rig.animation`. */
import { frameRateText } from "../face/frame_rate";
import { frameCount, framesPerSecond, VoxfaceError, type FaceClip } from "../types";
import type { Json } from "./gltf_file";
import type { Packer } from "./packer";

/** Collects what moves, one key a frame, linear in between. */
export class Animation {
  private readonly samplers: Json[] = [];
  private readonly channels: Json[] = [];
  private readonly keys: number;

  constructor(private readonly packer: Packer, clip: FaceClip) {
    this.keys = packer.accessor(keyTimes(clip), 1, true);
  }

  /** Moves a node's `path`; `width` numbers per element of the output. */
  animate(node: number, path: string, values: Float32Array, width: number): void {
    const output = this.packer.accessor(values, width);
    this.samplers.push({ input: this.keys, output, interpolation: "LINEAR" });
    this.channels.push({ sampler: this.samplers.length - 1, target: { node, path } });
  }

  /** Adds the animation to the document; `notes` are what glTF cannot say of the clip. */
  close(notes: Json): void {
    this.packer.add("animations", {
      name: "voxface",
      samplers: this.samplers,
      channels: this.channels,
      extras: { voxface: notes },
    });
  }
}

/** The notes that every animation keeps of its clip. */
export function notesOf(clip: FaceClip): Json {
  return { fps: frameRateText(clip.fps), start: clip.start, metadata: { ...clip.metadata } };
}

/**
 * Times of the frames in seconds, from the clip's start, or from 0 where the clip begins before its
 * sound: glTF knows no time before 0.
 */
function keyTimes(clip: FaceClip): Float32Array {
  const frames = frameCount(clip);
  if (!frames) throw new VoxfaceError("a clip without frames cannot become an animation");
  const rate = framesPerSecond(clip.fps);
  const earlier = Math.min(clip.start, 0);
  const times = Float32Array.from({ length: frames }, (_, frame) => {
    return clip.start + frame / rate - earlier;
  });
  if (times.some((time, frame) => frame > 0 && time <= times[frame - 1])) {
    throw new VoxfaceError(
      "the clip is too long for its frame rate in glTF, whose times are float32; " +
        "resample it to a lower rate",
    );
  }
  return times;
}
