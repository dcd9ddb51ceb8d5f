/** Visemes and vowels as mixes of channels; owned by `voxface.face.visemes`. */
import contract from "../generated/contract.json";
import type { Connection } from "./connection";
import type { Mix } from "./viseme_fit";

type Mixes = Readonly<Record<string, Mix>>;

export const VISEMES = contract.visemes as unknown as Mixes;
export const VOWELS = contract.vowels as unknown as Mixes;

/** The mixes that a mouth of this kind is moved by. */
export function mixesOf(kind: Connection["kind"]): Mixes {
  return kind === "visemes" ? VISEMES : VOWELS;
}
