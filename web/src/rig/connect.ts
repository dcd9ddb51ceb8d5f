/** Which channels move which morph targets; the port of `voxface.rig.connect`. */
import { ARKIT_CHANNELS } from "../face/channels";
import { nameKey } from "../formats/names";
import type { Connection, RigExtras } from "./connection";

/** Finds out what each channel moves in a head with these morph targets. */
export function connect(targets: readonly string[], _extras: RigExtras = {}): Connection {
  const keys = targets.map(nameKey);
  const matched = ARKIT_CHANNELS.map((channel) => ({
    channel,
    targets: targets.filter((_, i) => keys[i] === nameKey(channel)),
  })).filter((match) => match.targets.length);
  const moved = new Set(matched.flatMap((match) => match.targets));
  const channels = matched.map((match) => match.channel);
  return {
    kind: matched.length ? "arkit" : "none",
    targets,
    matched,
    missed: ARKIT_CHANNELS.filter((channel) => !channels.includes(channel)),
    unused: targets.filter((name) => !moved.has(name)),
    weights(frame, names, out = new Float32Array(targets.length)) {
      out.fill(0);
      for (const match of matched) {
        const column = names.indexOf(match.channel);
        if (column < 0) continue;
        for (const name of match.targets) out[targets.indexOf(name)] = frame[column];
      }
      return out;
    },
  };
}
