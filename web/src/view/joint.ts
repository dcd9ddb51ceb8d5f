import { type Object3D, Quaternion, Vector3 } from "three";

const TURN = new Quaternion();
const BACK = new Quaternion();

/** A node that is turned and moved from its rest, about the axes of the face. */
export class Joint {
  readonly #restPosition: Vector3;
  readonly #restTurn: Quaternion;
  /** From the axes of the face (those of the file) to the axes of the node's parent. */
  readonly #toParent = new Quaternion();
  readonly #unitsPerCentimetre: number;

  /** The node has to be in its place, at rest. */
  constructor(readonly node: Object3D) {
    this.#restPosition = node.position.clone();
    this.#restTurn = node.quaternion.clone();
    const scale = new Vector3(1, 1, 1);
    node.parent?.getWorldQuaternion(this.#toParent).invert();
    node.parent?.getWorldScale(scale);
    this.#unitsPerCentimetre = 0.01 / (scale.y || 1);
  }

  /** Pose by x, y, z in centimetres and a unit quaternion w, x, y, z. */
  pose([x, y, z, qw, qx, qy, qz]: ArrayLike<number> & Iterable<number>): void {
    const away = this.#toParent;
    this.node.position
      .set(x, y, z)
      .multiplyScalar(this.#unitsPerCentimetre)
      .applyQuaternion(away)
      .add(this.#restPosition);
    this.node.quaternion
      .copy(away)
      .multiply(TURN.set(qx, qy, qz, qw))
      .multiply(BACK.copy(away).invert())
      .multiply(this.#restTurn);
  }

  /** The turn from rest about the axes of the face, w, x, y, z. */
  turn(): [number, number, number, number] {
    const away = this.#toParent;
    const turn = BACK.copy(away)
      .invert()
      .multiply(this.node.quaternion)
      .multiply(TURN.copy(this.#restTurn).invert())
      .multiply(away);
    return [turn.w, turn.x, turn.y, turn.z];
  }
}
