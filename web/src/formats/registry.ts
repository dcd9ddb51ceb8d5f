/** The formats there are, and how one is found; the counterpart of `voxface.formats.registry`. */
import { movesMesh } from "../rig/mesh_motion";
import { VoxfaceError, type FaceClip } from "../types";
import { writeAudio2FaceCsv, writeAudio2FaceJson } from "./audio2face";
import type { Bytes, Format, WriteOptions } from "./format";
import { writeGlb } from "./glb";
import { writeLiveLink } from "./livelink";
import {
  writeCuesDat,
  writeCuesJson,
  writeCuesTsv,
  writeCuesXml,
  writePrestonBlairDat,
} from "./mouth_cues";
import { writeNpz } from "./npz";
import { readerOf } from "./sniff";
import { writeUsda } from "./usda";
import { writeVoiceToAction } from "./voice_to_action";
import { writePerfectSyncVrma, writeVrma } from "./vrma";

const CSV = { suffix: ".csv", mediaType: "text/csv", needsRig: false };
const JSON_FILE = { suffix: ".json", mediaType: "application/json", needsRig: false };
const DAT = { suffix: ".dat", mediaType: "text/plain", needsRig: false };
const VRMA = { suffix: ".vrma", mediaType: "model/gltf-binary", needsRig: false };

/** In the order of a menu. */
export const FORMATS: readonly Format[] = [
  { ...CSV, name: "livelink", title: "Live Link Face CSV", write: writeLiveLink },
  { ...CSV, name: "audio2face_csv", title: "Audio2Face-3D CSV", write: writeAudio2FaceCsv },
  { ...JSON_FILE, name: "audio2face_json", title: "Audio2Face JSON", write: writeAudio2FaceJson },
  {
    ...JSON_FILE,
    name: "voice_to_action",
    title: "Voice-to-Action JSON",
    write: writeVoiceToAction,
  },
  {
    name: "npz",
    title: "NumPy archive, lossless",
    suffix: ".npz",
    mediaType: "application/zip",
    needsRig: false,
    write: writeNpz,
  },
  {
    name: "glb",
    title: "glTF head (GLB)",
    suffix: ".glb",
    mediaType: "model/gltf-binary",
    needsRig: true,
    write: writeGlb,
  },
  {
    name: "usda",
    title: "OpenUSD head (USDA)",
    suffix: ".usda",
    mediaType: "model/vnd.usda",
    needsRig: true,
    write: writeUsda,
  },
  { ...VRMA, name: "vrma", title: "VRM animation", write: writeVrma },
  {
    ...VRMA,
    name: "vrma_perfect_sync",
    title: "VRM animation for perfect sync",
    write: writePerfectSyncVrma,
  },
  {
    name: "mouth_cues_tsv",
    title: "Mouth cues, TSV (Rhubarb)",
    suffix: ".tsv",
    mediaType: "text/tab-separated-values",
    needsRig: false,
    write: writeCuesTsv,
  },
  {
    ...JSON_FILE,
    name: "mouth_cues_json",
    title: "Mouth cues, JSON (Rhubarb)",
    write: writeCuesJson,
  },
  {
    name: "mouth_cues_xml",
    title: "Mouth cues, XML (Rhubarb)",
    suffix: ".xml",
    mediaType: "application/xml",
    needsRig: false,
    write: writeCuesXml,
  },
  { ...DAT, name: "mouth_cues_dat", title: "Mouth cues, Moho switch", write: writeCuesDat },
  {
    ...DAT,
    name: "mouth_cues_preston_blair",
    title: "Mouth cues, Moho switch (Preston Blair)",
    write: writePrestonBlairDat,
  },
];

export function findFormat(name: string): Format {
  const found = FORMATS.find((format) => format.name === name);
  if (found) return found;
  const known = FORMATS.map((format) => format.name).join(", ");
  throw new VoxfaceError(`unknown format '${name}'; known: ${known}`);
}

/** The bytes of a file in one of `FORMATS`. */
export async function writeClip(
  clip: FaceClip,
  name: string,
  options: WriteOptions = {},
): Promise<Bytes> {
  const format = findFormat(name);
  if (movesMesh(clip)) {
    throw new VoxfaceError(
      `${format.title} holds a face of channels, which a moving mesh is not; the file you opened ` +
        "is the mesh as GLB",
    );
  }
  if (format.needsRig && !options.rig) {
    throw new VoxfaceError(`${format.title} holds the head too; give one as GLB`);
  }
  return format.write(clip, options);
}

/** A clip of the bytes of a file of any known format; the content decides, not the name. */
export async function readClip(
  bytes: Uint8Array | ArrayBuffer,
  fileName: string,
): Promise<FaceClip> {
  const file = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  return readerOf(file, fileName)(file, fileName);
}
