const SIZE = 64;
const drawn = new Map<string, Promise<string>>();

/** The page's icon with a dot on it, as an address; drawn once. */
export function faviconWithDot(icon: string): Promise<string> {
  const one = drawn.get(icon) ?? draw(icon);
  drawn.set(icon, one);
  return one;
}

async function draw(icon: string): Promise<string> {
  const picture = new Image();
  picture.src = icon;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
  pen.drawImage(picture, 0, 0, SIZE, SIZE);
  pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--alert');
  pen.beginPath();
  pen.arc(SIZE * 0.76, SIZE * 0.24, SIZE * 0.22, 0, 2 * Math.PI);
  pen.fill();
  return canvas.toDataURL('image/png');
}
