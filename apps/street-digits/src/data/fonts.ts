/** One face of one font: what the procedural digits are drawn with. */
export interface DigitFont {
  /** Name of the `@fontsource` package, without its scope. */
  readonly package: string;
  /** Weight as in CSS, 100 to 900. */
  readonly weight: number;
  readonly style: 'normal' | 'italic';
  /** How often the face is drawn, relative to the others: house numbers are mostly plain bold sans-serif. */
  readonly share: number;
}

/** The faces of the embedded set: sans, condensed, serif, slab, display, handwriting, stencil and mono. */
export const digitFonts: readonly DigitFont[] = [
  ...faces('arimo', 10, '400 500 600 700 700i'),
  ...faces('archivo-narrow', 4, '500 700'),
  ...faces('archivo-black', 4, '400'),
  ...faces('oswald', 3, '400 600'),
  ...faces('fjalla-one', 3, '400'),
  ...faces('league-gothic', 2, '400'),
  ...faces('bebas-neue', 3, '400'),
  ...faces('anton', 2, '400'),
  ...faces('passion-one', 2, '400'),
  ...faces('josefin-sans', 3, '400 600'),
  ...faces('poiret-one', 2, '400'),
  ...faces('righteous', 2, '400'),
  ...faces('bungee', 1, '400'),
  ...faces('black-ops-one', 1, '400'),
  ...faces('tinos', 8, '400 700 700i'),
  ...faces('libre-baskerville', 4, '400 700'),
  ...faces('old-standard-tt', 3, '400 700'),
  ...faces('playfair-display', 2, '600'),
  ...faces('abril-fatface', 2, '400'),
  ...faces('limelight', 1, '400'),
  ...faces('arvo', 3, '400 700'),
  ...faces('alfa-slab-one', 2, '400'),
  ...faces('bevan', 2, '400'),
  ...faces('rye', 1, '400'),
  ...faces('courgette', 2, '400'),
  ...faces('playball', 2, '400'),
  ...faces('oleo-script', 2, '400 700'),
  ...faces('patrick-hand', 2, '400'),
  ...faces('caveat-brush', 2, '400'),
  ...faces('permanent-marker', 1, '400'),
  ...faces('stardos-stencil', 2, '400 700'),
  ...faces('saira-stencil-one', 1, '400'),
  ...faces('cousine', 2, '400 700'),
  ...faces('courier-prime', 1, '700'),
];

/** The family name a face is registered under; of our own, so that no font of the system is taken for it. */
export function fontFamily(font: DigitFont): string {
  return `street-digits-${font.package}-${font.weight}-${font.style}`;
}

/** The module specifier of a face's file, in WOFF2: `@fontsource/arimo/files/arimo-latin-700-normal.woff2`. */
export function fontFile(font: DigitFont): string {
  return `@fontsource/${font.package}/files/${font.package}-latin-${font.weight}-${font.style}.woff2`;
}

// A package's share is divided among its faces.
function faces(name: string, share: number, list: string): DigitFont[] {
  const names = list.split(' ');
  return names.map((face) => ({
    package: name,
    weight: Number.parseInt(face, 10),
    style: face.endsWith('i') ? 'italic' : 'normal',
    share: share / names.length,
  }));
}
