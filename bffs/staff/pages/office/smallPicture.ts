const width = 1_200;
const height = 900;

/**
 * Lets the person choose a picture, and returns it in base64, cropped to 4 by 3 and no larger than guests are shown
 * it: a photo of a telephone has ten times the bytes that the graph takes. Undefined when they choose none, null when
 * the browser cannot open what they chose.
 */
export async function choosePicture(): Promise<string | null | undefined> {
  const file = await choose();
  if (!file) return undefined;
  try {
    return await shrink(file);
  } catch {
    return null;
  }
}

const choose = (): Promise<File | undefined> =>
  new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = 'image/*';
    input.addEventListener('change', () => resolve(input.files?.[0]));
    input.addEventListener('cancel', () => resolve(undefined));
    input.click();
  });

async function shrink(file: File): Promise<string> {
  const picture = await createImageBitmap(file);
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const scale = Math.max(width / picture.width, height / picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('this browser has no canvas');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, width, height);
  pen.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
  picture.close();
  return canvas.toDataURL('image/jpeg', 0.85).replace(/^data:image\/jpeg;base64,/, '');
}
