/** What is wrong with a data file, for programs; the message is for people. */
export type DataFileFault =
  | 'not-found'
  | 'wrong-format'
  | 'truncated'
  | 'damaged'
  | 'too-large'
  | 'unsupported'
  | 'network'
  | 'checksum'
  | 'disk-full';

/** A data file that cannot be read, fetched or trusted. Message: `op(): fault: got …, expected …. Hint.` */
export class DataFileError extends Error {
  override readonly name = 'DataFileError';
  readonly code: DataFileFault;
  /** The function that refused, without parentheses. */
  readonly op: string;

  constructor(code: DataFileFault, op: string, fault: string, options?: ErrorOptions) {
    super(`${op}(): ${fault}`, options);
    this.code = code;
    this.op = op;
  }
}
