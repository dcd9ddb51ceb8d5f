/** Telling the format of a file by what is in it; the port of `voxface.formats.sniff`. */
import { VoxfaceError, type FaceClip } from "../types";
import { readAudio2FaceCsv, readAudio2FaceJson } from "./audio2face";
import { readGlb } from "./glb_reader";
import { readLiveLink } from "./livelink";
import { matchChannels, nameKey } from "./names";
import { readNpz } from "./npz";
import { splitHeader } from "./table";
import { readVoiceToAction } from "./voice_to_action";

/** Bytes that are looked at. */
const BEGINNING = 65536;
const LEGACY_MARKS = ['"exportFps"', '"facsNames"', '"weightMat"', '"numPoses"'];
const GLTF_MARKS = ['"asset"', '"version"', '"nodes"'];
const CUE_MARKS = ['"mouthCues"', "<rhubarbResult", "MohoSwitch1"];

export type Reader = (bytes: Uint8Array, fileName: string) => FaceClip | Promise<FaceClip>;

/** What reads a file; an error with one clear line if nothing does. */
export function readerOf(bytes: Uint8Array, fileName: string): Reader {
  if (!bytes.length) throw new VoxfaceError(`${fileName} is empty`);
  const text = new TextDecoder().decode(bytes.subarray(0, BEGINNING)).trimStart();
  if (text.startsWith("glTF")) return readGlb;
  if (/^(#usda|PXR-USDC)/.test(text) || /^PK.{28}[^\0]*\.usd[ac]?/is.test(text)) {
    throw new VoxfaceError(
      `${fileName} is OpenUSD, which a page cannot read; convert it with 'voxface convert'`,
    );
  }
  if (text.startsWith("PK")) return readNpz;
  if (CUE_MARKS.some((mark) => text.includes(mark))) {
    throw new VoxfaceError(
      `${fileName} holds mouth cues, which are written, not read; they do not hold a whole face`,
    );
  }
  if (text.startsWith("{")) {
    if (GLTF_MARKS.every((mark) => text.includes(mark))) return readGlb;
    const legacy = LEGACY_MARKS.some((mark) => text.includes(mark));
    return legacy ? readAudio2FaceJson : readVoiceToAction;
  }
  const firstLine = text.split(/\r\n|\r|\n/, 1)[0];
  const { names } = splitHeader(firstLine);
  if (firstLine.includes("blendShapes.") || names.includes("timeCode")) return readAudio2FaceCsv;
  const timed = names.some((name) => nameKey(name) === "timecode");
  if (timed || matchChannels(names).columns.size) return readLiveLink;
  throw new VoxfaceError(
    `${fileName} is not a face clip; the page reads Live Link Face CSV, Audio2Face-3D CSV or ` +
      "JSON, Voice-to-Action JSON, NumPy archives, animated glTF heads and VRM animations",
  );
}
