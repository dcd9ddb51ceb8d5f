/** From weights of morph targets back to channels; the port of `voxface.rig.channels_of`. */
import type { Connection, ExpressionBind, Expressions } from "./connection";
import { mixesOf } from "./visemes";

/** A weight for every frame. */
export type Series = readonly number[];

/**
 * The channels that targets of a rig show: the inverse of `Connection.weights`.
 *
 * Exact where a channel has a target of its own. A target for both sides gives both channels, the
 * halves of a channel their mean, and visemes the sum of their mixes.
 *
 * @param series weights of the targets that are known; the others are left out
 */
export function channelsOf(
  connection: Connection,
  expressions: Expressions,
  series: ReadonlyMap<string, Series>,
): Map<string, Series> {
  const shown = (name: string) => series.get(name) ?? shownBy(expressions[name] ?? [], series);
  const found = new Map<string, Series>();
  const mixes = mixesOf(connection.kind);
  for (const [viseme, name] of Object.entries(connection.visemes)) {
    const seen = shown(name);
    if (!seen) continue;
    for (const [channel, amount] of Object.entries(mixes[viseme])) {
      const before = found.get(channel);
      found.set(channel, seen.map((value, i) => (before?.[i] ?? 0) + amount * value));
    }
  }
  for (const { channel, targets } of connection.matched) {
    const seen = targets.map(shown).filter((each) => each !== null);
    if (seen.length) found.set(channel, meanOf(seen));
  }
  return found;
}

/** How far an expression is seen to be on; null if that is not known. */
function shownBy(
  pose: readonly ExpressionBind[],
  series: ReadonlyMap<string, Series>,
): Series | null {
  const known = pose.filter(({ target }) => series.has(target));
  if (!known.length) return null;
  return meanOf(
    known.map(({ target, weight }) => series.get(target)!.map((value) => value / weight)),
  );
}

function meanOf(all: readonly Series[]): Series {
  return all[0].map((_, i) => all.reduce((sum, each) => sum + each[i], 0) / all.length);
}
