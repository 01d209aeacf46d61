declare module '#digit-fonts' {
  /** Addresses of the faces that the digits are drawn with, by family: see vite.config.ts. */
  export const fontUrls: Readonly<Record<string, string>>;
}
