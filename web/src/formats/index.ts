/** Face clips to and from files, in the browser; the counterpart of `voxface.formats`. */
export { FORMATS, findFormat, readClip, writeClip } from "./registry";
export type { Bytes, Format, WriteOptions } from "./format";
