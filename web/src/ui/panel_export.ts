import { FORMATS, type Format, writeClip } from "../formats";
import { h } from "./dom";
import { choice } from "./fields";
import type { HeadKeeper } from "./head_keeper";
import { icon } from "./icons";
import type { Session } from "./session";
import { type State, stem, type Take } from "./state";
import { wavFile } from "./wav";

const RATES = ["24", "25", "29.97", "30", "50", "59.94", "60", "100", "120"];

/** The clip as a file, in every format, with one click. */
export function exportPanel(state: State, session: Session, keeper: HeadKeeper): HTMLElement {
  const rate = choice(
    "Frame rate",
    RATES.map((value) => [value, `${value} fps`] as const),
    state.fps.value,
    (value) => (state.fps.value = value),
  );
  const sound = row("Sound, WAV", ".wav", () => {
    const take = state.take.value;
    if (take?.sound) save(wavFile(take.sound), `${stem(take.name)}.wav`);
  });
  const buttons = FORMATS.map((format) =>
    row(format.title, format.suffix, () => {
      const take = state.take.value;
      if (take) void session.attempt(() => write(format, take, keeper));
    }),
  );
  const empty = h("p", { class: "soft" }, "Open a recording or clip first.");
  state.take.watch((take) => {
    empty.hidden = take !== null;
    rate.element.hidden = !take?.raw;
    for (const button of buttons) button.disabled = !take;
    sound.hidden = !take?.sound;
  });
  return h(
    "section",
    { class: "panel" },
    h("h2", {}, "Export"),
    empty,
    rate.element,
    h("div", { class: "exports" }, ...buttons, sound),
    h("p", { class: "soft" }, "Files are made here, in this browser."),
  );
}

async function write(format: Format, take: Take, keeper: HeadKeeper): Promise<void> {
  const fileName = `${stem(take.name)}${format.suffix}`;
  const bytes = await writeClip(take.clip, format.name, {
    source: take.name,
    fileName,
    ...(format.needsRig && keeper.bytes && { rig: keeper.bytes }),
  });
  save(new Blob([bytes], { type: format.mediaType }), fileName);
}

function row(title: string, suffix: string, onclick: () => void): HTMLButtonElement {
  return h(
    "button",
    { type: "button", class: "button", onclick },
    h("span", {}, title),
    h("span", { class: "suffix" }, suffix, " "),
    icon("download"),
  );
}

function save(blob: Blob, fileName: string): void {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: fileName }).click();
  // The download has begun by then; freeing sooner would break it in some browsers.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
