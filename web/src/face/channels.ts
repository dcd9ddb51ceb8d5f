import contract from "../generated/contract.json";

/** The 52 ARKit channel names in the order of voxface arrays; owned by `voxface.face.channels`. */
export const ARKIT_CHANNELS: readonly string[] = contract.channels;
