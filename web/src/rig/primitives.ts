/** The primitives of a glTF mesh as arrays; the port of `voxface.rig.primitives`. */
import { readAccessor, readFloats } from "./accessors";
import { compressed, type GltfFile, type Json } from "./gltf_file";
import { appliedUv, type UvUse } from "./materials";

const [TRIANGLES, STRIP, FAN] = [4, 5, 6];

/** Vertices as they are stored, in the mesh's own space and unit. */
export interface Vertices {
  readonly count: number;
  readonly positions: Float32Array;
  /** V x 3, by target name. */
  readonly deltas: ReadonlyMap<string, Float32Array>;
  readonly normals: Float32Array | null;
  readonly uv: Float32Array | null;
  /** V x 4. */
  readonly colors: Float32Array | null;
  /** Four joints each of the skin, and their weights; empty without a skin. */
  readonly influences: readonly { joints: Float64Array; weights: Float32Array }[];
}

/** What two primitives have in common that share their vertices. */
export function vertexKey(primitive: Json): string {
  return JSON.stringify([Object.entries(primitive.attributes ?? {}).sort(), primitive.targets]);
}

export function readVertices(
  file: GltfFile,
  primitive: Json,
  names: readonly string[],
  uvUse: UvUse,
): Vertices {
  if (primitive.extensions?.KHR_draco_mesh_compression) {
    throw compressed(file.name, "KHR_draco_mesh_compression");
  }
  const attributes = (primitive.attributes ?? {}) as Json;
  if (attributes.POSITION === undefined) throw file.broken("a mesh has no positions");
  const positions = readFloats(file, attributes.POSITION, 3);
  const count = positions.length / 3;
  const fitting = (values: Float32Array, width: number, what: string) => {
    if (values.length === count * width) return values;
    throw file.broken(`${what} has ${values.length / width} entries for ${count} vertices`);
  };
  const optional = (name: string, width: number) =>
    attributes[name] === undefined
      ? null
      : fitting(readFloats(file, attributes[name], width), width, name);
  const uv = optional(`TEXCOORD_${uvUse.number}`, 2);
  const deltas = new Map<string, Float32Array>();
  ((primitive.targets ?? []) as Json[]).slice(0, names.length).forEach((target, number) => {
    const given = target.POSITION;
    const moved = given === undefined ? new Float32Array(count * 3) : readFloats(file, given, 3);
    deltas.set(names[number], fitting(moved, 3, `target ${names[number]}`));
  });
  return {
    count,
    positions,
    deltas,
    normals: optional("NORMAL", 3),
    uv: uv && appliedUv(uvUse, uv),
    colors: readColors(file, attributes, count),
    influences: readInfluences(file, attributes, count),
  };
}

/** A primitive's triangles, three numbers each; null if it is made of points or lines. */
export function readTriangles(
  file: GltfFile,
  primitive: Json,
  count: number,
): Uint32Array | null {
  const mode = primitive.mode ?? TRIANGLES;
  if (![TRIANGLES, STRIP, FAN].includes(mode)) return null;
  const order =
    primitive.indices === undefined
      ? Uint32Array.from({ length: count }, (_, i) => i)
      : Uint32Array.from(readAccessor(file, primitive.indices).values);
  if (order.some((vertex) => vertex >= count)) {
    throw file.broken("a triangle uses a vertex that does not exist");
  }
  if (mode === TRIANGLES) return order.subarray(0, order.length - (order.length % 3));
  const result: number[] = [];
  for (let i = 0; i + 2 < order.length; i += 1) {
    const [a, b, c] = order.subarray(i, i + 3);
    result.push(...(mode === FAN ? [b, c, order[0]] : i % 2 ? [a, c, b] : [a, b, c]));
  }
  return Uint32Array.from(result);
}

function readColors(file: GltfFile, attributes: Json, count: number): Float32Array | null {
  if (attributes.COLOR_0 === undefined) return null;
  const { values, width, count: there } = readAccessor(file, attributes.COLOR_0);
  if (there !== count) throw file.broken(`COLOR_0 has ${there} entries for ${count} vertices`);
  return Float32Array.from({ length: count * 4 }, (_, i) =>
    i % 4 < width ? values[Math.floor(i / 4) * width + (i % 4)] : 1,
  );
}

function readInfluences(file: GltfFile, attributes: Json, count: number): Vertices["influences"] {
  const influences: { joints: Float64Array; weights: Float32Array }[] = [];
  for (let number = 0; number < 8; number += 1) {
    const [joint, weight] = [attributes[`JOINTS_${number}`], attributes[`WEIGHTS_${number}`]];
    if (joint === undefined || weight === undefined) break;
    const joints = Float64Array.from(readAccessor(file, joint).values);
    const weights = readFloats(file, weight, 4);
    if (joints.length !== count * 4 || weights.length !== count * 4) {
      throw file.broken(`joints or weights do not fit ${count} vertices`);
    }
    influences.push({ joints, weights });
  }
  for (let vertex = 0; vertex < count && influences.length; vertex += 1) {
    const rows = influences.map(({ weights }) => weights.subarray(vertex * 4, vertex * 4 + 4));
    const sum = rows.reduce((total, row) => total + row.reduce((a, b) => a + b, 0), 0);
    if (sum > 0) for (const row of rows) row.forEach((value, i) => (row[i] = value / sum));
  }
  return influences;
}
