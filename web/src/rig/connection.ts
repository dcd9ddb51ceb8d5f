/** What `connect` finds out; the counterpart of `voxface.rig.Connection`. */

/** One morph target that an expression of a VRM file pulls. */
export interface ExpressionBind {
  /** Name of the morph target. */
  readonly target: string;
  /** Weight of the target where the expression is 1. */
  readonly weight: number;
}

/** Expressions by their names in VRM 1.0, such as `aa` or `blinkLeft`. */
export type Expressions = Readonly<Record<string, readonly ExpressionBind[]>>;

/** What a file says of its targets beyond their names. */
export interface RigExtras {
  readonly expressions?: Expressions;
}

/** One channel that moves something by itself. */
export interface Match {
  readonly channel: string;
  /** The morph targets or expressions it moves, by the names that the rig gives them. */
  readonly targets: readonly string[];
}

/** How a clip drives a head. */
export interface Connection {
  /**
   * What moves the mouth: `arkit` (targets of its own), `visemes` (the set of fifteen), `vrm` (the
   * expressions aa ih ou ee oh), `vowels` (targets of those names), `mesh` (targets that only the
   * clip in the same file knows) or `none`.
   */
  readonly kind: "arkit" | "visemes" | "vrm" | "vowels" | "mesh" | "none";
  /** The names of the head's morph targets, in its own order. */
  readonly targets: readonly string[];
  readonly matched: readonly Match[];
  /** Visemes or vowels that are fitted to the mouth, and the target or expression of each. */
  readonly visemes: Readonly<Record<string, string>>;
  /** Channels that move nothing of this head by themselves. */
  readonly missed: readonly string[];
  /** Targets that nothing moves. */
  readonly unused: readonly string[];
  /**
   * The weights of all targets for one frame.
   *
   * @param frame weights of `channels`, 0 to 1
   * @param channels names of the columns of `frame`; pass the same array every time, it is kept
   * @param out where to write; a new array if not given
   */
  weights(
    frame: ArrayLike<number>,
    channels: readonly string[],
    out?: Float32Array,
  ): Float32Array;
}
