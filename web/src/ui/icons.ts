// Line icons on a 24 x 24 grid, drawn for this page.
const PATHS = {
  open: "M4 19V6a1 1 0 0 1 1-1h4l2 2h8a1 1 0 0 1 1 1v3M4 19l2.4-7.3a1 1 0 0 1 1-.7H21l-2.6 8H4Z",
  microphone: "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3Zm6-4v1a6 6 0 0 1-12 0v-1m6 7v3",
  stop: "M7 7h10v10H7z",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  loop: "M17 3l3 3-3 3M4 11V9a3 3 0 0 1 3-3h13M7 21l-3-3 3-3M20 13v2a3 3 0 0 1-3 3H4",
  start: "M18 6v12l-9-6zM6 6v12",
  sun:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2" +
    "M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19",
  moon: "M20 14.5A8 8 0 0 1 9.5 4a8 8 0 1 0 10.5 10.5Z",
  help:
    "M9.2 9a2.9 2.9 0 1 1 4.2 2.6c-.9.5-1.4 1-1.4 2.1M12 17.2v.1" +
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  close: "M6 6l12 12M18 6 6 18",
  front:
    "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4" +
    "M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
  nearer: "M12 6v12M6 12h12",
  farther: "M6 12h12",
  download: "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19h14",
  plus: "M12 5v14M5 12h14",
} as const;

export type IconName = keyof typeof PATHS;
const FILLED: readonly IconName[] = ["play", "stop", "start"];

export function icon(name: IconName): SVGSVGElement {
  const svg = shape("svg", {
    viewBox: "0 0 24 24",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "1.8",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  }) as SVGSVGElement;
  const fill = FILLED.includes(name) ? "currentColor" : "none";
  svg.append(shape("path", { d: PATHS[name], fill }));
  return svg;
}

/** The sign of voxface: a short word as a wave. */
export function brandSign(): SVGSVGElement {
  const svg = shape("svg", { viewBox: "0 0 32 32", "aria-hidden": "true" }) as SVGSVGElement;
  svg.append(
    shape("rect", { width: "32", height: "32", rx: "9", fill: "var(--accent)" }),
    shape("path", {
      d: "M8 14v4M12 11v10M16 8v16M20 12v8M24 14.5v3",
      stroke: "var(--accent-ink)",
      "stroke-width": "2.6",
      "stroke-linecap": "round",
    }),
  );
  return svg;
}

function shape(tag: string, attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
