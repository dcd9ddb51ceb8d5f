import contract from "../generated/contract.json";
import { type FaceClip, frameCount, framesPerSecond } from "../types";
import { emptyMoment, sampleClip } from "../view/sample";
import { clipEnd } from "./state";

/** How like two clips are over the time both have. */
export interface Likeness {
  /** Mean absolute difference of what speech moves. */
  readonly mouth: number;
  /** Pearson correlation of jawOpen; NaN where one does not move. */
  readonly jaw: number;
  /** Seconds both have. */
  readonly seconds: number;
}

/** Compare at the frames of the first clip; null where they share no time or channel. */
export function likeness(a: FaceClip, b: FaceClip): Likeness | null {
  const rate = framesPerSecond(a.fps);
  const shared = contract.speechChannels
    .map((name) => [a.channels.indexOf(name), b.channels.indexOf(name)])
    .filter(([first, second]) => first >= 0 && second >= 0);
  const jaws = [a.channels.indexOf("jawOpen"), b.channels.indexOf("jawOpen")];
  const moment = emptyMoment(b.channels.length);
  const pairs: [number, number][] = [];
  let difference = 0;
  let counted = 0;
  for (let frame = 0; frame < frameCount(a); frame++) {
    const seconds = a.start + frame / rate;
    if (seconds < b.start || seconds > clipEnd(b)) continue;
    const other = sampleClip(b, seconds, moment).weights;
    const row = frame * a.channels.length;
    for (const [first, second] of shared) {
      difference += Math.abs(a.weights[row + first] - other[second]);
      counted += 1;
    }
    pairs.push([a.weights[row + jaws[0]] ?? 0, other[jaws[1]] ?? 0]);
  }
  if (!counted) return null;
  return { mouth: difference / counted, jaw: correlation(pairs), seconds: pairs.length / rate };
}

function correlation(pairs: readonly [number, number][]): number {
  const mean = (side: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[side], 0) / pairs.length;
  const [first, second] = [mean(0), mean(1)];
  let [product, square, other] = [0, 0, 0];
  for (const [x, y] of pairs) {
    product += (x - first) * (y - second);
    square += (x - first) ** 2;
    other += (y - second) ** 2;
  }
  return product / Math.sqrt(square * other);
}
