/** Between a clip's head pose and a glTF node; the port of `voxface.rig.head_motion`. */
import { normalized, type Quaternion } from "../face/rotation";
import type { GltfFile, Json } from "./gltf_file";
import { determinant, IDENTITY, type Matrix } from "./matrix";
import { startOf, localTransform } from "./scene";

const CENTIMETRE = 0.01;

type Vector = [number, number, number];
/** Three rows of three. */
type Square = readonly number[];

/** A node that turns a head, at rest, and the space in which it turns. */
export interface HeadNode {
  readonly node: number;
  /** At rest, in its parent's space. */
  readonly translation: Vector;
  /** At rest, w first. */
  readonly rotation: Quaternion;
  readonly scale: Vector;
  /** From the parent's space to that of the face: metres, the face along +z. */
  readonly parent: Matrix;
}

/** A node of a file, given the global transforms of its scene. */
export function headNode(
  file: GltfFile,
  number: number,
  nodes: ReadonlyMap<number, Matrix>,
): HeadNode {
  const above = [...nodes.keys()].find((each) =>
    ((file.item("nodes", each).children ?? []) as number[]).includes(number),
  );
  const parent = above === undefined ? startOf(file) : nodes.get(above)!;
  return { node: number, ...decompose(localTransform(file.item("nodes", number))), parent };
}

/** A root node that is only moved to a place, given in metres. */
export function standingHead(node: number, translation: Vector): HeadNode {
  return { node, translation, rotation: [1, 0, 0, 0], scale: [1, 1, 1], parent: IDENTITY };
}

/** Writes a node's rest as translation, rotation and scale, which alone may be animated. */
export function withoutMatrix(head: HeadNode, node: Json): void {
  if (!node.matrix) return;
  delete node.matrix;
  const [w, x, y, z] = head.rotation;
  Object.assign(node, { translation: head.translation, rotation: [x, y, z, w], scale: head.scale });
}

/** The node's rotations (T x 4; x, y, z, w) and translations (T x 3) for head poses (T x 7). */
export function nodeMotion(
  { translation, rotation, parent }: HeadNode,
  poses: Float32Array,
): { rotations: Float32Array; translations: Float32Array } {
  const frames = poses.length / 7;
  const rotations = new Float32Array(frames * 4);
  const translations = new Float32Array(frames * 3);
  const turn = transposed(turnOf(parent));
  const back = inverse(upperLeft(parent)) ?? upperLeft(IDENTITY);
  for (let frame = 0; frame < frames; frame += 1) {
    const [px, py, pz, qw, qx, qy, qz] = poses.subarray(frame * 7, frame * 7 + 7);
    const axis = times(turn, [qx, qy, qz]);
    const [w, x, y, z] = normalized(product([qw, ...axis], rotation));
    rotations.set([x, y, z, w], frame * 4);
    const moved = times(back, [px * CENTIMETRE, py * CENTIMETRE, pz * CENTIMETRE]);
    translations.set(moved.map((value, i) => translation[i] + value), frame * 3);
  }
  return { rotations, translations };
}

/** The head pose (7 numbers) of a node's rotation (w first) and translation. */
export function headPose(head: HeadNode, rotation: Quaternion, translation: Vector): number[] {
  const [w, x, y, z] = head.rotation;
  const [turned, ...axis] = normalized(product(rotation, [w, -x, -y, -z]));
  const moved = head.translation.map((rest, i) => translation[i] - rest) as Vector;
  return [
    ...times(upperLeft(head.parent), moved).map((value) => value / CENTIMETRE),
    turned,
    ...times(turnOf(head.parent), axis as Vector),
  ];
}

/** The Hamilton product of quaternions, w first: `b` is applied first. */
export function product(a: Quaternion, b: Quaternion): Quaternion {
  return [
    a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
    a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
    a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
    a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
  ];
}

/**
 * The parent's rotation; of a mirrored parent the one that turns axes alike: a rotation keeps its
 * angle in a mirrored space, and its axis is mirrored and reversed.
 *
 * The polar factor by Newton's iteration (Higham, "Computing the polar decomposition", SIAM 1986).
 */
function turnOf(parent: Matrix): Square {
  let turn = upperLeft(parent);
  const size = Math.cbrt(Math.abs(determinant(parent)));
  if (!size) return upperLeft(IDENTITY);
  turn = turn.map((value) => value / size);
  for (let round = 0; round < 50; round += 1) {
    const back = inverse(turn);
    if (!back) return upperLeft(IDENTITY);
    const across = transposed(back);
    const next = turn.map((value, i) => (value + across[i]) / 2);
    const change = Math.max(...next.map((value, i) => Math.abs(value - turn[i])));
    turn = next;
    if (change < 1e-15) break;
  }
  return determinant(parent) < 0 ? turn.map((value) => -value) : turn;
}

/** Translation, rotation and scale of a transform without shear. */
function decompose(m: Matrix): { translation: Vector; rotation: Quaternion; scale: Vector } {
  const scale = [0, 1, 2].map((i) => Math.hypot(m[i], m[4 + i], m[8 + i])) as Vector;
  if (determinant(m) < 0) scale[0] = -scale[0];
  const turn = upperLeft(m).map((value, i) => value / (scale[i % 3] || 1));
  return { translation: [m[3], m[7], m[11]], rotation: quaternionOf(turn), scale };
}

/** The unit quaternion of a rotation (Shepperd, J. Guidance and Control 1(3), 1978). */
function quaternionOf([a, b, c, d, e, f, g, h, i]: Square): Quaternion {
  const sizes = [a + e + i, a - e - i, e - a - i, i - a - e];
  const largest = sizes.indexOf(Math.max(...sizes));
  const rows: Quaternion[] = [
    [1 + sizes[0], h - f, c - g, d - b],
    [h - f, 1 + sizes[1], b + d, c + g],
    [c - g, b + d, 1 + sizes[2], f + h],
    [d - b, c + g, f + h, 1 + sizes[3]],
  ];
  const found = normalized(rows[largest]);
  return found[0] < 0 ? (found.map((value) => -value) as Quaternion) : found;
}

function upperLeft(m: Matrix): Square {
  return [m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10]];
}

function transposed(m: Square): Square {
  return m.map((_, i) => m[(i % 3) * 3 + Math.floor(i / 3)]);
}

function times(m: Square, v: Vector): Vector {
  return [0, 3, 6].map((row) => m[row] * v[0] + m[row + 1] * v[1] + m[row + 2] * v[2]) as Vector;
}

function inverse([a, b, c, d, e, f, g, h, i]: Square): Square | null {
  const size = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (Math.abs(size) < 1e-30) return null;
  return [
    e * i - f * h, c * h - b * i, b * f - c * e,
    f * g - d * i, a * i - c * g, c * d - a * f,
    d * h - e * g, b * g - a * h, a * e - b * d,
  ].map((value) => value / size);
}
