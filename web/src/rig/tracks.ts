/** The tracks of a glTF animation; the port of `voxface.rig.tracks`. */
import { slerp, type Quaternion } from "../face/rotation";
import { readAccessor, readFloats } from "./accessors";
import type { GltfFile, Json } from "./gltf_file";

/** Keys of one property of one node. */
export interface Track {
  readonly node: number;
  /** `weights`, `rotation`, `translation` or `scale`. */
  readonly path: string;
  /** In seconds, rising. */
  readonly times: readonly number[];
  /** One row a key. */
  readonly values: readonly (readonly number[])[];
  /** Whether a key holds until the next; splines are read as their keys, joined by lines. */
  readonly stepped: boolean;
}

/** The values of a track at other times, which must rise; the ends hold. */
export function valuesAt(track: Track, times: readonly number[]): (readonly number[])[] {
  const last = track.times.length - 1;
  let below = 0;
  return times.map((time) => {
    while (below < last && track.times[below + 1] <= time) below += 1;
    const step = below < last ? track.times[below + 1] - track.times[below] : 0;
    const into = step > 0 ? Math.max((time - track.times[below]) / step, 0) : 0;
    // Keys are float32 times: a thousandth of a step from a key is on it.
    const from = into > 1 - 1e-3 ? below + 1 : below;
    const fraction = into < 1e-3 || from > below ? 0 : into;
    if (track.stepped || !fraction) return track.values[from];
    const [first, second] = [track.values[from], track.values[from + 1]];
    if (track.path !== "rotation") {
      return first.map((value, i) => value * (1 - fraction) + second[i] * fraction);
    }
    return slerp(first as Quaternion, second as Quaternion, fraction);
  });
}

/** The tracks of an animation that move nodes of the document. */
export function readTracks(file: GltfFile, animation: Json): Track[] {
  const samplers = (animation.samplers ?? []) as Json[];
  return ((animation.channels ?? []) as Json[])
    .filter((channel) => typeof channel.target?.node === "number")
    .map(({ target, sampler }) => {
      if (samplers[sampler]) return readTrack(file, samplers[sampler], target.node, target.path);
      throw file.broken("an animation has no sampler for one of its channels");
    });
}

function readTrack(file: GltfFile, sampler: Json, node: number, path: unknown): Track {
  const times = [...readFloats(file, sampler.input, 1)];
  const { values } = readAccessor(file, sampler.output);
  const spline = sampler.interpolation === "CUBICSPLINE";
  const width = values.length / (times.length * (spline ? 3 : 1));
  const rising = times.every((time, key) => key === 0 || time >= times[key - 1]);
  if (!times.length || !rising || !Number.isInteger(width)) {
    throw file.broken("an animation's keys and values do not fit together");
  }
  if (!values.every(Number.isFinite)) {
    throw file.broken("an animation holds values that are not finite numbers");
  }
  const rows = times.map((_, key) => {
    const row = spline ? 3 * key + 1 : key;
    return [...values.subarray(row * width, (row + 1) * width)];
  });
  const stepped = sampler.interpolation === "STEP";
  return { node, path: String(path), times, values: rows, stepped };
}
