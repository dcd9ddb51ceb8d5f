import type { Head } from "../view/head";
import type { Actions } from "./actions";
import { fill, h } from "./dom";
import type { HeadKeeper } from "./head_keeper";

const KINDS: Readonly<Record<string, string>> = {
  arkit: "ARKit channels, by name",
  visemes: "15 visemes, mixed from the channels",
  vrm: "VRM expressions, mixed from the channels",
  vowels: "five vowels, mixed from the channels",
  mesh: "a mesh, moved by the clip in its own file",
  none: "nothing that a clip could move",
};

/** The head in view, another one of one's own, and what of it the channels move. */
export function headPanel(keeper: HeadKeeper, actions: Actions): HTMLElement {
  const report = h("div", { "aria-live": "polite" });
  const back = h(
    "button",
    { type: "button", class: "button", onclick: () => void actions.useDefaultHead() },
    "Default head",
  );
  keeper.head.watch((head) => {
    back.hidden = keeper.isDefault;
    if (!head) fill(report, h("p", { class: "soft" }, "No head is loaded."));
    else fill(report, ...describe(head));
  });
  return h(
    "section",
    { class: "panel" },
    h("h2", {}, "Head"),
    h(
      "div",
      { class: "row" },
      h(
        "button",
        { type: "button", class: "button", onclick: () => actions.pick("head") },
        "Load GLB or VRM",
      ),
      back,
    ),
    h(
      "p",
      { class: "soft" },
      "Morph targets are found by name, in any common spelling: jawOpen, JawOpen, " +
        "mouthSmile_L, the 15 visemes or VRM's aa, ih, ou, ee, oh.",
    ),
    report,
  );
}

function describe(head: Head): Node[] {
  const { connection } = head;
  const all = connection.matched.length + connection.missed.length;
  const facts = h(
    "dl",
    { class: "facts" },
    h("dt", {}, "Channels that move it"),
    h("dd", { "data-fact": "matched" }, `${connection.matched.length} of ${all}`),
    h("dt", {}, "Morph targets"),
    h("dd", {}, String(connection.targets.length)),
    h("dt", {}, "Head turns"),
    h("dd", {}, head.turns ? "yes" : "no: the file has no head joint"),
  );
  return [
    h(
      "div",
      { class: "card" },
      h("header", {}, head.name),
      h("p", { class: "soft" }, `Driven by ${KINDS[connection.kind] ?? connection.kind}`),
      facts,
      head.misplaced ? h("p", { class: "notice", role: "note" }, sentence(head.misplaced)) : null,
    ),
    ...list("Channels it does without", connection.missed, "missed", true),
    ...list("Targets no channel moves", connection.unused, "unused", false),
    ...list(
      "Matched",
      connection.matched.map(({ channel, targets }) =>
        targets.length === 1 && targets[0] === channel
          ? channel
          : `${channel} → ${targets.join(", ")}`,
      ),
      "matched",
      false,
    ),
  ];
}

function sentence(line: string): string {
  return `${line[0].toUpperCase()}${line.slice(1)}.`;
}

function list(title: string, names: readonly string[], kind: string, open: boolean): Node[] {
  if (!names.length) return [];
  return [
    h(
      "details",
      { open },
      h("summary", {}, `${title} (${names.length})`),
      h(
        "ul",
        { class: "names", "data-list": kind },
        ...names.map((name) => h("li", { class: kind }, name)),
      ),
    ),
  ];
}
