/** Matching the channel names of other tools to ARKit's; the port of `voxface.formats.names`. */
import { ARKIT_CHANNELS } from "../face/channels";

/**
 * The form in which spellings of one channel are equal.
 *
 * `EyeBlinkLeft`, `eyeBlink_L`, `blendShapes.eyeBlinkLeft` and `eye_blink_left` are one.
 */
export function nameKey(name: string): string {
  const bare = name.trim().replace(/^["']+|["']+$/g, "");
  return bare
    .slice(bare.lastIndexOf(".") + 1)
    .replace(/(?<=[a-z])([LR])$|[_ -]([lLrR])$/, (_, capital, any) =>
      (capital ?? any).toUpperCase() === "L" ? "Left" : "Right",
    )
    .replace(/[_ -]/g, "")
    .toLowerCase();
}

const CHANNEL_OF_KEY = new Map(ARKIT_CHANNELS.map((channel) => [nameKey(channel), channel]));

/** Column of every ARKit channel among `names` (the first of a name), and the other names. */
export function matchChannels(names: readonly string[]): {
  columns: Map<string, number>;
  unknown: string[];
} {
  const columns = new Map<string, number>();
  const unknown: string[] = [];
  names.forEach((name, column) => {
    const channel = CHANNEL_OF_KEY.get(nameKey(name));
    if (channel === undefined || columns.has(channel)) unknown.push(name);
    else columns.set(channel, column);
  });
  return { columns, unknown };
}

/** The name as Live Link Face and Audio2Face write it: first letter large. */
export function capitalised(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
