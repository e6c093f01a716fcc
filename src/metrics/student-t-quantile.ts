/**
 * The quantile of order `p` in (0, 1) of Student's t with a whole number of degrees of freedom.
 *
 * For whole degrees of freedom the distribution function is a finite series of positive terms in the angle
 * atan(t / sqrt(df)) (Abramowitz and Stegun 26.7.3 and 26.7.4), so it is inverted by bisection on that angle, to the
 * last bit or two.
 *
 * @throws RangeError where `p` is outside (0, 1) or `degreesOfFreedom` is not a positive whole number
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`studentTQuantile: p = ${p}, expected a number in (0, 1)`);
  if (!(Number.isInteger(degreesOfFreedom) && degreesOfFreedom > 0)) {
    throw new RangeError(
      `studentTQuantile: degreesOfFreedom = ${degreesOfFreedom}, expected a positive whole number`,
    );
  }
  if (p < 0.5) return -studentTQuantile(1 - p, degreesOfFreedom);
  const inside = 2 * p - 1;
  let low = 0;
  let high = Math.PI / 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (probabilityWithin(middle, degreesOfFreedom) < inside) low = middle;
    else high = middle;
  }
  return Math.sqrt(degreesOfFreedom) * Math.tan(high);
}

/** P(|T| < sqrt(df) tan(angle)). */
function probabilityWithin(angle: number, degreesOfFreedom: number): number {
  const cosine2 = Math.cos(angle) ** 2;
  const odd = degreesOfFreedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = odd && degreesOfFreedom === 1 ? 0 : term;
  for (let i = odd ? 2 : 1; i <= degreesOfFreedom - 3; i += 2) {
    term *= (i / (i + 1)) * cosine2;
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
