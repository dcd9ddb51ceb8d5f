// Rotations as unit quaternions, w first. Mirrors `voxface.face.rotation`.

export type Quaternion = readonly [w: number, x: number, y: number, z: number];

/** The unit quaternion of a rotation vector in radians. */
export function quaternionOf(x: number, y: number, z: number): Quaternion {
  const half = Math.max(Math.sqrt(x * x + y * y + z * z) / 2, 1e-30);
  const scale = Math.sin(half) / (2 * half);
  return [Math.cos(half), x * scale, y * scale, z * scale];
}

/** The product of two quaternions: the second rotation, then the first. */
export function multiplied(first: Quaternion, second: Quaternion): Quaternion {
  const [w, x, y, z] = first;
  const [a, b, c, d] = second;
  return [
    w * a - x * b - y * c - z * d,
    w * b + x * a + y * d - z * c,
    w * c + y * a + z * b - x * d,
    w * d + z * a + x * c - y * b,
  ];
}

/**
 * Write to `out[at ..]` the quaternion that lies `fraction` of the shorter arc from `from[a ..]` to
 * `from[b ..]`. Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.
 */
export function writeSlerp(
  out: Float32Array,
  at: number,
  from: Float32Array,
  a: number,
  b: number,
  fraction: number,
): void {
  let cosine = 0;
  for (let i = 0; i < 4; i++) cosine += from[a + i] * from[b + i];
  const angle = Math.max(Math.acos(Math.min(Math.abs(cosine), 1)), 1e-7);
  const first = Math.sin((1 - fraction) * angle);
  const second = Math.sin(fraction * angle) * (cosine < 0 ? -1 : 1);
  let squares = 0;
  for (let i = 0; i < 4; i++) squares += (first * from[a + i] + second * from[b + i]) ** 2;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < 4; i++) out[at + i] = (first * from[a + i] + second * from[b + i]) * scale;
}
