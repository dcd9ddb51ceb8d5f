/** Files compressed by EXT_meshopt_compression; what `voxface.rig.patch.self_contained` does. */
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";
import { VoxfaceError } from "../types";
import { GltfFile, padded, type Json } from "./gltf_file";

const MESHOPT = "EXT_meshopt_compression";

/**
 * The file with all its buffer views unpacked in one buffer: programs that animate heads seldom
 * read this compression; unpacked, all do. A file without it is returned as it is.
 */
export async function unpacked(file: GltfFile): Promise<GltfFile> {
  if (!file.items("bufferViews").some((view) => view.extensions?.[MESHOPT])) return file;
  await MeshoptDecoder.ready;
  try {
    return unpackAll(file);
  } catch (error) {
    if (error instanceof VoxfaceError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new VoxfaceError(`${file.name} is damaged: its ${MESHOPT} cannot be read (${reason})`);
  }
}

function unpackAll(file: GltfFile): GltfFile {
  const json = structuredClone(file.json);
  const parts = file.buffers.map((buffer) => buffer);
  const begins = parts.map((_, number) => sizeOf(parts.slice(0, number)));
  for (const view of json.bufferViews as Json[]) {
    const packed = view.extensions?.[MESHOPT] as Json | undefined;
    if (!packed) {
      view.byteOffset = (view.byteOffset ?? 0) + begins[view.buffer ?? 0];
    } else {
      delete view.extensions[MESHOPT];
      view.byteOffset = sizeOf(parts);
      parts.push(decoded(file, packed));
      view.byteLength = parts[parts.length - 1].length;
    }
    view.buffer = 0;
  }
  for (const key of ["extensionsUsed", "extensionsRequired"]) {
    json[key] = ((json[key] ?? []) as string[]).filter((name) => name !== MESHOPT);
    if (!json[key].length) delete json[key];
  }
  const binary = new Uint8Array(sizeOf(parts));
  parts.forEach((part, number) => binary.set(part, sizeOf(parts.slice(0, number))));
  json.buffers = [{ byteLength: binary.length }];
  return new GltfFile(file.name, json, [binary]);
}

function decoded(file: GltfFile, packed: Json): Uint8Array {
  const source = file.extent(packed, "compressed data");
  const target = new Uint8Array(packed.count * packed.byteStride);
  const { count, byteStride, mode, filter } = packed;
  MeshoptDecoder.decodeGltfBuffer(target, count, byteStride, source, mode, filter ?? "NONE");
  return target;
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + padded(part.length), 0);
}
