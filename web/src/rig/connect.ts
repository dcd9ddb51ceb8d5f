/** Which channels drive which morph targets; the port of `voxface.rig.connect`. */
import { ARKIT_CHANNELS } from "../face/channels";
import type { Connection, ExpressionBind, Expressions, RigExtras } from "./connection";
import { driveValue, matchNames, type Drive, type Frame } from "./match";
import { visemeFit } from "./viseme_fit";
import { findVisemes, findVowels, type Shown } from "./viseme_names";
import { mixesOf, VISEMES } from "./visemes";

/** What visemes can show. A head with most of these as targets of their own needs no visemes. */
const VISEME_CHANNELS = [...new Set(Object.values(VISEMES).flatMap((mix) => Object.keys(mix)))];

type Kind = Connection["kind"];

/**
 * Finds out which channels drive which targets of a head, by name; see docs/rigs.md.
 *
 * Targets named after channels come first, then expressions of that name, and where most of the
 * mouth is still missing a set of visemes or vowels.
 */
export function connect(targets: readonly string[], extras: RigExtras = {}): Connection {
  const poses = usablePoses(targets, extras.expressions ?? {});
  let drives = matchNames(targets);
  drives.push(...matchNames([...poses.keys()], driven(drives)));
  const { kind, shown } = mouthOf(targets, [...poses.keys()], driven(drives));
  if (!shown.size) drives.push(...matchNames(targets, driven(drives), true));
  const moving = driven(drives);
  if (moving.has("jawOpen") && !moving.has("mouthClose")) drives = drives.map(lessClosing);
  const names = drives.map((drive) => drive.target);
  for (const [viseme, name] of shown) if (viseme !== "sil") names.push(name);
  const moved = new Set(names.flatMap((name) => poses.get(name)?.map(targetOf) ?? [name]));
  return {
    kind: shown.size ? kind : drives.length ? "arkit" : "none",
    targets,
    matched: ARKIT_CHANNELS.filter((channel) => moving.has(channel)).map((channel) => ({
      channel,
      targets: drives.filter((each) => each.channels.includes(channel)).map(targetOf),
    })),
    visemes: Object.fromEntries(shown),
    missed: ARKIT_CHANNELS.filter((channel) => !moving.has(channel)),
    unused: targets.filter((name) => !moved.has(name)),
    weights: weightsOf(targets, poses, drives, kind, shown),
  };
}

/** Expressions that move targets of this head and are not named like one. */
function usablePoses(
  targets: readonly string[],
  expressions: Expressions,
): Map<string, ExpressionBind[]> {
  const known = new Set(targets);
  return new Map(
    Object.entries(expressions)
      .filter(([name]) => !known.has(name))
      .map(([name, binds]) => [name, binds.filter((bind) => known.has(bind.target))] as const)
      .filter(([, binds]) => binds.length),
  );
}

function mouthOf(
  targets: readonly string[],
  poses: readonly string[],
  moving: ReadonlySet<string>,
): { kind: Kind; shown: Shown } {
  const sets: (() => [Kind, Shown])[] = [
    () => ["visemes", findVisemes(targets)],
    () => ["vrm", findVowels(poses)],
    () => ["vowels", findVowels(targets)],
  ];
  const there = VISEME_CHANNELS.filter((channel) => moving.has(channel)).length;
  if (there * 2 < VISEME_CHANNELS.length) {
    for (const set of sets) {
      const [kind, shown] = set();
      if (shown.size) return { kind, shown };
    }
  }
  return { kind: "arkit", shown: new Map() };
}

/** Lets a jaw close by `mouthClose` where no target shuts the lips of an open jaw. */
function lessClosing(drive: Drive): Drive {
  const jaw = drive.channels.length === 1 && drive.channels[0] === "jawOpen";
  return jaw ? { ...drive, how: "minus mouthClose" } : drive;
}

function weightsOf(
  targets: readonly string[],
  poses: ReadonlyMap<string, readonly ExpressionBind[]>,
  drives: readonly Drive[],
  kind: Kind,
  shown: Shown,
): Connection["weights"] {
  const rows = new Map(targets.map((name, row) => [name, row]));
  // Where a name leads: rows of targets, and how far each moves.
  const pullsOf = (name: string): [number, number][] => {
    const row = rows.get(name);
    if (row !== undefined) return [[row, 1]];
    return poses.get(name)!.map((bind) => [rows.get(bind.target)!, bind.weight]);
  };
  const driveTo = drives.map((drive) => pullsOf(drive.target));
  const visemes = [...shown.keys()];
  const visemeTo = [...shown.values()].map(pullsOf);
  const table = mixesOf(kind);
  const fit = visemeFit(visemes, visemes.map((name) => table[name]), driven(drives));
  const sums = new Float64Array(targets.length);
  let known: readonly string[] = [];
  let columns = new Map<string, number>();
  return (values, channels, out = new Float32Array(targets.length)) => {
    if (channels !== known) {
      known = channels;
      columns = new Map(channels.map((name, column) => [name, column]));
    }
    const frame: Frame = (channel) => values[columns.get(channel) ?? -1] ?? 0;
    sums.fill(0);
    const move = (pulls: readonly [number, number][], value: number) => {
      for (const [row, amount] of pulls) sums[row] += amount * value;
    };
    drives.forEach((drive, i) => move(driveTo[i], driveValue(drive, frame)));
    if (visemes.length) fit(frame).forEach((value, i) => move(visemeTo[i], value));
    out.set(sums);
    return out;
  };
}

function driven(drives: readonly Drive[]): Set<string> {
  return new Set(drives.flatMap((drive) => drive.channels));
}

function targetOf({ target }: { readonly target: string }): string {
  return target;
}
