/** Where a head turns when its file does not say; the port of `voxface.rig.pivot`. */

/**
 * The point about which a head turns, guessed from the part that morph targets move: on the level
 * of the upper lip, and behind the nose by some nine tenths of the height from chin to brows.
 */
export function guessPivot(
  neutral: Float32Array,
  deltas: readonly Float32Array[],
): [number, number, number] {
  const vertices = neutral.length / 3;
  const reach = new Float32Array(vertices);
  for (const delta of deltas) {
    delta.forEach((value, i) => {
      const vertex = Math.floor(i / 3);
      reach[vertex] = Math.max(reach[vertex], Math.abs(value));
    });
  }
  const least = 0.05 * Math.max(reach.reduce((most, value) => Math.max(most, value), 0), 1e-9);
  const moving = [...reach.keys()].filter((vertex) => reach[vertex] > least);
  const face = moving.length ? moving : [...reach.keys()];
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const vertex of face) {
    for (let axis = 0; axis < 3; axis += 1) {
      low[axis] = Math.min(low[axis], neutral[vertex * 3 + axis]);
      high[axis] = Math.max(high[axis], neutral[vertex * 3 + axis]);
    }
  }
  const height = high[1] - low[1];
  return [(low[0] + high[0]) / 2, low[1] + 0.4 * height, high[2] - 0.9 * height];
}
