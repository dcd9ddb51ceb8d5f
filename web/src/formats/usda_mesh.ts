/** The head's mesh in USD; the port of `voxface.formats.usd_mesh`. */
import { vertexNormals, weld } from "../rig/normals";
import { trianglesOf, type Rig } from "../rig/rig";
import type { Looks } from "./usda_materials";
import {
  floatsText,
  integersText,
  noted,
  prim,
  tokensText,
  tuplesText,
  type Block,
} from "./usda_text";

/** Displacements (cm) and turns of normals below this are left out of a blend shape. */
const LEAST_MOTION = 1e-5;
const PATH = "/Head/Face";
const BY_VERTEX = 'interpolation = "vertex"';
const UNIT = "( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1) )";

/**
 * The mesh.
 *
 * @param names of the prims of the blend shapes, one for each target
 */
export function meshBlock(rig: Rig, names: readonly string[], looks: Looks): Block {
  const triangles = trianglesOf(rig.parts);
  const counts = new Array<number>(triangles.length / 3).fill(3);
  const followers = Array.from(rig.headShare).flatMap(() => [0, 1]);
  const shares = Float32Array.from({ length: rig.headShare.length * 2 }, (_, i) => {
    const share = rig.headShare[i >> 1];
    return i % 2 ? share : 1 - share;
  });
  const body: Block = [
    `uniform bool doubleSided = ${rig.parts.some((part) => part.material.twoSided) ? 1 : 0}`,
    `float3[] extent = ${tuplesText(boxOf(rig.neutral), 3)}`,
    `int[] faceVertexCounts = ${integersText(counts)}`,
    `int[] faceVertexIndices = ${integersText(triangles)}`,
    ...noted(`normal3f[] normals = ${tuplesText(rig.normals, 3)}`, [BY_VERTEX]),
    `point3f[] points = ${tuplesText(rig.neutral, 3)}`,
    `matrix4d primvars:skel:geomBindTransform = ${UNIT}`,
    ...noted(`int[] primvars:skel:jointIndices = ${integersText(followers)}`, [
      "elementSize = 2",
      BY_VERTEX,
    ]),
    ...noted(`float[] primvars:skel:jointWeights = ${floatsText(shares)}`, [
      "elementSize = 2",
      BY_VERTEX,
    ]),
    ...(rig.uv ? noted(coordinates(rig.uv), [BY_VERTEX]) : []),
    `uniform token[] skel:blendShapes = ${tokensText(rig.targets)}`,
    "rel skel:blendShapeTargets = [",
    names.map((name) => `<${PATH}/${name}>,`),
    "]",
    "rel skel:skeleton = </Head/Skeleton>",
    'uniform token subdivisionScheme = "none"',
    ...looks.attributes,
    ...blendShapes(rig, triangles, names),
    ...looks.subsets,
  ];
  const notes = ['prepend apiSchemas = ["SkelBindingAPI", "MaterialBindingAPI"]'];
  return prim("Mesh", "Face", notes, body);
}

/** The box around vertices: its lowest and its highest corner. */
export function boxOf(vertices: Float32Array): Float32Array {
  const box = new Float32Array([Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity]);
  vertices.forEach((value, i) => {
    box[i % 3] = Math.min(box[i % 3], value);
    box[3 + (i % 3)] = Math.max(box[3 + (i % 3)], value);
  });
  return box;
}

function blendShapes(rig: Rig, triangles: Uint32Array, names: readonly string[]): Block {
  const groups = weld(rig.neutral);
  const flat = vertexNormals(rig.neutral, triangles, groups);
  return rig.deltas.flatMap((delta, number) => {
    const moved = rig.neutral.map((value, i) => value + delta[i]);
    const turned = vertexNormals(moved, triangles, groups).map((value, i) => value - flat[i]);
    const moving = movingVertices(delta, turned);
    return prim("BlendShape", names[number], [], [
      `uniform vector3f[] normalOffsets = ${tuplesText(rowsOf(turned, moving), 3)}`,
      `uniform vector3f[] offsets = ${tuplesText(rowsOf(delta, moving), 3)}`,
      `uniform int[] pointIndices = ${integersText(moving)}`,
    ]);
  });
}

function movingVertices(delta: Float32Array, turned: Float32Array): number[] {
  const moving: number[] = [];
  for (let at = 0; at < delta.length; at += 3) {
    for (let i = at; i < at + 3; i += 1) {
      if (Math.abs(delta[i]) <= LEAST_MOTION && Math.abs(turned[i]) <= LEAST_MOTION) continue;
      moving.push(at / 3);
      break;
    }
  }
  return moving;
}

function rowsOf(values: Float32Array, rows: readonly number[]): Float32Array {
  const result = new Float32Array(rows.length * 3);
  rows.forEach((row, i) => result.set(values.subarray(row * 3, row * 3 + 3), i * 3));
  return result;
}

/** USD counts v upwards from the lower edge. */
function coordinates(uv: Float32Array): string {
  const upwards = uv.map((value, i) => (i % 2 ? 1 - value : value));
  return `texCoord2f[] primvars:st = ${tuplesText(upwards, 2)}`;
}
