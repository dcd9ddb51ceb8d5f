/** The expressions that a VRM avatar defines; the port of `voxface.rig.vrm`. */
import type { ExpressionBind } from "./connection";
import type { GltfFile, Json } from "./gltf_file";
import { own } from "./spelling";
import { targetNames } from "./target_names";

const NAMES_OF_VRM0: Readonly<Record<string, string>> = {
  a: "aa", i: "ih", u: "ou", e: "ee", o: "oh",
  blink: "blink", blink_l: "blinkLeft", blink_r: "blinkRight",
  lookup: "lookUp", lookdown: "lookDown", lookleft: "lookLeft", lookright: "lookRight",
  joy: "happy", angry: "angry", sorrow: "sad", fun: "relaxed",
};

interface Bind {
  readonly mesh: unknown;
  readonly index: unknown;
  readonly weight: number;
}

/** A VRM file's expressions that move morph targets, by their names in VRM 1.0. */
export function readExpressions(file: GltfFile): Record<string, ExpressionBind[]> {
  const { VRMC_vrm: vrm1, VRM: vrm0 } = (file.json.extensions ?? {}) as Json;
  const found: Record<string, ExpressionBind[]> = {};
  for (const [name, binds] of [...fromVrm1(file, vrm1 ?? {}), ...fromVrm0(vrm0 ?? {})]) {
    const pose = new Map<string, number>();
    for (const { mesh, index, weight } of binds) {
      const target = typeof mesh === "number" ? nameOf(file, mesh, index) : undefined;
      if (target !== undefined && weight) pose.set(target, weight);
    }
    if (!pose.size || own(found, name)) continue;
    found[name] = [...pose].map(([target, weight]) => ({ target, weight }));
  }
  return found;
}

function fromVrm1(file: GltfFile, extension: Json): [string, Bind[]][] {
  const { preset = {}, custom = {} } = (extension.expressions ?? {}) as Json;
  const nodes = file.items("nodes");
  return [...Object.entries<Json>(preset), ...Object.entries<Json>(custom)].map(([name, entry]) => [
    name,
    ((entry.morphTargetBinds ?? []) as Json[]).map((bind) => ({
      mesh: nodes[bind.node]?.mesh,
      index: bind.index,
      weight: Number(bind.weight ?? 1),
    })),
  ]);
}

function fromVrm0(extension: Json): [string, Bind[]][] {
  const groups = (extension.blendShapeMaster?.blendShapeGroups ?? []) as Json[];
  return groups.map((entry) => {
    const preset = String(entry.presetName ?? "").toLowerCase();
    const binds = ((entry.binds ?? []) as Json[]).map((bind) => ({
      mesh: bind.mesh,
      index: bind.index,
      weight: Number(bind.weight ?? 100) / 100,
    }));
    return [own(NAMES_OF_VRM0, preset) ?? String(entry.name ?? preset), binds];
  });
}

/** The name of a target that a bind means; undefined where it points at nothing. */
function nameOf(file: GltfFile, mesh: number, index: unknown): string | undefined {
  const found = file.items("meshes")[mesh];
  return found && typeof index === "number" ? targetNames(found)[index] : undefined;
}
