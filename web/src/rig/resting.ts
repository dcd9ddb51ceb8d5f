/** Weights that people shape their avatars by; a part of the port of `voxface.rig.from_gltf`. */
import { connect } from "./connect";
import type { Expressions } from "./connection";
import { meshesOf, type Scene } from "./scene";
import { targetNames } from "./target_names";

/**
 * Weights at rest, by node and target, of targets that no clip drives.
 *
 * People shape avatars by such weights (a wider nose); they stay. Targets that a clip drives begin
 * at zero.
 */
export function restingWeights(
  scene: Scene,
  expressions: Expressions,
): Map<number, Map<string, number>> {
  const meshes = meshesOf(scene).map((shown) => ({ ...shown, names: targetNames(shown.mesh) }));
  const all = [...new Set(meshes.flatMap(({ names }) => names))];
  const unused = new Set(connect(all, { expressions }).unused);
  return new Map(
    meshes.map(({ number, node, mesh, names }) => {
      const weights = (node.weights ?? mesh.weights ?? []) as number[];
      const given = names.map((name, i) => [name, weights[i] ?? 0] as const);
      return [number, new Map(given.filter(([name, weight]) => weight && unused.has(name)))];
    }),
  );
}
