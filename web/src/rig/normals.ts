/** Vertex normals; the port of `voxface.rig.normals`. */

/**
 * Unit normals: the mean of the triangles around a vertex, weighted by their area; (0, 0, 1) for a
 * vertex that no triangle with an area uses.
 *
 * @param vertices V x 3
 * @param groups group of every vertex, as `weld` gives it, so that a seam does not show
 */
export function vertexNormals(
  vertices: Float32Array | Float64Array,
  triangles: Uint32Array,
  groups?: Uint32Array,
): Float32Array {
  const sums = new Float64Array(vertices.length);
  const slotOf = (vertex: number) => 3 * (groups ? groups[vertex] : vertex);
  for (let i = 0; i < triangles.length; i += 3) {
    const a = 3 * triangles[i];
    const b = 3 * triangles[i + 1];
    const c = 3 * triangles[i + 2];
    const ux = vertices[b] - vertices[a];
    const uy = vertices[b + 1] - vertices[a + 1];
    const uz = vertices[b + 2] - vertices[a + 2];
    const vx = vertices[c] - vertices[a];
    const vy = vertices[c + 1] - vertices[a + 1];
    const vz = vertices[c + 2] - vertices[a + 2];
    for (let corner = i; corner < i + 3; corner += 1) {
      const slot = slotOf(triangles[corner]);
      sums[slot] += uy * vz - uz * vy;
      sums[slot + 1] += uz * vx - ux * vz;
      sums[slot + 2] += ux * vy - uy * vx;
    }
  }
  const normals = new Float32Array(vertices.length);
  for (let at = 0; at < vertices.length; at += 3) {
    const slot = slotOf(at / 3);
    const [x, y, z] = [sums[slot], sums[slot + 1], sums[slot + 2]];
    const length = Math.sqrt(x * x + y * y + z * z);
    const lit = length > 1e-12;
    normals[at] = lit ? x / length : 0;
    normals[at + 1] = lit ? y / length : 0;
    normals[at + 2] = lit ? z / length : 1;
  }
  return normals;
}

/**
 * The group of every vertex: vertices that are equal in all `rows` share one.
 *
 * @param rows V x 3 each: what makes a vertex, its place, and where it matters how it moves
 */
export function weld(...rows: readonly Float32Array[]): Uint32Array {
  const known = new Map<string, number>();
  return Uint32Array.from({ length: rows[0].length / 3 }, (_, vertex) => {
    const numbers = rows.flatMap((row) => [...row.subarray(vertex * 3, vertex * 3 + 3)]);
    // Adding zero makes one of the two zeros of floating point.
    const place = numbers.map((value) => value + 0).join();
    const group = known.get(place) ?? known.size;
    known.set(place, group);
    return group;
  });
}
