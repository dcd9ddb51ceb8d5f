/** Where the vertices of a mesh stand at rest; the port of `voxface.rig.placing`. */
import { readAccessor } from "./accessors";
import type { GltfFile, Json } from "./gltf_file";
import { IDENTITY, multiply, normalTransform, transposed, type Matrix } from "./matrix";
import type { Vertices } from "./primitives";
import type { Scene } from "./scene";

/** A glTF metre in a rig's unit. */
export const CENTIMETRES = 100;

/** Transforms at rest, of every vertex or of all, and each vertex's share of the head. */
export interface Places {
  readonly places: readonly Matrix[];
  readonly share: Float32Array;
}

export function placeVertices(
  scene: Scene,
  number: number,
  node: Json,
  stored: Vertices,
): Places {
  const { file, places: nodes, turning } = scene;
  const share = new Float32Array(stored.count);
  if (node.skin === undefined || !stored.influences.length) {
    return { places: [nodes.get(number)!], share: share.fill(turning.has(number) ? 1 : 0) };
  }
  const skin = file.item("skins", node.skin);
  const joints = (skin.joints ?? []) as number[];
  const turns = joints.map((joint) => turning.has(joint));
  const places = jointPlaces(file, skin, joints, nodes);
  const mixed = Array.from(share, (_, vertex): Matrix => {
    const place = new Array<number>(16).fill(0);
    for (const { joints: hung, weights } of stored.influences) {
      for (let i = vertex * 4; i < vertex * 4 + 4; i += 1) {
        const from = places[hung[i]];
        if (!from) throw file.broken("a vertex hangs on a joint that its skin does not have");
        if (!weights[i]) continue;
        from.forEach((value, k) => (place[k] += weights[i] * value));
        if (turns[hung[i]]) share[vertex] += weights[i];
      }
    }
    share[vertex] = Math.min(share[vertex], 1);
    return place;
  });
  // At rest, most skins leave every vertex where it is, or move all alike.
  const alike = mixed.every((place) => place.every((value, k) => near(value, mixed[0][k])));
  return { places: alike ? mixed.slice(0, 1) : mixed, share };
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < 1e-7;
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

/** Vertices moved to where `placeVertices` says, in centimetres. */
export function inPlace(stored: Vertices, places: readonly Matrix[]): Vertices {
  const positions = new Float32Array(stored.positions.length);
  const normals = stored.normals && new Float32Array(stored.normals.length);
  const deltas = new Map<string, Float32Array>();
  for (const [name, moved] of stored.deltas) deltas.set(name, new Float32Array(moved.length));
  for (let vertex = 0; vertex < stored.count; vertex += 1) {
    const m = places[places.length > 1 ? vertex : 0];
    const at = vertex * 3;
    const turned = (from: Float32Array, to: Float32Array, x: number, y: number, z: number) => {
      const [a, b, c] = from.subarray(at, at + 3);
      to[at] = (m[0] * a + m[1] * b + m[2] * c + x) * CENTIMETRES;
      to[at + 1] = (m[4] * a + m[5] * b + m[6] * c + y) * CENTIMETRES;
      to[at + 2] = (m[8] * a + m[9] * b + m[10] * c + z) * CENTIMETRES;
    };
    turned(stored.positions, positions, m[3], m[7], m[11]);
    for (const [name, moved] of stored.deltas) {
      if (moved[at] || moved[at + 1] || moved[at + 2]) turned(moved, deltas.get(name)!, 0, 0, 0);
    }
    if (normals && stored.normals) {
      const n = normalTransform(m);
      const [a, b, c] = stored.normals.subarray(at, at + 3);
      const turn = [0, 3, 6].map((row) => n[row] * a + n[row + 1] * b + n[row + 2] * c);
      const length = Math.hypot(...turn) || 1;
      normals.set(turn.map((value) => value / length), at);
    }
  }
  return { ...stored, positions, normals, deltas };
}
