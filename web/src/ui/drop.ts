import type { Actions, Place } from "./actions";
import { h } from "./dom";
import type { State } from "./state";

/** Files may be dropped anywhere; while they hover, the page shows what they would become. */
export function dropTargets(state: State, actions: Actions): HTMLElement {
  const zone = (title: string, hint: string) =>
    h("div", {}, title, h("span", {}, hint));
  const open = zone("Open", "recording, video, face clip or 3D head");
  const compare = zone("Compare", "with what is open now");
  const veil = h("div", { class: "drop", hidden: true }, open, compare);

  const placeOf = (event: DragEvent): Place =>
    !compare.hidden && event.target instanceof Node && compare.contains(event.target)
      ? "other"
      : "main";
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

  window.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    compare.hidden = !state.take.value;
    veil.hidden = false;
  });
  window.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    open.classList.toggle("over", placeOf(event) === "main");
    compare.classList.toggle("over", placeOf(event) === "other");
  });
  window.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) veil.hidden = true;
  });
  window.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    veil.hidden = true;
    void actions.openFiles([...event.dataTransfer!.files], placeOf(event));
  });
  return veil;
}

/** An unseen file field for each place; `pick` opens the browser's dialog. */
export function filePicker(actions: Pick<Actions, "openFiles">): {
  element: HTMLElement;
  pick(place: Place): void;
} {
  const field = (place: Place, label: string, accept?: string) => {
    const input = h("input", {
      type: "file",
      class: "visually-hidden",
      tabindex: -1,
      "aria-label": label,
      "data-place": place,
      multiple: place === "main",
      accept,
      onchange: () => {
        const files = [...(input.files ?? [])];
        // The same file may be picked again.
        input.value = "";
        if (files.length) void actions.openFiles(files, place);
      },
    });
    return input;
  };
  const fields: Record<Place, HTMLInputElement> = {
    main: field("main", "Recording or clip to open"),
    other: field("other", "Clip or recording to compare"),
    head: field("head", "Head to load", ".glb,.gltf,.vrm"),
  };
  return {
    element: h("div", {}, ...Object.values(fields)),
    pick: (place) => fields[place].click(),
  };
}
