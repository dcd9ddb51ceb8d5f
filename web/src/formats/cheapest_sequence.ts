/** Deciding over time: the sequence half of the port of `voxface.formats.mouth_shapes`. */

/** What a change costs, in frames of a choice that is as wrong as can be. */
const CHANGE = 0.2;

/**
 * The cheapest sequence of choices, each held for its least number of frames.
 *
 * Dynamic programming: the best way to be at a choice after so many frames either was at it one
 * frame before, or came to it exactly its least time ago from the best other choice.
 *
 * @param costs for each choice what it costs at every frame
 * @param least for each choice the frames for which it is held
 */
export function cheapestSequence(
  costs: readonly Float64Array[],
  least: readonly number[],
): Int32Array {
  const frames = costs[0].length;
  const sums = costs.map(summed);
  if (frames <= Math.max(...least)) {
    const totals = sums.map((sum) => sum[frames]);
    return new Int32Array(frames).fill(totals.indexOf(Math.min(...totals)));
  }
  const best = costs.map(() => new Float64Array(frames + 1).fill(Infinity));
  // Where a choice was come to from; -1: it stayed.
  const origin = costs.map(() => new Int32Array(frames + 1).fill(-1));
  // The two cheapest ways up to every frame, because a choice does not follow itself.
  const first = new Float64Array(frames + 1).fill(Infinity);
  const second = new Float64Array(frames + 1).fill(Infinity);
  const winner = new Int32Array(frames + 1).fill(-1);
  for (let end = 1; end <= frames; end += 1) {
    for (let k = 0; k < costs.length; k += 1) {
      const begin = end - least[k];
      const before = (winner[begin] === k ? second[begin] : first[begin]) + CHANGE;
      const entered = begin < 0 ? Infinity : (begin ? before : 0) + sums[k][end] - sums[k][begin];
      const stayed = best[k][end - 1] + costs[k][end - 1];
      best[k][end] = Math.min(entered, stayed);
      if (entered < stayed) origin[k][end] = begin;
      if (best[k][end] < first[end]) {
        second[end] = first[end];
        first[end] = best[k][end];
        winner[end] = k;
      } else if (best[k][end] < second[end]) {
        second[end] = best[k][end];
      }
    }
  }
  return traced(best, origin, frames);
}

/** Follows the cheapest way back from its end. */
function traced(
  best: readonly Float64Array[],
  origin: readonly Int32Array[],
  frames: number,
): Int32Array {
  const chosen = new Int32Array(frames);
  let end = frames;
  let choice = cheapest(best, end, -1);
  while (end > 0) {
    const begin = origin[choice][end];
    if (begin < 0) {
      end -= 1;
      chosen[end] = choice;
      continue;
    }
    chosen.fill(choice, begin, end);
    end = begin;
    choice = cheapest(best, begin, choice);
  }
  return chosen;
}

function cheapest(best: readonly Float64Array[], at: number, without: number): number {
  let found = without === 0 ? 1 : 0;
  for (let k = found + 1; k < best.length; k += 1) {
    if (k !== without && best[k][at] < best[found][at]) found = k;
  }
  return found;
}

/** Sums of the values before each place, and of all at the end. */
function summed(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, i) => (sums[i + 1] = sums[i] + value));
  return sums;
}
