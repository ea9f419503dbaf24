export type Rounding = "half" | "up" | "down";

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);

/** `numerator / denominator` as a whole number; "half" and "up" go away from zero. */
function quotient(numerator: bigint, denominator: bigint, mode: Rounding): bigint {
  const negative = numerator < 0n !== denominator < 0n;
  const [top, bottom] = [magnitude(numerator), magnitude(denominator)];
  const more = mode === "half" ? bottom : mode === "up" ? 2n * bottom - 2n : 0n;
  const whole = (2n * top + more) / (2n * bottom);
  return negative ? -whole : whole;
}

/** The greatest whole number not above `numerator / denominator`; the denominator is positive. */
function floored(numerator: bigint, denominator: bigint): bigint {
  const whole = numerator / denominator;
  return numerator < 0n && whole * denominator !== numerator ? whole - 1n : whole;
}

/** Digits behind the point that division rounds to. */
const DIVISION_SCALE = 10;

/** An exact decimal: `units / 10^scale`. Numbers of JavaScript never hold one. */
export class Decimal {
  readonly units: bigint;
  readonly scale: number;

  constructor(units: bigint, scale: number) {
    this.units = units;
    this.scale = scale;
  }

  static of(text: string | number): Decimal {
    const [whole = "0", fraction = ""] = String(text).split(".");
    return new Decimal(BigInt(whole + fraction), fraction.length);
  }

  static whole(value: number | bigint): Decimal {
    return new Decimal(BigInt(value), 0);
  }

  private at(scale: number): bigint {
    return this.units * 10n ** BigInt(scale - this.scale);
  }

  /** The same number with at least `scale` digits behind the point. */
  atLeast(scale: number): Decimal {
    return scale > this.scale ? new Decimal(this.at(scale), scale) : this;
  }

  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale);
    const [left, right] = [this.at(scale), other.at(scale)];
    return left < right ? -1 : left > right ? 1 : 0;
  }

  plus(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale);
    return new Decimal(this.at(scale) + other.at(scale), scale);
  }

  times(other: Decimal): Decimal {
    return new Decimal(this.units * other.units, this.scale + other.scale);
  }

  /** Half-up at scale 10; null where the divisor is zero. */
  over(other: Decimal): Decimal | null {
    if (other.units === 0n) return null;
    const scale = Math.max(this.scale, other.scale);
    const top = this.at(scale) * 10n ** BigInt(DIVISION_SCALE);
    return new Decimal(quotient(top, other.at(scale), "half"), DIVISION_SCALE);
  }

  negated(): Decimal {
    return new Decimal(-this.units, this.scale);
  }

  absolute(): Decimal {
    return new Decimal(magnitude(this.units), this.scale);
  }

  /** To `places` behind the point (negative: before it); never with more digits than it had. */
  rounded(places: number, mode: Rounding): Decimal {
    if (places >= this.scale) return this;
    const units = quotient(this.units, 10n ** BigInt(this.scale - places), mode);
    return places >= 0 ? new Decimal(units, places) : new Decimal(units * 10n ** BigInt(-places), 0);
  }

  /** The greatest whole number not above it. */
  floor(): Decimal {
    return new Decimal(floored(this.units, 10n ** BigInt(this.scale)), 0);
  }

  /** `this - other * floor(this / other)`; null where `other` is zero. */
  modulo(other: Decimal): Decimal | null {
    if (other.units === 0n) return null;
    const scale = Math.max(this.scale, other.scale);
    const [left, right] = [this.at(scale), other.at(scale)];
    const rest = left % right;
    return new Decimal(rest !== 0n && rest < 0n !== right < 0n ? rest + right : rest, scale);
  }

  toString(): string {
    const digits = String(magnitude(this.units)).padStart(this.scale + 1, "0");
    const point = digits.length - this.scale;
    const fraction = this.scale > 0 ? `.${digits.slice(point)}` : "";
    return `${this.units < 0n ? "-" : ""}${digits.slice(0, point)}${fraction}`;
  }
}
