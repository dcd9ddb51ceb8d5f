/** Yaw, pitch and roll of a head; the port of `voxface.face.euler`. */
import { normalized, type Quaternion } from "./rotation";

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
