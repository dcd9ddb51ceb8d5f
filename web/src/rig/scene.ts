/** Where the nodes of a scene stand, and which is the head; the port of `voxface.rig.scene`. */
import type { GltfFile, Json } from "./gltf_file";
import { IDENTITY, multiply, transposed, type Matrix } from "./matrix";

/** VRM 0.x avatars look along -z; half a turn about y puts them as glTF has it. */
const FACES_BACK: Matrix = [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1];

/** The nodes of a file that are shown. */
export interface Scene {
  readonly file: GltfFile;
  /** Global transform of every node at rest, in metres, the face towards +z; parents first. */
  readonly places: ReadonlyMap<number, Matrix>;
  /** The node that turns the head. */
  readonly head: number | null;
  /**
   * The nodes that turn with it. Without a head, all of them, or none where there is a skin: a
   * whole body is no head.
   */
  readonly turning: ReadonlySet<number>;
}

/** A node that shows a mesh. */
export interface ShownMesh {
  readonly number: number;
  readonly node: Json;
  readonly mesh: Json;
}

export function sceneOf(file: GltfFile): Scene {
  const places = sceneNodes(file);
  const head = findHead(file);
  if (head !== null && places.has(head)) {
    return { file, places, head, turning: below(file, head) };
  }
  const skinned = [...places.keys()].some((each) => file.item("nodes", each).skin !== undefined);
  return { file, places, head: null, turning: new Set(skinned ? [] : places.keys()) };
}

export function meshesOf({ file, places }: Scene): ShownMesh[] {
  return [...places.keys()]
    .map((number) => ({ number, node: file.item("nodes", number) }))
    .filter(({ node }) => node.mesh !== undefined)
    .map(({ number, node }) => ({ number, node, mesh: file.item("meshes", node.mesh) }));
}

/**
 * The nodes of the scene that is shown, with their global transforms at rest, in metres, the face
 * towards +z. Parents come before their children. A file without a scene shows all its nodes.
 */
export function sceneNodes(file: GltfFile): Map<number, Matrix> {
  const nodes = file.items("nodes");
  const children = new Set(nodes.flatMap((node) => (node.children ?? []) as number[]));
  const roots: number[] = file.items("scenes").length
    ? (file.item("scenes", file.json.scene ?? 0).nodes ?? [])
    : [...nodes.keys()].filter((number) => !children.has(number));
  const start = startOf(file);
  const found = new Map<number, Matrix>();
  const waiting = [...roots].reverse().map((root): [number, Matrix] => [root, start]);
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [number, parent] = next;
    const node = file.item("nodes", number);
    if (found.has(number)) throw file.broken(`nodes[${number}] has two parents`);
    const place = multiply(parent, localTransform(node));
    found.set(number, place);
    for (const child of [...(node.children ?? [])].reverse()) waiting.push([child, place]);
  }
  return found;
}

/** From a scene's space to that of the face. */
export function startOf(file: GltfFile): Matrix {
  return file.json.extensions?.VRM ? FACES_BACK : IDENTITY;
}

/** A node's transform of its matrix, or of its translation, rotation and scale. */
export function localTransform(node: Json): Matrix {
  if (node.matrix) return transposed(node.matrix as Matrix);
  const given = (node.rotation ?? [0, 0, 0, 1]) as number[];
  const length = Math.hypot(...given);
  const [x, y, z, w] = length > 0 ? given.map((value) => value / length) : [0, 0, 0, 1];
  const [a, b, c] = (node.scale ?? [1, 1, 1]) as number[];
  const [right, up, front] = (node.translation ?? [0, 0, 0]) as number[];
  return [
    (1 - 2 * (y * y + z * z)) * a, 2 * (x * y - z * w) * b, 2 * (x * z + y * w) * c, right,
    2 * (x * y + z * w) * a, (1 - 2 * (x * x + z * z)) * b, 2 * (y * z - x * w) * c, up,
    2 * (x * z - y * w) * a, 2 * (y * z + x * w) * b, (1 - 2 * (x * x + y * y)) * c, front,
    0, 0, 0, 1,
  ];
}

/** A node and all nodes below it. */
export function below(file: GltfFile, number: number): Set<number> {
  const found = new Set<number>();
  const waiting = [number];
  for (let each = waiting.pop(); each !== undefined; each = waiting.pop()) {
    if (found.has(each)) continue;
    found.add(each);
    waiting.push(...((file.item("nodes", each).children ?? []) as number[]));
  }
  return found;
}

/**
 * The node that turns the head: the VRM humanoid's, or the one called so (`Head`,
 * `mixamorig:Head`, `CC_Base_Head` …); joints of a skin come first, and a node that is itself a
 * mesh never counts, because it need not turn where a neck is. Null if there is none.
 */
export function findHead(file: GltfFile): number | null {
  const { VRMC_vrm: vrm, VRM: old } = (file.json.extensions ?? {}) as Json;
  const node: unknown = vrm?.humanoid?.humanBones?.head?.node;
  if (typeof node === "number") return node;
  const bones: unknown = old?.humanoid?.humanBones;
  if (Array.isArray(bones)) {
    const bone = bones.find((each) => each?.bone === "head" && typeof each.node === "number");
    if (bone) return bone.node;
  }
  const joints = new Set(file.items("skins").flatMap((skin) => (skin.joints ?? []) as number[]));
  const named = [...file.items("nodes").entries()]
    .filter(([, { name, mesh }]) => {
      return mesh === undefined && nameWords(String(name ?? "")).pop() === "head";
    })
    .map(([number]) => number);
  return named.find((number) => joints.has(number)) ?? named[0] ?? null;
}

/** The words of a node's name, small, without numbers. */
export function nameWords(name: string): string[] {
  return name
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, " ")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word && !/^\d+$/.test(word));
}
