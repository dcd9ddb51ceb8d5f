import { BufferAttribute, type BufferGeometry, type Mesh, type Object3D } from "three";
import { morphMeshes } from "./head";

type Morphs = Record<string, BufferAttribute[]>;

/** What one target moves: numbers of vertices, and three numbers each. */
interface Part {
  readonly vertices: Uint32Array;
  readonly moves: Float32Array;
}

/**
 * Morph targets on the processor, for machines that have no graphics card: a target moves few of a
 * head's vertices, and only those are touched, where a shader visits all of them for each target.
 */
class CpuMorpher {
  readonly #channels: { rest: Float32Array; now: BufferAttribute; parts: Part[] }[];
  #last: number[] = [];

  constructor(geometry: BufferGeometry) {
    const relative = geometry.morphTargetsRelative;
    const names = ["position", "normal"].filter((name) => name in geometry.morphAttributes);
    this.#channels = names.map((name) => {
      const rest = flat(geometry.getAttribute(name) as BufferAttribute);
      const now = new BufferAttribute(rest.slice(), 3);
      const parts = (geometry.morphAttributes as Morphs)[name].map((target) =>
        sparse(flat(target), relative ? null : rest),
      );
      geometry.setAttribute(name, now);
      return { rest, now, parts };
    });
    geometry.morphAttributes = {};
  }

  apply(influences: readonly number[]): void {
    if (influences.every((weight, target) => weight === this.#last[target])) return;
    this.#last = [...influences];
    for (const { rest, now, parts } of this.#channels) {
      const values = now.array as Float32Array;
      values.set(rest);
      parts.forEach(({ vertices, moves }, target) => {
        const weight = influences[target];
        if (!weight) return;
        for (let i = 0, from = 0; i < vertices.length; i++) {
          const at = 3 * vertices[i];
          values[at] += weight * moves[from++];
          values[at + 1] += weight * moves[from++];
          values[at + 2] += weight * moves[from++];
        }
      });
      now.needsUpdate = true;
    }
  }
}

const MORPHER = new WeakMap<Mesh, CpuMorpher>();

/** Take the targets of a head off the graphics card, for good. */
export function morphOnProcessor(object: Object3D): void {
  for (const mesh of morphMeshes(object)) {
    if (MORPHER.has(mesh) || !mesh.geometry.morphAttributes.position) continue;
    // Parts of a file may share their vertices: each gets its own to move.
    const influences = mesh.morphTargetInfluences!;
    const names = mesh.morphTargetDictionary;
    mesh.geometry = mesh.geometry.clone();
    MORPHER.set(mesh, new CpuMorpher(mesh.geometry));
    mesh.morphTargetInfluences = influences;
    mesh.morphTargetDictionary = names;
  }
}

/** Bring vertices to where the weights want them, where that is the processor's work. */
export function applyMorphs(object: Object3D): void {
  for (const mesh of morphMeshes(object)) MORPHER.get(mesh)?.apply(mesh.morphTargetInfluences!);
}

function flat(attribute: BufferAttribute): Float32Array {
  const values = new Float32Array(attribute.count * 3);
  for (let i = 0; i < attribute.count; i++) {
    values[3 * i] = attribute.getX(i);
    values[3 * i + 1] = attribute.getY(i);
    values[3 * i + 2] = attribute.getZ(i);
  }
  return values;
}

function sparse(target: Float32Array, rest: Float32Array | null): Part {
  const vertices: number[] = [];
  const moves: number[] = [];
  for (let at = 0; at < target.length; at += 3) {
    const move = [0, 1, 2].map((axis) => target[at + axis] - (rest?.[at + axis] ?? 0));
    if (move.every((part) => part === 0)) continue;
    vertices.push(at / 3);
    moves.push(...move);
  }
  return { vertices: Uint32Array.from(vertices), moves: Float32Array.from(moves) };
}
