/** The version of this package; two different ones in a process are an error. */
export const VERSION = '0.0.0';
