import { PerspectiveCamera, type Vector3, WebGLRenderer } from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";
import { VoxfaceError } from "../types";
import { applyMorphs, morphOnProcessor } from "./cpu_morphs";
import { Ghost } from "./ghost";
import type { Head } from "./head";
import { disposeHead } from "./load_head";
import { firstStep, Governor, QUALITIES, type Quality, setSurfaces, STILL } from "./quality";
import type { Moment } from "./sample";
import { Stillness } from "./stillness";
import { Studio } from "./studio";

/** One head; two beside one another; or the second as a tinted ghost over the first. */
export type Layout = "single" | "side" | "ghost";
export type Slot = "main" | "other";

/** Heads on a canvas. Draws only when something changed, to spare the battery. */
export class HeadView {
  readonly #renderer: WebGLRenderer;
  readonly #camera = new PerspectiveCamera(22, 1, 0.01, 50);
  readonly #orbit: OrbitControls;
  readonly #studio: Studio;
  readonly #heads: Record<Slot, Head | null> = { main: null, other: null };
  readonly #ghost = new Ghost();
  #drawnAt = 0;
  #layout: Layout = "single";
  #asked = 0;
  #roomBelow = 0;
  #askedAt = 0;
  #step = 0;
  readonly #governor = new Governor();
  /** Whether what stands on the canvas is a picture of the best quality of a still head. */
  #still = false;
  readonly #stillness = new Stillness(() => this.#drawStill());
  #size: [number, number] = [0, 0];
  /** How many pictures were drawn; for tests. */
  drawn = 0;

  constructor(
    readonly canvas: HTMLCanvasElement,
    /** A step of `QUALITIES` to keep to; by default the best that the machine manages. */
    readonly fixedStep: number | null = null,
  ) {
    const step = Math.min(fixedStep ?? firstStep(), QUALITIES.length - 1);
    try {
      const antialias = QUALITIES[step].smoothEdges;
      this.#renderer = new WebGLRenderer({ canvas, antialias, alpha: true });
    } catch {
      throw new VoxfaceError(
        "this browser shows no 3D (WebGL 2); switch on hardware acceleration or try another " +
          "browser. Sound, curves and export work all the same",
      );
    }
    this.#renderer.autoClear = false;
    this.#studio = new Studio(this.#renderer);
    this.#setStep(step);
    this.#orbit = new OrbitControls(this.#camera, canvas);
    this.#orbit.enablePan = false;
    this.#orbit.enableDamping = true;
    this.#orbit.dampingFactor = 0.12;
    this.#orbit.minPolarAngle = 0.25 * Math.PI;
    this.#orbit.maxPolarAngle = 0.72 * Math.PI;
    this.#orbit.addEventListener("change", () => this.requestDraw());
    new ResizeObserver(() => this.#resize()).observe(canvas.parentElement ?? canvas);
    canvas.addEventListener("webglcontextrestored", () => this.requestDraw());
  }

  /** Put a head into a slot; the one before is freed. */
  setHead(slot: Slot, head: Head | null): void {
    const before = this.#heads[slot];
    if (before) {
      this.#studio.scene.remove(before.object);
      disposeHead(before.object);
    }
    this.#heads[slot] = head;
    if (head) this.#studio.scene.add(head.object);
    if (slot === "main" && head) this.resetCamera();
    this.#dress();
    this.requestDraw();
  }

  head(slot: Slot): Head | null {
    return this.#heads[slot];
  }

  get layout(): Layout {
    return this.#layout;
  }

  setLayout(layout: Layout): void {
    this.#layout = layout;
    this.#dress();
    this.#frame();
  }

  setDark(dark: boolean): void {
    this.#studio.setDark(dark);
    this.requestDraw();
  }

  pose(slot: Slot, moment: Moment, channels: readonly string[]): void {
    this.#heads[slot]?.pose(moment, channels);
    this.requestDraw();
  }

  /** Leave the lower part of the picture, so much of its height, to something else. */
  setRoomBelow(share: number): void {
    this.#roomBelow = share;
    this.#frame();
  }

  /** Look at the face from the front again. */
  resetCamera(): void {
    const head = this.#heads.main;
    if (!head) return;
    const { center, radius } = head.focus;
    this.#studio.aim(center, radius);
    // A little above the middle of the face there is room for hair.
    this.#orbit.target.copy(center).setY(center.y + radius * 0.24);
    this.#orbit.minDistance = radius * 3.2;
    this.#orbit.maxDistance = radius * 24;
    this.#camera.near = radius * 0.5;
    this.#camera.far = radius * 60;
    this.#camera.position.copy(this.#orbit.target).add(away(center, radius));
    this.#frame();
  }

  /** Turn about the head, in radians: to the right and up. */
  turn(right: number, up: number): void {
    const orbit = this.#orbit;
    const offset = this.#camera.position.clone().sub(orbit.target);
    const distance = offset.length();
    const around = Math.atan2(offset.x, offset.z) + right;
    const polar = Math.acos(offset.y / distance) - up;
    const bounded = Math.min(Math.max(polar, orbit.minPolarAngle), orbit.maxPolarAngle);
    offset.set(
      distance * Math.sin(bounded) * Math.sin(around),
      distance * Math.cos(bounded),
      distance * Math.sin(bounded) * Math.cos(around),
    );
    this.#camera.position.copy(orbit.target).add(offset);
    this.requestDraw();
  }

  /** Come nearer (factor under 1) or go farther. */
  zoom(factor: number): void {
    const { target, minDistance, maxDistance } = this.#orbit;
    const offset = this.#camera.position.clone().sub(target);
    const distance = Math.min(Math.max(offset.length() * factor, minDistance), maxDistance);
    this.#camera.position.copy(target).add(offset.setLength(distance));
    this.requestDraw();
  }

  requestDraw(): void {
    if (this.#asked) return;
    this.#askedAt = performance.now();
    this.#asked = requestAnimationFrame(() => this.#drawMoving());
  }

  #dress(): void {
    const { main, other } = this.#heads;
    this.#ghost.release();
    for (const head of [main, other]) {
      if (!head) continue;
      setSurfaces(head.object, this.#quality.glossy);
      if (QUALITIES[this.#step].morphsOnProcessor) morphOnProcessor(head.object);
    }
    if (other && this.#layout === "ghost") this.#ghost.dress(other.object);
    if (main) main.object.visible = true;
  }

  /** Which step of `QUALITIES` is drawn at. */
  get step(): number {
    return this.#step;
  }

  #setStep(step: number): void {
    this.#step = Math.min(Math.max(step, 0), QUALITIES.length - 1);
    this.#prepare(false);
    this.requestDraw();
  }

  get #quality(): Quality {
    return this.#still ? STILL : QUALITIES[this.#step];
  }

  /** Make ready for pictures of a still head or of a moving one. */
  #prepare(still: boolean): void {
    this.#still = still;
    this.#studio.setShadows(this.#quality.shadows);
    this.#studio.setGlossy(this.#quality.glossy);
    this.#dress();
    this.#setPoints();
  }

  #setPoints(): void {
    const { pixelRatio, smoothEdges } = this.#quality;
    const smoothed = this.#renderer.getContextAttributes()?.antialias;
    // Where the canvas does not smooth edges, more points than the screen has do.
    const most = smoothEdges && this.#still && !smoothed ? pixelRatio : window.devicePixelRatio;
    this.#renderer.setPixelRatio(Math.min(most, pixelRatio));
    this.#renderer.setSize(...this.#size, false);
  }

  #resize(): void {
    const box = (this.canvas.parentElement ?? this.canvas).getBoundingClientRect();
    this.#size = [Math.max(box.width, 1), Math.max(box.height, 1)];
    this.#setPoints();
    this.#frame();
  }

  /** Keep the face whole in narrow pictures: a narrow picture gets a wider lens. */
  #frame(): void {
    const [width, height] = this.#size;
    if (!width) return;
    const aspect = (this.#layout === "side" ? width / 2 : width) / height;
    const tallest = 22;
    const needed = (2 * Math.atan(Math.tan((tallest * Math.PI) / 360) / aspect) * 180) / Math.PI;
    this.#camera.fov = Math.max(tallest, Math.min(needed * 0.86, 70));
    this.#camera.zoom = 1 - this.#roomBelow * 0.6;
    this.#camera.setViewOffset(aspect, 1, 0, this.#roomBelow / 2, aspect, 1);
    this.requestDraw();
  }

  #drawMoving(): void {
    this.#asked = 0;
    if (this.#still) this.#prepare(false);
    this.#draw();
    if (this.fixedStep !== null) return;
    if (this.#governor.note(performance.now() - this.#askedAt)) this.#setStep(this.#step + 1);
    if (this.#step > 0) this.#stillness.moved();
  }

  /** One picture of the best quality, until something moves again. */
  #drawStill(): void {
    if (this.#asked) return;
    this.#prepare(true);
    this.#draw();
  }

  #draw(): void {
    this.#orbit.update();
    const seconds = (performance.now() - this.#drawnAt) / 1000;
    this.#drawnAt = performance.now();
    const { main, other } = this.#heads;
    for (const head of [main, other]) {
      if (!head) continue;
      head.follow(seconds);
      applyMorphs(head.object);
    }
    const [width, height] = this.#size;
    const renderer = this.#renderer;
    renderer.setScissorTest(false);
    renderer.setViewport(0, 0, width, height);
    renderer.clear();
    const two = main && other && this.#layout !== "single";
    if (two && this.#layout === "side") {
      renderer.setScissorTest(true);
      this.#half("main", 0, width / 2, height);
      this.#half("other", width / 2, width / 2, height);
    } else {
      this.#only("main");
      renderer.render(this.#studio.scene, this.#camera);
      if (two) {
        this.#only("other");
        renderer.clearDepth();
        this.#ghost.draw(renderer, this.#studio.scene, this.#camera);
      }
    }
    this.drawn += 1;
  }

  #half(slot: Slot, left: number, width: number, height: number): void {
    this.#only(slot);
    this.#renderer.setViewport(left, 0, width, height);
    this.#renderer.setScissor(left, 0, width, height);
    this.#renderer.render(this.#studio.scene, this.#camera);
  }

  #only(slot: Slot): void {
    const { main, other } = this.#heads;
    if (main) main.object.visible = slot === "main";
    if (other) other.object.visible = slot === "other";
  }
}

function away(center: Vector3, radius: number): Vector3 {
  return center.clone().set(0, 0, radius * 9.2);
}
