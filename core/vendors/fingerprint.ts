const SEEDS = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];

/**
 * 128 bits that tell texts apart, as 32 hexadecimal digits: for keys of what a person brings, where there is no hashing port.
 * Whoever wants to can make two texts with the same one; nothing may be proved by it.
 */
export function fingerprint(text: string): string {
  return SEEDS.map((seed) => {
    let hash = seed ^ text.length;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x5bd1e995);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
  }).join('');
}
