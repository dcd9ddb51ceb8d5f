/** Unit quaternions w, x, y, z; the port of `voxface.face.rotation`. */

export type Quaternion = [number, number, number, number];

/** Scales to length one; a zero quaternion becomes the identity. */
export function normalized([w, x, y, z]: Quaternion): Quaternion {
  const length = Math.sqrt(w * w + x * x + y * y + z * z);
  return length === 0 ? [1, 0, 0, 0] : [w / length, x / length, y / length, z / length];
}

/** Interpolates along the shorter arc (Shoemake 1985); 0 gives `a`, 1 gives `b`. */
export function slerp(a: Quaternion, b: Quaternion, fraction: number): Quaternion {
  const cosine = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const sign = cosine < 0 ? -1 : 1;
  // For the smallest angles the weights are those of a straight line, and not defined at zero.
  const angle = Math.max(Math.acos(Math.min(Math.abs(cosine), 1)), 1e-7);
  const first = Math.sin((1 - fraction) * angle);
  const second = Math.sin(fraction * angle) * sign;
  return normalized(a.map((value, i) => first * value + second * b[i]) as Quaternion);
}
