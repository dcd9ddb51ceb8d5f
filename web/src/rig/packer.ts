/** Putting arrays into a glTF document; the port of a part of `voxface.rig.packer`. */
import { glbBytes, padded, type Json } from "./gltf_file";

const TYPES = ["", "SCALAR", "VEC2", "VEC3", "VEC4"];
const FLOAT = 5126;

/** Builds a document with one buffer. */
export class Packer {
  private readonly chunks: Uint8Array[] = [];
  private size = 0;

  constructor(
    /** A document to add to; it is changed. Its buffer views must all lie in buffer 0. */
    readonly document: Json,
    /** What buffer 0 holds. */
    binary: Uint8Array = new Uint8Array(),
  ) {
    this.append(binary);
  }

  /** Appends an entry to one of the document's lists and returns its number. */
  add(kind: string, entry: Json): number {
    const entries = (this.document[kind] ??= []) as Json[];
    return entries.push(entry) - 1;
  }

  /** Adds a buffer view. */
  view(data: Uint8Array): number {
    const entry = { buffer: 0, byteOffset: this.append(data), byteLength: data.length };
    return this.add("bufferViews", entry);
  }

  /** Adds an accessor of elements of `width` numbers. */
  accessor(values: Float32Array, width = 1, bounds = false): number {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    return this.add("accessors", {
      componentType: FLOAT,
      count: values.length / width,
      type: TYPES[width],
      bufferView: this.view(bytes),
      ...(bounds ? boundsOf(values, width) : {}),
    });
  }

  /** The document and its buffer as a GLB file. */
  finish(): Uint8Array<ArrayBuffer> {
    const binary = new Uint8Array(this.size);
    let at = 0;
    for (const chunk of this.chunks) {
      binary.set(chunk, at);
      at += padded(chunk.length);
    }
    if (binary.length) {
      const buffers = (this.document.buffers ??= [{}]) as Json[];
      buffers[0].byteLength = binary.length;
      delete buffers[0].uri;
    }
    return glbBytes(this.document, binary);
  }

  private append(data: Uint8Array): number {
    const begin = this.size;
    this.chunks.push(data);
    this.size += padded(data.length);
    return begin;
  }
}

function boundsOf(values: Float32Array, width: number): Json {
  const [min, max] = [Array(width).fill(Infinity), Array(width).fill(-Infinity)];
  values.forEach((value, i) => {
    min[i % width] = Math.min(min[i % width], value);
    max[i % width] = Math.max(max[i % width], value);
  });
  return { min, max };
}
