/** glTF 2.0: a head with the clip as its animation; the port of `voxface.formats.glb`. */
import { readGltf } from "../rig/gltf_file";
import { unpacked } from "../rig/meshopt";
import { animateGltf } from "../rig/patch";
import type { FaceClip } from "../types";
import type { Bytes, WriteOptions } from "./format";

/** The rig of the options, all kept that is in its file, with the clip as its first animation. */
export async function writeGlb(clip: FaceClip, options: WriteOptions): Promise<Bytes> {
  return animateGltf(await unpacked(readGltf(options.rig!, "the head")), clip);
}
