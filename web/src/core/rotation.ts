// Rotations as unit quaternions, w first. Mirrors `voxface.face.rotation`.

/** Write the unit quaternion of a rotation vector in radians to `out[at .. at + 3]`. */
export function writeQuaternion(
  out: Float32Array,
  at: number,
  x: number,
  y: number,
  z: number,
): void {
  const half = Math.max(Math.sqrt(x * x + y * y + z * z) / 2, 1e-30);
  const scale = Math.sin(half) / (2 * half);
  out[at] = Math.cos(half);
  out[at + 1] = x * scale;
  out[at + 2] = y * scale;
  out[at + 3] = z * scale;
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
