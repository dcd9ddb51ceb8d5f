import {
  Color,
  type Material,
  type Mesh,
  MeshPhysicalMaterial,
  type MeshStandardMaterial,
  type Object3D,
  ShaderChunk,
} from "three";

const LIGHTS = ShaderChunk.lights_physical_pars_fragment;

/** Give the default head what its file cannot say: skin that lets light in, moist eyes and lips. */
export function dressDefaultHead(root: Object3D): void {
  const made = new Map<Material, Material>();
  root.traverse((object) => {
    const mesh = object as Mesh;
    if (!mesh.isMesh || Array.isArray(mesh.material)) return;
    const plain = mesh.material as MeshStandardMaterial;
    if (!plain.isMeshStandardMaterial) return;
    if (!made.has(plain)) made.set(plain, dressed(plain));
    mesh.material = made.get(plain)!;
  });
}

function dressed(plain: MeshStandardMaterial): Material {
  const name = plain.name.toLowerCase();
  if (/skin|face|lip/.test(name)) return skin(plain);
  if (/eye(?!.*(lash|brow))|cornea|iris|sclera/.test(name)) return eye(plain);
  if (/hair|brow|beard/.test(name)) return hair(plain);
  if (/teeth|tongue|gum|mouth/.test(name)) return moist(plain);
  return plain;
}

function physical(plain: MeshStandardMaterial): MeshPhysicalMaterial {
  const material = new MeshPhysicalMaterial();
  material.name = plain.name;
  material.color.copy(plain.color);
  material.map = plain.map;
  material.normalMap = plain.normalMap;
  material.roughnessMap = plain.roughnessMap;
  material.vertexColors = plain.vertexColors;
  material.roughness = plain.roughness;
  material.metalness = plain.metalness;
  material.side = plain.side;
  material.transparent = plain.transparent;
  material.opacity = plain.opacity;
  material.flatShading = plain.flatShading;
  return material;
}

function skin(plain: MeshStandardMaterial): Material {
  const material = physical(plain);
  material.roughness = Math.min(Math.max(plain.roughness, 0.42), 0.6);
  material.specularIntensity = 0.55;
  material.sheen = 0.25;
  material.sheenRoughness = 0.45;
  material.sheenColor = new Color(0.9, 0.62, 0.52);
  material.onBeforeCompile = (shader) => {
    // Light that enters skin leaves it around the edge of a shadow, red farthest: each colour
    // wraps a little beyond the terminator (wrapped diffuse, GPU Gems 1, chapter 16).
    const chunk = "#include <lights_physical_pars_fragment>";
    shader.fragmentShader = shader.fragmentShader.replace(chunk, () =>
      LIGHTS.replace(
        "reflectedLight.directDiffuse += irradiance * diffuseBRDF",
        `vec3 wrap = vec3( 0.26, 0.11, 0.07 );
         vec3 entering = clamp( ( dot( geometryNormal, directLight.direction ) + wrap )
           / ( 1.0 + wrap ), 0.0, 1.0 ) * directLight.color;
         reflectedLight.directDiffuse += entering * diffuseBRDF`,
      ),
    );
  };
  return material;
}

function eye(plain: MeshStandardMaterial): Material {
  const material = physical(plain);
  material.roughness = Math.min(plain.roughness, 0.35);
  material.clearcoat = 1;
  material.clearcoatRoughness = 0.04;
  return material;
}

function hair(plain: MeshStandardMaterial): Material {
  const material = physical(plain);
  // Strands throw light back in their own colour; the plain reflection of a room greys them.
  material.specularIntensity = 0.35;
  material.specularColor = new Color(0.75, 0.5, 0.32);
  material.sheen = 0.5;
  material.sheenRoughness = 0.4;
  material.sheenColor = new Color(0.5, 0.3, 0.17);
  return material;
}

function moist(plain: MeshStandardMaterial): Material {
  const material = physical(plain);
  // Lips keep much of a room's light from what lies behind them.
  if (/teeth|gum/.test(plain.name)) material.color.multiplyScalar(0.68);
  material.clearcoat = 0.5;
  material.clearcoatRoughness = 0.25;
  return material;
}
