/** Moving meshes: heads whose targets are parts of one clip's motion, and no channel's. */
import { ARKIT_CHANNELS } from "../face/channels";
import type { FaceClip } from "../types";
import type { Connection } from "./connection";
import type { Json } from "./gltf_file";

/** Whether a glTF document is a moving mesh that voxface wrote. */
export function isMovingMesh(document: Json): boolean {
  const animations = (document.animations ?? []) as Json[];
  return animations.some((each) => each.extras?.voxface?.kind === "mesh");
}

/** Whether a clip moves a mesh of its own, and no face that has channels. */
export function movesMesh(clip: FaceClip): boolean {
  return clip.metadata.kind === "mesh";
}

/** Each target follows the column of its own name. */
export function connectByName(targets: readonly string[]): Connection {
  let known: readonly string[] = [];
  let columns: readonly number[] = [];
  return {
    kind: "mesh",
    targets,
    matched: [],
    visemes: {},
    missed: ARKIT_CHANNELS,
    unused: [],
    weights: (frame, channels, out = new Float32Array(targets.length)) => {
      if (channels !== known) {
        known = channels;
        columns = targets.map((name) => channels.indexOf(name));
      }
      columns.forEach((column, target) => (out[target] = frame[column] ?? 0));
      return out;
    },
  };
}
