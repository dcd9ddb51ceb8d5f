/** A glTF or VRM scene as a `Rig`; the port of `voxface.rig.from_gltf`. */
import { VoxfaceError } from "../types";
import { readAccessor } from "./accessors";
import type { Expressions } from "./connection";
import {
  compressed,
  dataOf,
  readGltf,
  understanding,
  type GltfFile,
  type Json,
} from "./gltf_file";
import { determinant, IDENTITY, multiply, transposed, type Matrix } from "./matrix";
import { vertexNormals } from "./normals";
import { guessPivot } from "./pivot";
import { placed } from "./placed";
import { readTriangles, readVertices, vertexKey, type Vertices } from "./primitives";
import { trianglesOf, type Material, type Rig, type RigPart } from "./rig";
import { below, findHead, sceneNodes } from "./scene";
import { targetNames } from "./target_names";
import { readExpressions } from "./vrm";

/** A glTF metre in a rig's unit. */
const CENTIMETRES = 100;

/** Vertices in the rig's space, with the triangles of all primitives that use them. */
interface Block {
  readonly vertices: Vertices;
  readonly share: Float32Array;
  readonly parts: RigPart[];
}

/** All meshes of a file's scene as one rig, at rest, in centimetres. */
export function loadRig(bytes: Uint8Array, name: string): Rig {
  const file = readGltf(bytes, name);
  return understanding(name, () => loadScene(file));
}

/** The scene of a file that is read already. */
export function loadScene(file: GltfFile): Rig {
  const name = file.name;
  for (const extension of (file.json.extensionsRequired ?? []) as string[]) {
    if (/^(KHR_draco|EXT_meshopt)/.test(extension)) throw compressed(name, extension);
  }
  const nodes = sceneNodes(file);
  const found = findHead(file);
  const head = found !== null && nodes.has(found) ? found : null;
  const blocks = new Map<string, Block>();
  for (const number of nodes.keys()) {
    if (file.item("nodes", number).mesh !== undefined) readMesh(file, number, nodes, head, blocks);
  }
  if (!blocks.size) {
    throw new VoxfaceError(`${name} holds no mesh of triangles; a rig is a mesh of a head`);
  }
  const place = head === null ? null : nodes.get(head)!;
  const pivot = place && ([3, 7, 11].map((i) => place[i] * CENTIMETRES) as Pivot);
  const rig = assemble([...blocks.values()], pivot, readExpressions(file));
  if (rig.targets.length) return rig;
  throw new VoxfaceError(
    `${name} has no morph targets; export it with its shape keys (blend shapes)`,
  );
}

type Pivot = [number, number, number];

function readMesh(
  file: GltfFile,
  number: number,
  nodes: ReadonlyMap<number, Matrix>,
  head: number | null,
  blocks: Map<string, Block>,
): void {
  const node = file.item("nodes", number);
  const mesh = file.item("meshes", node.mesh);
  const names = targetNames(mesh);
  const turning = head === null ? new Set<number>() : below(file, head);
  const skinned = node.skin !== undefined;
  for (const primitive of (mesh.primitives ?? []) as Json[]) {
    const { material, uvSet } = materialOf(file, primitive);
    const key = `${number} ${uvSet} ${vertexKey(primitive)}`;
    const known = blocks.get(key);
    const block = known ?? blockOf(file, node, number, primitive, names, uvSet, nodes, turning);
    if (head === null) block.share.fill(1);
    else if (!skinned) block.share.fill(turning.has(number) ? 1 : 0);
    const triangles = readTriangles(file, primitive, block.vertices.count);
    if (!triangles?.length) continue;
    blocks.set(key, block);
    const mirrored = !skinned && determinant(nodes.get(number)!) < 0;
    block.parts.push({
      name: String(primitive.extras?.name ?? node.name ?? mesh.name ?? `mesh_${node.mesh}`),
      triangles: mirrored ? turnedOver(triangles) : triangles,
      material,
    });
  }
}

/** Triangles seen from the other side. */
function turnedOver(triangles: Uint32Array): Uint32Array {
  return triangles.map((_, i) => triangles[i - (i % 3) + 2 - (i % 3)]);
}

function blockOf(
  file: GltfFile,
  node: Json,
  number: number,
  primitive: Json,
  names: readonly string[],
  uvSet: number,
  nodes: ReadonlyMap<number, Matrix>,
  turning: ReadonlySet<number>,
): Block {
  const stored = readVertices(file, primitive, names, uvSet);
  const share = new Float32Array(stored.count);
  if (node.skin === undefined || !stored.influences.length) {
    const place = nodes.get(number)!;
    return { vertices: placed(stored, () => place, CENTIMETRES), share, parts: [] };
  }
  const skin = file.item("skins", node.skin);
  const joints = (skin.joints ?? []) as number[];
  const places = jointPlaces(file, skin, joints, nodes);
  const place = (vertex: number): Matrix => {
    const mixed = new Array<number>(16).fill(0);
    for (const { joints: hung, weights } of stored.influences) {
      for (let i = vertex * 4; i < vertex * 4 + 4; i += 1) {
        const from = places[hung[i]];
        if (!from) throw file.broken("a vertex hangs on a joint that its skin does not have");
        if (!weights[i]) continue;
        from.forEach((value, k) => (mixed[k] += weights[i] * value));
        if (turning.has(joints[hung[i]])) share[vertex] += weights[i];
      }
    }
    share[vertex] = Math.min(share[vertex], 1);
    return mixed;
  };
  return { vertices: placed(stored, place, CENTIMETRES), share, parts: [] };
}

/** From a vertex as it is stored to where it stands at rest, for every joint. */
function jointPlaces(
  file: GltfFile,
  skin: Json,
  joints: readonly number[],
  nodes: ReadonlyMap<number, Matrix>,
): Matrix[] {
  const given =
    skin.inverseBindMatrices === undefined ? null : readAccessor(file, skin.inverseBindMatrices);
  if (given && (given.width !== 16 || given.count < joints.length)) {
    throw file.broken("a skin has too few inverse bind matrices");
  }
  return joints.map((joint, i) => {
    const place = nodes.get(joint) ?? IDENTITY;
    const bind = given && transposed([...given.values.subarray(i * 16, i * 16 + 16)]);
    return bind ? multiply(place, bind) : place;
  });
}

function assemble(
  blocks: readonly Block[],
  pivot: Pivot | null,
  expressions: Expressions,
): Rig {
  const total = blocks.reduce((sum, block) => sum + block.vertices.count, 0);
  const names = [...new Set(blocks.flatMap((block) => [...block.vertices.deltas.keys()]))];
  const deltas = names.map(() => new Float32Array(total * 3));
  const neutral = new Float32Array(total * 3);
  const normals = new Float32Array(total * 3);
  const headShare = new Float32Array(total);
  const coloured = blocks.some((block) => block.vertices.colors);
  const mapped = blocks.some((block) => block.vertices.uv);
  const colors = coloured ? new Float32Array(total * 4).fill(1) : null;
  const uv = mapped ? new Float32Array(total * 2) : null;
  const parts: RigPart[] = [];
  let begin = 0;
  for (const { vertices, share, parts: own } of blocks) {
    neutral.set(vertices.positions, begin * 3);
    normals.set(vertices.normals ?? vertexNormals(vertices.positions, trianglesOf(own)), begin * 3);
    headShare.set(share, begin);
    if (vertices.colors) colors!.set(vertices.colors, begin * 4);
    if (vertices.uv) uv!.set(vertices.uv, begin * 2);
    vertices.deltas.forEach((moved, target) => {
      deltas[names.indexOf(target)].set(moved, begin * 3);
    });
    const offset = begin;
    for (const part of own) {
      parts.push({ ...part, triangles: part.triangles.map((vertex) => vertex + offset) });
    }
    begin += vertices.count;
  }
  return {
    neutral,
    parts,
    targets: names,
    deltas,
    uv,
    colors,
    normals,
    headShare,
    headPivot: pivot ?? guessPivot(neutral, deltas),
    expressions,
  };
}

/** A primitive's material and the number of the texture coordinates it uses. */
function materialOf(file: GltfFile, primitive: Json): { material: Material; uvSet: number } {
  if (primitive.material === undefined) {
    const color = [1, 1, 1, 1];
    const plain = { roughness: 1, metallic: 0, texture: null, twoSided: false };
    return { material: { name: "default", color, ...plain }, uvSet: 0 };
  }
  const entry = file.item("materials", primitive.material);
  const surface = (entry.pbrMetallicRoughness ?? {}) as Json;
  const unlit = Boolean(entry.extensions?.KHR_materials_unlit);
  const base = surface.baseColorTexture as Json | undefined;
  return {
    material: {
      name: String(entry.name ?? `material_${primitive.material}`),
      color: (surface.baseColorFactor ?? [1, 1, 1, 1]) as number[],
      roughness: unlit ? 1 : (surface.roughnessFactor ?? 1),
      metallic: unlit ? 0 : (surface.metallicFactor ?? 1),
      texture: base ? pictureOf(file, base) : null,
      twoSided: Boolean(entry.doubleSided),
    },
    uvSet: base?.texCoord ?? 0,
  };
}

/** A PNG or JPEG file; null where the picture is of a kind that is not read. */
function pictureOf(file: GltfFile, reference: Json): Uint8Array | null {
  const source: unknown = file.item("textures", reference.index).source;
  if (source === undefined) return null;
  const image = file.item("images", source);
  const content =
    image.bufferView === undefined
      ? dataOf(file, String(image.uri ?? ""), `images[${String(source)}]`)
      : file.view(image.bufferView);
  const known = content[0] === 0x89 || (content[0] === 0xff && content[1] === 0xd8);
  return known ? content : null;
}
