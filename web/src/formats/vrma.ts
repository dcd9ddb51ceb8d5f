/** VRM Animation 1.0: a clip for any humanoid avatar; the port of `voxface.formats.vrma`. */
import { quaternionFromEuler } from "../face/euler";
import contract from "../generated/contract.json";
import { Animation, notesOf } from "../rig/animation";
import { connect } from "../rig/connect";
import type { Json } from "../rig/gltf_file";
import { Packer } from "../rig/packer";
import { frameCount, type FaceClip } from "../types";
import type { Bytes } from "./format";

const EXTENSION = "VRMC_vrm_animation";

/** Expressions that every VRM avatar has, of those that a face clip can say something of. */
const PRESETS = ["aa", "ih", "ou", "ee", "oh", "blinkLeft", "blinkRight"];

type Bone = readonly [name: string, parent: string, place: readonly [number, number, number]];

/** A person in T-pose who faces +z, in metres: all bones that VRM requires. */
const BONES: readonly Bone[] = [
  ["hips", "", [0, 0.95, 0]],
  ["spine", "hips", [0, 0.1, 0]],
  ["chest", "spine", [0, 0.12, 0]],
  ["neck", "chest", [0, 0.26, 0]],
  ["head", "neck", [0, 0.08, 0]],
  ...limbs("chest", [["UpperArm", 0.12, 0.06], ["LowerArm", 0.25, 0], ["Hand", 0.24, 0]]),
  ...limbs("hips", [["UpperLeg", 0.09, -0.05], ["LowerLeg", 0, -0.4], ["Foot", 0, -0.42]]),
];

/** For every VRM avatar: the expressions that all of them have, and look-at. */
export function writeVrma(clip: FaceClip): Bytes {
  return document(clip, false);
}

/** For avatars made for "perfect sync": the 52 ARKit names as custom expressions, no look-at. */
export function writePerfectSyncVrma(clip: FaceClip): Bytes {
  return document(clip, true);
}

function document(clip: FaceClip, perfectSync: boolean): Bytes {
  const packer = new Packer({ asset: { version: "2.0", generator: "voxface" } });
  const bones = addSkeleton(packer);
  const scene = [bones.hips];
  const frames = frameCount(clip);
  const animation = new Animation(packer, clip);
  animation.animate(bones.head, "rotation", headTurns(clip), 4);
  const names = perfectSync ? clip.channels : PRESETS;
  const weights = perfectSync ? clip.weights : presetWeights(clip);
  const expressions: Json = {};
  names.forEach((name, column) => {
    const node = packer.add("nodes", { name });
    scene.push(node);
    expressions[name] = { node };
    const moved = new Float32Array(frames * 3);
    for (let frame = 0; frame < frames; frame += 1) {
      moved[frame * 3] = Math.min(Math.max(weights[frame * names.length + column], 0), 1);
    }
    animation.animate(node, "translation", moved, 3);
  });
  const extension: Json = {
    specVersion: "1.0",
    humanoid: {
      humanBones: Object.fromEntries(Object.entries(bones).map(([name, node]) => [name, { node }])),
    },
    expressions: { [perfectSync ? "custom" : "preset"]: expressions },
  };
  if (!perfectSync) {
    const node = packer.add("nodes", { name: "lookAt" });
    scene.push(node);
    extension.lookAt = { node };
    animation.animate(node, "rotation", gaze(clip), 4);
  }
  animation.close(notesOf(clip));
  Object.assign(packer.document, {
    scene: 0,
    scenes: [{ nodes: scene }],
    extensionsUsed: [EXTENSION],
    extensions: { [EXTENSION]: extension },
  });
  return packer.finish();
}

function limbs(root: string, parts: readonly (readonly [string, number, number])[]): Bone[] {
  const sides = [["left", 1], ["right", -1]] as const;
  return sides.flatMap(([side, mirror]) =>
    parts.map(([name, x, y], i): Bone => {
      const parent = i ? `${side}${parts[i - 1][0]}` : root;
      return [`${side}${name}`, parent, [mirror * x, y, 0]];
    }),
  );
}

function addSkeleton(packer: Packer): Record<string, number> {
  const nodes: Record<string, number> = {};
  for (const [name, parent, place] of BONES) {
    nodes[name] = packer.add("nodes", { name, translation: [...place] });
    if (parent) (packer.document.nodes[nodes[parent]].children ??= []).push(nodes[name]);
  }
  return nodes;
}

/** The head's rotations as glTF has them: x, y, z, w. */
function headTurns(clip: FaceClip): Float32Array {
  const turns = new Float32Array(frameCount(clip) * 4);
  for (let frame = 0; frame < frameCount(clip); frame += 1) {
    const [w, x, y, z] = clip.head.subarray(frame * 7 + 3, frame * 7 + 7);
    turns.set([x, y, z, w], frame * 4);
  }
  return turns;
}

/** The weights of `PRESETS`, as a rig is driven that has these targets only. */
function presetWeights(clip: FaceClip): Float32Array {
  const connection = connect(PRESETS);
  const weights = new Float32Array(frameCount(clip) * PRESETS.length);
  const channels = clip.channels.length;
  for (let frame = 0; frame < frameCount(clip); frame += 1) {
    const row = clip.weights.subarray(frame * channels, (frame + 1) * channels);
    weights.set(connection.weights(row, clip.channels), frame * PRESETS.length);
  }
  return weights;
}

/** Where both eyes look, as quaternions x, y, z, w: yaw after pitch. */
function gaze(clip: FaceClip): Float32Array {
  const { eyeTurn } = contract.livelink;
  const columns = new Map(clip.channels.map((name, column) => [name, column]));
  const turns = new Float32Array(frameCount(clip) * 4);
  for (let frame = 0; frame < frameCount(clip); frame += 1) {
    const look = (way: string) => {
      const column = columns.get(`eyeLook${way}`);
      return column === undefined ? 0 : clip.weights[frame * clip.channels.length + column];
    };
    const across = look("OutLeft") - look("InLeft") + look("InRight") - look("OutRight");
    const down = look("DownLeft") - look("UpLeft") + look("DownRight") - look("UpRight");
    const [w, x, y, z] = quaternionFromEuler((eyeTurn * across) / 2, (eyeTurn * down) / 2, 0);
    turns.set([x, y, z, w], frame * 4);
  }
  return turns;
}
