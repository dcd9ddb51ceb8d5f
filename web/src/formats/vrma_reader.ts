/** Reading a face back from a VRM animation; the port of `voxface.formats.vrma_reader`. */
import { eulerFromQuaternion } from "../face/euler";
import { parseFrameRate } from "../face/frame_rate";
import type { Quaternion } from "../face/rotation";
import contract from "../generated/contract.json";
import { channelsOf, type Series } from "../rig/channels_of";
import { connect } from "../rig/connect";
import type { GltfFile, Json } from "../rig/gltf_file";
import { readTracks, valuesAt, type Track } from "../rig/tracks";
import { framesPerSecond, VoxfaceError, type FaceClip } from "../types";
import { clipOfRows, rowsByName } from "./arkit";
import { DEFAULT_RATE, rateFromTimes } from "./rates";
import { isObject } from "./text";

const EXTENSION = "VRMC_vrm_animation";

export function isVrma(file: GltfFile): boolean {
  return isObject(file.json.extensions?.[EXTENSION]);
}

/** The first animation; expressions are read by what their names stand for, as targets are. */
export function readVrma(file: GltfFile): FaceClip {
  const extension = file.json.extensions[EXTENSION] as Json;
  const animation = file.item("animations", 0);
  const tracks = readTracks(file, animation);
  const trackOf = (node: unknown, path: string) =>
    tracks.find((track) => track.node === node && track.path === path);
  const moving = new Map<string, Track>();
  for (const kind of ["preset", "custom"]) {
    const entries = Object.entries((extension.expressions?.[kind] ?? {}) as Json);
    for (const [name, { node }] of entries) {
      const track = trackOf(node, "translation");
      if (track) moving.set(name, track);
    }
  }
  if (!moving.size) throw new VoxfaceError(`${file.name} moves no expression of a face`);
  const times = [...moving.values()].reduce(longer).times;
  const series = new Map<string, Series>();
  for (const [name, track] of moving) {
    series.set(name, valuesAt(track, times).map(([weight]) => weight));
  }
  const connection = connect([...series.keys()]);
  const weights = channelsOf(connection, {}, series);
  addGaze(weights, times, trackOf(extension.lookAt?.node, "rotation"));
  const head = trackOf(extension.humanoid?.humanBones?.head?.node, "rotation");
  const names = [...weights.keys()];
  const columns = [...weights.values()];
  const turns = head?.times.length === times.length ? head.values : null;
  const { rows } = rowsByName(file.name, {
    names,
    count: times.length,
    value: (row, column) => columns[column][row],
    ...(turns && { head: (row: number) => [0, 0, 0, ...wFirst(turns[row])] }),
  });
  const notes = (animation.extras?.voxface ?? {}) as Json;
  const fps =
    notes.fps === undefined
      ? (rateFromTimes(times) ?? DEFAULT_RATE)
      : parseFrameRate(String(notes.fps));
  const rate = framesPerSecond(fps);
  return clipOfRows(
    rows,
    times.map((time) => (time - times[0]) * rate),
    fps,
    { ...notes.metadata, file: file.name, format: "vrma" },
    connection.unused.filter((name) => series.get(name)!.some(Boolean)),
    Number(notes.start ?? times[0]),
  );
}

function longer(a: Track, b: Track): Track {
  return b.times.length > a.times.length ? b : a;
}

function addGaze(weights: Map<string, Series>, times: readonly number[], track?: Track): void {
  if (!track) return;
  const { eyeTurn } = contract.livelink;
  const angles = valuesAt(track, times).map((turn) => eulerFromQuaternion(wFirst(turn)));
  const put = (name: string, part: (yaw: number, pitch: number) => number) => {
    const turns = angles.map(([yaw, pitch]) => part(yaw / eyeTurn, pitch / eyeTurn));
    weights.set(`eyeLook${name}`, turns.map((turn) => Math.min(Math.max(turn, 0), 1)));
  };
  for (const [side, sign] of [["Left", 1], ["Right", -1]] as const) {
    put(`Out${side}`, (left) => sign * left);
    put(`In${side}`, (left) => -sign * left);
    put(`Down${side}`, (_, down) => down);
    put(`Up${side}`, (_, down) => -down);
  }
}

function wFirst([x, y, z, w]: readonly number[]): Quaternion {
  return [w, x, y, z];
}
