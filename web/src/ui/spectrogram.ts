// A picture of speech: power on a mel scale, drawn once.

const SIZE = 512;
const BANDS = 64;
/** What lies this far under the loudest is drawn as silence. */
const RANGE_DECIBELS = 62;

/** Levels 0 to 1, row-major, `columns` x `bands`, low bands first. */
export interface Spectrogram {
  readonly levels: Float32Array;
  readonly columns: number;
  readonly bands: number;
}

export function spectrogram(
  samples: Float32Array,
  sampleRate: number,
  columns: number,
): Spectrogram {
  const scale = Math.max(1, Math.round(sampleRate / 16000));
  const window = Float32Array.from(
    { length: SIZE },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / SIZE),
  );
  const filters = melFilters((sampleRate / scale) / SIZE);
  const [real, imaginary] = [new Float32Array(SIZE), new Float32Array(SIZE)];
  const levels = new Float32Array(columns * BANDS);
  let loudest = -Infinity;
  for (let column = 0; column < columns; column++) {
    const center = ((column + 0.5) / columns) * samples.length;
    const first = Math.round(center - (SIZE * scale) / 2);
    for (let i = 0; i < SIZE; i++) {
      let sum = 0;
      // The mean of neighbours: a plain way down to some 16 kHz, good enough for a picture.
      for (let j = 0; j < scale; j++) sum += samples[first + i * scale + j] ?? 0;
      real[i] = (sum / scale) * window[i];
      imaginary[i] = 0;
    }
    transform(real, imaginary);
    for (let band = 0; band < BANDS; band++) {
      const [low, middle, high] = filters[band];
      let power = 1e-9;
      for (let bin = Math.max(Math.ceil(low), 0); bin <= high && bin <= SIZE / 2; bin++) {
        const share = bin < middle ? (bin - low) / (middle - low) : (high - bin) / (high - middle);
        power += share * (real[bin] ** 2 + imaginary[bin] ** 2);
      }
      const decibels = 10 * Math.log10(power);
      levels[column * BANDS + band] = decibels;
      loudest = Math.max(loudest, decibels);
    }
  }
  const floor = Math.max(loudest, -10) - RANGE_DECIBELS;
  for (let i = 0; i < levels.length; i++) {
    levels[i] = Math.min(Math.max((levels[i] - floor) / RANGE_DECIBELS, 0), 1);
  }
  return { levels, columns, bands: BANDS };
}

/** Corners of the triangles in bins, at least two bins wide. */
function melFilters(hertzPerBin: number): [number, number, number][] {
  const mel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700);
  const hertz = (value: number) => 700 * (10 ** (value / 2595) - 1);
  const top = mel(Math.min(8000, (SIZE / 2) * hertzPerBin));
  const corner = (band: number) => hertz((band / (BANDS + 1)) * top) / hertzPerBin;
  return Array.from({ length: BANDS }, (_, band) => {
    const middle = corner(band + 1);
    return [
      Math.min(corner(band), middle - 1),
      middle,
      Math.max(corner(band + 2), middle + 1),
    ];
  });
}

/** Radix-2 Fourier transform in place. */
function transform(real: Float32Array, imaginary: Float32Array): void {
  const n = real.length;
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [real[i], real[j]] = [real[j], real[i]];
      [imaginary[i], imaginary[j]] = [imaginary[j], imaginary[i]];
    }
  }
  for (let length = 2; length <= n; length <<= 1) {
    const angle = (-2 * Math.PI) / length;
    for (let k = 0; k < length / 2; k++) {
      const [c, s] = [Math.cos(angle * k), Math.sin(angle * k)];
      for (let i = k; i < n; i += length) {
        const j = i + length / 2;
        const re = real[j] * c - imaginary[j] * s;
        const im = real[j] * s + imaginary[j] * c;
        real[j] = real[i] - re;
        imaginary[j] = imaginary[i] - im;
        real[i] += re;
        imaginary[i] += im;
      }
    }
  }
}
