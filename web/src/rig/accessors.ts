/** glTF accessors, strided, normalised or sparse; the port of `voxface.rig.accessors`. */
import type { GltfFile, Json } from "./gltf_file";

/** Elements of an accessor, row by row. */
export interface Elements {
  readonly count: number;
  /** Numbers per element. */
  readonly width: number;
  readonly values: Float32Array | Float64Array;
}

type Reader = (view: DataView, at: number) => number;

interface Component {
  readonly size: number;
  readonly read: Reader;
  /** The integer that stands for 1; 0 for floats. */
  readonly one: number;
}

const COMPONENTS: Readonly<Record<number, Component>> = {
  5120: { size: 1, read: (view, at) => view.getInt8(at), one: 127 },
  5121: { size: 1, read: (view, at) => view.getUint8(at), one: 255 },
  5122: { size: 2, read: (view, at) => view.getInt16(at, true), one: 32767 },
  5123: { size: 2, read: (view, at) => view.getUint16(at, true), one: 65535 },
  5125: { size: 4, read: (view, at) => view.getUint32(at, true), one: 4294967295 },
  5126: { size: 4, read: (view, at) => view.getFloat32(at, true), one: 0 },
};

const WIDTHS: Readonly<Record<string, number>> = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT4: 16 };

/** Reads an accessor; 0 to 1 or -1 to 1 where it is normalised. */
export function readAccessor(file: GltfFile, number: unknown): Elements {
  const accessor = file.item("accessors", number);
  const where = `accessors[${String(number)}]`;
  const count = accessor.count as number;
  const width = WIDTHS[accessor.type];
  const component = COMPONENTS[accessor.componentType];
  if (!Number.isInteger(count) || count < 0 || !width || !component) {
    throw file.broken(`${where} has no known count, type and componentType`);
  }
  if (accessor.bufferView === undefined && count > 50_000_000) {
    throw file.broken(`${where} counts ${count} elements without data`);
  }
  const values =
    accessor.bufferView === undefined
      ? new Float64Array(count * width)
      : strided(file, accessor, count, width, component, where);
  if (accessor.sparse) putSparse(file, accessor.sparse, values, width, component, where);
  if (accessor.normalized && component.one) {
    for (let i = 0; i < values.length; i += 1) {
      values[i] = Math.max(Math.fround(values[i] / component.one), -1);
    }
  }
  return { count, width, values };
}

/** Reads an accessor of `width` finite numbers per element. */
export function readFloats(file: GltfFile, number: unknown, width: number): Float32Array {
  const { values, width: there } = readAccessor(file, number);
  const where = `accessors[${String(number)}]`;
  if (there !== width) throw file.broken(`${where} has ${there} numbers each, not ${width}`);
  if (!values.every(Number.isFinite)) {
    throw file.broken(`${where} holds values that are not finite numbers`);
  }
  return Float32Array.from(values);
}

function strided(
  file: GltfFile,
  entry: Json,
  count: number,
  width: number,
  component: Component,
  where: string,
): Float64Array {
  const bytes = file.view(entry.bufferView);
  const packed = width * component.size;
  const stride: number = file.item("bufferViews", entry.bufferView).byteStride || packed;
  const offset: number = entry.byteOffset ?? 0;
  if (!Number.isInteger(stride) || !Number.isInteger(offset) || stride < packed || offset < 0) {
    throw file.broken(`${where} has no sound offset and stride`);
  }
  const end = count ? offset + stride * (count - 1) + packed : offset;
  if (end > bytes.length) throw file.broken(`${where} reaches past the end of its buffer view`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(count * width);
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const at = offset + row * stride + column * component.size;
      values[row * width + column] = component.read(view, at);
    }
  }
  return values;
}

function putSparse(
  file: GltfFile,
  sparse: Json,
  values: Float64Array,
  width: number,
  component: Component,
  where: string,
): void {
  const count = sparse.count as number;
  const kind = COMPONENTS[sparse.indices?.componentType];
  if (!Number.isInteger(count) || count < 0 || !kind?.one) {
    throw file.broken(`${where} has no sound sparse indices`);
  }
  const rows = strided(file, sparse.indices, count, 1, kind, where);
  const replaced = strided(file, sparse.values ?? {}, count, width, component, where);
  rows.forEach((row, i) => {
    if ((row + 1) * width > values.length) {
      throw file.broken(`${where} has sparse indices past its end`);
    }
    values.set(replaced.subarray(i * width, (i + 1) * width), row * width);
  });
}
