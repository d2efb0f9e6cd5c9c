// Seeded randomness for the network model: the same seed draws the same numbers on every machine and in every run.

/** The largest seed: seeds are unsigned 32-bit integers. */
export const MAX_SEED = 0xffff_ffff;

/** Draws a number in [0, 1), each call the next of its stream. */
export type RandomSource = () => number;

/**
 * A stream of numbers in [0, 1) that `seed` alone decides: Bob Jenkins' small fast counter generator (sfc32, from
 * PractRand), filled from the seed by {@link deriveSeed}.
 */
export function seededRandom(seed: number): RandomSource {
  let a = deriveSeed(seed, 1);
  let b = deriveSeed(seed, 2);
  let c = deriveSeed(seed, 3);
  let counter = 1;
  const draw = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round += 1) draw();
  return draw;
}

/**
 * The seed of stream number `stream` under `seed`, an unsigned 32-bit integer. Streams of one seed do not follow from
 * each other, so that each purpose (loss, jitter, each client) draws its own numbers. The mix is MurmurHash3's finaliser.
 */
export function deriveSeed(seed: number, stream: number): number {
  let hash = (seed ^ Math.imul(stream, 0x9e37_79b9)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
