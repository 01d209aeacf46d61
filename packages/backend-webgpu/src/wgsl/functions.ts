/** A function of the prelude: its text and what it calls. */
interface PreludeFunction {
  readonly text: string;
  readonly needs?: readonly string[];
}

/**
 * Functions that kernels may call. WGSL lets a device take NaN and infinities for impossible, flush subnormals, and
 * reorder arithmetic, and its own functions are coarse near their ends: so NaN is told by its bits, and what must be
 * accurate is computed here. Coefficients: S. Moshier's Cephes library, expf, logf, sinf and tanhf.
 */
const functions: Readonly<Record<string, PreludeFunction>> = {
  isNan: { text: 'fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }' },
  // A literal would be evaluated by the compiler, which refuses what is not finite.
  fromBits: { text: 'fn fromBits(bits: u32) -> f32 { return bitcast<f32>(bits); }' },
  greatest: {
    text: 'fn greatest(a: f32, b: f32) -> f32 { return select(select(max(a, b), b, isNan(b)), a, isNan(a)); }',
    needs: ['isNan'],
  },
  least: {
    text: 'fn least(a: f32, b: f32) -> f32 { return select(select(min(a, b), b, isNan(b)), a, isNan(a)); }',
    needs: ['isNan'],
  },
  differ: {
    text: 'fn differ(a: f32, b: f32) -> bool { return a != b || isNan(a) || isNan(b); }',
    needs: ['isNan'],
  },
  isTrue: { text: 'fn isTrue(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) != 0u; }' },
  toInteger: {
    text: `fn toInteger(x: f32) -> i32 {
  if (isNan(x)) { return 0; }
  return select(i32(clamp(x, -2147483648.0, 2147483520.0)), 2147483647, x >= 2147483648.0);
}`,
    needs: ['isNan'],
  },
  // 2^n · e^r with |r| ≤ log(2)/2; in two factors, since 2^n alone may overflow
  exponential: {
    text: `fn exponential(x: f32) -> f32 {
  let bounded = clamp(x, -104.0, 89.0);
  let n = floor(bounded * 1.44269504 + 0.5);
  let r = (bounded - n * 0.693359375) + n * 2.12194440e-4;
  var p = 1.9875691500e-4 * r + 1.3981999507e-3;
  p = p * r + 8.3334519073e-3;
  p = p * r + 4.1665795894e-2;
  p = p * r + 1.6666665459e-1;
  p = p * r + 5.0000001201e-1;
  let whole = i32(n);
  let half = whole >> 1u;
  let y = ((p * (r * r) + r) + 1.0) * bitcast<f32>((half + 127) << 23u) * bitcast<f32>((whole - half + 127) << 23u);
  return select(y, x, isNan(x));
}`,
    needs: ['isNan'],
  },
  // log(1 + x) for −0.29 < x < 0.41, plus e·log(2)
  logSeries: {
    text: `fn logSeries(x: f32, e: f32) -> f32 {
  var p = 7.0376836292e-2 * x - 1.1514610310e-1;
  p = p * x + 1.1676998740e-1;
  p = p * x - 1.2420140846e-1;
  p = p * x + 1.4249322787e-1;
  p = p * x - 1.6668057665e-1;
  p = p * x + 2.0000714765e-1;
  p = p * x - 2.4999993993e-1;
  p = p * x + 3.3333331174e-1;
  let tail = p * x * (x * x) - 2.12194440e-4 * e - 0.5 * (x * x);
  return (x + tail) + 0.693359375 * e;
}`,
  },
  logarithm: {
    text: `fn logarithm(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) == 0u) { return fromBits(0xff800000u); }
  if (bits >= 0x7f800000u) { return select(fromBits(0x7fc00000u), x, bits == 0x7f800000u); }
  var b = bits;
  var e = -127;
  if (b < 0x00800000u) {
    let up = countLeadingZeros(b) - 8u;
    b <<= up;
    e += 1 - i32(up);
    b &= 0x007fffffu;
  }
  b += 0x3f800000u - 0x3f3504f3u;
  e += i32(b >> 23u);
  return logSeries(bitcast<f32>((b & 0x007fffffu) + 0x3f3504f3u) - 1.0, f32(e));
}`,
    needs: ['fromBits', 'logSeries'],
  },
  logOnePlus: {
    text: `fn logOnePlus(x: f32) -> f32 {
  if (abs(x) < 1e-6) { return x; }
  if (x > -0.29 && x < 0.41) { return logSeries(x, 0.0); }
  return logarithm(1.0 + x);
}`,
    needs: ['logSeries', 'logarithm'],
  },
  exponentialLessOne: {
    text: `fn exponentialLessOne(x: f32) -> f32 {
  if (abs(x) < 1e-6) { return x; }
  if (x > -0.5 && x < 0.5) {
    let p = 1.0 / 120.0 + x * (1.0 / 720.0 + x * (1.0 / 5040.0 + x * (1.0 / 40320.0)));
    return x + x * x * (0.5 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * p)));
  }
  return exponential(x) - 1.0;
}`,
    needs: ['exponential'],
  },
  hyperbolicTangent: {
    text: `fn hyperbolicTangent(x: f32) -> f32 {
  let a = abs(x);
  if (a < 1e-4 || isNan(x)) { return x; }
  if (a < 0.625) {
    let z = x * x;
    var p = -5.70498872745e-3 * z + 2.06390887954e-2;
    p = p * z - 5.37397155531e-2;
    p = p * z + 1.33314422036e-1;
    p = p * z - 3.33332819422e-1;
    return x + x * (p * z);
  }
  let y = 1.0 - 2.0 / (exponential(2.0 * min(a, 10.0)) + 1.0);
  return select(y, -y, x < 0.0);
}`,
    needs: ['exponential', 'isNan'],
  },
  highProduct: {
    text: `fn highProduct(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let left = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let right = (a & 0xffffu) * (b >> 16u) + (left & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u);
}`,
  },
  // x = (n + f)·π/2 with |f| ≤ 1/2 for large x: the product with those bits of 2/π that matter (M. Payne and R. Hanek)
  largeQuarters: {
    text: `const TWO_OVER_PI = array<u32, 8>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu);
fn bitsOfTwoOverPi(at: u32) -> u32 {
  var words = TWO_OVER_PI;
  let shift = at & 31u;
  let first = words[at >> 5u] << shift;
  return select(first | ((words[(at >> 5u) + 1u] >> (31u - shift)) >> 1u), first, shift == 0u);
}
fn largeQuarters(x: f32) -> Quarters {
  let bits = bitcast<u32>(x);
  let m = (bits & 0x007fffffu) | 0x00800000u;
  let at = ((bits >> 23u) & 0xffu) - 120u;
  let low = bitsOfTwoOverPi(at + 64u);
  let middle = bitsOfTwoOverPi(at + 32u);
  let r1 = m * middle + highProduct(m, low);
  let carry = select(0u, 1u, r1 < m * middle);
  let r2 = m * bitsOfTwoOverPi(at) + highProduct(m, middle) + carry;
  let fraction = bitcast<i32>((r2 << 2u) | (r1 >> 30u));
  let f = f32(fraction) * 2.3283064e-10 + f32(r1 << 2u) * 5.4210109e-20;
  let n = i32(r2 >> 30u) + select(0, 1, fraction < 0);
  let sign = select(1, -1, x < 0.0);
  return Quarters(f32(sign) * f * 1.57079637, sign * n);
}`,
    needs: ['quarters', 'highProduct'],
  },
  quarters: { text: 'struct Quarters { rest: f32, count: i32 }' },
  // For small x quarter turns are taken off in three parts of π/2, so that the product with the first is exact.
  turned: {
    text: `fn turned(x: f32, turns: i32) -> f32 {
  if (isNan(x) || abs(x) == fromBits(0x7f800000u)) { return fromBits(0x7fc00000u); }
  var q = Quarters(x, 0);
  if (abs(x) >= 4096.0) { q = largeQuarters(x); }
  else {
    let n = floor(x * 0.636619772 + 0.5);
    q = Quarters(((x - n * 1.5703125) - n * 4.837512969970703125e-4) - n * 7.549789948768648e-8, i32(n));
  }
  let r = q.rest;
  let z = r * r;
  let quadrant = (q.count + turns) & 3;
  var y = r + r * z * (-1.6666654611e-1 + z * (8.3321608736e-3 - z * 1.9515295891e-4));
  if ((quadrant & 1) == 1) {
    y = 1.0 - 0.5 * z + z * z * (4.166664568298827e-2 + z * (-1.388731625493765e-3 + z * 2.443315711809948e-5));
  }
  return select(y, -y, quadrant >= 2);
}`,
    needs: ['quarters', 'largeQuarters', 'fromBits', 'isNan'],
  },
  sine: {
    text: `fn sine(x: f32) -> f32 {
  if (abs(x) < 1e-4) { return x; }
  return turned(x, 0);
}`,
    needs: ['turned'],
  },
  cosine: { text: 'fn cosine(x: f32) -> f32 { return turned(x, 1); }', needs: ['turned'] },
  power: {
    text: `fn power(x: f32, y: f32) -> f32 {
  if (y == 0.0 || x == 1.0) { return 1.0; }
  if (isNan(x) || isNan(y)) { return fromBits(0x7fc00000u); }
  let a = abs(x);
  let infinity = fromBits(0x7f800000u);
  let endless = abs(y) == infinity;
  let whole = endless || floor(y) == y;
  let odd = whole && abs(y) < 16777216.0 && (i32(y) & 1) == 1;
  let negative = (bitcast<u32>(x) & 0x80000000u) != 0u;
  if (negative && !whole && a != 0.0 && a != infinity) { return fromBits(0x7fc00000u); }
  var r = 1.0;
  if (a == 0.0) { r = select(infinity, 0.0, y > 0.0); }
  else if (a == infinity) { r = select(0.0, infinity, y > 0.0); }
  else if (a != 1.0) {
    if (endless) { r = select(0.0, infinity, (a > 1.0) == (y > 0.0)); }
    else { r = pow(a, y); }
  }
  return select(r, -r, negative && odd);
}`,
    needs: ['isNan', 'fromBits'],
  },
  // In integers, digit by digit: exact for all quotients
  remainderOf: {
    text: `fn remainderOf(x: f32, y: f32) -> f32 {
  let a = bitcast<u32>(x) & 0x7fffffffu;
  let b = bitcast<u32>(y) & 0x7fffffffu;
  if (a >= 0x7f800000u || b > 0x7f800000u || b == 0u) { return fromBits(0x7fc00000u); }
  if (a < b) { return x; }
  let exponent = max(b >> 23u, 1u);
  let divisor = (b & 0x007fffffu) | select(0u, 0x00800000u, b >= 0x00800000u);
  var left = ((a & 0x007fffffu) | select(0u, 0x00800000u, a >= 0x00800000u)) % divisor;
  var shift = max(a >> 23u, 1u) - exponent;
  while (shift > 0u) {
    let step = min(shift, 8u);
    left = (left << step) % divisor;
    shift -= step;
  }
  let sign = bitcast<u32>(x) & 0x80000000u;
  if (left == 0u) { return fromBits(sign); }
  let up = countLeadingZeros(left) - 8u;
  if (up < exponent) { return fromBits(sign | ((exponent - up) << 23u) | ((left << up) & 0x007fffffu)); }
  return fromBits(sign | (left << (exponent - 1u)));
}`,
    needs: ['fromBits'],
  },
  wholePower: {
    text: `fn wholePower(base: i32, exponent: i32) -> i32 {
  if (exponent < 0) {
    if (base == 1) { return 1; }
    return select(0, select(-1, 1, (exponent & 1) == 0), base == -1);
  }
  var result = 1;
  var factor = base;
  for (var left = exponent; left > 0; left >>= 1u) {
    if ((left & 1) == 1) { result *= factor; }
    factor *= factor;
  }
  return result;
}`,
  },
};

/** The texts of the named functions and of what they call, callees first. */
export function prelude(names: Iterable<string>): string {
  const texts = new Map<string, string>();
  const add = (name: string): void => {
    if (texts.has(name)) return;
    const own = functions[name];
    if (!own) throw new TypeError(`webgpu: no function '${name}'`);
    for (const callee of own.needs ?? []) add(callee);
    texts.set(name, own.text);
  };
  for (const name of names) add(name);
  return [...texts.values()].join('\n');
}
