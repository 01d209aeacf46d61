import { cropToDigit } from '@flambeau/app-street-digits/pictures';
import { inkSquare } from './ink.ts';

const side = 280;
const stroke = 24;
const paper = '#fff';
const ink = '#20262c';

/** A canvas to draw a digit on, with a pointer of any kind. */
export class DrawingPad {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;
  private last: { readonly x: number; readonly y: number } | null = null;

  /** @param onDraw - called after each stretch of a stroke. */
  constructor(canvas: HTMLCanvasElement, onDraw: () => void) {
    this.canvas = canvas;
    canvas.width = canvas.height = side;
    this.context = canvas.getContext('2d', { willReadFrequently: true })!;
    Object.assign(this.context, { lineWidth: stroke, lineCap: 'round', lineJoin: 'round', strokeStyle: ink });
    this.clear();
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.last = this.placeOf(event);
      this.lineTo(this.last);
      onDraw();
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!this.last) return;
      for (const part of event.getCoalescedEvents?.() ?? [event]) this.lineTo(this.placeOf(part));
      onDraw();
    });
    for (const name of ['pointerup', 'pointercancel'] as const) {
      canvas.addEventListener(name, () => {
        this.last = null;
      });
    }
  }

  clear(): void {
    this.context.fillStyle = paper;
    this.context.fillRect(0, 0, side, side);
  }

  /** What is drawn, of shape (3, 32, 32), framed as the digits of the training pictures; null when there is nothing. */
  picture(): Uint8Array | null {
    const square = inkSquare(this.context.getImageData(0, 0, side, side).data, side);
    return square && cropToDigit(this.canvas, square, (width, height) => new OffscreenCanvas(width, height));
  }

  // The canvas may be shown at another size.
  private placeOf(event: PointerEvent): { readonly x: number; readonly y: number } {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return { x: ((event.clientX - left) * side) / width, y: ((event.clientY - top) * side) / height };
  }

  private lineTo(to: { readonly x: number; readonly y: number }): void {
    const { context } = this;
    const from = this.last ?? to;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
    this.last = to;
  }
}
