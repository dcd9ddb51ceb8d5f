/** Adding a clip to somebody's glTF or VRM file; the port of `voxface.rig.patch`. */
import { frameCount, VoxfaceError, type FaceClip } from "../types";
import { Animation, notesOf } from "./animation";
import { connect } from "./connect";
import type { Expressions, Match } from "./connection";
import { eyePoses, findEyes, type Eye } from "./eyes";
import { understanding, type GltfFile, type Json } from "./gltf_file";
import { headNode, nodeMotion, standingHead, withoutMatrix, type HeadNode } from "./head_motion";
import { loadScene } from "./load_rig";
import { addMorphNormals } from "./morph_normals";
import { Packer } from "./packer";
import { CENTIMETRES } from "./placing";
import { restingWeights } from "./resting";
import { meshesOf, sceneOf, type Scene } from "./scene";
import { targetNames } from "./target_names";
import { readExpressions } from "./vrm";

/**
 * The file as a self-contained GLB with the clip as its first animation.
 *
 * Every node with morph targets gets a track of weights, the head's node one of rotation and one of
 * translation, and where no target turns the eyes, their bones one of rotation. Where no node is a
 * head's and there is no skeleton either, the whole scene is hung below a new node `head`. All else
 * in the file stays; an earlier animation by voxface is replaced.
 */
export function animateGltf(file: GltfFile, clip: FaceClip): Uint8Array<ArrayBuffer> {
  return understanding(file.name, () => animated(file, clip));
}

function animated(file: GltfFile, clip: FaceClip): Uint8Array<ArrayBuffer> {
  const scene = sceneOf(file);
  const expressions = readExpressions(file);
  const resting = restingWeights(scene, expressions);
  const meshes = meshesOf(scene)
    .map((shown) => ({ ...shown, names: targetNames(shown.mesh) }))
    .filter(({ names }) => names.length);
  const targets = [...new Set(meshes.filter(hasFaces).flatMap(({ names }) => names))];
  const { rows, unused, matched } = targetWeights(file.name, clip, targets, expressions);
  const packer = new Packer(structuredClone(file.json), file.buffers[0]);
  addMorphNormals(file, packer);
  const document = packer.document;
  const head = headOf(document, scene);
  const earlier = ((document.animations ?? []) as Json[]).filter((each) => !each.extras?.voxface);
  const animation = new Animation(packer, clip);
  for (const { number, names } of meshes) {
    const columns = names.map((name) => (unused.has(name) ? -1 : targets.indexOf(name)));
    const still = names.map((name) => resting.get(number)?.get(name) ?? 0);
    const weights = new Float32Array(rows.length * names.length);
    rows.forEach((row, frame) => {
      columns.forEach((column, i) => {
        weights[frame * names.length + i] = column < 0 ? still[i] : row[column];
      });
    });
    animation.animate(number, "weights", weights, 1);
  }
  if (head) {
    const { rotations, translations } = nodeMotion(head, clip.head);
    animation.animate(head.node, "rotation", rotations, 4);
    animation.animate(head.node, "translation", translations, 3);
  }
  for (const { node, eye } of eyesOf(document, scene, matched)) {
    animation.animate(eye.node, "rotation", nodeMotion(node, eyePoses(eye, clip)).rotations, 4);
  }
  document.animations = [];
  animation.close({ ...notesOf(clip), untracked: untracked(clip) });
  document.animations.push(...earlier);
  return packer.finish();
}

/** The node that turns the head; a scene that turns as a whole is given one. */
function headOf(document: Json, scene: Scene): HeadNode | null {
  if (scene.head !== null) {
    const head = headNode(scene.file, scene.head, scene.places);
    withoutMatrix(head, document.nodes[scene.head]);
    return head;
  }
  if (!scene.turning.size) return null;
  const nodes = document.nodes as Json[];
  if (!document.scenes?.length) {
    const children = new Set(nodes.flatMap((node) => (node.children ?? []) as number[]));
    document.scenes = [{ nodes: [...nodes.keys()].filter((number) => !children.has(number)) }];
  }
  const shown = document.scenes[(document.scene ??= 0)] as Json;
  const place = loadScene(scene.file).headPivot.map((value) => value / CENTIMETRES);
  const below = { translation: place.map((value) => -value), children: shown.nodes };
  const number = nodes.push(below) - 1;
  nodes.push({ name: "head", translation: place, children: [number] });
  shown.nodes = [number + 1];
  return standingHead(number + 1, place as [number, number, number]);
}

/** The bones of the eyes, where no morph target moves them. */
function eyesOf(
  document: Json,
  scene: Scene,
  matched: readonly Match[],
): { eye: Eye; node: HeadNode }[] {
  if (matched.some(({ channel }) => channel.startsWith("eyeLook"))) return [];
  return findEyes(scene.file)
    .filter((eye) => scene.places.has(eye.node))
    .map((eye) => {
      const node = headNode(scene.file, eye.node, scene.places);
      withoutMatrix(node, document.nodes[eye.node]);
      return { eye, node };
    });
}

/** The weights of all targets, frame by frame, and what is said of them. */
function targetWeights(
  name: string,
  clip: FaceClip,
  targets: readonly string[],
  expressions: Expressions,
): { rows: Float32Array[]; unused: ReadonlySet<string>; matched: readonly Match[] } {
  if (!targets.length) {
    throw new VoxfaceError(
      `${name} has no morph targets; export it with its shape keys (blend shapes)`,
    );
  }
  const connection = connect(targets, { expressions });
  if (connection.kind === "none") {
    throw new VoxfaceError(
      `${name} has no morph target that voxface knows (${targets.slice(0, 4).join(", ")}` +
        `${targets.length > 4 ? ", …" : ""}); it needs ARKit names, visemes or VRM expressions`,
    );
  }
  const channels = clip.channels.length;
  const rows = Array.from({ length: frameCount(clip) }, (_, frame) =>
    connection.weights(
      clip.weights.subarray(frame * channels, (frame + 1) * channels),
      clip.channels,
    ),
  );
  return { rows, unused: new Set(connection.unused), matched: connection.matched };
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
