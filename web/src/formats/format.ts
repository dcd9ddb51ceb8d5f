import type { FaceClip } from "../types";

/** Bytes that own their memory, so that a Blob takes them as they are. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** What a writer may want to know beside the clip. */
export interface WriteOptions {
  /** Name of the recording; otherwise what the clip's metadata says. */
  readonly source?: string;
  /** Name the file will have; some formats repeat it inside. */
  readonly fileName?: string;
  /** A head as GLB or VRM bytes, for formats whose `needsRig` is true. */
  readonly rig?: Uint8Array;
  /** `HH:MM:SS:FF` of time 0, for Live Link CSV. */
  readonly startTimecode?: string;
}

/** One file format; the counterpart of `voxface.formats.Format`, but one entry per suffix. */
export interface Format {
  /** What code calls it; unique. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** With the dot: `.csv`. */
  readonly suffix: string;
  readonly mediaType: string;
  /** Whether writing needs `WriteOptions.rig`. */
  readonly needsRig: boolean;
  readonly write: (clip: FaceClip, options: WriteOptions) => Bytes | Promise<Bytes>;
}
