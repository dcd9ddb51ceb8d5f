import type { Signal } from "./signal";

const KEPT = "voxface-theme";

/** Follow the system's light or dark unless a person chose; tells `dark` of it. */
export function startTheme(dark: Signal<boolean>): void {
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => (dark.value = (kept() ?? (system.matches ? "dark" : "light")) === "dark");
  system.addEventListener("change", apply);
  apply();
  dark.watch((value) => {
    document.documentElement.dataset.theme = value ? "dark" : "light";
  });
}

/** The other theme, from now on whatever the system says. */
export function switchTheme(dark: Signal<boolean>): void {
  const wanted = !dark.value;
  try {
    localStorage.setItem(KEPT, wanted ? "dark" : "light");
  } catch {
    // Storage may be barred; the choice then lasts as long as the page.
  }
  document.documentElement.dataset.theme = wanted ? "dark" : "light";
  dark.value = wanted;
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
