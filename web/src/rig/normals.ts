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
  for (let corner = 0; corner < triangles.length; corner += 3) {
    const [a, b, c] = triangles.subarray(corner, corner + 3);
    const edge = (to: number, axis: number) => vertices[to * 3 + axis] - vertices[a * 3 + axis];
    const [ux, uy, uz] = [edge(b, 0), edge(b, 1), edge(b, 2)];
    const [vx, vy, vz] = [edge(c, 0), edge(c, 1), edge(c, 2)];
    for (const vertex of [a, b, c]) {
      const slot = 3 * (groups ? groups[vertex] : vertex);
      sums[slot] += uy * vz - uz * vy;
      sums[slot + 1] += uz * vx - ux * vz;
      sums[slot + 2] += ux * vy - uy * vx;
    }
  }
  const normals = new Float32Array(vertices.length);
  for (let vertex = 0; vertex < vertices.length / 3; vertex += 1) {
    const slot = 3 * (groups ? groups[vertex] : vertex);
    const [x, y, z] = sums.subarray(slot, slot + 3);
    const length = Math.sqrt(x * x + y * y + z * z);
    normals.set(length > 1e-12 ? [x / length, y / length, z / length] : [0, 0, 1], vertex * 3);
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
