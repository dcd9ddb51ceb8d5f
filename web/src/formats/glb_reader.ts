/** Reading the animation of a head; the reading half of the port of `voxface.formats.glb`. */
import { ARKIT_CHANNELS } from "../face/channels";
import { checkedClip, restingHeads } from "../face/clip";
import { parseFrameRate } from "../face/frame_rate";
import type { Quaternion } from "../face/rotation";
import { channelsOf, type Series } from "../rig/channels_of";
import { connect } from "../rig/connect";
import { eyeChannels, findEyes } from "../rig/eyes";
import { readGltf, understanding, type GltfFile, type Json } from "../rig/gltf_file";
import { headNode, headPose } from "../rig/head_motion";
import { isMovingMesh } from "../rig/mesh_motion";
import { unpacked } from "../rig/meshopt";
import { findHead, sceneNodes } from "../rig/scene";
import { targetNames } from "../rig/target_names";
import { readTracks, valuesAt, type Track } from "../rig/tracks";
import { readExpressions } from "../rig/vrm";
import { framesPerSecond, VoxfaceError, type FaceClip, type FrameRate } from "../types";
import { rint } from "./digits";
import { DEFAULT_RATE, rateFromTimes } from "./rates";
import { isObject } from "./text";
import { isVrma, readVrma } from "./vrma_reader";

/**
 * Reads morph weights by name and the motion of the head's node, or a VRM animation. Of several
 * animations the one that voxface wrote counts, or the first with morph weights.
 */
export async function readGlb(bytes: Uint8Array, fileName: string): Promise<FaceClip> {
  const file = await unpacked(readGltf(bytes, fileName));
  return understanding(fileName, () => (isVrma(file) ? readVrma(file) : readAnimation(file)));
}

function readAnimation(file: GltfFile): FaceClip {
  const animation = animationOf(file);
  const tracks = readTracks(file, animation);
  const notes = notesIn(animation);
  const times = [...new Set(tracks.flatMap((track) => track.times))].sort((a, b) => a - b);
  const { fps, grid } = gridOf(times, notes);
  if (isMovingMesh(file.json)) return meshClip(file, tracks, notes, fps, grid);
  const { shown, unknown } = shownIn(file, tracks, grid);
  const unseen: unknown[] = Array.isArray(notes.untracked) ? notes.untracked : [];
  const channels = ARKIT_CHANNELS.length;
  const weights = new Float32Array(grid.length * channels);
  const tracked = new Uint8Array(weights.length);
  ARKIT_CHANNELS.forEach((channel, column) => {
    const series = shown.get(channel);
    series?.forEach((value, frame) => {
      weights[frame * channels + column] = value;
      tracked[frame * channels + column] = unseen.includes(channel) ? 0 : 1;
    });
  });
  if (!tracked.includes(1)) {
    const few = unknown.slice(0, 4).join(", ");
    throw new VoxfaceError(
      `${file.name} animates no morph target that voxface knows` +
        (few ? ` (${few})` : "; export it with its shape key animation"),
    );
  }
  return checkedClip({
    channels: ARKIT_CHANNELS,
    fps,
    weights,
    head: headsIn(file, tracks, grid),
    tracked,
    start: Number(notes.start ?? grid[0]),
    metadata: {
      ...(isObject(notes.metadata) ? notes.metadata : {}),
      ...(unknown.length ? { unknown_columns: unknown } : {}),
    },
  });
}

/** A clip whose channels are the targets of the mesh in the file; weights may be below 0. */
function meshClip(
  file: GltfFile,
  tracks: readonly Track[],
  notes: Json,
  fps: FrameRate,
  grid: readonly number[],
): FaceClip {
  const track = tracks.find(({ path }) => path === "weights");
  if (!track) throw file.broken("its mesh has no animation of weights");
  const channels = targetNames(file.item("meshes", file.item("nodes", track.node).mesh));
  const weights = Float32Array.from(valuesAt(track, grid).flat());
  return checkedClip({
    channels,
    fps,
    weights,
    head: headsIn(file, tracks, grid),
    tracked: new Uint8Array(weights.length).fill(1),
    start: Number(notes.start ?? grid[0]),
    metadata: { ...(isObject(notes.metadata) ? notes.metadata : {}), kind: "mesh" },
  });
}

function animationOf(file: GltfFile): Json {
  const animations = file.items("animations");
  if (!animations.length) {
    throw new VoxfaceError(`${file.name} holds no animation: it is a head, not a clip`);
  }
  const ours = animations.find((each) => Object.keys(notesIn(each)).length);
  const found = ours ?? animations.find((each) =>
    ((each.channels ?? []) as Json[]).some((channel) => channel.target?.path === "weights"),
  );
  if (found) return found;
  throw new VoxfaceError(
    `${file.name} animates no morph targets; export it with its shape key animation`,
  );
}

/** What voxface noted of the clip it wrote; empty for other people's animations. */
export function notesIn(animation: Json): Json {
  const notes: unknown = animation.extras?.voxface;
  return isObject(notes) ? notes : {};
}

/** The frame rate and the time of every frame in the file. */
function gridOf(times: readonly number[], notes: Json): { fps: FrameRate; grid: number[] } {
  const fps =
    notes.fps === undefined
      ? (rateFromTimes(times, 1e-5) ?? DEFAULT_RATE)
      : parseFrameRate(String(notes.fps));
  const rate = framesPerSecond(fps);
  const frames = rint((times[times.length - 1] - times[0]) * rate) + 1;
  return { fps, grid: Array.from({ length: frames }, (_, frame) => times[0] + frame / rate) };
}

/** The channels that are shown, and the targets that move and are none of them. */
function shownIn(
  file: GltfFile,
  tracks: readonly Track[],
  grid: readonly number[],
): { shown: Map<string, Series>; unknown: string[] } {
  const series = new Map<string, Series>();
  for (const track of tracks) {
    const mesh: unknown = file.item("nodes", track.node).mesh;
    if (track.path !== "weights" || mesh === undefined) continue;
    const names = targetNames(file.item("meshes", mesh));
    const rows = valuesAt(track, grid);
    if (rows[0].length !== names.length) {
      throw file.broken("an animation has another number of weights than its mesh targets");
    }
    names.forEach((name, column) => {
      if (!series.has(name)) series.set(name, rows.map((row) => row[column]));
    });
  }
  const expressions = readExpressions(file);
  const connection = connect([...series.keys()], { expressions });
  const shown = channelsOf(connection, expressions, series);
  if (![...shown.keys()].some((channel) => channel.startsWith("eyeLook"))) {
    for (const [channel, weights] of gazeIn(file, tracks, grid)) shown.set(channel, weights);
  }
  return {
    shown,
    unknown: connection.unused.filter((name) => series.get(name)!.some(Boolean)),
  };
}

/** The eyeLook channels of eyes that are turned by bones. */
function gazeIn(
  file: GltfFile,
  tracks: readonly Track[],
  grid: readonly number[],
): [string, Series][] {
  const nodes = sceneNodes(file);
  return findEyes(file).flatMap((eye) => {
    const track = tracks.find(({ node, path }) => node === eye.node && path === "rotation");
    if (!track || !nodes.has(eye.node)) return [];
    const rest = headNode(file, eye.node, nodes);
    const turns = valuesAt(track, grid).map(([x, y, z, w]) => {
      return headPose(rest, [w, x, y, z], rest.translation).slice(3) as Quaternion;
    });
    return eyeChannels(eye, turns);
  });
}

function headsIn(file: GltfFile, tracks: readonly Track[], grid: readonly number[]): Float32Array {
  const heads = restingHeads(grid.length);
  const nodes = sceneNodes(file);
  const number = findHead(file);
  const moving = new Map(
    tracks.filter((each) => each.node === number).map((each) => [each.path, each]),
  );
  if (number === null || !nodes.has(number) || !moving.size) return heads;
  const head = headNode(file, number, nodes);
  const [w, x, y, z] = head.rotation;
  const [turning, going] = [moving.get("rotation"), moving.get("translation")];
  const turns = turning && valuesAt(turning, grid);
  const places = going && valuesAt(going, grid);
  grid.forEach((_, frame) => {
    const turn = turns?.[frame] ?? [x, y, z, w];
    const rotation: Quaternion = [turn[3], turn[0], turn[1], turn[2]];
    const place = (places?.[frame] ?? head.translation) as [number, number, number];
    heads.set(headPose(head, rotation, place), frame * 7);
  });
  return heads;
}
