// Where randomness comes from: an argument everywhere, so that a run can be repeated from its seed. The only file that asks the system.

/** A source of random bits. */
export interface Random {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** Fills the array with random bytes and returns it. */
  fill(target: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
}

/** Unpredictable: for identities and nonces. */
export const systemRandom: Random = {
  uint32: () => crypto.getRandomValues(new Uint32Array(1))[0],
  fill: (target) => crypto.getRandomValues(target),
};

/** Repeatable: the same seed gives the same sequence on every machine. For tests and simulation, never for identities. */
export function seededRandom(seed: number): Random {
  const uint32 = splitmix32(seed);
  return {
    uint32,
    fill(target) {
      for (let i = 0; i < target.length; i++) target[i] = uint32() >>> 24;
      return target;
    },
  };
}

/** A Weyl sequence, mixed: https://doi.org/10.1145/2714064.2660195, with the 32-bit constants of https://github.com/skeeto/hash-prospector. */
function splitmix32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  };
}
