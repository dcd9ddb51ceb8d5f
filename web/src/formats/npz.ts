/** NumPy archive, the lossless home of a clip; the port of `voxface.formats.npz`. */
import { unzipSync, zipSync, type Zippable } from "fflate";
import { checkedClip, restingHeads } from "../face/clip";
import { parseFrameRate, frameRateText } from "../face/frame_rate";
import contract from "../generated/contract.json";
import { frameCount, VoxfaceError, type FaceClip } from "../types";
import type { Bytes } from "./format";
import { npyBytes, npyText, readNpy, type NpyArray } from "./npy";
import { isObject, pythonJson } from "./text";

const { formatVersion, units } = contract.npz;

export function writeNpz(clip: FaceClip): Bytes {
  const [frames, channels] = [frameCount(clip), clip.channels.length];
  const arrays: Record<string, Bytes> = {
    weights: npyBytes("<f4", [frames, channels], bytesOf(clip.weights)),
    names: npyText(clip.channels, [channels]),
    head: npyBytes("<f4", [frames, 7], bytesOf(clip.head)),
    tracked: npyBytes("|b1", [frames, channels], clip.tracked),
    fps: npyText([frameRateText(clip.fps)], []),
    start: npyBytes("<f8", [], bytesOf(Float64Array.of(clip.start))),
    metadata: npyText([pythonJson(clip.metadata)], []),
    units: npyText([pythonJson(units)], []),
    format_version: npyBytes("<i8", [], bytesOf(BigInt64Array.of(BigInt(formatVersion)))),
  };
  const files: Zippable = {};
  for (const [name, bytes] of Object.entries(arrays)) files[`${name}.npy`] = bytes;
  // As numpy.savez: stored, and with the earliest date that a zip file can hold.
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) }) as Bytes;
}

/** Reads the archive; `weights`, `names` and `fps` are enough. */
export function readNpz(bytes: Uint8Array, fileName: string): FaceClip {
  try {
    return clipOf(arraysOf(bytes), fileName);
  } catch (error) {
    if (error instanceof VoxfaceError && error.message.startsWith(fileName)) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new VoxfaceError(`${fileName} is damaged or not a NumPy archive: ${reason}`);
  }
}

function clipOf(arrays: Map<string, NpyArray>, fileName: string): FaceClip {
  const version = Number(arrays.get("format_version")?.values[0] ?? 1);
  if (version > formatVersion) {
    throw new VoxfaceError(
      `${fileName} is of format version ${version}; this voxface reads up to ` +
        `${formatVersion}: update voxface`,
    );
  }
  const wanted = (name: string): NpyArray => {
    const found = arrays.get(name);
    if (found) return found;
    if (arrays.has("vertices")) {
      throw new VoxfaceError(
        `${fileName} holds a moving mesh; the page reads those as GLB: open it with ` +
          "'voxface view', or save it as .glb",
      );
    }
    throw new VoxfaceError(
      `${fileName} is not a face clip: ${name} is not a file in the archive`,
    );
  };
  const weights = wanted("weights");
  const names = [...wanted("names").values].map(String);
  const [frames, channels] = weights.shape;
  if (weights.shape.length !== 2 || channels !== names.length) {
    throw new VoxfaceError(
      `weights have shape (${weights.shape.join(", ")}); expected (frames, ${names.length})`,
    );
  }
  const [head, tracked] = [arrays.get("head"), arrays.get("tracked")];
  if (head && (head.shape[0] !== frames || head.shape[1] !== 7)) {
    throw new VoxfaceError(`head has shape (${head.shape.join(", ")}); expected (${frames}, 7)`);
  }
  const metadata: unknown = JSON.parse(String(arrays.get("metadata")?.values[0] ?? "{}"));
  return checkedClip({
    channels: names,
    fps: parseFrameRate(String(wanted("fps").values[0])),
    weights: numbers(weights),
    head: head ? numbers(head) : restingHeads(frames),
    tracked: tracked
      ? Uint8Array.from(tracked.values, Number)
      : new Uint8Array(frames * channels).fill(1),
    start: Number(arrays.get("start")?.values[0] ?? 0),
    metadata: isObject(metadata) ? metadata : {},
  });
}

function arraysOf(bytes: Uint8Array): Map<string, NpyArray> {
  const arrays = new Map<string, NpyArray>();
  for (const [name, data] of Object.entries(unzipSync(bytes))) {
    if (name.endsWith(".npy")) arrays.set(name.slice(0, -4), readNpy(data));
  }
  return arrays;
}

function numbers(array: NpyArray): Float32Array {
  return Float32Array.from(array.values as Float64Array);
}

function bytesOf(array: Float32Array | Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
