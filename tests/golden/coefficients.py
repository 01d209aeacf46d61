"""Writes the polynomials of packages/core/src/ops/math/coefficients.ts: Chebyshev interpolation with 40 digits.

    /usr/bin/python3 tests/golden/coefficients.py > packages/core/src/ops/math/coefficients.ts
"""
import mpmath as mp

mp.mp.dps = 40


def interpolate(f, a, b, degree):
    """Coefficients, lowest power first, of the polynomial through f at the Chebyshev nodes of [a, b]."""
    n = degree + 1
    points = [(a + b) / 2 + (b - a) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    powers = mp.matrix(n, n)
    for i, p in enumerate(points):
        for j in range(n):
            powers[i, j] = p**j
    solution = mp.lu_solve(powers, mp.matrix([f(p) for p in points]))
    return [solution[i] for i in range(n)]


def worst(f, coefficients, a, b):
    """Largest relative error on a grid."""
    points = [a + (b - a) * mp.mpf(i) / 400 for i in range(401)]
    return max(abs(sum(c * p**k for k, c in enumerate(coefficients)) / f(p) - 1) for p in points)


def erf_over_x(z):
    return mp.erf(mp.sqrt(z)) / mp.sqrt(z) if z > 0 else 2 / mp.sqrt(mp.pi)


def scaled_erfc(k):
    """exp(x²)·erfc(x)·(x + k) as a function of t = (x − k)/(x + k)."""

    def f(t):
        x = k * (1 + t) / (1 - t)
        return mp.exp(x * x) * mp.erfc(x) * (x + k)

    return f


def gamma_near_two(t):
    """lgamma(2 + t)/t."""
    return mp.loggamma(2 + t) / t if t else 1 - mp.euler


ROOT = mp.findroot(mp.digamma, mp.mpf("1.4616"))


def digamma_near_root(t):
    """ψ(x)/(x − x₀) at x = 1.5 + t, where ψ(x₀) = 0."""
    return mp.digamma(mp.mpf("1.5") + t) / (mp.mpf("1.5") + t - ROOT)


def show(name, comment, f, a, b, degree):
    coefficients = interpolate(f, a, b, degree)
    print(f"/** {comment} Relative error {mp.nstr(worst(f, coefficients, a, b), 2)}. */")
    print(f"export const {name}: readonly number[] = [")
    for c in coefficients:
        print(f"  {mp.nstr(c, 17)},")
    print("];\n")


def main():
    print("// Written by tests/golden/coefficients.py. Lowest power first.\n")
    show("ERF_FLOAT64", "erf(x)/x in x², |x| ≤ 1.", erf_over_x, mp.mpf(0), mp.mpf(1), 13)
    show("ERF_FLOAT32", "erf(x)/x in x², |x| ≤ 1.", erf_over_x, mp.mpf(0), mp.mpf(1), 6)
    for name, k, low, high, degree in (
        ("ERFC_MIDDLE", mp.mpf("1.5"), "0.8", "2.6", 13),
        ("ERFC_FAR", mp.mpf(4), "2.6", "28", 15),
        ("ERFC_FLOAT32", mp.mpf(3), "0.8", "11", 9),
    ):
        t = lambda x: (mp.mpf(x) - k) / (mp.mpf(x) + k)
        comment = f"exp(x²)·erfc(x)·(x + {mp.nstr(k, 3)}) in (x − {mp.nstr(k, 3)})/(x + {mp.nstr(k, 3)}), {low} ≤ x ≤ {high}."
        show(name, comment, scaled_erfc(k), t(low), t(high), degree)
    half = mp.mpf("0.5")
    for dtype, gamma, digamma in (("FLOAT64", 19, 22), ("FLOAT32", 9, 11)):
        show(f"GAMMA_{dtype}", "log Γ(2 + t)/t, |t| ≤ 0.5.", gamma_near_two, -half, half, gamma)
        show(f"DIGAMMA_{dtype}", "ψ(1.5 + t)/(1.5 + t − ψ's root), |t| ≤ 0.5.", digamma_near_root, -half, half, digamma)
    high = mp.mpf(float(ROOT))
    print("/** The root of ψ above 0, and what a float64 of it lacks. */")
    print(f"export const DIGAMMA_ROOT: readonly [number, number] = [{mp.nstr(high, 17)}, {mp.nstr(ROOT - high, 17)}];")


if __name__ == "__main__":
    main()
