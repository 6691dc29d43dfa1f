// Reads ZIP files (APPNOTE.TXT 4.3) as a person's computer does: what the directory
// at the end names, from where it says.
import { crc32, inflateRawSync } from 'node:zlib';

const ofEnd = 0x06054b50;
const ofEntry = 0x02014b50;

/** unzip gives the files of a ZIP file by their names, each held against its checksum. */
export function unzip(bytes) {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || bytes.readUInt32LE(end) !== ofEnd) throw new Error('a ZIP file has no end');
  const files = new Map();
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== ofEntry) throw new Error('the directory of a ZIP file is broken');
    const [method, sum, packed] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 16), bytes.readUInt32LE(at + 20)];
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const from = bytes.readUInt32LE(at + 42);
    const title = bytes.toString('utf8', at + 46, at + 46 + name);
    const body = from + 30 + bytes.readUInt16LE(from + 26) + bytes.readUInt16LE(from + 28);
    const raw = bytes.subarray(body, body + packed);
    const content = method === 0 ? raw : inflateRawSync(raw);
    if (crc32(content) !== sum) throw new Error(`${title} is not what its checksum says`);
    if (files.has(title)) throw new Error(`${title} is in it twice`);
    files.set(title, content);
    at += 46 + name + extra + comment;
  }
  return files;
}
