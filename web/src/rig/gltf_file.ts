/** A GLB file as its JSON and the bytes of its buffers; the port of `voxface.rig.gltf_file`. */
import { VoxfaceError } from "../types";

export type Json = Record<string, any>;

const MAGIC = 0x46546c67;
const JSON_CHUNK = 0x4e4f534a;
const BINARY_CHUNK = 0x004e4942;

/** A glTF document with all its buffers in memory. */
export class GltfFile {
  constructor(
    /** How messages call it. */
    readonly name: string,
    readonly json: Json,
    readonly buffers: readonly Uint8Array[],
  ) {}

  /** One of the document's lists, such as `meshes`; empty if there is none. */
  items(kind: string): Json[] {
    const found: unknown = this.json[kind] ?? [];
    const sound = Array.isArray(found) && found.every((each) => typeof each === "object" && each);
    if (!sound) throw this.broken(`'${kind}' is not a list of objects`);
    return found as Json[];
  }

  /** Entry `number` of one of the document's lists. */
  item(kind: string, number: unknown): Json {
    const found = typeof number === "number" ? this.items(kind)[number] : undefined;
    if (!found) throw this.broken(`it refers to ${kind}[${String(number)}], which does not exist`);
    return found;
  }

  /** The bytes of a buffer view, without regard to its stride. */
  view(number: unknown): Uint8Array {
    const view = this.item("bufferViews", number);
    if (view.extensions?.EXT_meshopt_compression) {
      throw compressed(this.name, "EXT_meshopt_compression");
    }
    return this.extent(view, `bufferViews[${String(number)}]`);
  }

  /** The part of a buffer that an entry means. */
  extent(view: Json, where: string): Uint8Array {
    this.item("buffers", view.buffer);
    const whole = this.buffers[view.buffer];
    const [begin, length] = [view.byteOffset ?? 0, view.byteLength ?? 0];
    if (!(Number.isInteger(begin) && Number.isInteger(length) && begin >= 0 && length >= 0)) {
      throw this.broken(`${where} has no sound extent`);
    }
    if (begin + length > whole.length) {
      throw new VoxfaceError(
        `${this.name} is cut off or damaged: ${where} ends at byte ` +
          `${begin + length} of a buffer of ${whole.length}; export or copy it again`,
      );
    }
    return whole.subarray(begin, begin + length);
  }

  /** The error for a document that contradicts the specification. */
  broken(what: string): VoxfaceError {
    return new VoxfaceError(`${this.name} is not valid glTF: ${what}; export it again`);
  }
}

/** The error for a file whose geometry is packed in a way that is not read here. */
export function compressed(name: string, extension: string): VoxfaceError {
  return new VoxfaceError(
    `${name} uses ${extension}, which is not written again here; ` +
      "export it again without mesh compression",
  );
}

/**
 * Turns what a document of the wrong shape makes fail anywhere below into one clear message.
 *
 * Every value of somebody's JSON may be of any kind; to check each where it is used would hide the
 * code that reads it.
 */
export function understanding<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof VoxfaceError) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new VoxfaceError(`${name} is not valid glTF (${reason}); export it again`);
  }
}

/** Reads a GLB or VRM file, or a glTF file that holds its buffers itself. */
export function readGltf(bytes: Uint8Array, name: string): GltfFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packed = bytes.length >= 4 && view.getUint32(0, true) === MAGIC;
  const container = { text: bytes, binary: null };
  const { text, binary } = packed ? splitContainer(view, bytes, name) : container;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    throw new VoxfaceError(`${name} is damaged or not a glTF file (.glb, .vrm, .gltf)`);
  }
  const asset = (json as Json | null)?.asset;
  if (typeof asset !== "object" || asset === null) {
    throw new VoxfaceError(`${name} is not a glTF file: its JSON has no 'asset'`);
  }
  if (String(asset.version ?? "").split(".")[0] !== "2") {
    throw new VoxfaceError(
      `${name} is glTF version ${String(asset.version)}; voxface reads 2.0: export it again`,
    );
  }
  const file = new GltfFile(name, json as Json, []);
  const entries = file.items("buffers");
  const buffers = entries.map((entry, number) => bufferOf(file, entry, number, binary));
  return new GltfFile(name, json as Json, buffers);
}

/** Packs a document and its first buffer into one GLB file. */
export function glbBytes(document: Json, binary: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(document));
  const [textSize, binarySize] = [padded(text.length), padded(binary.length)];
  const total = 12 + 8 + textSize + (binary.length ? 8 + binarySize : 0);
  if (total >= 2 ** 32) {
    throw new VoxfaceError("a GLB file holds at most 4 GiB; use a shorter clip");
  }
  const result = new Uint8Array(total);
  const view = new DataView(result.buffer);
  [MAGIC, 2, total, textSize, JSON_CHUNK].forEach((word, i) => view.setUint32(4 * i, word, true));
  result.fill(0x20, 20, 20 + textSize);
  result.set(text, 20);
  if (binary.length) {
    view.setUint32(20 + textSize, binarySize, true);
    view.setUint32(24 + textSize, BINARY_CHUNK, true);
    result.set(binary, 28 + textSize);
  }
  return result;
}

export function padded(size: number): number {
  return 4 * Math.ceil(size / 4);
}

function splitContainer(
  view: DataView,
  bytes: Uint8Array,
  name: string,
): { text: Uint8Array; binary: Uint8Array | null } {
  if (bytes.length < 20) throw cutOff(name, 20, bytes.length);
  const [version, total] = [view.getUint32(4, true), view.getUint32(8, true)];
  if (version !== 2) {
    throw new VoxfaceError(`${name} is GLB version ${version}; voxface reads 2: export it again`);
  }
  if (total > bytes.length) throw cutOff(name, total, bytes.length);
  const chunks = new Map<number, Uint8Array>();
  let position = 12;
  while (position + 8 <= total) {
    const [length, kind] = [view.getUint32(position, true), view.getUint32(position + 4, true)];
    position += 8;
    if (position + length > total) throw cutOff(name, position + length, total);
    if (!chunks.has(kind)) chunks.set(kind, bytes.subarray(position, position + length));
    position += length;
  }
  const text = chunks.get(JSON_CHUNK);
  if (!text) {
    throw new VoxfaceError(`${name} is damaged: a GLB file without its JSON; export it again`);
  }
  return { text, binary: chunks.get(BINARY_CHUNK) ?? null };
}

function cutOff(name: string, needed: number, there: number): VoxfaceError {
  return new VoxfaceError(
    `${name} is cut off: ${there} bytes of ${needed} are there; copy or export it again`,
  );
}

function bufferOf(
  file: GltfFile,
  entry: Json,
  number: number,
  binary: Uint8Array | null,
): Uint8Array {
  if (entry.uri === undefined) {
    if (binary && number === 0) return binary;
    if (entry.extensions?.EXT_meshopt_compression) return new Uint8Array();
    throw file.broken(`buffers[${number}] has no bytes`);
  }
  return dataOf(file, String(entry.uri), `buffers[${number}]`);
}

/** The bytes behind a data URI; other files cannot be reached from a page. */
export function dataOf(file: GltfFile, uri: string, what: string): Uint8Array {
  const found = /^data:[^,]*;base64,(.*)$/s.exec(uri);
  if (!found) {
    throw new VoxfaceError(
      `${file.name} refers to ${uri.slice(0, 80)}; export it as one self-contained .glb`,
    );
  }
  try {
    return Uint8Array.from(atob(decodeURIComponent(found[1])), (mark) => mark.charCodeAt(0));
  } catch {
    throw file.broken(`the data URI of ${what} is damaged`);
  }
}
