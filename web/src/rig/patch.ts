/** Adding a clip to somebody's glTF or VRM file; the port of `voxface.rig.patch`. */
import { frameCount, VoxfaceError, type FaceClip } from "../types";
import { Animation, notesOf } from "./animation";
import { connect } from "./connect";
import { understanding, type GltfFile, type Json } from "./gltf_file";
import { headNode, nodeMotion, withoutMatrix } from "./head_motion";
import { addMorphNormals } from "./morph_normals";
import { Packer } from "./packer";
import { findHead, sceneNodes } from "./scene";
import { targetNames } from "./target_names";
import { readExpressions } from "./vrm";

/**
 * The file as a self-contained GLB with the clip as its first animation.
 *
 * Every node with morph targets gets a track of weights, the head's node one of rotation and one of
 * translation. All else in the file stays; an earlier animation by voxface is replaced.
 */
export function animateGltf(file: GltfFile, clip: FaceClip): Uint8Array<ArrayBuffer> {
  return understanding(file.name, () => animated(file, clip));
}

function animated(file: GltfFile, clip: FaceClip): Uint8Array<ArrayBuffer> {
  const nodes = sceneNodes(file);
  const meshes = [...nodes.keys()]
    .filter((number) => file.item("nodes", number).mesh !== undefined)
    .map((number) => ({ number, mesh: file.item("meshes", file.item("nodes", number).mesh) }))
    .map(({ number, mesh }) => ({ number, mesh, names: targetNames(mesh) }))
    .filter(({ names }) => names.length);
  const targets = [...new Set(meshes.filter(hasFaces).flatMap(({ names }) => names))];
  const rows = targetWeights(file, clip, targets);
  const packer = new Packer(structuredClone(file.json), file.buffers[0]);
  addMorphNormals(file, packer);
  const document = packer.document;
  const earlier = ((document.animations ?? []) as Json[]).filter((each) => !each.extras?.voxface);
  const animation = new Animation(packer, clip);
  for (const { number, names } of meshes) {
    const columns = names.map((name) => targets.indexOf(name));
    const weights = new Float32Array(rows.length * names.length);
    rows.forEach((row, frame) => {
      columns.forEach((column, i) => (weights[frame * names.length + i] = row[column] ?? 0));
    });
    animation.animate(number, "weights", weights, 1);
  }
  const head = findHead(file);
  if (head !== null && nodes.has(head)) {
    const node = headNode(file, head, nodes);
    withoutMatrix(node, document.nodes[head]);
    const { rotations, translations } = nodeMotion(node, clip.head);
    animation.animate(head, "rotation", rotations, 4);
    animation.animate(head, "translation", translations, 3);
  }
  document.animations = [];
  animation.close({ ...notesOf(clip), untracked: untracked(clip) });
  document.animations.push(...earlier);
  return packer.finish();
}

/** The weights of all targets, frame by frame. */
function targetWeights(file: GltfFile, clip: FaceClip, targets: readonly string[]): Float32Array[] {
  if (!targets.length) {
    throw new VoxfaceError(
      `${file.name} has no morph targets; export it with its shape keys (blend shapes)`,
    );
  }
  const connection = connect(targets, { expressions: readExpressions(file) });
  if (connection.kind === "none") {
    throw new VoxfaceError(
      `${file.name} has no morph target that voxface knows (${targets.slice(0, 4).join(", ")}` +
        `${targets.length > 4 ? ", …" : ""}); it needs ARKit names, visemes or VRM expressions`,
    );
  }
  const channels = clip.channels.length;
  return Array.from({ length: frameCount(clip) }, (_, frame) =>
    connection.weights(
      clip.weights.subarray(frame * channels, (frame + 1) * channels),
      clip.channels,
    ),
  );
}

/** Points and lines are no part of a rig; their targets stay at rest. */
function hasFaces({ mesh }: { readonly mesh: Json }): boolean {
  return ((mesh.primitives ?? []) as Json[]).some((each) => (each.mode ?? 4) >= 4);
}

/** Channels that were seen in no frame. */
function untracked(clip: FaceClip): string[] {
  const channels = clip.channels.length;
  return clip.channels.filter((_, column) => {
    for (let i = column; i < clip.tracked.length; i += channels) if (clip.tracked[i]) return false;
    return true;
  });
}
