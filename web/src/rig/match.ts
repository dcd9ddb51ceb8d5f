/** One target and the channels that drive it; the port of `voxface.rig.match`. */
import contract from "../generated/contract.json";
import { LAST_RESORT, own, readName, type Reading } from "./spelling";

type How = "same" | "half" | "mean" | "max" | "minus mouthClose";

/** A target, or an expression of the rig, and what drives it. */
export interface Drive {
  /** The name as the rig has it. */
  readonly target: string;
  /** One channel, or the two of a pair. */
  readonly channels: readonly string[];
  /** `minus mouthClose` is for the jaw of a rig whose lips cannot shut by themselves. */
  readonly how: How;
}

/** The weight of a channel in one frame; 0 where a clip lacks it. */
export type Frame = (channel: string) => number;

/** The weight of what is driven. */
export function driveValue({ channels, how }: Drive, frame: Frame): number {
  const [first, second] = channels;
  if (how === "max") return Math.max(frame(first), frame(second));
  if (how === "minus mouthClose") return Math.max(frame(first) - frame("mouthClose"), 0);
  return channels.length > 1 ? (frame(first) + frame(second)) / 2 : frame(first);
}

/**
 * Matches names of targets or expressions to channels.
 *
 * Of several readings of one channel the surest counts: whole channels before halves before targets
 * for both sides, and then the rank of `readName`. Names that are equally sure are all driven,
 * because heads and teeth often have targets of their own.
 *
 * @param without channels that something else drives already
 * @param lastResort whether words count that only probably mean a channel (`mouthOpen`); otherwise
 *   only surer ones do
 */
export function matchNames(
  names: readonly string[],
  without: ReadonlySet<string> = new Set(),
  lastResort = false,
): Drive[] {
  const usable = new Map<string, Reading>();
  for (const name of names) {
    const found = read(name);
    if (!found || (found.rank === LAST_RESORT) !== lastResort) continue;
    if (!found.channels.every((channel) => without.has(channel))) usable.set(name, found);
  }
  const best = new Map<string, number>();
  for (const found of usable.values()) {
    for (const channel of found.channels) {
      best.set(channel, Math.min(best.get(channel) ?? Infinity, order(found)));
    }
  }
  return [...usable]
    .filter(([, found]) =>
      found.channels.some((each) => best.get(each) === order(found) && !without.has(each)),
    )
    .map(([target, found]) => ({ target, channels: found.channels, how: howOf(found) }));
}

function read(name: string): Reading | null {
  const gaze = own<string[]>(
    contract.spellings.gaze,
    name.replace(/[^\p{L}]/gu, "").toLowerCase(),
  );
  return gaze ? { channels: gaze, rank: LAST_RESORT - 1, half: "" } : readName(name);
}

function order(found: Reading): number {
  const kind = found.channels.length > 1 ? 2 : found.half ? 1 : 0;
  return kind * 10 + found.rank;
}

function howOf(found: Reading): How {
  if (found.channels.length > 1) {
    const rules: Readonly<Record<string, string>> = contract.spellings.both_sides;
    const base = found.channels[0].replace(/Left$/, "").toLowerCase();
    return (own(rules, base) ?? rules.default) as How;
  }
  return found.half ? "half" : "same";
}
