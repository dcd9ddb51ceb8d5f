/** One morph target that an expression of a VRM file pulls. */
export interface ExpressionBind {
  /** Name of the morph target. */
  readonly target: string;
  /** Weight of the target where the expression is 1. */
  readonly weight: number;
}

/** What a file says of its targets beyond their names. */
export interface RigExtras {
  /** Expressions of a VRM file by name, such as `aa` or `blinkLeft`. */
  readonly expressions?: Readonly<Record<string, readonly ExpressionBind[]>>;
}

/** One channel that moves something. */
export interface Match {
  readonly channel: string;
  /** The morph targets it moves. */
  readonly targets: readonly string[];
}

/** How a clip drives a head; the counterpart of `voxface.rig.Connection`. */
export interface Connection {
  /** By which set of names the head was understood; `none` if by no one. */
  readonly kind: "arkit" | "visemes" | "vrm" | "none";
  /** The names of the head's morph targets, in its own order. */
  readonly targets: readonly string[];
  readonly matched: readonly Match[];
  /** Channels that move nothing of this head. */
  readonly missed: readonly string[];
  /** Targets that no channel moves. */
  readonly unused: readonly string[];
  /**
   * The weights of all targets for one frame.
   *
   * @param frame weights of `channels`, 0 to 1
   * @param channels names of the columns of `frame`; pass the same array every time, it is remembered
   * @param out where to write; a new array if not given
   */
  weights(
    frame: ArrayLike<number>,
    channels: readonly string[],
    out?: Float32Array,
  ): Float32Array;
}
