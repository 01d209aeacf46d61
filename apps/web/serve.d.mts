/** Builds the pages. `outDir`: default `dist`. */
export declare function buildPages(options?: { readonly outDir?: string }): Promise<void>;

/** Serves the built pages on this machine alone. `port`: default the first that is free from 4173. */
export declare function servePages(options?: {
  readonly port?: number;
  /** Whether to send the headers that give a page shared memory. Default true. */
  readonly isolated?: boolean;
  readonly outDir?: string;
}): Promise<{ readonly url: string; readonly close: () => Promise<void> }>;
