/** Vertices moved from a mesh's own space to where they stand at rest. */
import { normalTransform, type Matrix } from "./matrix";
import type { Vertices } from "./primitives";

/** Applies a transform to every vertex; `scale` is the new unit. */
export function placed(
  stored: Vertices,
  place: (vertex: number) => Matrix,
  scale: number,
): Vertices {
  const positions = new Float32Array(stored.positions.length);
  const normals = stored.normals && new Float32Array(stored.normals.length);
  const deltas = new Map<string, Float32Array>();
  for (const [name, moved] of stored.deltas) deltas.set(name, new Float32Array(moved.length));
  for (let vertex = 0; vertex < stored.count; vertex += 1) {
    const m = place(vertex);
    const at = vertex * 3;
    const turned = (from: Float32Array, to: Float32Array, x: number, y: number, z: number) => {
      const [a, b, c] = from.subarray(at, at + 3);
      to[at] = (m[0] * a + m[1] * b + m[2] * c + x) * scale;
      to[at + 1] = (m[4] * a + m[5] * b + m[6] * c + y) * scale;
      to[at + 2] = (m[8] * a + m[9] * b + m[10] * c + z) * scale;
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
