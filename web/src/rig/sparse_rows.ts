/** Sparse accessors of a glTF document; `SparseRows` of the port of `voxface.rig.packer`. */
import { padded, type Json } from "./gltf_file";
import type { Packer } from "./packer";

const [FLOAT, SHORT, LONG] = [5126, 5123, 5125];

/**
 * Sparse float accessors whose indices and values share two buffer views.
 *
 * A head has hundreds of them; a view for each would make the JSON larger than the numbers.
 */
export class SparseRows {
  private readonly entries: Json[] = [];
  private readonly indices: Uint8Array[] = [];
  private readonly values: Uint8Array[] = [];
  private readonly zeros = new Map<number, number>();

  constructor(private readonly packer: Packer) {}

  /** Adds an accessor of n x 3 numbers of which only the rows that are not zero are kept. */
  accessor(values: Float32Array): number {
    const count = values.length / 3;
    const rows = Uint32Array.from({ length: count }, (_, row) => row).filter(
      (row) => values[row * 3] || values[row * 3 + 1] || values[row * 3 + 2],
    );
    if (!rows.length) return this.zero(count);
    if (rows.length * 14 >= count * 12) return this.packer.accessor(values, 3);
    const short = count <= 65535;
    const kept = new Float32Array(rows.length * 3);
    rows.forEach((row, i) => kept.set(values.subarray(row * 3, row * 3 + 3), i * 3));
    const entry: Json = {
      componentType: FLOAT,
      count,
      type: "VEC3",
      sparse: {
        count: rows.length,
        indices: { byteOffset: sizeOf(this.indices), componentType: short ? SHORT : LONG },
        values: { byteOffset: sizeOf(this.values) },
      },
    };
    this.indices.push(bytesOf(short ? Uint16Array.from(rows) : rows));
    this.values.push(bytesOf(kept));
    this.entries.push(entry);
    return this.packer.add("accessors", entry);
  }

  /** Gives the views their place; call it once, after the last accessor. */
  close(): void {
    if (!this.entries.length) return;
    const indices = this.packer.view(joined(this.indices));
    const values = this.packer.view(joined(this.values));
    for (const { sparse } of this.entries) {
      sparse.indices.bufferView = indices;
      sparse.values.bufferView = values;
    }
  }

  /** An accessor without data is all zeros; one serves all of a length. */
  private zero(count: number): number {
    const known = this.zeros.get(count);
    if (known !== undefined) return known;
    const number = this.packer.add("accessors", { componentType: FLOAT, count, type: "VEC3" });
    this.zeros.set(count, number);
    return number;
  }
}

function bytesOf(array: Uint16Array | Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + padded(part.length), 0);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(sizeOf(parts));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += padded(part.length);
  }
  return result;
}
