import {
  type Material,
  type Mesh,
  MeshLambertMaterial,
  type MeshStandardMaterial,
  type Object3D,
} from "three";

/** What a picture costs: each step is about twice as cheap as the one before. */
export interface Quality {
  /** Most picture points per CSS pixel along an edge. */
  readonly pixelRatio: number;
  readonly shadows: boolean;
  /** Whether surfaces reflect the room, or only scatter light. */
  readonly glossy: boolean;
  /** Whether the processor moves the vertices: quicker where there is no graphics card. */
  readonly morphsOnProcessor: boolean;
  /** Whether edges are smoothed; only what the first step says counts. */
  readonly smoothEdges: boolean;
}

export const QUALITIES: readonly Quality[] = [
  {
    pixelRatio: 2,
    shadows: true,
    glossy: true,
    morphsOnProcessor: false,
    smoothEdges: true,
  },
  {
    pixelRatio: 1,
    shadows: true,
    glossy: true,
    morphsOnProcessor: false,
    smoothEdges: true,
  },
  {
    pixelRatio: 1,
    shadows: false,
    glossy: true,
    morphsOnProcessor: true,
    smoothEdges: true,
  },
  {
    pixelRatio: 0.75,
    shadows: false,
    glossy: false,
    morphsOnProcessor: true,
    smoothEdges: false,
  },
  {
    pixelRatio: 0.5,
    shadows: false,
    glossy: false,
    morphsOnProcessor: true,
    smoothEdges: false,
  },
];

/** How a head is drawn that stands still: one picture, however long it takes. */
export const STILL = QUALITIES[0];

/** A machine that draws without a graphics card starts here. */
const SOFTWARE_STEP = 3;
/** Under some 25 pictures a second for so many pictures in a row is too slow. */
const SLOW_MILLISECONDS = 42;
const SLOW_PICTURES = 8;
/** A longer wait is no slow picture but a page that was busy or hidden. */
const PAUSE_MILLISECONDS = 1500;

/** The step for this machine, as far as the browser tells. */
export function firstStep(): number {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return 0;
  const known = context.getExtension("WEBGL_debug_renderer_info");
  const name = String(context.getParameter(known?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|softpipe|software|basic render/i.test(name) ? SOFTWARE_STEP : 0;
}

/** Watches how long pictures take and says when a cheaper step is due. */
export class Governor {
  #slow = 0;

  /**
   * Note a picture; true if the last ones were too slow. `taken` is the time in milliseconds from
   * the wish for it until it was drawn: pictures wished for seldom are not slow ones.
   */
  note(taken: number): boolean {
    if (taken > PAUSE_MILLISECONDS) return false;
    this.#slow = taken > SLOW_MILLISECONDS ? this.#slow + 1 : 0;
    if (this.#slow < SLOW_PICTURES) return false;
    this.#slow = 0;
    return true;
  }
}

const PLAIN = "voxfacePlain";
const GLOSSY = "voxfaceGlossy";

/** Give all meshes of a head glossy or plain surfaces; what was made once is kept. */
export function setSurfaces(object: Object3D, glossy: boolean): void {
  object.traverse((child) => {
    const mesh = child as Mesh;
    if (!mesh.isMesh || Array.isArray(mesh.material)) return;
    mesh.userData[GLOSSY] ??= mesh.material;
    if (!glossy) mesh.userData[PLAIN] ??= plain(mesh.userData[GLOSSY] as Material);
    mesh.material = mesh.userData[glossy ? GLOSSY : PLAIN] as Material;
  });
}

function plain(glossy: Material): Material {
  const { isMeshStandardMaterial } = glossy as MeshStandardMaterial;
  // Materials of other kinds, such as the toon shading of VRM, are cheap as they are.
  if (!isMeshStandardMaterial) return glossy;
  const { name, color, map, side, transparent, opacity, alphaTest, vertexColors } =
    glossy as MeshStandardMaterial;
  const surface = new MeshLambertMaterial({
    name, color, map, side, transparent, opacity, alphaTest, vertexColors,
  });
  // Without shadows nothing else would tell that a mouth is dark inside.
  if (/teeth|gum|tongue/i.test(name)) surface.color.multiplyScalar(0.5);
  return surface;
}
