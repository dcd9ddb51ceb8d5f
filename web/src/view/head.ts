import type { VRM } from "@pixiv/three-vrm";
import { Box3, type Bone, type Mesh, type Object3D, Vector3 } from "three";
import type { Connection } from "../rig";
import { type Eye, eyePoses } from "../rig/eyes";
import type { FaceClip } from "../types";
import { Joint } from "./joint";
import type { Moment } from "./sample";

/** Where the face is, for camera and lights. */
export interface Focus {
  readonly center: Vector3;
  /** About half the height of the face. */
  readonly radius: number;
}

interface Driven {
  readonly influences: number[];
  readonly index: number;
}

/** A bone that turns an eyeball. */
export interface EyeBone {
  readonly eye: Eye;
  readonly node: Object3D;
}

/** What a head has beside its targets. */
export interface HeadExtras {
  readonly vrm?: VRM | null;
  readonly eyes?: readonly EyeBone[];
  /** What is wrong with how it stands, in one line. */
  readonly misplaced?: string | null;
}

/** A loaded head that moments of a clip can move. */
export class Head {
  readonly #driven: Driven[][];
  readonly #joint: Joint | null;
  readonly #eyes: readonly { eye: Eye; joint: Joint }[];
  readonly #weights: Float32Array;
  #focus: Focus | null = null;
  readonly vrm: VRM | null;
  /** What is wrong with how it stands and what to do, in one line. */
  readonly misplaced: string | null;

  constructor(
    readonly name: string,
    readonly object: Object3D,
    readonly connection: Connection,
    { vrm = null, eyes = [], misplaced = null }: HeadExtras = {},
  ) {
    const meshes = morphMeshes(object);
    this.#driven = connection.targets.map((target) =>
      meshes.flatMap((mesh) => {
        const index = mesh.morphTargetDictionary![target];
        return index === undefined ? [] : [{ influences: mesh.morphTargetInfluences!, index }];
      }),
    );
    this.#weights = new Float32Array(connection.targets.length);
    object.updateWorldMatrix(true, true);
    this.vrm = vrm;
    this.misplaced = misplaced;
    const node = headJoint(object, vrm);
    this.#joint = node && new Joint(node);
    this.#eyes = eyes.map(({ eye, node }) => ({ eye, joint: new Joint(node) }));
  }

  /** Whether something turns with the head's pose. */
  get turns(): boolean {
    return this.#joint !== null;
  }

  /** Show a moment; `channels` names its weights. */
  pose(moment: Moment, channels: readonly string[]): void {
    this.connection.weights(moment.weights, channels, this.#weights);
    this.#driven.forEach((places, target) => {
      for (const { influences, index } of places) influences[index] = this.#weights[target];
    });
    this.#joint?.pose(moment.head);
    for (const { eye, joint } of this.#eyes) joint.pose(eyePoses(eye, still(moment, channels)));
  }

  /** Let hair and clothes of a VRM follow; `seconds` since the last time. */
  follow(seconds: number): void {
    this.vrm?.humanoid.update();
    this.vrm?.nodeConstraintManager?.update();
    this.vrm?.springBoneManager?.update(Math.min(seconds, 0.05));
  }

  /** What the targets stand at, read back from the meshes. */
  weightsByName(): Record<string, number> {
    const found: Record<string, number> = {};
    this.connection.targets.forEach((target, column) => {
      const place = this.#driven[column][0];
      if (place) found[target] = place.influences[place.index];
    });
    return found;
  }

  /** The head joint's turn from rest in the axes of the clip, w, x, y, z. */
  turn(): [number, number, number, number] {
    return this.#joint?.turn() ?? [1, 0, 0, 0];
  }

  /** Where the face is: the box of all that moves, else of all there is. */
  get focus(): Focus {
    this.#focus ??= this.#findFocus();
    return this.#focus;
  }

  #findFocus(): Focus {
    this.object.updateWorldMatrix(true, true);
    const box = new Box3();
    for (const mesh of morphMeshes(this.object)) growByMoving(box, mesh);
    if (box.isEmpty()) box.setFromObject(this.object);
    const size = box.getSize(new Vector3());
    return { center: box.getCenter(new Vector3()), radius: Math.max(size.y / 2, 1e-3) };
  }
}

/** A clip of one frame. */
function still(moment: Moment, channels: readonly string[]): FaceClip {
  const fps = { numerator: 1, denominator: 1 };
  const tracked = new Uint8Array(moment.weights.length).fill(1);
  return { ...moment, channels, fps, tracked, start: 0, metadata: {} };
}

/** The meshes under an object that have morph targets. */
export function morphMeshes(object: Object3D): Mesh[] {
  const found: Mesh[] = [];
  object.traverse((child) => {
    const mesh = child as Mesh;
    if (mesh.isMesh && mesh.morphTargetDictionary && mesh.morphTargetInfluences) found.push(mesh);
  });
  return found;
}

function headJoint(object: Object3D, vrm: VRM | null): Object3D | null {
  const normalized = vrm?.humanoid.getNormalizedBoneNode("head");
  if (normalized) return normalized;
  const bones: Object3D[] = [];
  object.traverse((child) => {
    if ((child as Bone).isBone) bones.push(child);
  });
  const bare = (node: Object3D) => node.name.toLowerCase().replace(/^.*[:|]|[^a-z]/g, "");
  return (
    bones.find((bone) => bare(bone) === "head") ??
    bones.find((bone) => /head$/.test(bare(bone))) ??
    (bones.length ? null : object.children.length === 1 ? object.children[0] : null)
  );
}

function growByMoving(box: Box3, mesh: Mesh): void {
  const rest = mesh.geometry.getAttribute("position");
  const relative = mesh.geometry.morphTargetsRelative;
  const point = new Vector3();
  const moving = new Uint8Array(rest.count);
  const reach = new Float32Array(rest.count);
  // A sixth of the reach of the widest target is enough to say that a vertex belongs to the face.
  for (const target of mesh.geometry.morphAttributes.position ?? []) {
    let widest = 0;
    for (let i = 0; i < rest.count; i++) {
      point.set(target.getX(i), target.getY(i), target.getZ(i));
      if (!relative) point.sub(HOME.set(rest.getX(i), rest.getY(i), rest.getZ(i)));
      reach[i] = point.lengthSq();
      widest = Math.max(widest, reach[i]);
    }
    if (!widest) continue;
    for (let i = 0; i < rest.count; i++) if (reach[i] >= widest / 36) moving[i] = 1;
  }
  for (let i = 0; i < rest.count; i++) {
    if (!moving[i]) continue;
    mesh.getVertexPosition(i, point);
    box.expandByPoint(point.applyMatrix4(mesh.matrixWorld));
  }
}

const HOME = new Vector3();
