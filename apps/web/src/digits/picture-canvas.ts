import { pictureSide } from '@flambeau/app-street-digits/pictures';

const plane = pictureSide * pictureSide;

/** Shows a picture of shape (3, 32, 32) on a canvas, pixel for pixel. */
export function showPicture(canvas: HTMLCanvasElement, picture: Uint8Array): void {
  canvas.width = canvas.height = pictureSide;
  const image = new ImageData(pictureSide, pictureSide);
  for (let at = 0; at < plane; at++) {
    for (let c = 0; c < 3; c++) image.data[4 * at + c] = picture[c * plane + at]!;
    image.data[4 * at + 3] = 255;
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0);
}
