/** Larger files are not read into memory at once, and so sent without their sum. In bytes. */
export const maxHashed = 64 << 20;

/** The SHA-256 of a file in hexadecimal; null of a large one, and where there is no crypto.subtle (plain HTTP). */
export async function sha256(blob: Blob): Promise<string | null> {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle || blob.size > maxHashed) return null;
  const sum = new Uint8Array(await subtle.digest('SHA-256', await blob.arrayBuffer()));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
