import {
  type Camera,
  type Material,
  type Mesh,
  MeshStandardMaterial,
  type Object3D,
  type Scene,
  type WebGLRenderer,
} from "three";

/** Makes a head a tinted, translucent shape whose own far sides do not shine through. */
export class Ghost {
  readonly #material = new MeshStandardMaterial({
    color: 0x1fae9a,
    roughness: 0.6,
    transparent: true,
  });
  #worn: [Mesh, Material | Material[]][] = [];

  constructor() {
    // Glass-like: edges show, what faces the viewer lets the other head be seen.
    this.#material.onBeforeCompile = (shader) => {
      shader.fragmentShader = shader.fragmentShader.replace(
        "#include <opaque_fragment>",
        `float facing = abs( dot( normalize( vViewPosition ), normal ) );
         diffuseColor.a = mix( 0.95, 0.16, smoothstep( 0.0, 0.85, facing ) );
         #include <opaque_fragment>`,
      );
    };
  }

  /** Take the head's own materials off and keep them. */
  dress(object: Object3D): void {
    object.traverse((child) => {
      const mesh = child as Mesh;
      if (!mesh.isMesh) return;
      this.#worn.push([mesh, mesh.material]);
      mesh.material = this.#material;
    });
  }

  /** Give back what `dress` took. */
  release(): void {
    for (const [mesh, material] of this.#worn) mesh.material = material;
    this.#worn = [];
  }

  /** First its depth alone, then what is nearest. */
  draw(renderer: WebGLRenderer, scene: Scene, camera: Camera): void {
    this.#material.colorWrite = false;
    renderer.render(scene, camera);
    this.#material.colorWrite = true;
    renderer.render(scene, camera);
  }
}
