/** A head as arrays; the counterpart of `voxface.face.Rig`. */
import type { Expressions } from "./connection";

/** How a part looks: the core of glTF's metallic-roughness model. */
export interface Material {
  readonly name: string;
  /** Linear red, green, blue and alpha, 0 to 1. */
  readonly color: readonly number[];
  readonly roughness: number;
  readonly metallic: number;
  /** The base colour picture as a PNG or JPEG file, sRGB. */
  readonly texture: Uint8Array | null;
  /** Whether alpha is blended. */
  readonly transparent: boolean;
  /** Where alpha is lower, nothing is drawn; 0: all is drawn. */
  readonly cutoff: number;
  readonly twoSided: boolean;
}

/** Some triangles that share a name and a material. */
export interface RigPart {
  readonly name: string;
  /** Three vertex numbers each, counter-clockwise seen from outside. */
  readonly triangles: Uint32Array;
  readonly material: Material;
}

/** +x the subject's left, +y up, +z out of the face; centimetres. */
export interface Rig {
  /** Vertices at rest, V x 3. */
  readonly neutral: Float32Array;
  readonly parts: readonly RigPart[];
  /** Names of the morph targets. */
  readonly targets: readonly string[];
  /** Displacement of every vertex at weight 1, V x 3, for each target. */
  readonly deltas: readonly Float32Array[];
  /** Texture coordinates, V x 2, (0, 0) the upper left corner. */
  readonly uv: Float32Array | null;
  /** Linear colours, V x 4. */
  readonly colors: Float32Array | null;
  /** Unit normals at rest, V x 3. */
  readonly normals: Float32Array;
  /** How far each vertex follows the head's motion, V numbers of 0 to 1. */
  readonly headShare: Float32Array;
  readonly headPivot: readonly [number, number, number];
  /** Poses that a VRM file defines by name. */
  readonly expressions: Expressions;
}

/** All triangles of a rig, in the order of its parts. */
export function trianglesOf(parts: readonly RigPart[]): Uint32Array {
  const all = new Uint32Array(parts.reduce((sum, part) => sum + part.triangles.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part.triangles, at);
    at += part.triangles.length;
  }
  return all;
}
