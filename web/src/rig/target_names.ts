/** The names of a mesh's morph targets; part of the port of `voxface.rig.primitives`. */
import type { Json } from "./gltf_file";

/**
 * Names that all differ. They stand in the mesh's `extras.targetNames` or, in VRM 0.x files, in
 * those of its primitives; what has no name is called `target_0` and so on.
 */
export function targetNames(mesh: Json): string[] {
  const primitives = (mesh.primitives ?? []) as Json[];
  const count = Math.max(0, ...primitives.map((each) => (each.targets ?? []).length as number));
  const holder = [mesh, ...primitives].find((each) => {
    const given: unknown = each.extras?.targetNames;
    return Array.isArray(given) && given.length;
  });
  const given = ((holder?.extras.targetNames ?? []) as unknown[]).slice(0, count).map(String);
  const names = Array.from({ length: count }, (_, number) => given[number] ?? `target_${number}`);
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times > 1 ? `${name} (${times})` : name;
  });
}
