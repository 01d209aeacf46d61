/** Storage of a floating-point tensor that random numbers are drawn into. */
export type FloatArray = Float32Array | Float64Array;
