/**
 * What light needs of morph targets, for voxface's own heads: their files leave it out to be small.
 * Mirrors `voxface.rig.write_gltf`, with which Python builds such heads anew.
 */
import type { GltfFile, Json } from "./gltf_file";
import { loadScene } from "./load_rig";
import { vertexNormals, weld } from "./normals";
import type { Packer } from "./packer";
import { trianglesOf, type Rig } from "./rig";
import { SparseRows } from "./sparse_rows";

/** Changes of a unit normal under about one degree are not written: no light shows them. */
const STRAIGHT = 0.02;

/** Adds to every morph target of a head by voxface the change of the normals. */
export function addMorphNormals(file: GltfFile, packer: Packer): void {
  const primitives = (packer.document.meshes?.[0]?.primitives ?? []) as Json[];
  const targets = primitives.flatMap((primitive) => (primitive.targets ?? []) as Json[]);
  const lean = targets.length && targets.every((target) => target.NORMAL === undefined);
  if (file.json.asset.generator !== "voxface" || !lean) return;
  const rig = loadScene(file);
  const turns = normalTurns(rig);
  const sparse = new SparseRows(packer);
  let begin = 0;
  for (const primitive of primitives) {
    const count = file.item("accessors", primitive.attributes.POSITION).count as number;
    const [from, to] = [begin * 3, (begin + count) * 3];
    ((primitive.targets ?? []) as Json[]).forEach((target, number) => {
      target.NORMAL = sparse.accessor(turns[number].subarray(from, to));
    });
    begin += count;
  }
  sparse.close();
}

/** The change of all normals by every target. */
function normalTurns(rig: Rig): Float32Array[] {
  const triangles = trianglesOf(rig.parts);
  const groups = weld(rig.neutral, mixture(rig));
  const rest = vertexNormals(rig.neutral, triangles, groups);
  return rig.deltas.map((delta) => {
    const moved = rig.neutral.map((value, i) => value + delta[i]);
    const turn = vertexNormals(moved, triangles, groups).map((value, i) => value - rest[i]);
    for (let at = 0; at < turn.length; at += 3) {
      const row = turn.subarray(at, at + 3);
      if (row.every((value) => Math.abs(value) < STRAIGHT)) row.fill(0);
    }
    return turn;
  });
}

/**
 * All displacements in one, each in another measure: vertices in one place that move alike are one
 * to the light; lips that only touch are not.
 */
function mixture(rig: Rig): Float32Array {
  const mixed = new Float32Array(rig.neutral.length);
  rig.deltas.forEach((delta, number) => {
    const measure = 0.5 + ((number + 1) * 0.6180339887) % 1;
    delta.forEach((value, i) => (mixed[i] += measure * value));
  });
  return mixed.map((value) => Math.round(value * 1e4) / 1e4);
}
