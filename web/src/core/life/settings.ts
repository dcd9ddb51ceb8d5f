// How much of each kind of life a face has. Mirrors `voxface.engine.life.settings`.

import { VoxfaceError } from "../../types";
import type { Life } from "../api";
import { LIFE } from "../contract";

/** A life in which nothing is left open. */
export type WholeLife = Required<Life>;

const PARTS = ["blinks", "gaze", "head", "breathing", "brows"] as const;

/** A whole life of one strength, or of what is given and else usual; checked. */
export function checkedLife(given: number | Life = 1): WholeLife {
  const strength = (name: string, value: number): number => within(name, value, LIFE.strength);
  const common = typeof given === "number" ? strength("life", given) : 1;
  const life = typeof given === "number" ? {} : given;
  const parts = PARTS.map((part) => [part, strength(part, life[part] ?? common)]);
  const { blinkRate = null, seed = 0 } = life;
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new VoxfaceError(`seed is ${seed}; give a whole number, 0 to 4294967295`);
  }
  return {
    ...(Object.fromEntries(parts) as Record<(typeof PARTS)[number], number>),
    blinkRate: blinkRate === null ? null : within("blink_rate", blinkRate, LIFE.blinkRate),
    seed,
  };
}

/** Whether any part is on. */
export function lives(life: WholeLife): boolean {
  return PARTS.some((part) => life[part] > 0);
}

/** All settings under Python's names. */
export function lifeMetadata({ blinkRate, ...life }: WholeLife): Record<string, unknown> {
  return { ...life, blink_rate: blinkRate };
}

function within(name: string, value: number, [low, high]: readonly number[]): number {
  if (low! <= value && value <= high!) return value;
  throw new VoxfaceError(`${name} is ${value}; give a number, ${low} to ${high}`);
}
