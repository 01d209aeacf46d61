import type { CanvasFactory, Context2D, InkBox } from './canvas.ts';
import { context2d } from './canvas.ts';
import { type DigitFont, fontFamily } from './fonts.ts';
import type { Scene } from './scene.ts';

/** Side of the canvas that scenes are drawn on, in pixels; the frame is its middle. */
const canvasSide = 64;
/** Side of the frame on that canvas, in pixels: the rest is margin for views that turn or tilt. */
const frameSide = 48;
const margin = (canvasSide - frameSide) / 2;
// Glyphs are measured and laid out at this size and scaled from there.
const em = 100;

/**
 * Draws scenes as coverage: red is the digits, green their shadow or contour, blue the second colour of the ground.
 * The three add up without touching each other, so that colours and light can be laid on later, in plain arithmetic.
 */
export class ScenePainter {
  private readonly context: Context2D;
  private readonly ink = new Map<string, InkBox>();
  private readonly fontStrings = new Map<DigitFont, string>();

  /** @param canvas - makes canvases on which the fonts of the scenes are known. */
  constructor(canvas: CanvasFactory) {
    this.context = context2d(canvas, canvasSide, canvasSide);
  }

  /**
   * Draws a scene and looks at it through its view.
   * @param out - receives the coverage, three planes of `side` × `side` values in [0, 1].
   */
  paint(scene: Scene, out: Float32Array, side: number): void {
    const { context } = this;
    context.globalCompositeOperation = 'copy';
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, canvasSide, canvasSide);
    context.globalCompositeOperation = 'lighter';
    const numberBox = this.drawNumber(scene);
    this.drawGround(scene, numberBox);
    const pixels = context.getImageData(0, 0, canvasSide, canvasSide).data;
    lookThrough(scene.view, pixels, out, side);
  }

  private inkOf(font: DigitFont, glyph: string): InkBox {
    const key = `${fontFamily(font)} ${glyph}`;
    let box = this.ink.get(key);
    if (!box) {
      this.setFont(font);
      const measured = this.context.measureText(glyph);
      box = {
        width: measured.width,
        actualBoundingBoxLeft: measured.actualBoundingBoxLeft,
        actualBoundingBoxRight: measured.actualBoundingBoxRight,
        actualBoundingBoxAscent: measured.actualBoundingBoxAscent,
        actualBoundingBoxDescent: measured.actualBoundingBoxDescent,
      };
      this.ink.set(key, box);
    }
    return box;
  }

  private setFont(font: DigitFont): void {
    let text = this.fontStrings.get(font);
    if (!text) {
      text = `${em}px ${fontFamily(font)}`;
      this.fontStrings.set(font, text);
    }
    this.context.font = text;
  }

  /** Draws the number and returns its box on the canvas: left, top, right, bottom. */
  private drawNumber(scene: Scene): [number, number, number, number] {
    const { context } = this;
    const framed = this.inkOf(scene.font, scene.text[scene.place]!);
    this.setFont(scene.font);
    const scaleY =
      (scene.height * frameSide) / (framed.actualBoundingBoxAscent + framed.actualBoundingBoxDescent);
    const scaleX = scaleY * scene.stretch;
    const centre = canvasSide / 2;
    const penX =
      centre +
      scene.x * frameSide -
      (scaleX * (framed.actualBoundingBoxRight - framed.actualBoundingBoxLeft)) / 2;
    const penY =
      centre +
      scene.y * frameSide +
      (scaleY * (framed.actualBoundingBoxAscent - framed.actualBoundingBoxDescent)) / 2;

    const box: [number, number, number, number] = [centre, centre, centre, centre];
    const glyphs = this.layOut(scene);
    for (const { glyph, x, y } of glyphs) {
      const ink = this.inkOf(scene.font, glyph);
      const left = penX + scaleX * x;
      const base = penY + scaleY * y;
      box[0] = Math.min(box[0], left - scaleX * ink.actualBoundingBoxLeft);
      box[1] = Math.min(box[1], base - scaleY * ink.actualBoundingBoxAscent);
      box[2] = Math.max(box[2], left + scaleX * ink.actualBoundingBoxRight);
      box[3] = Math.max(box[3], base + scaleY * ink.actualBoundingBoxDescent);
    }
    context.lineJoin = 'round';
    if (scene.shadow) {
      const { x, y, width } = scene.shadow;
      const color = '#0f0';
      context.setTransform(scaleX, 0, 0, scaleY, penX + x * frameSide, penY + y * frameSide);
      for (const at of glyphs)
        this.drawGlyph(at, color, (2 * width * frameSide) / scaleX + scene.weight * em, false);
    }
    context.setTransform(scaleX, 0, 0, scaleY, penX, penY);
    const hollowWidth = scene.hollow ? 0.09 * em : 0;
    for (const at of glyphs) this.drawGlyph(at, '#f00', scene.weight * em + hollowWidth, scene.hollow);
    return box;
  }

  // Places of the digits in ems × 100 from the framed digit's pen; those far outside the frame are left out.
  private layOut(scene: Scene): PlacedGlyph[] {
    const { text, place } = scene;
    const glyphs: PlacedGlyph[] = [{ glyph: text[place]!, x: 0, y: 0 }];
    const lead = scene.stacked ? 1.1 * em : 0;
    for (const direction of [-1, 1]) {
      let x = 0;
      let y = 0;
      for (
        let i = place + direction, shown = 0;
        i >= 0 && i < text.length && shown < 2;
        i += direction, shown++
      ) {
        const glyph = text[i]!;
        const leftOne = direction > 0 ? text[i - 1]! : glyph;
        if (!scene.stacked) x += direction * (this.inkOf(scene.font, leftOne).width + scene.tracking * em);
        y += direction * (scene.step * em + lead);
        glyphs.push({ glyph, x, y });
      }
    }
    return glyphs;
  }

  private drawGlyph(at: PlacedGlyph, color: string, width: number, hollow: boolean): void {
    const { context } = this;
    if (!hollow) {
      context.fillStyle = color;
      context.fillText(at.glyph, at.x, at.y);
    }
    if (width > 0) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.strokeText(at.glyph, at.x, at.y);
    }
  }

  private drawGround(
    scene: Scene,
    [left, top, right, bottom]: readonly [number, number, number, number],
  ): void {
    const { context } = this;
    const { ground } = scene;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#00f';
    context.strokeStyle = '#00f';
    if (ground.kind === 'plate') {
      const x = left - ground.padX * frameSide;
      const y = top - ground.padY * frameSide;
      const width = right - left + 2 * ground.padX * frameSide;
      const height = bottom - top + 2 * ground.padY * frameSide;
      context.lineWidth = ground.rim * frameSide;
      if (ground.oval) {
        context.beginPath();
        context.ellipse(x + width / 2, y + height / 2, 0.62 * width, 0.62 * height, 0, 0, 2 * Math.PI);
        if (ground.rim > 0) context.stroke();
        else context.fill();
      } else if (ground.rim > 0) context.strokeRect(x, y, width, height);
      else context.fillRect(x, y, width, height);
    } else if (ground.kind === 'siding') {
      const pitch = ground.pitch * frameSide;
      for (let at = (ground.phase - 1) * pitch; at < canvasSide; at += pitch) {
        if (ground.upright) context.fillRect(at, 0, ground.line * frameSide, canvasSide);
        else context.fillRect(0, at, canvasSide, ground.line * frameSide);
      }
    } else if (ground.kind === 'bricks') {
      this.drawMortar(ground.pitch * frameSide, ground.phase, ground.line * frameSide);
    }
    for (const edge of scene.edges) {
      const at = canvasSide / 2 + (edge.side < 2 ? 1 : -1) * edge.at * frameSide;
      const width = edge.width * frameSide;
      const start = edge.side < 2 ? at : at - width;
      if (edge.side % 2 === 0) context.fillRect(start, 0, width, canvasSide);
      else context.fillRect(0, start, canvasSide, width);
    }
  }

  private drawMortar(pitch: number, phase: number, line: number): void {
    const { context } = this;
    let row = 0;
    for (let y = (phase - 1) * pitch; y < canvasSide; y += pitch, row++) {
      context.fillRect(0, y, canvasSide, line);
      const brick = 2.6 * pitch;
      for (let x = ((row % 2) / 2 - phase) * brick; x < canvasSide; x += brick) {
        context.fillRect(x, y + line, line, pitch - line);
      }
    }
  }
}

interface PlacedGlyph {
  readonly glyph: string;
  readonly x: number;
  readonly y: number;
}

// Samples the canvas through the projective map that takes the unit square to the four corners of the view.
function lookThrough(view: Scene['view'], pixels: Uint8ClampedArray, out: Float32Array, side: number): void {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = view;
  const dx1 = x1 - x2;
  const dy1 = y1 - y2;
  const dx2 = x3 - x2;
  const dy2 = y3 - y2;
  const sx = x0 - x1 + x2 - x3;
  const sy = y0 - y1 + y2 - y3;
  const area = dx1 * dy2 - dx2 * dy1;
  const g = (sx * dy2 - dx2 * sy) / area;
  const h = (dx1 * sy - sx * dy1) / area;
  const a = x1 - x0 + g * x1;
  const b = x3 - x0 + h * x3;
  const d = y1 - y0 + g * y1;
  const e = y3 - y0 + h * y3;
  const plane = side * side;
  const last = canvasSide - 1.001;
  for (let row = 0; row < side; row++) {
    const v = (row + 0.5) / side;
    for (let column = 0; column < side; column++) {
      const u = (column + 0.5) / side;
      const w = 1 / (g * u + h * v + 1);
      // Corners are measured from the centre of the frame; pixel centres lie at halves.
      const px = (a * u + b * v + x0) * w * frameSide + margin + frameSide / 2 - 0.5;
      const py = (d * u + e * v + y0) * w * frameSide + margin + frameSide / 2 - 0.5;
      const x = Math.min(last, Math.max(0, px));
      const y = Math.min(last, Math.max(0, py));
      const left = Math.floor(x);
      const top = Math.floor(y);
      const fx = x - left;
      const fy = y - top;
      const at = 4 * (top * canvasSide + left);
      const below = at + 4 * canvasSide;
      const w00 = ((1 - fx) * (1 - fy)) / 255;
      const w10 = (fx * (1 - fy)) / 255;
      const w01 = ((1 - fx) * fy) / 255;
      const w11 = (fx * fy) / 255;
      const to = row * side + column;
      for (let c = 0; c < 3; c++) {
        out[c * plane + to] =
          w00 * pixels[at + c]! +
          w10 * pixels[at + 4 + c]! +
          w01 * pixels[below + c]! +
          w11 * pixels[below + 4 + c]!;
      }
    }
  }
}
