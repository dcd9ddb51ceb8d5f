import { BufferAttribute, type BufferGeometry, Vector3 } from "three";

/**
 * Give a geometry normals, and each of its morph targets the change of the normals, where the file
 * holds positions only. Light then follows lips and lids, at no cost per frame.
 */
export function addMissingNormals(geometry: BufferGeometry): void {
  const targets = geometry.morphAttributes.position ?? [];
  const needsBase = !geometry.getAttribute("normal");
  const needsMorphs = targets.length > 0 && !geometry.morphAttributes.normal;
  if (!needsBase && !needsMorphs) return;
  const position = geometry.getAttribute("position");
  const rest = flat(position);
  const triangles = triangleList(geometry, position.count);
  const welded = weld(rest, flat(geometry.getAttribute("normal")));
  const base = smoothNormals(rest, triangles, welded);
  if (needsBase) geometry.setAttribute("normal", new BufferAttribute(base, 3));
  if (!needsMorphs) return;
  geometry.morphAttributes.normal = targets.map((target) => {
    const moved = flat(target);
    let moves = false;
    for (let i = 0; i < moved.length; i++) {
      if (moved[i] !== 0) moves = true;
      if (geometry.morphTargetsRelative) moved[i] += rest[i];
    }
    if (!moves) return new BufferAttribute(new Float32Array(rest.length), 3);
    const normals = smoothNormals(moved, triangles, welded);
    if (geometry.morphTargetsRelative) {
      for (let i = 0; i < normals.length; i++) normals[i] -= base[i];
    }
    return new BufferAttribute(normals, 3);
  });
}

type Attribute = {
  readonly count: number;
  getX(index: number): number;
  getY(index: number): number;
  getZ(index: number): number;
};

function flat(attribute: Attribute | undefined): Float32Array {
  const values = new Float32Array((attribute?.count ?? 0) * 3);
  for (let i = 0; attribute && i < attribute.count; i++) {
    values[3 * i] = attribute.getX(i);
    values[3 * i + 1] = attribute.getY(i);
    values[3 * i + 2] = attribute.getZ(i);
  }
  return values;
}

function triangleList(geometry: BufferGeometry, vertices: number): Uint32Array {
  const index = geometry.getIndex();
  if (index) return Uint32Array.from(index.array);
  return Uint32Array.from({ length: vertices }, (_, i) => i);
}

/** For each vertex the first one at the same place with a like normal: seams stay smooth. */
function weld(positions: Float32Array, normals: Float32Array): Uint32Array {
  const first = new Map<string, number>();
  const same = new Uint32Array(positions.length / 3);
  for (let i = 0; i < same.length; i++) {
    const place = [0, 1, 2].map((axis) => Math.round(positions[3 * i + axis] * 1e5));
    // Back-to-back surfaces (lids, lips) share places but face away from one another.
    const side = [0, 1, 2].map((axis) => Math.round(normals[3 * i + axis] || 0));
    const key = `${place}/${side}`;
    const known = first.get(key);
    if (known === undefined) first.set(key, i);
    same[i] = known ?? i;
  }
  return same;
}

/** Unit vertex normals, weighted by the area of the triangles around. */
function smoothNormals(
  positions: Float32Array,
  triangles: Uint32Array,
  welded: Uint32Array,
): Float32Array {
  const sums = new Float32Array(positions.length);
  const [a, b, c] = [new Vector3(), new Vector3(), new Vector3()];
  for (let i = 0; i < triangles.length; i += 3) {
    a.fromArray(positions, triangles[i] * 3);
    b.fromArray(positions, triangles[i + 1] * 3).sub(a);
    c.fromArray(positions, triangles[i + 2] * 3).sub(a);
    b.cross(c);
    for (let corner = 0; corner < 3; corner++) {
      const at = welded[triangles[i + corner]] * 3;
      sums[at] += b.x;
      sums[at + 1] += b.y;
      sums[at + 2] += b.z;
    }
  }
  const normals = new Float32Array(positions.length);
  for (let i = 0; i < welded.length; i++) {
    a.fromArray(sums, welded[i] * 3).normalize().toArray(normals, i * 3);
  }
  return normals;
}
