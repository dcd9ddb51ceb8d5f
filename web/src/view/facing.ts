import type { Connection } from "../rig";
import type { Rig } from "../rig/rig";

/** Channels that say a direction, not a side, or that move what need not be at that side. */
const SLIDES = /^(jaw|mouthLeft|mouthRight|eyeLook)/;
/** Targets of each kind below which nothing is concluded. */
const ENOUGH = 2;
/** Share of the face's size; what is nearer together says nothing. */
const APART = 0.1;

type Point = readonly [number, number, number];

/** What is wrong with how a rig stands and what to do; the port of `voxface.rig.facing`. */
export function misplaced(rig: Rig, connection: Connection): string | null {
  const middles = middlesOf(rig);
  const sides: Record<"Left" | "Right" | "eye" | "mouth", Point[]> = {
    Left: [], Right: [], eye: [], mouth: [],
  };
  for (const [target, channels] of channelsByTarget(connection)) {
    const middle = middles.get(target);
    if (!middle) continue;
    const [first] = channels;
    const side = /(Left|Right)$/.exec(first)?.[1] as "Left" | "Right" | undefined;
    if (side && channels.length === 1 && !SLIDES.test(first)) sides[side].push(middle);
    if (/^(eye|brow)/.test(first)) sides.eye.push(middle);
    if (/^(mouth|jaw)/.test(first)) sides.mouth.push(middle);
  }
  const apart = APART * widest([...middles.values()]);
  if (Math.min(sides.eye.length, sides.mouth.length) >= ENOUGH) {
    const upwards = between(mean(sides.mouth), mean(sides.eye));
    const distance = Math.hypot(...upwards);
    if (upwards[1] < 0.5 * distance && distance > apart) {
      return "the head does not stand upright; export it with +Y up";
    }
  }
  if (Math.min(sides.Left.length, sides.Right.length) >= ENOUGH) {
    const leftwards = between(mean(sides.Right), mean(sides.Left));
    if (leftwards[0] < -Math.max(0.5 * Math.hypot(...leftwards), apart)) {
      return looksBackwards(rig)
        ? "the face looks along -z and would nod backwards; turn it to +z and export"
        : "targets named left move the subject's right side; swap the names";
    }
  }
  return null;
}

function channelsByTarget({ matched }: Connection): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { channel, targets } of matched) {
    for (const target of targets) found.set(target, [...(found.get(target) ?? []), channel]);
  }
  return found;
}

/** The middle of what each target moves; targets that move nothing are left out. */
function middlesOf({ targets, deltas, neutral }: Rig): Map<string, Point> {
  const found = new Map<string, Point>();
  targets.forEach((name, target) => {
    const delta = deltas[target];
    const sum = [0, 0, 0];
    let all = 0;
    let most = 0;
    for (let at = 0; at < delta.length; at += 3) {
      const moved = Math.hypot(delta[at], delta[at + 1], delta[at + 2]);
      if (!moved) continue;
      all += moved;
      most = Math.max(most, moved);
      for (let axis = 0; axis < 3; axis++) sum[axis] += moved * neutral[at + axis];
    }
    if (most > 1e-4) found.set(name, [sum[0] / all, sum[1] / all, sum[2] / all]);
  });
  return found;
}

/** Whether the skin that targets move looks along -z. */
function looksBackwards({ deltas, normals }: Rig): boolean {
  let outwards = 0;
  for (const delta of deltas) {
    for (let at = 0; at < delta.length; at += 3) {
      const [x, y, z] = [delta[at], delta[at + 1], delta[at + 2]];
      outwards += Math.max(Math.abs(x), Math.abs(y), Math.abs(z)) * normals[at + 2];
    }
  }
  return outwards < 0;
}

function widest(points: readonly Point[]): number {
  const size = [0, 1, 2].map((axis) => {
    const along = points.map((point) => point[axis]);
    return Math.max(...along) - Math.min(...along);
  });
  return Math.max(...size);
}

function mean(points: readonly Point[]): Point {
  const along = (axis: number) =>
    points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [along(0), along(1), along(2)];
}

function between(from: Point, to: Point): Point {
  return [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
}
