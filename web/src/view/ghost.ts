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
    color: 0x2fb8a6,
    roughness: 0.5,
    transparent: true,
    opacity: 0.42,
  });
  #worn: [Mesh, Material | Material[]][] = [];

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
