/** A glTF or VRM scene as a `Rig`; the port of `voxface.rig.from_gltf`. */
import { VoxfaceError } from "../types";
import type { Expressions } from "./connection";
import { compressed, readGltf, understanding, type GltfFile, type Json } from "./gltf_file";
import { materialOf } from "./materials";
import { determinant } from "./matrix";
import { unpacked } from "./meshopt";
import { vertexNormals } from "./normals";
import { guessPivot } from "./pivot";
import { CENTIMETRES, inPlace, placeVertices } from "./placing";
import { readTriangles, readVertices, vertexKey, type Vertices } from "./primitives";
import { restingWeights } from "./resting";
import { trianglesOf, type Rig, type RigPart } from "./rig";
import { meshesOf, sceneOf, type Scene, type ShownMesh } from "./scene";
import { targetNames } from "./target_names";
import { readExpressions } from "./vrm";

/** Vertices in the rig's space, with the triangles of all primitives that use them. */
interface Block {
  readonly vertices: Vertices;
  readonly share: Float32Array;
  readonly parts: RigPart[];
}

/** All meshes of a file's scene as one rig, at rest, in centimetres. */
export async function loadRig(bytes: Uint8Array, name: string): Promise<Rig> {
  const file = await unpacked(readGltf(bytes, name));
  return understanding(name, () => loadScene(file));
}

/** The scene of a file that is read already. */
export function loadScene(file: GltfFile): Rig {
  for (const extension of (file.json.extensionsRequired ?? []) as string[]) {
    if (extension === "KHR_draco_mesh_compression") throw compressed(file.name, extension);
  }
  const scene = sceneOf(file);
  const expressions = readExpressions(file);
  const resting = restingWeights(scene, expressions);
  const blocks = new Map<string, Block>();
  for (const shown of meshesOf(scene)) readMesh(scene, shown, resting.get(shown.number)!, blocks);
  if (!blocks.size) {
    throw new VoxfaceError(`${file.name} holds no mesh of triangles; a rig is a mesh of a head`);
  }
  const place = scene.head === null ? null : scene.places.get(scene.head)!;
  const pivot = place && ([3, 7, 11].map((i) => place[i] * CENTIMETRES) as Pivot);
  const rig = assemble([...blocks.values()], pivot, expressions);
  if (rig.targets.length) return rig;
  throw new VoxfaceError(
    `${file.name} has no morph targets; export it with its shape keys (blend shapes)`,
  );
}

type Pivot = [number, number, number];

function readMesh(
  scene: Scene,
  { number, node, mesh }: ShownMesh,
  resting: ReadonlyMap<string, number>,
  blocks: Map<string, Block>,
): void {
  const names = targetNames(mesh);
  for (const primitive of (mesh.primitives ?? []) as Json[]) {
    const { material, uvUse } = materialOf(scene.file, primitive);
    const key = `${number} ${JSON.stringify(uvUse)} ${vertexKey(primitive)}`;
    const stored = () => atRest(readVertices(scene.file, primitive, names, uvUse), resting);
    const block = blocks.get(key) ?? blockOf(scene, number, node, stored());
    const triangles = readTriangles(scene.file, primitive, block.vertices.count);
    if (!triangles?.length) continue;
    blocks.set(key, block);
    const mirrored = node.skin === undefined && determinant(scene.places.get(number)!) < 0;
    block.parts.push({
      name: String(primitive.extras?.name ?? node.name ?? mesh.name ?? `mesh_${node.mesh}`),
      triangles: mirrored ? turnedOver(triangles) : triangles,
      material,
    });
  }
}

/** Vertices moved by the weights that nothing else drives. */
function atRest(stored: Vertices, resting: ReadonlyMap<string, number>): Vertices {
  for (const [name, weight] of resting) {
    stored.deltas.get(name)?.forEach((value, i) => (stored.positions[i] += weight * value));
  }
  return stored;
}

/** Triangles seen from the other side. */
function turnedOver(triangles: Uint32Array): Uint32Array {
  return triangles.map((_, i) => triangles[i - (i % 3) + 2 - (i % 3)]);
}

function blockOf(scene: Scene, number: number, node: Json, stored: Vertices): Block {
  const { places, share } = placeVertices(scene, number, node, stored);
  return { vertices: inPlace(stored, places), share, parts: [] };
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
