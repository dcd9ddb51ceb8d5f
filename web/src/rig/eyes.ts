/** Eyes that are turned by bones; the port of `voxface.rig.eyes`. */
import { eulerFromQuaternion, quaternionFromEuler } from "../face/euler";
import type { Quaternion } from "../face/rotation";
import { frameCount, type FaceClip } from "../types";
import type { GltfFile, Json } from "./gltf_file";
import { nameWords } from "./scene";
import { own } from "./spelling";

type Way = "In" | "Out" | "Down" | "Up";
type Degrees = Readonly<Record<Way, number>>;

/** How far the eye of a person turns at weight 1 of its `eyeLook` channel. */
const DEGREES: Degrees = { In: 30, Out: 30, Down: 30, Up: 25 };

const SIDES: Readonly<Record<string, string>> = {
  l: "left", left: "left", r: "right", right: "right",
};
const NOT_THE_BALL = new Set([
  "lid", "brow", "lash", "target", "end", "aim", "ik", "ctrl", "control", "blink", "socket",
  "corner", "upper", "lower", "top", "bottom",
]);
const VRM1_RANGES: Readonly<Record<Way, string>> = {
  In: "rangeMapHorizontalInner", Out: "rangeMapHorizontalOuter",
  Down: "rangeMapVerticalDown", Up: "rangeMapVerticalUp",
};
const VRM0_RANGES: Readonly<Record<Way, string>> = {
  In: "lookAtHorizontalInner", Out: "lookAtHorizontalOuter",
  Down: "lookAtVerticalDown", Up: "lookAtVerticalUp",
};

/** A node that turns an eyeball. */
export interface Eye {
  readonly node: number;
  readonly side: "Left" | "Right";
  /** How far it turns at weight 1 of its channel. */
  readonly degrees: Degrees;
}

/**
 * The nodes that turn the eyes: the VRM humanoid's, or those called so (`LeftEye`, `Eye_L`,
 * `mixamorig:RightEye`, `CC_Base_R_Eye` …); lids, targets and nodes that are meshes do not count.
 */
export function findEyes(file: GltfFile): Eye[] {
  const { VRMC_vrm: vrm, VRM: old } = (file.json.extensions ?? {}) as Json;
  if (vrm) {
    const bones = (vrm.humanoid?.humanBones ?? {}) as Json;
    const ranges = rangesOf(vrm.lookAt ?? {}, VRM1_RANGES, "inputMaxValue", "outputScale");
    return eyesOf(bones.leftEye?.node, bones.rightEye?.node, ranges);
  }
  if (old) {
    const bones = (old.humanoid?.humanBones ?? []) as Json[];
    const node = (name: string): unknown => bones.find((bone) => bone.bone === name)?.node;
    const ranges = rangesOf(old.firstPerson ?? {}, VRM0_RANGES, "xRange", "yRange");
    return eyesOf(node("leftEye"), node("rightEye"), ranges);
  }
  const named: Record<string, number> = {};
  file.items("nodes").forEach((node, number) => {
    const words = nameWords(String(node.name ?? ""));
    const sides = new Set(words.filter((word) => own(SIDES, word)));
    const ball = words.some((word) => word === "eye" || word === "eyeball");
    if (node.mesh !== undefined || sides.size !== 1 || !ball) return;
    if (words.some((word) => NOT_THE_BALL.has(word))) return;
    named[SIDES[[...sides][0]]] ??= number;
  });
  return eyesOf(named.left, named.right, DEGREES);
}

/** Head poses (T x 7) that stay in place and turn as an eye does about the axes of the face. */
export function eyePoses({ side, degrees }: Eye, clip: FaceClip): Float32Array {
  const columns = new Map(clip.channels.map((name, column) => [name, column]));
  const poses = new Float32Array(frameCount(clip) * 7);
  for (let frame = 0; frame < frameCount(clip); frame += 1) {
    const turn = (way: Way) => {
      const column = columns.get(`eyeLook${way}${side}`);
      const weight = column === undefined ? 0 : clip.weights[frame * clip.channels.length + column];
      return (weight * degrees[way] * Math.PI) / 180;
    };
    const outward = turn("Out") - turn("In");
    const yaw = side === "Left" ? outward : -outward;
    poses.set(quaternionFromEuler(yaw, turn("Down") - turn("Up"), 0), frame * 7 + 3);
  }
  return poses;
}

/** The channels of an eye's rotations, w first: the inverse of `eyePoses`. */
export function eyeChannels(
  { side, degrees }: Eye,
  turns: readonly Quaternion[],
): [string, number[]][] {
  const angles = turns.map((turn) => {
    const [yaw, pitch] = eulerFromQuaternion(turn).map((angle) => (angle * 180) / Math.PI);
    const outward = side === "Left" ? yaw : -yaw;
    return { In: -outward, Out: outward, Up: -pitch, Down: pitch };
  });
  return (Object.keys(degrees) as Way[]).map((way) => [
    `eyeLook${way}${side}`,
    angles.map((angle) => Math.max(angle[way], 0) / Math.max(degrees[way], 1e-6)),
  ]);
}

function eyesOf(left: unknown, right: unknown, degrees: Degrees): Eye[] {
  const eyes: Eye[] = [];
  if (typeof left === "number") eyes.push({ node: left, side: "Left", degrees });
  if (typeof right === "number") eyes.push({ node: right, side: "Right", degrees });
  return eyes;
}

/** What becomes of a person's gaze by an avatar's own range maps, in degrees. */
function rangesOf(
  entry: Json,
  names: Readonly<Record<Way, string>>,
  most: string,
  scale: string,
): Degrees {
  const degrees: Record<Way, number> = { ...DEGREES };
  for (const way of Object.keys(names) as Way[]) {
    const given = (entry[names[way]] ?? {}) as Json;
    if (!given[most] || given[scale] === undefined || given[scale] === null) continue;
    degrees[way] = Math.min(DEGREES[way] / Number(given[most]), 1) * Number(given[scale]);
  }
  return degrees;
}
