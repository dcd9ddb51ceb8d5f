import {
  ACESFilmicToneMapping,
  Color,
  DirectionalLight,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  PCFShadowMap,
  PlaneGeometry,
  PMREMGenerator,
  Scene,
  SphereGeometry,
  BackSide,
  type Texture,
  type Vector3,
  type WebGLRenderer,
} from "three";

/** The lights of a portrait: a soft room about the head, a key, a fill and a rim. */
export class Studio {
  readonly scene = new Scene();
  readonly #key = new DirectionalLight(0xfff1e4, 2.3);
  readonly #fill = new DirectionalLight(0xdfe9ff, 0.55);
  readonly #ambient = new HemisphereLight(0xf2f4f6, 0x8d8078, 1.1);
  #room: Texture | null = null;
  readonly #rim = new DirectionalLight(0xcfe4ff, 1.7);

  constructor(readonly renderer: WebGLRenderer) {
    renderer.toneMapping = ACESFilmicToneMapping;
    renderer.toneMappingExposure = 1.0;
    renderer.shadowMap.enabled = true;
    renderer.shadowMap.type = PCFShadowMap;
    // Waiting for each shader's verdict would hold up the page; they are tested ones.
    renderer.debug.checkShaderErrors = false;
    this.scene.add(this.#ambient);
    this.#key.castShadow = true;
    this.#key.shadow.mapSize.set(1024, 1024);
    this.#key.shadow.radius = 9;
    // Light that has come around the edges fills half of what a lamp leaves dark.
    this.#key.shadow.intensity = 0.6;
    for (const light of [this.#key, this.#fill, this.#rim]) {
      this.scene.add(light, light.target);
    }
  }

  /** Glossy surfaces reflect a room; plain ones need light from all around instead. */
  setGlossy(glossy: boolean): void {
    if (glossy && !this.#room) {
      const generator = new PMREMGenerator(this.renderer);
      this.#room = generator.fromScene(softboxes(), 0.05).texture;
      generator.dispose();
    }
    this.scene.environment = glossy ? this.#room : null;
    this.#ambient.visible = !glossy;
  }

  /** Turn the lights to a face of this size at this place. */
  aim(center: Vector3, radius: number): void {
    const place = (light: DirectionalLight, x: number, y: number, z: number) => {
      light.position.set(x, y, z).multiplyScalar(radius).add(center);
      light.target.position.copy(center);
    };
    place(this.#key, -2.6, 2.8, 4.2);
    place(this.#fill, 4.5, 0.6, 3.2);
    place(this.#rim, 3.2, 3.4, -4.0);
    const { camera } = this.#key.shadow;
    camera.left = camera.bottom = -2.2 * radius;
    camera.right = camera.top = 2.2 * radius;
    camera.near = 0.5 * radius;
    camera.far = 12 * radius;
    camera.updateProjectionMatrix();
    this.#key.shadow.normalBias = 0.035 * radius;
    this.#key.shadow.bias = -0.002;
  }

  setShadows(on: boolean): void {
    this.#key.castShadow = on;
  }

  /** In the dark the room is dimmer and the rim stronger. */
  setDark(dark: boolean): void {
    this.scene.environmentIntensity = dark ? 0.34 : 0.5;
    this.#ambient.intensity = dark ? 0.8 : 1.2;
    this.#key.intensity = dark ? 2.2 : 2.3;
    this.#rim.intensity = dark ? 2.6 : 1.6;
  }
}

/** What the skin and the eyes reflect: a grey room with three soft boxes. */
function softboxes(): Scene {
  const room = new Scene();
  const wall = new MeshBasicMaterial({ color: new Color(0.34, 0.35, 0.37), side: BackSide });
  room.add(new Mesh(new SphereGeometry(10, 32, 16), wall));
  const box = (level: number, size: [number, number], at: [number, number, number]) => {
    const light = new MeshBasicMaterial({ color: new Color(level, level, level * 0.98) });
    const panel = new Mesh(new PlaneGeometry(...size), light);
    panel.position.set(...at);
    panel.lookAt(0, 0, 0);
    room.add(panel);
  };
  box(9, [3.4, 3.4], [-4.4, 4.2, 5]);
  box(3, [2.4, 5], [6, 1, 3.4]);
  box(4, [6, 2], [0, 7, -1]);
  box(2.5, [3, 5], [5, 2, -6]);
  const floor = new MeshBasicMaterial({ color: new Color(0.16, 0.15, 0.14) });
  const ground = new Mesh(new PlaneGeometry(30, 30), floor);
  ground.position.y = -5;
  ground.rotation.x = -Math.PI / 2;
  room.add(ground);
  return room;
}
