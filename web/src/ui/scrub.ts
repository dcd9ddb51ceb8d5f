/** Turn a strip into something that seeks by pointer: press, drag, let go. */
export function makeScrubbable(
  strip: HTMLElement,
  act: { seek(share: number): void; select?(from: number, to: number): void },
): void {
  let begun: number | null = null;
  let selecting = false;
  const share = (event: PointerEvent) => {
    const box = strip.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
  };
  strip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    strip.setPointerCapture(event.pointerId);
    begun = share(event);
    selecting = event.shiftKey && act.select !== undefined;
    if (!selecting) act.seek(begun);
  });
  strip.addEventListener("pointermove", (event) => {
    if (begun === null) return;
    const now = share(event);
    if (selecting) act.select?.(Math.min(begun, now), Math.max(begun, now));
    else act.seek(now);
  });
  const end = () => (begun = null);
  strip.addEventListener("pointerup", end);
  strip.addEventListener("pointercancel", end);
}
