import type { Controls } from "../core";
import contract from "../generated/contract.json";
import { channelPicker } from "./channel_picker";
import { fill, h } from "./dom";
import { checkbox, type Field, slider } from "./fields";
import { expressionFields, lifeFields } from "./panel_life";
import { Signal } from "./signal";
import type { State } from "./state";

const REGIONS: readonly (readonly [key: string, label: string])[] = [
  ["mouth", "Mouth"],
  ["jaw", "Jaw"],
  ["eyes", "Eyes"],
  ["brows", "Brows"],
  ["head", "Head"],
];

/** Everything that shapes the motion after the model: moved live, without hearing again. */
export function controlsPanel(state: State): HTMLElement {
  const resets: (() => void)[] = [];
  const change = (part: Partial<Controls>) => {
    state.controls.value = { ...state.controls.value, ...part };
  };
  const field = <T>(made: Field<T>, usual: T): HTMLElement => {
    resets.push(() => made.set(usual));
    return made.element;
  };
  const reset = h(
    "button",
    {
      type: "button",
      class: "button quiet",
      onclick: () => {
        for (const act of resets) act();
        state.controls.value = {};
      },
    },
    "Reset",
  );
  const note = h("p", { class: "soft" });
  state.take.watch((take) => {
    note.hidden = !take || take.raw !== null;
    note.textContent = "This clip was read from a file: controls shape what the model says.";
  });
  const strengths = REGIONS.map(([key, label]) =>
    field(
      slider({
        label,
        name: `Strength of ${label.toLowerCase()}`,
        min: 0,
        max: 2,
        step: 0.05,
        value: 1,
        format: percent,
        onInput: (value) =>
          change({ strength: { ...state.controls.value.strength, [key]: value } }),
      }),
      1,
    ),
  );
  return h(
    "section",
    { class: "panel" },
    h("h2", {}, "Shape the motion", reset),
    note,
    ...strengths,
    field(
      slider({
        label: "Smoothing",
        min: 0,
        max: 300,
        step: 10,
        value: 0,
        format: (value) => `${value} ms`,
        onInput: (smoothing) => change({ smoothing }),
      }),
      0,
    ),
    field(
      checkbox("Mouth rests in silence", true, (silenceGate) => change({ silenceGate })),
      true,
    ),
    lifeFields(state, change, field),
    expressionFields(state, change, field),
    channelFields(state, change, resets),
  );
}

/** Gain and offset of the channels a person chooses. */
function channelFields(
  state: State,
  change: (part: Partial<Controls>) => void,
  resets: (() => void)[],
): HTMLElement {
  const chosen = new Signal<readonly string[]>([]);
  const list = h("div", {});
  resets.push(() => (chosen.value = []));
  const without = (values: Readonly<Record<string, number>> | undefined) =>
    Object.fromEntries(
      Object.entries(values ?? {}).filter(([name]) => chosen.value.includes(name)),
    );
  chosen.watch((names) => {
    const { gain, offset } = state.controls.value;
    if (Object.keys({ ...gain, ...offset }).some((name) => !names.includes(name))) {
      change({ gain: without(gain), offset: without(offset) });
    }
    fill(list, ...names.map((name) => channelCard(name, state, change, chosen)));
  });
  return h(
    "details",
    {},
    h("summary", {}, "Single channels"),
    list,
    channelPicker("Channel", chosen),
  );
}

function channelCard(
  name: string,
  state: State,
  change: (part: Partial<Controls>) => void,
  chosen: Signal<readonly string[]>,
): HTMLElement {
  const { gain = {}, offset = {} } = state.controls.value;
  const [lowest, highest] = contract.controls.offset as [number, number];
  const gains = slider({
    label: "Gain",
    name: `Gain of ${name}`,
    min: 0,
    max: 3,
    step: 0.05,
    value: 1,
    onInput: (value) => change({ gain: { ...state.controls.value.gain, [name]: value } }),
  });
  const offsets = slider({
    label: "Offset",
    name: `Offset of ${name}`,
    min: lowest / 2,
    max: highest / 2,
    step: 0.01,
    value: 0,
    onInput: (value) => change({ offset: { ...state.controls.value.offset, [name]: value } }),
  });
  gains.set(gain[name] ?? 1);
  offsets.set(offset[name] ?? 0);
  return h(
    "div",
    { class: "card" },
    h(
      "header",
      {},
      name,
      h(
        "button",
        {
          type: "button",
          class: "button quiet",
          "aria-label": `Leave ${name} as it is`,
          onclick: () => (chosen.value = chosen.value.filter((other) => other !== name)),
        },
        "Remove",
      ),
    ),
    gains.element,
    offsets.element,
  );
}

export function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}
