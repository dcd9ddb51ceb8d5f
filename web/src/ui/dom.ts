type Child = Node | string | number | null | undefined | false;
type Handlers = {
  [K in keyof HTMLElementEventMap as `on${K}`]?: (event: HTMLElementEventMap[K]) => void;
};
export type Props = Handlers & { [attribute: string]: unknown };

/** Make an element: attributes, `on...` listeners, and children. `true` gives a bare attribute. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value as EventListener);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...plain(children));
  return element;
}

/** Put children in the place of those an element has. */
export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren(...plain(children));
}

function plain(children: Child[]): (Node | string)[] {
  return children
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

let made = 0;

/** A fresh id, to tie labels and descriptions to what they name. */
export function freshId(): string {
  made += 1;
  return `v${made}`;
}
