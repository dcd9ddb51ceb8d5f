/** Unit quaternions w, x, y, z and their angles; `voxface.face.rotation` and `.euler`. */

export type Quaternion = [number, number, number, number];

/** Scales to length one; a zero quaternion becomes the identity. */
export function normalized([w, x, y, z]: Quaternion): Quaternion {
  const length = Math.sqrt(w * w + x * x + y * y + z * z);
  return length === 0 ? [1, 0, 0, 0] : [w / length, x / length, y / length, z / length];
}

/** Yaw, pitch and roll in radians: R = R_y(yaw) R_x(pitch) R_z(roll). */
export function eulerFromQuaternion(rotation: Quaternion): [number, number, number] {
  const [w, x, y, z] = normalized(rotation);
  const sine = Math.min(Math.max(2 * (w * x - y * z), -1), 1);
  const pitch = Math.asin(sine);
  if (Math.abs(sine) >= 1 - 1e-12) {
    return [Math.atan2(2 * (w * y - x * z), 1 - 2 * (y * y + z * z)), pitch, 0];
  }
  const yaw = Math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y));
  return [yaw, pitch, Math.atan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z))];
}

/** Unit quaternion of yaw, pitch and roll in radians. */
export function quaternionFromEuler(yaw: number, pitch: number, roll: number): Quaternion {
  const [cy, cp, cr] = [Math.cos(yaw / 2), Math.cos(pitch / 2), Math.cos(roll / 2)];
  const [sy, sp, sr] = [Math.sin(yaw / 2), Math.sin(pitch / 2), Math.sin(roll / 2)];
  return [
    cy * cp * cr + sy * sp * sr,
    cy * sp * cr + sy * cp * sr,
    sy * cp * cr - cy * sp * sr,
    cy * cp * sr - sy * sp * cr,
  ];
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
