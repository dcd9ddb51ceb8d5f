/** OpenUSD text: a head moved by a UsdSkel animation; the port of `voxface.formats.usd_scene`. */
import { frameRateText } from "../face/frame_rate";
import { connect } from "../rig/connect";
import { loadRig } from "../rig/load_rig";
import type { Rig } from "../rig/rig";
import { frameCount, framesPerSecond, VoxfaceError, type FaceClip } from "../types";
import type { Bytes, WriteOptions } from "./format";
import { encodeText } from "./text";
import { looksOf } from "./usda_materials";
import { boxOf, meshBlock } from "./usda_mesh";
import {
  floatsText,
  freeName,
  joined,
  prim,
  quoted,
  samplesText,
  tokensText,
  tuplesText,
  type Block,
} from "./usda_text";

/** The neck stands still and holds what the head's motion does not move; the head turns on it. */
const JOINTS = tokensText(["neck", "neck/head"]);

export async function writeUsda(clip: FaceClip, options: WriteOptions): Promise<Bytes> {
  if (!frameCount(clip)) {
    throw new VoxfaceError("a clip without frames cannot become an animation");
  }
  const rig = await loadRig(options.rig!, "the head");
  const weights = targetWeights(rig, clip);
  const names = new Set<string>();
  const shapes = rig.targets.map((target) => freeName(target, names));
  const looks = await looksOf(rig, names);
  const body: Block = [
    `float3[] extent = ${tuplesText(extent(rig, weights, clip), 3)}`,
    ...skeletonBlock(rig),
    ...animationBlock(rig, clip, weights),
    ...meshBlock(rig, shapes, looks),
    ...looks.materials,
  ];
  const scene = prim("SkelRoot", "Head", ['kind = "component"'], body);
  return encodeText(`#usda 1.0\n${joined(layerNotes(clip))}\n${joined(scene)}`);
}

function layerNotes(clip: FaceClip): Block {
  const fps = framesPerSecond(clip.fps);
  const first = clip.start * fps;
  return [
    "(",
    [
      "customLayerData = {",
      [
        "dictionary voxface = {",
        [`string fps = ${quoted(frameRateText(clip.fps))}`, `double start = ${clip.start}`],
        "}",
      ],
      "}",
      'defaultPrim = "Head"',
      `doc = "Face animation by voxface; centimetres, +x is the subject's left."`,
      `endTimeCode = ${first + Math.max(frameCount(clip) - 1, 0)}`,
      `framesPerSecond = ${fps}`,
      "metersPerUnit = 0.01",
      `startTimeCode = ${first}`,
      `timeCodesPerSecond = ${fps}`,
      'upAxis = "Y"',
    ],
    ")",
  ];
}

function skeletonBlock({ headPivot: [x, y, z] }: Rig): Block {
  const turn = "( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), ";
  // The neck lies at the origin, so the head's place in its parent is its place in the world.
  const places = `[${turn}(0, 0, 0, 1) ), ${turn}(${x}, ${y}, ${z}, 1) )]`;
  return prim("Skeleton", "Skeleton", ['prepend apiSchemas = ["SkelBindingAPI"]'], [
    `uniform matrix4d[] bindTransforms = ${places}`,
    `uniform token[] joints = ${JOINTS}`,
    `uniform matrix4d[] restTransforms = ${places}`,
    "rel skel:animationSource = </Head/Animation>",
  ]);
}

function animationBlock(rig: Rig, clip: FaceClip, weights: readonly Float32Array[]): Block {
  const first = clip.start * framesPerSecond(clip.fps);
  const samples = (value: (frame: number) => string) =>
    weights.map((_, frame): [number, string] => [first + frame, value(frame)]);
  const rest = rig.headPivot.map(Math.fround);
  return prim("SkelAnimation", "Animation", [], [
    `uniform token[] blendShapes = ${tokensText(rig.targets)}`,
    ...samplesText("float[] blendShapeWeights", samples((frame) => floatsText(weights[frame]))),
    `uniform token[] joints = ${JOINTS}`,
    ...samplesText(
      "quatf[] rotations",
      samples((frame) => {
        const turn = clip.head.subarray(frame * 7 + 3, frame * 7 + 7);
        return tuplesText(Float32Array.of(1, 0, 0, 0, ...turn), 4);
      }),
    ),
    "half3[] scales = [(1, 1, 1), (1, 1, 1)]",
    ...samplesText(
      "float3[] translations",
      samples((frame) => {
        const place = rest.map((value, axis) => value + clip.head[frame * 7 + axis]);
        return tuplesText(Float32Array.of(0, 0, 0, ...place), 3);
      }),
    ),
  ]);
}

/** The weights of all targets, frame by frame. */
function targetWeights(rig: Rig, clip: FaceClip): Float32Array[] {
  const connection = connect(rig.targets, { expressions: rig.expressions });
  if (connection.kind === "none") {
    throw new VoxfaceError(
      "the head has no morph target that voxface knows; it needs ARKit names, visemes or VRM " +
        "expressions",
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

/** A box around all frames; it may be somewhat too large. */
function extent(rig: Rig, weights: readonly Float32Array[], clip: FaceClip): Float32Array {
  const motion = new Float32Array(rig.neutral.length);
  rig.deltas.forEach((delta, target) => {
    const largest = weights.reduce((most, row) => Math.max(most, Math.abs(row[target])), 0);
    if (largest) delta.forEach((value, i) => (motion[i] += largest * Math.abs(value)));
  });
  const low = boxOf(rig.neutral.map((value, i) => value - motion[i])).subarray(0, 3);
  const high = boxOf(rig.neutral.map((value, i) => value + motion[i])).subarray(3);
  let [reach, straightest] = [0, 1];
  for (let at = 0; at < clip.head.length; at += 7) {
    reach = Math.max(reach, Math.hypot(...clip.head.subarray(at, at + 3)));
    straightest = Math.min(straightest, Math.abs(clip.head[at + 3]));
  }
  if (straightest >= 1 - 1e-6) return Float32Array.of(...low, ...high);
  // Wherever the head turns, it stays within a ball about the point that it turns on.
  const pivot = rig.headPivot;
  reach += Math.hypot(...pivot.map((value, i) => Math.max(high[i] - value, value - low[i])));
  return Float32Array.of(...pivot.map((v) => v - reach), ...pivot.map((v) => v + reach));
}
