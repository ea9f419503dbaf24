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

  private at(scale: number): bigint {
    return this.units * 10n ** BigInt(scale - this.scale);
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

  negated(): Decimal {
    return new Decimal(-this.units, this.scale);
  }
}
