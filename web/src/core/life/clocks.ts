// Clocks that run faster and slower with what is heard; events come when one strikes. Mirrors
// `voxface.engine.life.clocks`.

import type { Heard } from "./listening";
import { parameters } from "./parameters";
import type { WholeLife } from "./settings";

/** A clock's value before the first frame and at each. */
export type Clock = Float64Array;

/** Gaze in seconds, breath in halves, blinks in blinks (without the kicks of saccades). */
export interface ClockSet {
  readonly contact: Clock;
  readonly away: Clock;
  readonly inhale: Clock;
  readonly exhale: Clock;
  readonly blink: Clock;
}

/** A rate is the sum of these times a constant, memory m, voice a, e = m (1 - a), and m e. */
type Rate = readonly [number, number, number, number, number];

export class Clocks {
  private readonly rates: { readonly [clock in keyof ClockSet]: Rate };
  private now = { contact: 0, away: 0, inhale: 0, exhale: 0, blink: 0 };

  constructor(life: WholeLife) {
    const { gaze, breathing, blinks } = parameters;
    const contact = gaze.quiet_contact_speed;
    const away = gaze.quiet_away_speed;
    const halves = (2 * breathing.per_minute) / 60;
    const resting =
      ((life.blinkRate ?? blinks.per_minute_resting) * life.blinks * blinks.own_share_resting) / 60;
    const talking = life.blinkRate ?? blinks.per_minute_talking;
    const own =
      life.blinkRate === null
        ? blinks.own_share_talking
        : blinks.own_share_talking_at_wanted_rate;
    const more = (life.blinks * own * talking) / 60 - resting;
    const boost = blinks.phrase_end_boost;
    this.rates = {
      contact: [contact, 1 - contact, 0, 0, 0],
      away: [away, 1 - away, 0, 0, 0],
      inhale: [halves * breathing.inhale_speed, halves * breathing.talking_inhale, 0, 0, 0],
      exhale: [
        halves * breathing.exhale_speed,
        0,
        halves * breathing.talking_exhale,
        halves * breathing.phrase_end_exhale,
        0,
      ],
      blink: [resting, more, 0, boost * resting, boost * more],
    };
  }

  /** Advance all clocks by what was heard. */
  push({ memory, voice }: Heard): ClockSet {
    const step = 1 / parameters.frames_per_second;
    const clock = (name: keyof ClockSet): Clock => {
      const [one, m, a, e, me] = this.rates[name];
      const values = new Float64Array(voice.length + 1);
      values[0] = this.now[name];
      for (let i = 0; i < voice.length; i++) {
        const late = memory[i + 1];
        const ending = late * (1 - voice[i]);
        const rate = one + m * late + a * voice[i] + e * ending + me * late * ending;
        values[i + 1] = values[i] + step * rate;
      }
      this.now[name] = values[voice.length];
      return values;
    };
    return {
      contact: clock("contact"),
      away: clock("away"),
      inhale: clock("inhale"),
      exhale: clock("exhale"),
      blink: clock("blink"),
    };
  }
}

/** The entry at or before which a clock reaches a value, and how far from the entry before. */
export interface Strike {
  readonly entry: number;
  readonly share: number;
}

export function strike(clock: Clock, target: number): Strike | undefined {
  let high = clock.length - 1;
  if (clock[high] < target) return undefined;
  let low = 0;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (clock[middle] < target) low = middle + 1;
    else high = middle;
  }
  const entry = Math.max(1, low);
  const before = clock[entry - 1];
  return { entry, share: (target - before) / (clock[entry] - before) };
}

/** A value between the entry before the strike and that of it. */
export function at(values: Float64Array, { entry, share }: Strike): number {
  return values[entry - 1] + share * (values[entry] - values[entry - 1]);
}
