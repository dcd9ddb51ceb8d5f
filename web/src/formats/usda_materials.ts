/** What a head looks like in USD text; the port of `voxface.formats.usd_materials`. */
import { trianglesOf, type Material, type Rig, type RigPart } from "../rig/rig";
import { colorAt, decodePicture } from "./picture";
import {
  floatText,
  freeName,
  integersText,
  noted,
  prim,
  tuplesText,
  tupleText,
  type Block,
} from "./usda_text";

const SUBSET_NOTES = ['prepend apiSchemas = ["MaterialBindingAPI"]'];

/** Where a head's looks stand in a scene. */
export interface Looks {
  /** Attributes of the mesh. */
  readonly attributes: Block;
  /** Prims below the mesh, after those of the blend shapes. */
  readonly subsets: Block;
  /** The prims of the materials, beside the mesh. */
  readonly materials: Block;
}

/**
 * The looks of a head; `names` are taken below the mesh. A text file holds no pictures, so their
 * colours stand at the vertices.
 */
export async function looksOf(rig: Rig, names: Set<string>): Promise<Looks> {
  const pictured = rig.uv !== null && rig.parts.some((part) => part.material.texture);
  const colored = rig.colors !== null || pictured;
  const colors = colored
    ? noted(`color3f[] primvars:displayColor = ${tuplesText(await vertexColors(rig), 3)}`, [
        'interpolation = "vertex"',
      ])
    : noted(`color3f[] primvars:displayColor = ${tuplesText(faceColors(rig.parts), 3)}`, [
        'interpolation = "uniform"',
      ]);
  const paths = new Map<string, string>();
  const materialNames = new Set<string>();
  const materials: Block = [];
  const subsets: Block = [];
  let begin = 0;
  for (const { name, triangles, material } of rig.parts) {
    const faces = Array.from({ length: triangles.length / 3 }, (_, i) => begin + i);
    begin += faces.length;
    const key = keyOf(material);
    if (!paths.has(key)) {
      const free = freeName(material.name, materialNames);
      paths.set(key, `/Head/Materials/${free}`);
      materials.push(...materialBlock(free, material, colored));
    }
    subsets.push(
      ...prim("GeomSubset", freeName(name, names), SUBSET_NOTES, [
        'uniform token elementType = "face"',
        'uniform token familyName = "materialBind"',
        `int[] indices = ${integersText(faces)}`,
        `rel material:binding = <${paths.get(key)}>`,
      ]),
    );
  }
  const family = 'uniform token subsetFamily:materialBind:familyType = "partition"';
  return {
    attributes: [...colors, family],
    subsets,
    materials: prim("Scope", "Materials", [], materials),
  };
}

function materialBlock(name: string, look: Material, colored: boolean): Block {
  const path = `/Head/Materials/${name}`;
  const faded = look.transparent || look.cutoff > 0;
  const color = `color3f inputs:diffuseColor`;
  const connected = `${color}.connect = <${path}/VertexColors.outputs:result>`;
  const surface = prim("Shader", "Surface", [], [
    'uniform token info:id = "UsdPreviewSurface"',
    `${color} = ${tupleText(look.color.slice(0, 3).map(Math.fround))}`,
    ...(colored ? [connected] : []),
    `float inputs:metallic = ${floatText(Math.fround(look.metallic))}`,
    `float inputs:opacity = ${floatText(Math.fround(faded ? look.color[3] : 1))}`,
    `float inputs:opacityThreshold = ${floatText(Math.fround(look.cutoff))}`,
    `float inputs:roughness = ${floatText(Math.fround(look.roughness))}`,
    "token outputs:surface",
  ]);
  const reader = prim("Shader", "VertexColors", [], [
    'uniform token info:id = "UsdPrimvarReader_float3"',
    'string inputs:varname = "displayColor"',
    "float3 outputs:result",
  ]);
  const output = `token outputs:surface.connect = <${path}/Surface.outputs:surface>`;
  return prim("Material", name, [], [output, ...surface, ...(colored ? reader : [])]);
}

/** Linear colours, V x 3: of vertices, materials and pictures. */
async function vertexColors(rig: Rig): Promise<Float32Array> {
  const colors = new Float32Array(rig.neutral.length).fill(1);
  for (const { triangles, material } of rig.parts) {
    const picture = material.texture && rig.uv ? await decodePicture(material.texture) : null;
    for (const vertex of new Set(triangles)) {
      const [u, v] = rig.uv?.subarray(vertex * 2, vertex * 2 + 2) ?? [0, 0];
      const seen = picture ? colorAt(picture, u, v) : [1, 1, 1];
      for (let i = 0; i < 3; i += 1) colors[vertex * 3 + i] = material.color[i] * seen[i];
    }
  }
  if (!rig.colors) return colors;
  const own = rig.colors;
  return colors.map((value, i) => value * own[Math.floor(i / 3) * 4 + (i % 3)]);
}

/** Linear colours of the materials, one for each triangle. */
function faceColors(parts: readonly RigPart[]): Float32Array {
  const colors = new Float32Array(trianglesOf(parts).length);
  let begin = 0;
  for (const { triangles, material } of parts) {
    const color = material.color.slice(0, 3);
    for (let i = 0; i < triangles.length; i += 1) colors[begin + i] = color[i % 3];
    begin += triangles.length;
  }
  return colors;
}

/** What tells materials apart. */
function keyOf({ texture, ...look }: Material): string {
  return JSON.stringify([look, texture && [texture.byteOffset, texture.length]]);
}
