/** Pixels of a PNG or JPEG file, where the surroundings can decode one. */

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha, 0 to 255, sRGB. */
  readonly data: Uint8ClampedArray;
}

/** The pixels of a picture; null outside a browser or if it is damaged. */
export async function decodePicture(file: Uint8Array): Promise<Pixels | null> {
  if (typeof createImageBitmap === "undefined" || typeof OffscreenCanvas === "undefined") {
    return null;
  }
  try {
    const picture = await createImageBitmap(new Blob([file.slice()]), {
      premultiplyAlpha: "none",
      colorSpaceConversion: "none",
    });
    const { width, height } = picture;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context?.drawImage(picture, 0, 0);
    return context && { width, height, data: context.getImageData(0, 0, width, height).data };
  } catch {
    return null;
  }
}

/** The linear colour at texture coordinates, (0, 0) the upper left corner. */
export function colorAt({ width, height, data }: Pixels, u: number, v: number): number[] {
  const column = Math.min(Math.floor((u - Math.floor(u)) * width), width - 1);
  const row = Math.min(Math.floor((v - Math.floor(v)) * height), height - 1);
  return [0, 1, 2].map((i) => linear(data[(row * width + column) * 4 + i] / 255));
}

/** IEC 61966-2-1 (sRGB), decoded. */
function linear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
