/** The looks of a glTF primitive; the port of `voxface.rig.materials`. */
import { dataOf, type GltfFile, type Json } from "./gltf_file";
import type { Material } from "./rig";

/** A primitive's material and the number of the texture coordinates it uses. */
export function materialOf(file: GltfFile, primitive: Json): { material: Material; uvSet: number } {
  if (primitive.material === undefined) {
    const color = [1, 1, 1, 1];
    const plain = { roughness: 1, metallic: 0, texture: null, twoSided: false };
    return { material: { name: "default", color, ...plain }, uvSet: 0 };
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
      twoSided: Boolean(entry.doubleSided),
    },
    uvSet: base?.texCoord ?? 0,
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
