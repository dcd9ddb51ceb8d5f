/** The looks of a glTF primitive; the port of `voxface.rig.materials`. */
import { dataOf, type GltfFile, type Json } from "./gltf_file";
import type { Material } from "./rig";

/** Which texture coordinates a material uses, and how KHR_texture_transform moves them. */
export interface UvUse {
  /** Of the mesh's sets of coordinates. */
  readonly number: number;
  readonly offset: readonly number[];
  readonly scale: readonly number[];
  /** In radians. */
  readonly rotation: number;
}

/** The coordinates as the picture is read. */
export function appliedUv({ offset, scale, rotation }: UvUse, uv: Float32Array): Float32Array {
  const [cosine, sine] = [Math.cos(rotation), Math.sin(rotation)];
  return uv.map((_, i) => {
    const [u, v] = [uv[i - (i % 2)] * scale[0], uv[i - (i % 2) + 1] * scale[1]];
    return offset[i % 2] + (i % 2 ? cosine * v - sine * u : cosine * u + sine * v);
  });
}

/** A primitive's material and the texture coordinates it uses. */
export function materialOf(file: GltfFile, primitive: Json): { material: Material; uvUse: UvUse } {
  if (primitive.material === undefined) {
    const color = [1, 1, 1, 1];
    const plain = { roughness: 1, metallic: 0, texture: null, twoSided: false };
    const solid = { transparent: false, cutoff: 0 };
    return { material: { name: "default", color, ...plain, ...solid }, uvUse: uvUseOf({}) };
  }
  const entry = file.item("materials", primitive.material);
  const surface = (entry.pbrMetallicRoughness ?? {}) as Json;
  const unlit = Boolean(entry.extensions?.KHR_materials_unlit);
  const base = surface.baseColorTexture as Json | undefined;
  return {
    material: {
      name: String(entry.name ?? `material_${primitive.material}`),
      color: (surface.baseColorFactor ?? [1, 1, 1, 1]) as number[],
      roughness: unlit ? 1 : (surface.roughnessFactor ?? 1),
      metallic: unlit ? 0 : (surface.metallicFactor ?? 1),
      texture: base ? pictureOf(file, base) : null,
      transparent: entry.alphaMode === "BLEND",
      cutoff: entry.alphaMode === "MASK" ? (entry.alphaCutoff ?? 0.5) : 0,
      twoSided: Boolean(entry.doubleSided),
    },
    uvUse: uvUseOf(base ?? {}),
  };
}

function uvUseOf(reference: Json): UvUse {
  const moved = (reference.extensions?.KHR_texture_transform ?? {}) as Json;
  return {
    number: moved.texCoord ?? reference.texCoord ?? 0,
    offset: moved.offset ?? [0, 0],
    scale: moved.scale ?? [1, 1],
    rotation: moved.rotation ?? 0,
  };
}

/** A PNG or JPEG file; null where the picture is of a kind that is not read. */
function pictureOf(file: GltfFile, reference: Json): Uint8Array | null {
  const source: unknown = file.item("textures", reference.index).source;
  if (source === undefined) return null;
  const image = file.item("images", source);
  const content =
    image.bufferView === undefined
      ? dataOf(file, String(image.uri ?? ""), `images[${String(source)}]`)
      : file.view(image.bufferView);
  const known = content[0] === 0x89 || (content[0] === 0xff && content[1] === 0xd8);
  return known ? content : null;
}
