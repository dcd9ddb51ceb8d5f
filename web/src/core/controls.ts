// Gains, offsets and strengths: what they may be, and their stage. Mirrors
// `voxface.engine.controls`.

import { VoxfaceError } from "../types";
import type { Controls } from "./api";
import { ARKIT_CHANNELS, CONTROL_RANGES, HEAD, REGIONS } from "./contract";
import { timeline, type Timeline } from "./expression_poses";
import { checkedLife, lifeMetadata, type WholeLife } from "./life/settings";
import { unknownName } from "./names";

type Settings = Readonly<Record<string, number>>;

/** Controls in which nothing is left open. */
export interface WholeControls extends Required<Controls> {
  readonly expression: Readonly<Record<string, Timeline>>;
  readonly life: WholeLife;
}

/** Return the controls, or throw a `VoxfaceError` that says what is wrong with them. */
export function checkedControls(controls: Controls = {}): WholeControls {
  const expressions = Object.entries(controls.expression ?? {});
  return {
    gain: settings("gain", "channel", controls.gain, ARKIT_CHANNELS),
    offset: settings("offset", "channel", controls.offset, ARKIT_CHANNELS),
    strength: settings("strength", "region", controls.strength, [...Object.keys(REGIONS), HEAD]),
    smoothing: inRange("smoothing", controls.smoothing ?? 0, CONTROL_RANGES.smoothing),
    silenceGate: controls.silenceGate ?? true,
    expression: Object.fromEntries(
      expressions.map(([name, given]) => [name, timeline(name, given)]),
    ),
    life: checkedLife(controls.life),
  };
}

/** What differs from the usual, under Python's names: plain JSON for a clip's metadata. */
export function controlsMetadata(controls: WholeControls): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const name of ["gain", "offset", "strength", "expression"] as const) {
    if (Object.keys(controls[name]).length) plain[name] = { ...controls[name] };
  }
  if (controls.smoothing) plain["smoothing"] = controls.smoothing;
  if (!controls.silenceGate) plain["silence_gate"] = false;
  const life = lifeMetadata(controls.life);
  const usual: Record<string, unknown> = lifeMetadata(checkedLife());
  if (Object.keys(life).some((part) => life[part] !== usual[part])) plain["life"] = life;
  return plain;
}

/** Applies gains, offsets and strengths to rows of channels + 6; remembers nothing. */
export class ControlStage {
  /** Gain times strength, by column. */
  readonly factor: Float64Array;
  private readonly offset: Float64Array;

  constructor(controls: WholeControls, private readonly channels: readonly string[]) {
    const count = channels.length;
    this.factor = new Float64Array(count + 6).fill(1);
    this.offset = new Float64Array(count + 6);
    const known = (name: string): number => {
      const column = channels.indexOf(name);
      if (column < 0) throw unknownName("channel", name, channels);
      return column;
    };
    for (const [region, value] of Object.entries(controls.strength)) {
      for (const name of REGIONS[region] ?? []) {
        const column = channels.indexOf(name);
        if (column >= 0) this.factor[column] *= value;
      }
    }
    this.factor.fill(controls.strength[HEAD] ?? 1, count);
    for (const [name, value] of Object.entries(controls.gain)) this.factor[known(name)] *= value;
    for (const [name, value] of Object.entries(controls.offset)) this.offset[known(name)] = value;
  }

  /** Change rows in place. */
  apply(rows: Float32Array): void {
    const width = this.factor.length;
    const count = this.channels.length;
    const { factor, offset } = this;
    for (let row = 0; row < rows.length; row += width) {
      for (let column = 0; column < count; column++) {
        const value = rows[row + column] * factor[column] + offset[column];
        rows[row + column] = value < 0 ? 0 : value > 1 ? 1 : value;
      }
      for (let column = count; column < width; column++) rows[row + column] *= factor[column];
    }
  }
}

function settings(
  name: "gain" | "offset" | "strength",
  kind: string,
  given: Settings = {},
  known: readonly string[],
): Settings {
  const checked: Record<string, number> = {};
  for (const [key, value] of Object.entries(given)) {
    if (!known.includes(key)) throw unknownName(kind, key, known);
    checked[key] = inRange(`${name} ${key}`, value, CONTROL_RANGES[name]);
  }
  return checked;
}

function inRange(name: string, value: number, range: readonly (number | null)[]): number {
  const low = range[0] ?? -Infinity;
  const high = range[1] ?? Infinity;
  if (Number.isFinite(value) && low <= value && value <= high) return value;
  const span = Number.isFinite(high) ? `${low} to ${high}` : `${low} or more`;
  throw new VoxfaceError(`${name} is ${value}; give a number, ${span}`);
}
