import { learn } from './story.ts';

let drawn: Promise<Blob> | undefined;

/** picture is the one that the next ticket is for: an evening at the sea. */
export function picture(): Promise<Blob> {
  drawn ??= draw().then((blob) => {
    learn({ bytes: blob.size });
    return blob;
  });
  return drawn;
}

async function draw(): Promise<Blob> {
  const [width, height] = [1200, 800];
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const c = canvas.getContext('2d')!;
  const sky = c.createLinearGradient(0, 0, 0, height * 0.6);
  sky.addColorStop(0, '#27476e');
  sky.addColorStop(0.7, '#e27d60');
  sky.addColorStop(1, '#f6c667');
  c.fillStyle = sky;
  c.fillRect(0, 0, width, height * 0.6);
  const sea = c.createLinearGradient(0, height * 0.6, 0, height);
  sea.addColorStop(0, '#b9654f');
  sea.addColorStop(1, '#16324f');
  c.fillStyle = sea;
  c.fillRect(0, height * 0.6, width, height);
  c.fillStyle = '#fff3d6';
  c.beginPath();
  c.arc(width * (0.3 + 0.4 * Math.random()), height * 0.5, 60, 0, 2 * Math.PI);
  c.fill();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('This browser draws no JPEG.'))), 'image/jpeg', 0.85);
  });
}

/** another has the next ticket be for another picture, since the same would be a duplicate. */
export function another(): Promise<Blob> {
  drawn = undefined;
  return picture();
}
