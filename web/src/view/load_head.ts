import {
  type VRM,
  type VRMExpressionManager,
  VRMLoaderPlugin,
  VRMUtils,
} from "@pixiv/three-vrm";
import { Group, type Material, type Mesh, type Object3D } from "three";
import { type GLTF, GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";
import { connect, type ExpressionBind } from "../rig";
import { type Eye, findEyes } from "../rig/eyes";
import { readGltf } from "../rig/gltf_file";
import { loadRig } from "../rig/load_rig";
import { connectByName, isMovingMesh } from "../rig/mesh_motion";
import { VoxfaceError } from "../types";
import { misplaced } from "./facing";
import { type EyeBone, Head, morphMeshes } from "./head";
import { dressDefaultHead } from "./materials";
import { addMissingNormals } from "./morph_normals";

export interface LoadOptions {
  /** The head that ships with voxface: its materials are known and are made richer. */
  readonly isDefault?: boolean;
}

/** Read a GLB, glTF (self-contained) or VRM file. Throws VoxfaceError with a clear line. */
export async function loadHead(
  bytes: ArrayBuffer,
  name: string,
  options: LoadOptions = {},
): Promise<Head> {
  const gltf = await parse(bytes, name);
  const vrm = (gltf.userData.vrm as VRM | undefined) ?? null;
  // Avatars of VRM 0 look away from the viewer.
  if (vrm) VRMUtils.rotateVRM0(vrm);
  else if (gltf.parser.json.extensions?.VRM) gltf.scene.rotation.y = Math.PI;
  nameTargetsOfPrimitives(gltf);
  const root = new Group();
  root.add(gltf.scene);
  const meshes = morphMeshes(root);
  if (!meshes.length) {
    throw new VoxfaceError(
      `${name} has no morph targets (shape keys), so there is nothing a clip could move; ` +
        "export the head with its shape keys",
    );
  }
  root.traverse((child) => prepare(child as Mesh));
  if (options.isDefault) dressDefaultHead(root);
  const targets = [...new Set(meshes.flatMap((mesh) => Object.keys(mesh.morphTargetDictionary!)))];
  const connection = isMovingMesh(gltf.parser.json)
    ? connectByName(targets)
    : connect(targets, { expressions: expressionsOf(gltf, vrm) });
  return new Head(name, root, connection, {
    vrm,
    eyes: await eyesOf(gltf, vrm, bytes, name),
    misplaced: options.isDefault ? null : await misplacedIn(bytes, name),
  });
}

/** What is wrong with how a file's head stands; nothing where that cannot be told. */
async function misplacedIn(bytes: ArrayBuffer, name: string): Promise<string | null> {
  try {
    const rig = await loadRig(new Uint8Array(bytes), name);
    return misplaced(rig, connect(rig.targets, { expressions: rig.expressions }));
  } catch {
    return null;
  }
}

async function parse(bytes: ArrayBuffer, name: string): Promise<GLTF> {
  const loader = () => new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
  const withVrm = loader().register((parser) => new VRMLoaderPlugin(parser));
  try {
    return await withVrm.parseAsync(bytes, "");
  } catch {
    // An avatar that is not whole by VRM's rules may still be a head with targets.
    try {
      return await loader().parseAsync(bytes, "");
    } catch (error) {
      throw new VoxfaceError(`${name} cannot be read as GLB, glTF or VRM: ${plainReason(error)}`);
    }
  }
}

/** Bones that turn the eyes; a VRM's are moved by its own humanoid. */
async function eyesOf(
  gltf: GLTF,
  vrm: VRM | null,
  bytes: ArrayBuffer,
  name: string,
): Promise<EyeBone[]> {
  let eyes: Eye[];
  try {
    eyes = findEyes(readGltf(new Uint8Array(bytes), name));
  } catch {
    return [];
  }
  const found = eyes.map(async (eye): Promise<EyeBone> => {
    const bone = eye.side === "Left" ? "leftEye" : "rightEye";
    const own = vrm?.humanoid.getNormalizedBoneNode(bone);
    return { eye, node: own ?? (await gltf.parser.getDependency("node", eye.node)) };
  });
  return Promise.all(found);
}

function prepare(mesh: Mesh): void {
  if (!mesh.isMesh) return;
  addMissingNormals(mesh.geometry);
  // Bounds do not know of morph targets and joints; a head fills the picture anyway.
  mesh.frustumCulled = false;
  mesh.castShadow = true;
  // Locks cast on one another would only turn hair dark.
  mesh.receiveShadow = !/hair/i.test((mesh.material as Material).name ?? "");
}

/** Older exporters name targets on primitives, where three.js does not look. */
function nameTargetsOfPrimitives(gltf: GLTF): void {
  for (const mesh of morphMeshes(gltf.scene)) {
    const place = gltf.parser.associations.get(mesh) as { meshes?: number } | undefined;
    const described = gltf.parser.json.meshes?.[place?.meshes ?? -1];
    if (!described || described.extras?.targetNames) continue;
    const names: unknown = described.primitives?.[0]?.extras?.targetNames;
    if (!Array.isArray(names)) continue;
    mesh.morphTargetDictionary = Object.fromEntries(names.map((name, index) => [name, index]));
  }
}

type MorphBind = { primitives?: Mesh[]; index?: number; weight?: number };

function expressionsOf(
  gltf: GLTF,
  vrm: VRM | null,
): Record<string, ExpressionBind[]> | undefined {
  // A file without a licence is no VRM to the library, but its expressions are read.
  const manager: VRMExpressionManager | undefined =
    vrm?.expressionManager ?? gltf.userData.vrmExpressionManager;
  if (!manager) return undefined;
  const found: Record<string, ExpressionBind[]> = {};
  for (const expression of manager.expressions) {
    found[expression.expressionName] = expression.binds.flatMap((bind) => {
      const { primitives, index, weight } = bind as MorphBind;
      const names = primitives?.[0]?.morphTargetDictionary ?? {};
      const target = Object.keys(names).find((name) => names[name] === index);
      return target === undefined || weight === undefined ? [] : [{ target, weight }];
    });
  }
  return found;
}

function plainReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/JSON|token|Unexpected/i.test(text)) return "its content is damaged or of another kind";
  if (/Failed to load|fetch|URL/i.test(text)) {
    return "it refers to other files; export it as one self-contained .glb";
  }
  return text.replace(/^THREE\.\w+:\s*/, "").split("\n")[0];
}

/** Free the memory that a head holds on the graphics card. */
export function disposeHead(object: Object3D): void {
  VRMUtils.deepDispose(object);
}
