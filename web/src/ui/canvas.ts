/** A canvas that fills its parent, sharp on any screen, and asks to be drawn when that changes. */
export class Sheet {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  width = 0;
  height = 0;
  ratio = 1;

  constructor(parent: HTMLElement, onResize: () => void) {
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    this.context = this.canvas.getContext("2d")!;
    parent.append(this.canvas);
    new ResizeObserver(() => {
      const box = parent.getBoundingClientRect();
      this.ratio = Math.min(window.devicePixelRatio || 1, 2);
      this.width = box.width;
      this.height = box.height;
      this.canvas.width = Math.max(Math.round(box.width * this.ratio), 1);
      this.canvas.height = Math.max(Math.round(box.height * this.ratio), 1);
      onResize();
    }).observe(parent);
  }

  /** Clear, and count in CSS pixels from here on. */
  begin(): CanvasRenderingContext2D {
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    return this.context;
  }
}

/** The value of a CSS custom property of the page. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
